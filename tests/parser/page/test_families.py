"""Every family's page, made from each founding document, gives the document's text back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pages
import pytest

from services.parser.lexicon import load
from services.parser.page.extract import read_page
from services.parser.page.plain import furniture
from services.parser.text.layers import canonical

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
TITLE = "关于市六届人大一次会议第0001号代表建议的答复函"
CATALOGUE = {
    "索 引 号": "11500000/2023-00012",
    "发布机构": "某市某局",
    "成文日期": "2023-03-27",
    "文　号": "某〔2023〕1号",
}


def document_lines(seed: Path) -> list[str]:
    return [line for line in seed.read_text(encoding="utf-8").split("\n") if line and not furniture(line)]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("family", pages.FAMILIES)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name[:3])
def test_a_page_gives_the_document_back(seed: Path, family: str, encoding: str) -> None:
    text = seed.read_text(encoding="utf-8").strip("\n")
    body = pages.wrap(text, family, title=TITLE, published="2023-03-28 10:15", source="某市某局", encoding=encoding)
    page = read_page(body)
    assert [line.text for line in page.lines] == document_lines(seed)
    assert canonical(page.source_text) == page.text
    assert page.quality.verdict == "ok"
    assert page.quality.container == ("structure" if family == "unknown" else family)
    assert page.title == (TITLE, "meta:ArticleTitle")
    assert page.published_at == ("2023-03-28T10:15", "meta:PubDate")
    assert page.publisher == ("某市某局", "meta:ContentSource")


def test_the_source_keeps_the_page_s_own_characters() -> None:
    page = read_page(pages.wrap("一、坚持创新(2023年),加快发展;", "hanweb", title=TITLE, published="2023-03-28"))
    assert page.source_text == "一、坚持创新（2023年），加快发展；"
    assert page.text == "一、坚持创新(2023年),加快发展;"


@pytest.mark.parametrize("style", ["p", "br", "div", "word"])
@pytest.mark.parametrize("family", ["trs-editor", "hanweb-lishui-outer", "own-liaoyang", "unknown"])
def test_without_head_metadata_the_page_s_heading_and_bar_tell(family: str, style: pages.Style) -> None:
    text = SEEDS[0].read_text(encoding="utf-8").strip("\n")
    body = pages.wrap(text, family, title=TITLE, published="2023-03-28 10:15", metadata=False, style=style)
    page = read_page(body)
    assert page.title == (TITLE, "html:h1")
    assert page.published_at == ("2023-03-28T10:15", "html:发布时间")
    assert [line.text for line in page.lines] == document_lines(SEEDS[0])


@pytest.mark.parametrize("family", pages.FAMILIES)
def test_the_catalogue_block_is_metadata_and_no_text(family: str) -> None:
    text = SEEDS[3].read_text(encoding="utf-8").strip("\n")
    page = read_page(pages.wrap(text, family, title=TITLE, published="2023-03-28", catalogue=CATALOGUE))
    assert page.catalogue == {
        "索引号": "11500000/2023-00012",
        "发布机构": "某市某局",
        "成文日期": "2023-03-27",
        "发文字号": "某〔2023〕1号",
    }
    assert page.publisher == ("某市某局", "catalogue:发布机构")
    assert [line.text for line in page.lines] == document_lines(SEEDS[3])


@pytest.mark.parametrize("family", pages.FAMILIES)
def test_what_changes_at_each_visit_changes_nothing(family: str) -> None:
    text = SEEDS[4].read_text(encoding="utf-8").strip("\n")
    first, second = (pages.wrap(text, family, title=TITLE, published="2023-03-28", views=n) for n in (7, 12345))
    assert first != second
    one, other = read_page(first), read_page(second)
    assert replace(one, dropped=()) == replace(other, dropped=())


def test_every_container_rule_has_a_page_here() -> None:
    assert {rule["family"] for rule in load("containers")["container"]} == set(pages.FAMILIES) - {"unknown"}


@pytest.mark.parametrize("family", pages.FAMILIES)
def test_tables_and_attachments_come_through_every_family(family: str) -> None:
    text = "各区县人民政府：\n现将任务分解如下。\n序号\t任务\t单位\n1\t建设园区\t市经济信息委\n特此通知。"
    body = pages.wrap(
        text, family, title=TITLE, published="2023-03-28", attachments=[("./P020230328.pdf", "附件：任务分解表.pdf")]
    )
    page = read_page(body, url="http://www.example.gov.cn/zwgk/t1.html")
    assert [line.table_row for line in page.lines[:5]] == [False, False, True, True, False]
    assert page.lines[3].text == "1\t建设园区\t市经济信息委"
    assert [(file.url, file.name, file.media) for file in page.attachments] == [
        ("http://www.example.gov.cn/zwgk/P020230328.pdf", "附件：任务分解表.pdf", "application/pdf")
    ]
