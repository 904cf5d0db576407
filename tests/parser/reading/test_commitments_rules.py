"""The rules of promises on sentences of other documents: standing, actors, attributes, and any text at all."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.commitment import Commitment
from services.domain.document import (
    Agency,
    Document,
    DocumentDate,
    Kind,
    Metadata,
    Quality,
    ResponsibleUnits,
    Section,
    Unit,
)
from services.parser.reading.commitments.find import find_commitments
from services.parser.text.layers import match

AGENCY = Agency("某省某市教育局", "市教育局")


def section(identity: str, text: str, heading: str, mode: str, parent: str | None = None, **fields: Any) -> Section:
    start = text.index(heading)
    given: dict[str, Any] = {
        "id": identity,
        "parent": parent,
        "depth": 2 if parent else 1,
        "form": "cn_dun",
        "number": None,
        "heading": heading,
        "start": start,
        "end": start + len(heading),
        "run_in": True,
        "kind": "topic",
        "mode": mode,
        "body": (),
        "extent_end": len(text),
    }
    return Section(**{**given, **fields})


def units(text: str, section_id: str | None, sentences: list[str], label: Any = "commitment") -> list[Unit]:
    found, at = [], 0
    for sentence in sentences:
        at = text.index(sentence, at)
        found.append(Unit(at, at + len(sentence), section_id, label))
        at += len(sentence)
    return found


def read(
    heading: str,
    sentences: list[str],
    mode: str = "future",
    kind: Kind = "reply_npc",
    label: Any = "commitment",
    **more: Any,
) -> Document:
    """A document of one section whose own text is `sentences`."""
    text = heading + "".join(sentences)
    document = Document(
        text=text,
        source_text=text,
        metadata=Metadata(kind, agency=AGENCY, date=DocumentDate("2024-05-06")),
        quality=Quality("ok"),
        sections=(section("S1", text, heading, mode, **more),),
        units=tuple(units(text, "S1", sentences, label)),
    )
    return find_commitments(document, match(text))


def only(document: Document) -> Commitment:
    assert len(document.commitments) == 1
    return document.commitments[0]


NEXT: dict[str, Any] = {"form": "next_step", "kind": "next_steps"}


@pytest.mark.parametrize(
    ("sentence", "actors", "source"),
    [
        ("下一步,我局将加强校园安全管理。", ("市教育局",), "explicit"),
        ("下一步,我们将会同市财政局、市公安局完善经费保障机制。", ("市教育局", "市财政局", "市公安局"), "explicit"),
        ("下一步,我市将新建一批公办幼儿园。", ("我市",), "explicit"),
        ("下一步,各县(市、区)要落实主体责任。", ("各县(市、区)",), "explicit"),
        ("下一步,支持市属高校建设重点学科。", ("市教育局",), "issuer"),
        ("下一步,推动各区县和有关部门联动。", ("市教育局",), "issuer"),
        ("下一步,督促学校落实食品安全责任。", ("市教育局",), "issuer"),
        ("压实属地责任,市级有关部门要将此项工作纳入考核。", ("市级有关部门",), "explicit"),
        ("针对您反映的问题,市公安交警部门将增设护学岗。", ("市公安交警部门",), "explicit"),
    ],
)
def test_subjects_act_and_addressees_do_not(sentence: str, actors: tuple[str, ...], source: str) -> None:
    commitment = only(read("下一步", [sentence.removeprefix("下一步")], **NEXT))
    assert (commitment.actors, commitment.actor_source) == (actors, source)


def test_the_lead_sentence_names_the_actor_of_the_items_below_it() -> None:
    text = "下一步,市财政局将统筹推进各项工作。(一)加强监管。完善预算管理制度。"
    lead, item = ",市财政局将统筹推进各项工作。", "完善预算管理制度。"
    document = Document(
        text=text,
        source_text=text,
        metadata=Metadata("reply_npc", agency=AGENCY),
        quality=Quality("ok"),
        sections=(
            section("S1", text, "下一步", "future", **NEXT),
            section("S2", text, "(一)加强监管。", "future", "S1", form="cn_paren"),
        ),
        units=(*units(text, "S1", [lead]), *units(text, "S2", [item])),
    )
    first, second = find_commitments(document, match(text)).commitments
    assert (first.type, first.tier, first.actors, first.actor_source) == ("umbrella", "C", ("市财政局",), "explicit")
    assert (second.type, second.tier, second.actors, second.actor_source) == ("task", "A", ("市财政局",), "inherited")


def test_an_explicit_subject_goes_before_the_list_of_responsible_units() -> None:
    text = "(一)组织领导。完善工作机制。各区县要制定具体措施。"
    sentences = ["完善工作机制。", "各区县要制定具体措施。"]
    document = Document(
        text=text,
        source_text=text,
        metadata=Metadata("policy_notice", agency=Agency("某市人民政府办公厅", "市政府办公厅")),
        quality=Quality("ok"),
        sections=(section("S1", text, "(一)组织领导。", "future", form="cn_paren"),),
        units=tuple(units(text, "S1", sentences)),
        responsible_units=(ResponsibleUnits("U1", "S1", 0, 3, "", ("市教育局", "各区县")),),
    )
    listed, told = find_commitments(document, match(text)).commitments
    assert (listed.actors, listed.actor_source, listed.units_ref) == (("市教育局", "各区县"), "section_units", "U1")
    assert (told.actors, told.actor_source, told.modality) == (("各区县",), "explicit", 5)


def test_an_office_signs_for_its_government() -> None:
    document = read("二、目标", ["到2027年,建成10个示范区。"], "goal", "policy_notice")
    signed = Document(
        text=document.text,
        source_text=document.text,
        metadata=Metadata("policy_notice", agency=Agency("某市人民政府办公厅", "市政府办公厅")),
        quality=document.quality,
        sections=document.sections,
        units=document.units,
    )
    commitment = only(find_commitments(signed, match(signed.text)))
    assert (commitment.actors, commitment.type, commitment.lead_verb) == (("市政府",), "goal", None)


@pytest.mark.parametrize(
    "sentence",
    [
        "坚持以习近平新时代中国特色社会主义思想为指导,全面贯彻党的二十大精神。",
        "今年是“十五五”开局之年,意义重大。",
        "让我们紧密团结起来,奋力谱写新篇章。",
        "截至目前,已建成学校12所。",
        "感谢您对教育工作的关心和支持。",
        "您提到的“每年给予经费补助。”的建议很有意义。",
    ],
)
def test_framing_thanks_and_reports_promise_nothing(sentence: str) -> None:
    document = read("二、下一步工作", [sentence])
    assert document.commitments == ()
    assert [unit.label for unit in document.units] == ["narrative"]


def test_framing_beside_a_concrete_clause_stays_without_an_action_of_its_own() -> None:
    sentence = "坚持以习近平新时代中国特色社会主义思想为指导,完善教育经费保障机制。"
    commitment = only(read("二、下一步工作", [sentence]))
    assert [action.verb for action in commitment.actions] == ["完善"]


def test_without_any_cue_the_agencys_own_announcement_is_firm_and_the_rest_is_not() -> None:
    sentences = ["完善校车管理制度。", "我局将新建两所幼儿园。", "今后加大宣传力度。"]
    document = read("一、关于校园安全", sentences, "ongoing")
    assert [commitment.tier for commitment in document.commitments] == ["B", "A", "A"]
    rules = [commitment.rule for commitment in document.commitments]
    assert rules == ["ongoing_measure", "own_announcement", "henceforth"]


def test_a_past_section_of_a_summary_stays_past() -> None:
    sentences = ["我们将各项工作抓在手上。", "深入推进课程改革。"]
    assert read("一、工作回顾", sentences, "past", "work_summary", "narrative").commitments == ()


def test_jiang_as_a_preposition_is_no_announcement() -> None:
    assert read("一、关于用地", ["我局将该项目列入年度清单。"], "past", label="narrative").commitments == ()


def test_the_segments_of_the_years_targets_are_goals_with_the_headings_year() -> None:
    sentences = ["今年主要预期目标是:地区生产总值增长5%左右;", "城镇新增就业10万人以上。", "推进重点项目建设。"]
    document = read("三、2025年工作安排", sentences, "future", "work_summary")
    assert [commitment.type for commitment in document.commitments] == ["goal", "goal", "task"]
    ends = {commitment.deadline.end for commitment in document.commitments if commitment.deadline}
    assert ends == {"2025-12-31"}


def test_decision_10_each_part_of_a_chain_is_a_commitment() -> None:
    sentences = ["鼓励企业建立研发机构;", "鼓励高校共建实验室;", "鼓励科技人员创业。"]
    document = read("(一)支持创新。", sentences)
    assert [(each.lead_verb, each.modality) for each in document.commitments] == [("鼓励", 2)] * 3


def test_decision_09_a_goal_needs_no_verb() -> None:
    commitment = only(read("二、发展目标", ["园区特色化趋势明显。"], "goal"))
    assert (commitment.type, commitment.tier, commitment.modality, commitment.actions) == ("goal", "A", 4, ())


def test_conditions_recurrence_and_indefinite_quantities_are_attributes() -> None:
    sentence = "待规划批复后,每年新建一批公办幼儿园,定期发布学位预警。"
    commitment = only(read("二、下一步工作", [sentence]))
    assert commitment.conditional == "待规划批复后"
    assert commitment.recurrence == ("每年", "定期")
    assert commitment.indefinite == ("一批",)


def test_words_inside_names_are_no_attributes() -> None:
    commitment = only(read("二、下一步工作", ["落实“储备一批、每年更新”机制。"]))
    assert (commitment.recurrence, commitment.indefinite) == ((), ())


def test_the_verifiability_record_points_at_the_words() -> None:
    document = read("二、下一步工作", ["我局将在2024年底前建成智慧校园平台。"])
    record = only(document).verifiability
    quotes = [document.text[slice(*span)] if span else None for span in (record.actor, record.action, record.date)]
    assert quotes == ["我局", "我局将在2024年底前建成智慧校园平台", "在2024年底前"]
    assert record.quantity is None


def test_a_joint_letter_knows_which_department_speaks() -> None:
    text = "(区教育局)下一步我局将增设学位。\n(区民政局)下一步我局将扩建养老院。"
    sentences = ["下一步我局将增设学位。", "下一步我局将扩建养老院。"]
    document = Document(
        text=text,
        source_text=text,
        metadata=Metadata("reply_cppcc"),
        quality=Quality("ok"),
        units=tuple(units(text, None, sentences)),
    )
    actors = [commitment.actors for commitment in find_commitments(document, match(text)).commitments]
    assert actors == [("区教育局",), ("区民政局",)]


def test_the_wrong_layer_is_refused() -> None:
    document = read("一、工作", ["完善制度。"])
    with pytest.raises(ValueError, match="same length"):
        find_commitments(document, "短")


FRAGMENTS = st.sampled_from(
    [
        "我局将",
        "下一步,",
        "各区县要",
        "“",
        "”",
        "《",
        "》",
        "(",
        ")",
        ",",
        "、",
        ";",
        ":",
        "。",
        "\n",
        "到2025年",
        "今年",
        "每年",
        "2,000亿元",
        "推动",
        "全面",
        "加快",
        "建设",
        "围绕",
        "坚持以",
        "为指导",
        "市教育局",
        "会同",
        "已",
        "了",
        "一批",
        "探索",
        "的",
        "等领域",
        "以",
        "对",
        "進一步",
        "著力",
        "“十四五”",
        "期间",
        "通过5年时间",
        "主要预期目标是:",
        "待",
        "后",
        "新材料",
        "X",
        "9",
        "%",
    ]
)
MODES = st.sampled_from(["past", "future", "ongoing", "goal", "general", "mixed"])
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["reply_npc", "policy_notice", "work_summary", "other"])


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.lists(FRAGMENTS, min_size=1, max_size=25).map("".join), min_size=1, max_size=6),
    MODES,
    KINDS,
    st.booleans(),
)
def test_any_text_gives_an_answer_whose_spans_match(parts: list[str], mode: str, kind: Kind, promised: bool) -> None:
    document = read("标题", parts, mode, kind, "commitment" if promised else "narrative")
    assert len({commitment.id for commitment in document.commitments}) == len(document.commitments)
    for commitment in document.commitments:
        assert document.text[commitment.start : commitment.end] == commitment.text
        assert 1 <= commitment.modality <= 5
        for action in commitment.actions:
            assert document.text[action.start : action.end] == action.text
        for span in (commitment.verifiability.actor, commitment.verifiability.action, commitment.verifiability.date):
            assert span is None or 0 <= span[0] < span[1] <= len(document.text)
    assert [(unit.start, unit.end) for unit in document.units] == [
        (unit.start, unit.end) for unit in read("标题", parts, mode, kind).units
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "推动的" * 30 + "。",
        "“储备一批”" * 20 + "《到2025年》" * 20 + "。",
        "市局、" * 40 + "。",
        "新材料," + "加快建设" * 20 + "。",
        "在" + "等领域" * 40 + "。",
    ],
)
def test_time_grows_with_the_length(sentence: str) -> None:
    def seconds(count: int) -> float:
        best = float("inf")
        for _ in range(3):
            started = time.process_time()
            read("标题", [sentence * count], "ongoing")
            best = min(best, time.process_time() - started)
        return best

    assert seconds(64) < 40 * max(seconds(8), 0.001)


def test_a_date_is_carried_over_a_semicolon_but_not_from_item_to_item() -> None:
    text = "下一步,到2026年重点抓好:一是完善制度;健全机制;二是2024年10月底前完成整治;三是加强宣传。"
    marks = ["一是", "二是", "三是"]
    document = Document(
        text=text,
        source_text=text,
        metadata=Metadata("reply_npc", agency=AGENCY),
        quality=Quality("ok"),
        sections=(
            section("S1", text, "下一步", "future", **NEXT),
            *(section(f"S{mark}", text, mark, "future", "S1", form="yishi") for mark in marks),
        ),
        units=(
            *units(text, "S1", [",到2026年重点抓好:"], "lead_in"),
            *units(text, "S一是", ["完善制度;", "健全机制;"]),
            *units(text, "S二是", ["2024年10月底前完成整治;"]),
            *units(text, "S三是", ["加强宣传。"]),
        ),
    )
    deadlines = [each.deadline for each in find_commitments(document, match(text)).commitments]
    assert [(due.end, due.source) if due else None for due in deadlines] == [
        ("2026-12-31", "carried"),
        ("2026-12-31", "carried"),
        ("2024-10-31", "explicit"),
        ("2026-12-31", "carried"),
    ]


def test_what_opens_with_meanwhile_carries_the_announcement_on() -> None:
    sentences = ["我局将完善教师补充机制。", "同时,要求各县落实乡村教师补助。", "同时,已新建学校3所。"]
    document = read("一、关于师资", sentences, "past", label="narrative")
    assert [unit.label for unit in document.units] == ["commitment", "commitment", "narrative"]
    assert [each.actors for each in document.commitments] == [("市教育局",), ("市教育局",)]
