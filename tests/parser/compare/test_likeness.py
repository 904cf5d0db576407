"""Dice over character pairs as SPEC §11 measured it, and one-to-one assignment of the greatest total."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.compare.matching.dice import assign, containment, dice, pairs


def test_likeness_is_of_sets_of_pairs() -> None:
    assert dice(pairs("智能工厂"), pairs("智能工厂")) == 1
    assert dice(pairs("智能工厂"), pairs("数字车间")) == 0
    assert dice(pairs("智能工厂"), pairs("智能车间")) == pytest.approx(1 / 3)
    assert containment(pairs("工厂"), pairs("智能工厂")) == 1


@given(st.text(alphabet="甲乙丙", max_size=8), st.text(alphabet="甲乙丙", max_size=8))
def test_likeness_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert dice(pairs(a), pairs(b)) == dice(pairs(b), pairs(a))
    assert 0 <= dice(pairs(a), pairs(b)) <= 1


@given(
    st.lists(st.text(alphabet="甲乙丙丁", min_size=2, max_size=6), min_size=1, max_size=3),
    st.lists(st.text(alphabet="甲乙丙丁", min_size=2, max_size=6), min_size=1, max_size=3),
)
def test_the_assignment_has_the_greatest_total(olds: list[str], news: list[str]) -> None:
    mine, theirs = [("old", i) for i in range(len(olds))], [("new", i) for i in range(len(news))]
    said = {**dict(zip(mine, olds, strict=True)), **dict(zip(theirs, news, strict=True))}
    chosen = assign(mine, theirs, lambda x: pairs(said[x]), 0.45)
    assert len({a for a, _, _ in chosen}) == len({b for _, b, _ in chosen}) == len(chosen)
    weights = {(a, b): dice(pairs(said[a]), pairs(said[b])) for a in mine for b in theirs}
    size = max(len(mine), len(theirs))
    padded = [*theirs, *[("none", i) for i in range(size - len(theirs))]]
    best = max(
        sum(w for a, b in zip(mine, order, strict=False) if (w := weights.get((a, b), 0)) >= 0.45)
        for order in permutations(padded)
    )
    assert sum(weight for _, _, weight in chosen) == pytest.approx(best)
