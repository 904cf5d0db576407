"""Text files in the seeds' form, and the lines of a page that are not the document's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.lexicon import load
from services.parser.page.plain import furniture, page_of_text

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
#: Lines of furniture each seed has, all at its end.
FURNITURE = {"000": ["qr_code"], "001": ["related"], "002": [], "003": ["qr_code"], "004": ["qr_code"]}


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_a_seed_is_its_own_canonical_text(seed: Path) -> None:
    text = seed.read_text(encoding="utf-8")
    page = page_of_text(text)
    assert page.text == page.source_text == text
    assert page.plain
    assert page.quality.verdict == "ok"
    assert [line.furniture for line in page.lines if line.furniture] == FURNITURE[seed.stem[:3]]


def test_line_breaks_of_any_system_blank_lines_and_margins() -> None:
    page = page_of_text("\ufeff　　张三代表：\r\n\r\n你的建议收悉。 \n")
    assert page.text == "张三代表:\n你的建议收悉。"
    assert page.source_text == "张三代表：\n你的建议收悉。"


@pytest.mark.parametrize("text", ["", " \n\u3000\n", "打印\n关闭\n"])
def test_a_file_without_text_is_empty(text: str) -> None:
    assert (page_of_text(text).quality.verdict, page_of_text(text).quality.reason) == ("absent", "empty")


@given(st.text(st.characters() | st.sampled_from("\n\r，：　\u2028\ud800")))
def test_any_text_has_lines_of_equal_length_in_both_forms(text: str) -> None:
    for line in page_of_text(text).lines:
        assert len(line.text) == len(line.source)
        assert "\n" not in line.text
        assert line.text == line.text.strip() != ""


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("扫一扫在手机上查看当前页面", "qr_code"),
        ("掃一掃在手機打開當前頁", "qr_code"),
        ("相關稿件", "related"),
        ("相关报道：", "related"),
        ("分享到：微信 微博", "share"),
        ("【打印本页】 【关闭窗口】", "toolbar"),
        ("打印|关闭", "toolbar"),
        ("字体：[大][中][小]", "font_size"),
        ("【字体 大 中 小】", "font_size"),
        ("上一篇：关于某市十五届人大二次会议第12号建议的答复", "previous_next"),
        ("责任编辑：王某", "editor"),
        ("来源：某市教育局", "source"),
        ("浏览次数：1024", "views"),
        ("发布日期：2024-09-12  浏览次数：", "publication_line"),
        ("时间：2026-02-02", "publication_line"),
        ("索 引 号：11500000MB1670604J/2023-00052", "catalogue_row"),
        ("您当前所在的位置：首页 > 政务公开", "breadcrumb"),
        ("首页 > 政务公开 > 建议提案", "breadcrumb"),
        ("政务公开 政务服务 互动交流", "menu"),
        ("无障碍阅读 | 长者模式", "navigation"),
        ("版权所有：某市人民政府", "copyright"),
        ("京ICP备05070218号　京公网安备11010202000001号", "registration"),
        ("网站标识码：4401060050", "registration"),
        ("主办：某市人民政府办公室 承办：某市大数据局", "site_owner"),
        ("技术支持：某公司", "site_owner"),
        ("您是第 123 位访客", "views"),
        ("今天是2023年3月27日 星期一", "today"),
        ("foot_img_01.png", "image_name"),
        ("】", "symbols"),
    ],
)
def test_furniture(line: str, rule: str) -> None:
    assert furniture(line) == rule


@pytest.mark.parametrize(
    "line",
    [
        "张三代表:",
        "2023年3月27日",
        "日期:2023年3月27日",
        "时间:2023年5月1日上午9时",
        "承办单位:市科技局",
        "主办单位:区教育局",
        "主办单位:区教育局 协办单位:区财政局",
        "(此件公开发布)",
        "公开",
        "A",
        "政务公开",
        "下一步,我们将完善来源追溯体系",
        "附件:1.任务分工表",
        "完成互联网ICP备案企业1000家",
        "二、打印耗材集中采购",
        "扫描件请发送至指定邮箱",
        "相关部门",
        "分享经济",
        "",
    ],
)
def test_what_a_document_may_say_is_no_furniture(line: str) -> None:
    assert furniture(line) is None


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_no_other_line_of_a_seed_is_furniture(seed: Path) -> None:
    lines = seed.read_text(encoding="utf-8").split("\n")
    assert [line for line in lines[: len(lines) - len(FURNITURE[seed.stem[:3]])] if furniture(line)] == []


def test_every_rule_gives_its_reason() -> None:
    rules = load("furniture")["line"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert [rule["id"] for rule in rules if not rule["reason"]] == []


@given(st.text(st.sampled_from("返回顶部打印关闭QQ空间微信首页[大中小]|: 1。"), max_size=120))
def test_runs_of_menu_words_are_judged_at_once(line: str) -> None:
    assert furniture(line) is None or line.strip()
