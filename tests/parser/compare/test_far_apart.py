"""Documents too far apart to compare sentence by sentence: few changes that say so and account for everything."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.compare.compare import carry_ids, compare
from services.parser.compare.marking.account import edits
from services.parser.compare.marking.script import apply
from services.parser.compare.matching.apart import MOST_PIECES
from services.parser.reading.read import read_text

Changed = Callable[[Document, str], Comparison]

_HAN = [chr(0x4E00 + n) for n in range(2_000)]


def _lines(seed: int, count: int = MOST_PIECES) -> list[str]:
    """Short lines that promise nothing, so that reading them is quick."""
    draw = random.Random(seed)
    return ["".join(draw.choices(_HAN, k=6)) for _ in range(count)]


_PROMISES = "二、下一步工作\n到2027年,建成社区食堂30家。\n市民政局负责制定补贴办法。\n"


def _letter(lines: list[str], promises: str = "") -> str:
    opening = "赵明远代表:\n您提出的《关于加快养老服务的建议》(第0326号)收悉。现答复如下:\n一、工作开展情况\n"
    return opening + "".join(f"{line}。\n" for line in lines) + promises


_SHAPES: dict[str, Callable[[], tuple[str, str]]] = {
    "other lines": lambda: ("\n".join(_lines(1)), "\n".join(_lines(2))),
    "shuffled": lambda: ("\n".join(_lines(1)), "\n".join(random.Random(3).sample(_lines(1), MOST_PIECES))),
    "interleaved": lambda: (
        "\n".join(_lines(1)),
        "\n".join(line for three in zip(_lines(1), _lines(2), _lines(3), strict=True) for line in three),
    ),
    "one paragraph": lambda: ("甲乙" * 90_000, "乙丙" * 90_000),
    "all lines the same": lambda: ("推动建设\n" * MOST_PIECES, "推动治理\n" * MOST_PIECES),
    "a number each": lambda: ("\n".join(map(str, range(9_000))), "\n".join(map(str, range(20_000, 29_000)))),
}


@pytest.mark.parametrize("shape", _SHAPES)
def test_it_is_said_and_nothing_is_lost(shape: str, changed: Changed) -> None:
    before, after = _SHAPES[shape]()
    found = changed(read_text(before), after)
    assert found.changes
    assert {change.detail for change in found.changes} == {"coarse"}
    assert len(found.changes) <= 3
    assert sum(len(change.old_marks) + len(change.new_marks) for change in found.changes) <= 500


def test_promises_of_a_replaced_page_are_counted_and_serious(changed: Changed) -> None:
    old = read_text(_letter(_lines(1), _PROMISES))
    assert len(old.commitments) == 2
    found = changed(old, "\n".join(_lines(2)))
    worst = found.changes[0]
    assert (worst.type, worst.severity, worst.direction) == ("commitment_withdrawn", "critical", "softened")
    assert (worst.before, worst.detail, worst.has_target) == (2, "coarse", True)
    assert "市民政局" in worst.actors


def test_a_long_page_with_few_edits_is_compared_exactly(changed: Changed) -> None:
    """Even where every line is said twice, and nothing stands out to hold on to."""
    lines = _lines(1) * 2
    text = _letter(lines, _PROMISES)
    (change,) = changed(read_text(text), text.replace("30家", "20家")).changes
    assert (change.type, change.before, change.after) == ("target_lowered", 30, 20)


def test_what_stayed_keeps_its_ids_where_the_rest_was_replaced() -> None:
    old, new = read_text(_letter(_lines(1), _PROMISES)), read_text(_letter(_lines(2), _PROMISES))
    carried = carry_ids(old, new)
    assert [x.id for x in carried.commitments] == [x.id for x in old.commitments]
    found = compare(old, carried)
    assert apply(old.source_text, edits(old, carried, found)) == carried.source_text
    assert {change.type for change in found.changes} == {"narrative_changed"}


def test_the_same_sentence_a_thousand_times_is_named_once_each() -> None:
    old = read_text("一、工作情况\n开局良好。")
    new = read_text("一、工作情况\n" + "推动建设。\n" * 3_000)
    carried = carry_ids(old, new)
    ids = [section.id for section in carried.sections]
    assert len(ids) == len(set(ids))
