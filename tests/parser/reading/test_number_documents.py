"""Targets, figures and numeric labels of whole documents: the gold, the counts of SPEC §8 and §9, any text."""

from __future__ import annotations

import csv
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from scoring import scorer

from services.domain.document import Document
from services.parser.reading.read import read_text
from services.parser.text.layers import match
from services.parser.text.numerals import ARABIC_DIGITS

ROOT = Path(__file__).parents[3]
GOLD = ROOT / "tests" / "gold"
ADAPTER = TypeAdapter(Document)


@cache
def seed(name: str) -> Document:
    (path,) = (ROOT / "seeds").glob(f"{name}_*.txt")
    return read_text(path.read_text(encoding="utf-8"))


@cache
def gold(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))
    return value


@cache
def compared(name: str, part: str) -> tuple[Any, Any, Any]:
    predicted = ADAPTER.dump_python(seed(name), mode="json")
    pairs, extras, misses = scorer().compare(gold(name), predicted, part)
    return pairs, extras, misses


@pytest.mark.parametrize("name", ["000", "001", "002"])
@pytest.mark.parametrize(("part", "bar"), [("targets", 0.97), ("figures", 0.95)])
def test_numbers_meet_the_gold(name: str, part: str, bar: float) -> None:
    pairs, extras, misses = compared(name, part)
    assert scorer().f1(pairs, extras, misses) >= bar, (extras, misses)


@pytest.mark.parametrize("name", ["000", "001", "002"])
@pytest.mark.parametrize(
    ("part", "attribute", "bar"),
    [
        *(("targets", word, 0.97) for word in ("comparator", "value", "unit", "norm_value", "norm_unit", "deadline")),
        *(("figures", word, 0.95) for word in ("kind", "comparator", "value", "unit", "norm_value", "norm_unit")),
    ],
)
def test_what_is_said_of_a_number_meets_the_gold(name: str, part: str, attribute: str, bar: float) -> None:
    pairs, _, _ = compared(name, part)
    right = scorer().agreement(pairs, attribute)
    assert sum(right) >= bar * len(right)


@pytest.mark.parametrize("name", ["000", "001", "002"])
def test_no_label_is_taken_for_a_number(name: str) -> None:
    document = seed(name)
    taken = [(target.start, target.end) for target in document.targets]
    taken += [(figure.start, figure.end) for figure in document.figures if figure.kind != "rank"]
    for label in gold(name)["numeric_labels"]:
        assert not any(start < label["end"] and label["start"] < end for start, end in taken), label


@pytest.mark.parametrize("name", ["000", "001", "002"])
def test_labels_are_the_gold_s_labels(name: str) -> None:
    document = seed(name)
    optional = {(item["start"], item["end"]) for item in gold(name)["figures"] if item.get("optional")}
    found = {
        (label.start, label.end, label.raw, label.context)
        for label in document.numeric_labels
        if not any(start <= label.start < end for start, end in optional)
    }
    assert found == {
        (item["start"], item["end"], item["raw"], item["context"]) for item in gold(name)["numeric_labels"]
    }


@pytest.mark.parametrize("name", ["000", "001", "002"])
def test_label_reasons_agree_with_the_gold(name: str) -> None:
    said = {label.start: label.reason for label in seed(name).numeric_labels}
    wanted = gold(name)["numeric_labels"]
    right = [item for item in wanted if said[item["start"]] == item["reason"]]
    assert len(right) >= 0.9 * len(wanted), [
        (i["context"], i["reason"], said[i["start"]]) for i in wanted if i not in right
    ]


@pytest.mark.parametrize("name", ["000", "002"])
def test_explicit_periods_meet_the_gold(name: str) -> None:
    pairs, _, _ = compared(name, "figures")
    explicit = [pair for pair in pairs if (pair[0]["period"] or {}).get("source") == "explicit"]
    right = [a for a, b in explicit if b["period"] and all(a["period"][k] == b["period"][k] for k in ("start", "end"))]
    assert len(right) >= 0.95 * len(explicit)


@pytest.mark.parametrize(("name", "targets", "figures"), [("003", 2, 19), ("004", 0, 69)])
def test_counts_of_the_documents_without_gold(name: str, targets: int, figures: int) -> None:
    document = seed(name)
    assert len(document.targets) == targets
    assert len([figure for figure in document.figures if not figure.optional]) == figures


def spans(document: Document) -> list[tuple[int, int, str]]:
    found = [(target.start, target.end, target.raw) for target in document.targets]
    found += [(figure.start, figure.end, figure.raw) for figure in document.figures]
    return found + [(label.start, label.end, label.raw) for label in document.numeric_labels]


def check(document: Document) -> None:
    """Spans cut what `raw` quotes, ids tell the order, and every digit run is a target, a figure or a label."""
    items = spans(document)
    for start, end, raw in items:
        assert document.text[start:end] == raw
    assert [target.id for target in document.targets] == [f"T-{n:02d}" for n in range(1, len(document.targets) + 1)]
    by_id = {commitment.id: commitment for commitment in document.commitments}
    for target in document.targets:
        owner = by_id[target.commitment]
        assert owner.start <= target.start < target.end <= owner.end
        assert target.id in owner.targets
        assert owner.verifiability.quantity is not None
    for run in re.finditer(ARABIC_DIGITS, match(document.text)):
        assert any(start <= run.start() < end for start, end, _ in items)


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_every_digit_run_is_accounted_for(name: str) -> None:
    check(seed(name))


_SENTENCES = st.sampled_from(
    [
        "下一步,我局将新建车位3200个。",
        "2023年,完成投资12.6亿元,同比增长6%。",
        "围绕12项任务,打造2—3个示范区;",
        "其中,省级5个。",
        "到2030年实现翻番,分别达到3万家、5万家。",
        "(一)",
        "一、工作情况\n",
        "二、下一步工作\n",
        "增长2倍多",
        "较上年下降16%、20%",
        "“十五五”末",
        "您提到的“安排500万元”",
        "《规划(2021—2025年)》",
        "全覆盖。",
        "千亿级产业集群。",
        "截至今年6月底,",
        *("约", "近百家", "3", "%", "\n", "一是"),
    ]
)


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.text(max_size=200), st.lists(_SENTENCES, max_size=25).map("".join)))
def test_any_text_gives_an_answer(text: str) -> None:
    check(read_text(text))


@settings(deadline=None, max_examples=25)
@given(st.data())
def test_a_cut_document_is_read_too(data: st.DataObject) -> None:
    text = seed(data.draw(st.sampled_from(["000", "002", "003", "004"]))).text
    start = data.draw(st.integers(0, len(text)))
    check(read_text(text[start : start + data.draw(st.integers(0, 1500))]))


@pytest.mark.skipif("DAFU_CORPUS" not in os.environ, reason="DAFU_CORPUS names no corpus")
def test_reports_of_other_provinces_are_accounted_for() -> None:
    csv.field_size_limit(10**8)
    for path in sorted((Path(os.environ["DAFU_CORPUS"]) / "reports").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                document = read_text(row["full_text"])
                check(document)
                assert document.figures, path.name
                assert document.targets, path.name
