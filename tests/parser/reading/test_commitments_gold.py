"""Commitments of the founding documents against the gold, and the counts of SPEC §4."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from scoring import scorer

from services.domain.document import Document
from services.parser.page.plain import page_of_text
from services.parser.reading.commitments.find import find_commitments
from services.parser.reading.read import read_structure
from services.parser.text.layers import match

ROOT = Path(__file__).parents[3]
GOLD = ROOT / "tests" / "gold"
ADAPTER = TypeAdapter(Document)
PROMISING = {"future", "goal", "general", "ongoing"}
BARS = {
    "type": 0.98,
    "tier": 0.98,
    "section": 0.98,
    "actors": 0.97,
    "actor_source": 0.97,
    "deadline": 0.97,
    "modality": 0.95,
    "lead_verb": 0.95,
}


def seed_text(number: str) -> str:
    return next((ROOT / "seeds").glob(f"{number}_*.txt")).read_text(encoding="utf-8")


@cache
def gold(number: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((GOLD / f"{number}.json").read_text(encoding="utf-8"))
    return value


def provisional(label: str, mode: str | None) -> str:
    if label in ("units", "preamble", "lead_in"):
        return label
    return "commitment" if mode in PROMISING else "narrative"


def structured(number: str) -> Document:
    """The gold's structure without anything that was found in it: only provisional labels are left."""
    truth, text = gold(number), seed_text(number)
    modes = {section["id"]: section["mode"] for section in truth["sections"]}
    units = [
        unit | {"commitment": None, "label": provisional(unit["label"], modes.get(unit["section"]))}
        for unit in truth["units"]
    ]
    parts = {name: truth[name] for name in ("sections", "blocks", "responsible_units")}
    metadata = {name: value for name, value in truth["metadata"].items() if value is not None}
    page = {"text": text, "source_text": text, "quality": {"verdict": "ok"}, "metadata": metadata, "units": units}
    return ADAPTER.validate_python(parts | page)


@cache
def found(number: str) -> Document:
    document = structured(number)
    return find_commitments(document, match(document.text))


@pytest.mark.parametrize("number", ["000", "001", "002"])
def test_the_gold_is_met(number: str) -> None:
    score = scorer()
    predicted = json.loads(ADAPTER.dump_json(found(number)))
    pairs, extras, misses = score.compare(gold(number), predicted, "commitments")
    assert score.f1(pairs, extras, misses) >= 0.98
    rates = {name: sum(score.agreement(pairs, name)) / len(pairs) for name in BARS}
    assert {name: rate for name, rate in rates.items() if rate < BARS[name]} == {}


@pytest.mark.parametrize("number", ["000", "001", "002"])
def test_units_end_as_the_gold_labels_them(number: str) -> None:
    wanted = ["narrative" if unit["label"] == "fact" else unit["label"] for unit in gold(number)["units"]]
    assert [unit.label for unit in found(number).units] == wanted


@pytest.mark.parametrize(
    ("number", "tiers"),
    [
        ("000", {"A": 29, "C": 3}),
        ("001", {"A": 260, "C": 5}),
        ("002", {"A": 29, "C": 1}),
        ("003", {"B": 61}),
        ("004", {"A": 17, "C": 1}),
    ],
)
def test_the_counts_of_the_specification_from_the_bare_text(number: str, tiers: dict[str, int]) -> None:
    document = read_structure(page_of_text(seed_text(number)))
    result = find_commitments(document, match(document.text))
    assert Counter(commitment.tier for commitment in result.commitments) == tiers


@pytest.mark.parametrize("number", ["000", "001", "002"])
def test_every_span_quotes_its_text(number: str) -> None:
    document = found(number)
    text = document.text
    for commitment in document.commitments:
        assert text[commitment.start : commitment.end] == commitment.text
        assert commitment.rule
        for action in commitment.actions:
            assert text[action.start : action.end] == action.text
            assert commitment.start <= action.start < action.end <= commitment.end
    linked = [unit.commitment for unit in document.units if unit.label == "commitment"]
    assert linked == [commitment.id for commitment in document.commitments]


def one(number: str, words: str) -> Any:
    """The only commitment whose simplified text holds `words`."""
    document = found(number)
    matched = match(document.text)
    hits = [each for each in document.commitments if words in matched[each.start : each.end]]
    assert len(hits) == 1, [match(each.text) for each in hits]
    return hits[0]


def test_trap_03_quotes_inside_quotes_stay_in_one_clause() -> None:
    commitment = one("000", "通过5年时间实现")
    assert [action.verb for action in commitment.actions] == ["打造", "力争", "形成"]


def test_trap_04_the_mode_comes_from_the_next_step_not_from_the_marker() -> None:
    sections = {section.id: section for section in found("000").sections}
    chain = {sections[each.section or ""].form for each in found("000").commitments}
    assert chain == {"next_step", "cn_paren", "yishi"}
    assert {each.basis for each in found("000").commitments} == {"next_step"}


def test_trap_05_a_lead_in_promises_nothing_but_names_the_actor() -> None:
    commitment = one("000", "启动实施科技型企业")
    assert (commitment.actors, commitment.actor_source) == (("我市",), "inherited")


def test_trap_11_what_an_adverbial_holds_is_no_action() -> None:
    commitment = one("000", "围绕着力提升企业家能力")
    assert [action.verb for action in commitment.actions] == ["加大", "举办", "培养"]


def test_trap_12_three_actors_in_three_next_steps() -> None:
    leads = [each for each in found("000").commitments if each.actor_source == "explicit"]
    assert [each.actors for each in leads] == [("市经济信息委",), ("我市",), ("市经济信息委",), ("市国资委",)]
    assert leads[2].actor_raw == "我们"


def test_trap_15_every_annex_has_its_own_general_part_and_term() -> None:
    general = [each for each in found("001").commitments if each.tier == "C"]
    assert len({each.section for each in general}) == 5
    terms = [each.deadline for each in general]
    assert {(term.source, term.start, term.end) for term in terms if term} == {
        ("plan_period", "2021-01-01", "2025-12-31")
    }


def test_trap_16_near_duplicates_are_commitments_of_their_own() -> None:
    document = found("001")
    matched = match(document.text)
    twins = [each for each in document.commitments if "鼓励企业与高等院校" in matched[each.start : each.end]]
    assert len(twins) == 2
    assert len({each.id for each in twins}) == 2


def test_trap_17_a_semicolon_in_brackets_does_not_end_the_action() -> None:
    commitment = one("001", "重点打造集成电路")
    assert (commitment.lead_verb, len(commitment.actions)) == ("打造", 1)


def test_trap_20_a_list_on_its_own_line_holds_for_all_run_in_children() -> None:
    document = found("001")
    lists = {each.id: each for each in document.responsible_units}
    commitment = one("001", "鼓励科技人员创办")
    assert commitment.actor_source == "section_units"
    assert commitment.actors == lists[commitment.units_ref].units


def test_trap_28_each_year_is_a_recurrence() -> None:
    commitment = one("001", "每年滚动推进")
    assert commitment.recurrence == ("每年",)
    assert commitment.deadline.source == "plan_period"


def test_trap_33_without_an_agency_we_stay_we() -> None:
    assert {each.actors for each in found("002").commitments} == {("我们",)}


def test_trap_40_position_decides_not_wording() -> None:
    document = found("002")
    labels = [each.label for each in document.units if "大手牵小手" in document.text[each.start : each.end]]
    assert labels == ["narrative", "commitment"]


def test_trap_41_a_reply_without_any_cue_is_tier_b() -> None:
    document = read_structure(page_of_text(seed_text("003")))
    result = find_commitments(document, match(document.text))
    assert {(each.tier, each.basis, each.actor_source) for each in result.commitments} == {("B", "ongoing", "issuer")}


def test_trap_43_inline_topics_last_until_the_next_one() -> None:
    document = read_structure(page_of_text(seed_text("003")))
    result = find_commitments(document, match(document.text))
    topics = Counter(each.topic for each in result.commitments if each.topic)
    assert len(topics) >= 7
    assert all(count <= 4 for count in topics.values())


def test_trap_50_a_recurrence_of_the_past_is_no_promise() -> None:
    document = read_structure(page_of_text(seed_text("004")))
    result = find_commitments(document, match(document.text))
    past = [each for each in result.units if "每半年" in result.text[each.start : each.end]]
    assert [each.label for each in past] == ["narrative"]
