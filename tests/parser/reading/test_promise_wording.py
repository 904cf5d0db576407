"""What a promise says of its verb, its actor and its date, in wordings found in letters and reports."""

from __future__ import annotations

from datetime import date

import pytest

from services.domain.commitment import Commitment
from services.parser.reading.commitments.deadlines import explicit_due
from services.parser.reading.commitments.modality import leading_verb
from services.parser.reading.read import read_text

FRAME = """李某某委员:
您提出的《关于某事的提案》(第0123号)收悉。经研究,现答复如下:
{}
青川市商务局
2024年5月6日"""


def promises(*lines: str) -> tuple[Commitment, ...]:
    return read_text(FRAME.format("\n".join(lines))).commitments


@pytest.mark.parametrize(
    ("clause", "verb"),
    [
        ("将改造经验在全市推广", "推广"),
        ("将试点经验逐步推广至全市", "推广"),
        ("将审批时限压缩至3个工作日", "压缩"),
        ("将监管职能下放给区县", "下放"),
        ("将培训资源向基层开放", "开放"),
        ("将落实情况及时向社会公布", "公布"),
        ("将把试点经验推广到全市", "推广"),
        ("办理环节精简至3个", "精简"),
        ("污水处理率提高到98%", "提高"),
        # The future stays the future.
        ("将改造老旧小区20个", "改造"),
        ("将推动产业链延伸到农村", "推动"),
        ("将加强与高校在人才培养方面合作", "加强"),
        ("将支持企业在香港上市", "支持"),
        ("推动服务能力提升到新水平", "推动"),
        ("新增绿色工厂20家", "新增"),
        ("明年上半年启动建设", "启动"),
        ("6月底前完成验收", "完成"),
        ("到 2026 年建成园区", "建成"),
        ("拟出台支持政策", "拟"),
    ],
)
def test_the_verb_of_a_clause(clause: str, verb: str) -> None:
    found = leading_verb(clause, 0, len(clause))
    assert found is not None
    assert found.word == verb


@pytest.mark.parametrize(
    ("text", "end", "years"),
    [
        ("力争三年内建成", None, 3),
        ("两年内完成改造", None, 2),
        ("利用3—5年时间建成体系", None, 5),
        ("6月底前完成", "2024-06-30", None),
        ("3月底前完成", "2025-03-31", None),
        ("每年6月底前公布", None, None),
        ("2025年1月至6月开展整治", "2025-06-30", None),
        ("“十四五”末实现全覆盖", "2025-12-31", None),
        ("较“十三五”末下降9%", None, None),
        ("建成2年内的项目", None, None),
        ("到 2026 年,建成园区", "2026-12-31", None),
        ("于 2025 年 2 月 3 日前完成", "2025-02-03", None),
    ],
)
def test_the_date_of_a_promise(text: str, end: str | None, years: int | None) -> None:
    due = explicit_due(text, 0, len(text), date(2024, 5, 6))
    assert (due and due.deadline.end, due and due.deadline.duration_years) == (end, years)


def test_a_spaced_date_keeps_its_place_in_the_text() -> None:
    text = "我们力争 2026 年底前建成"
    due = explicit_due(text, 0, len(text), None)
    assert due is not None
    assert text[due.start : due.end] == "2026 年底前"


def test_a_letter_without_cue_announces_by_its_own_verb() -> None:
    plain, planned, thought, future = promises(
        "一是推进园区建设。二是计划新增园区3个。三是拟出台支持政策。四是将建立工作专班。"
    )
    assert [each.tier for each in (plain, planned, thought, future)] == ["B", "A", "A", "A"]
    assert [each.modality for each in (plain, planned, thought, future)] == [4, 3, 3, 4]


def test_a_year_before_a_measure_does_not_make_it_past() -> None:
    found = promises("到2026年,推进园区建设。", "力争到2027年底,完善服务体系。", "支持企业开拓市场。")
    assert [each.deadline and each.deadline.end for each in found] == ["2026-12-31", "2027-12-31", None]


@pytest.mark.parametrize(
    ("sentence", "actors"),
    [
        ("全省要新增就业10万人。", ("省政府",)),
        ("自治区将支持企业发展。", ("自治区政府",)),
        ("各区(市)县要制定实施细则。", ("各区(市)县",)),
        ("全省各级财政部门要统筹安排资金。", ("全省各级财政部门",)),
        ("卫健部门会同医保部门完善支付政策。", ("卫健部门", "医保部门")),
        ("住房保障部门负责核查申请材料。", ("住房保障部门",)),
        ("具体办法由市财政局制定。", ("市财政局",)),
        ("我省将新建铁路200公里。", ("省政府",)),
        ("我市将建设会展中心。", ("我市",)),
        ("我局将会同市财政局建立专班。", ("市商务局", "市财政局")),
    ],
)
def test_who_acts(sentence: str, actors: tuple[str, ...]) -> None:
    (promise,) = promises("下一步,做好以下工作。", sentence)
    assert (promise.actors, promise.actor_source) == (actors, "explicit")


def test_a_member_of_a_body_is_not_the_body() -> None:
    (promise,) = promises("成立由实验区管委会副主任任组长的工作专班。")
    assert promise.actors == ("市商务局",)


def test_a_heading_of_two_phrases_ends_before_the_text_run_on_behind_it() -> None:
    document = read_text(
        FRAME.format("一、高位统筹 压实责任成立工作专班,夯实部门责任。\n二、工作安排 我局将开展检查。")
    )
    assert document.sections[0].heading == "一、高位统筹 压实责任"
    assert document.commitments[0].text == "成立工作专班,夯实部门责任。"
    assert document.commitments[-1].lead_verb == "开展"
