"""Letters and notices in the style of other places than the founding documents' (SPEC §17, PAGES §5–8)."""

from __future__ import annotations

import pytest

from services.domain.document import Document
from services.parser.reading.read import read_text


def letter(*body: str, date: str = "2025年5月20日") -> Document:
    head = ("王立新等3名代表:", "您提出的《关于修路的建议》(第12号)已交我局研究办理,现答复如下:")
    return read_text("\n".join([*head, *body, "白河县交通运输局", date]))


def rules(*articles: str) -> Document:
    head = ("关于印发《白河县公共租赁住房管理办法》的通知", "白政办发〔2025〕12号", "各乡镇人民政府,县政府各部门:")
    cover = ("《白河县公共租赁住房管理办法》已经县政府同意,现印发给你们,请认真贯彻执行。",)
    signed = ("白河县人民政府办公室", "2025年3月3日", "白河县公共租赁住房管理办法")
    return read_text("\n".join([*head, *cover, *signed, *articles]))


def promised(document: Document) -> list[tuple[str, object]]:
    return [(target.metric, target.norm_value) for target in document.targets]


@pytest.mark.parametrize(
    ("sentence", "value"),
    [("通过实施以工代赈吸纳就业36万人。", 360000), ("重点项目完成投资2125亿元。", 212500000000)],
)
def test_a_short_promise_is_no_lead_in(sentence: str, value: int) -> None:
    document = read_text(f"2025年重点工作\n{sentence}\n新建农村公路2000公里。")
    assert [unit.label for unit in document.units] == ["commitment", "commitment"]
    assert document.targets[0].norm_value == value


def test_a_space_parts_the_thousands() -> None:
    document = letter("近年来,发放补助资金1 250万元,惠及430户。", "下阶段,我局将新建公路2 300 公里。")
    assert [figure.norm_value for figure in document.figures] == [12500000, 430]
    assert promised(document) == [("新建公路", 2300)]


def test_a_space_between_two_numbers_parts_them() -> None:
    assert [figure.norm_value for figure in letter("近年来,建成2023 250座桥。").figures] != [2023250]


def test_spaces_of_a_pdf_around_numbers_and_units() -> None:
    document = letter("近年来,完成投资 3.5 亿元,增长 15.6 %。", "下一步,我局将建成不少于 100 个站点,给予 2 万元补助。")
    figures = [(figure.kind, figure.norm_value, figure.norm_unit) for figure in document.figures]
    assert figures == [("flow", 350000000, "元"), ("change", 15.6, "%")]
    targets = [(target.comparator, target.norm_value, target.norm_unit) for target in document.targets]
    assert targets == [(">=", 100, "个"), ("=", 20000, "元")]


def test_a_past_year_without_any_cue_reports() -> None:
    document = letter("2024年共建成道路15条。", "2025年计划建成道路12条。")
    assert [figure.norm_value for figure in document.figures] == [15]
    assert [target.norm_value for target in document.targets] == [12]


def test_the_agency_announces_with_a_date_behind_its_auxiliary() -> None:
    (promise,) = letter("如果征地进度满足要求,我局将于2026年第一季度完成供地手续。").commitments
    assert (promise.tier, promise.conditional) == ("A", "如果征地进度满足要求")
    assert promise.deadline
    assert promise.deadline.end == "2026-03-31"


def test_a_past_year_with_before_is_no_deadline() -> None:
    (promise,) = letter("下一步,对建成年代在2000年以前、居民意愿达到80%以上的小区优先纳入改造计划。").commitments
    assert promise.deadline is None
    assert promise.lead_verb == "纳入"
    assert promise.targets == ()


def test_a_card_keeps_its_text_when_the_result_stands_behind_it() -> None:
    document = read_text(
        "案由:关于改造老旧小区的建议\n提案人:陈某\n承办单位:区住建局\n办理情况:\n"
        "陈某委员,您好!您提出的关于改造老旧小区的建议,我局高度重视,现答复如下:\n近年来,改造小区86个。\n"
        "接下来,我局将改造老旧小区20个。\n办理结果:B类\n区住建局\n2025年4月8日"
    )
    assert [figure.norm_value for figure in document.figures] == [86]
    assert [target.norm_value for target in document.targets] == [20]
    assert document.metadata.result_class
    assert document.metadata.result_class.letter == "B"


def test_articles_name_their_actor_and_chapters_promise_nothing() -> None:
    document = rules(
        "第一章 总则",
        "第一条 为完善住房保障体系,根据国家有关规定,制定本办法。",
        "第二条 县住房城乡建设局应当每年公布房源不少于500套。",
        "第三条 本办法自2025年5月1日起施行,有效期5年。",
    )
    (promise,) = document.commitments
    assert promise.actors == ("县住房城乡建设局",)
    assert promise.text.startswith("第二条")
    assert [target.norm_value for target in document.targets] == [500]
    assert not document.targets[0].metric.startswith("第")


def test_conditions_of_applicants_are_no_targets() -> None:
    document = rules(
        "第二条 申请公共租赁住房应当符合下列条件:",
        "(一)家庭人均住房建筑面积低于15平方米;",
        "(二)家庭人均月收入低于3500元。",
        "第三条 人均面积低于15平方米的家庭可以申请公共租赁住房。",
        "第四条 留用率达到60%以上(含60%)的,给予每家20万元补助。",
    )
    assert document.commitments[0].text.startswith("第四条")
    assert [target.norm_value for target in document.targets] == [200000]
    assert not document.figures


def test_a_percentage_promised_of_a_class_stays_a_target() -> None:
    assert [t.norm_value for t in letter("下一步,我局将推动50%以上的规模以上企业开展研发。").targets] == [50]
    assert [t.norm_value for t in letter("下一步,我局将确保覆盖率达到95%的目标。").targets] == [95]
