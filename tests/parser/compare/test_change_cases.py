"""The worked cases of SPEC §12 (tests/gold/changes.json): every expected event, no forbidden one, and only one."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from services.domain.change import Change, Comparison, Suppression
from services.domain.document import Document
from services.parser.text.layers import match

_GOLD = Path(__file__).parents[2] / "gold"
_CASES: list[dict[str, Any]] = json.loads((_GOLD / "changes.json").read_text(encoding="utf-8"))["cases"]
#: Keys of an expectation that name things by the gold's own ids.
_PARTS = {"commitment": "commitments", "target": "targets", "figure": "figures", "section": "sections"}


@lru_cache
def _gold(number: str) -> dict[str, Any]:
    return dict(json.loads((_GOLD / f"{number}.json").read_text(encoding="utf-8")))


def _edited(text: str, case: dict[str, Any]) -> str:
    for edit in sorted(case["edits"], key=lambda edit: -edit["start"]):
        assert text[edit["start"] : edit["end"]] == edit["old"]
        text = text[: edit["start"]] + edit["new"] + text[edit["end"] :]
    return match(text) if case["transform"] == "t2s" else text


def _id(document: Document, number: str, part: str, gold_id: str) -> str | None:
    """The id this reader gave to what the gold calls `gold_id`: what overlaps it most."""
    gold = next(item for item in _gold(number)[part] if item["id"] == gold_id)

    def shared(item: Any) -> int:
        return int(min(item.end, gold["end"]) - max(item.start, gold["start"]))

    best = max(getattr(document, part), key=shared, default=None)
    return best.id if best is not None and shared(best) > 0 else None


def _fits(entry: Change | Suppression, expected: dict[str, Any], old: Document, number: str) -> bool:
    if (entry.type, entry.severity) != (expected["type"], expected["severity"]):
        return False
    plain = {name: value for name, value in expected.items() if name not in (*_PARTS, "type", "severity", "affected")}
    if expected["type"] == "commitment_moved":
        plain = {name: _id(old, number, "sections", value) for name, value in plain.items()}
    said = {name: getattr(entry, name) for name in plain}
    return {name: list(x) if isinstance(x, tuple) else x for name, x in said.items()} == plain


@pytest.mark.parametrize("case", _CASES, ids=[case["id"] for case in _CASES])
def test_case(
    case: dict[str, Any], seed: Callable[[str], Document], changed: Callable[[Document, str], Comparison]
) -> None:
    old = seed(case["seed"])
    found = changed(old, _edited(old.text, case))
    entries: list[Change | Suppression] = [*found.changes, *found.suppressed]
    for expected in case["expect"]:
        assert any(_fits(entry, expected, old, case["seed"]) for entry in entries), found
    assert not {change.type for change in found.changes} & set(case["forbid"])
    assert len(found.changes) <= 1, found.changes


@pytest.mark.parametrize(
    "case", [case for case in _CASES if any("affected" in x for x in case["expect"])], ids=lambda case: str(case["id"])
)
def test_case_names_the_commitments_it_reaches(
    case: dict[str, Any], seed: Callable[[str], Document], changed: Callable[[Document, str], Comparison]
) -> None:
    """No edit of such a case comes before the commitments, so the reader counts them alike on both sides."""
    old = seed(case["seed"])
    (change,) = changed(old, _edited(old.text, case)).changes
    expected = case["expect"][0]["affected"]
    assert change.affected == tuple(_id(old, case["seed"], "commitments", gold_id) for gold_id in expected)


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_a_document_does_not_differ_from_itself(
    number: str, seed: Callable[[str], Document], changed: Callable[[Document, str], Comparison]
) -> None:
    assert changed(seed(number), seed(number).text) == Comparison()
