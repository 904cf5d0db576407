"""The edit script is lossless whatever the texts, and coarse rather than slow where they have nothing in common."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.parser.compare.marking.script import apply, differing, increasing, script

_texts = st.text(alphabet="甲乙,。\n1", max_size=60)


@given(_texts, _texts)
def test_applying_the_script_gives_the_new_text(old: str, new: str) -> None:
    assert apply(old, script(old, new)) == new


@given(st.text(), st.text())
def test_any_characters_at_all(old: str, new: str) -> None:
    assert apply(old, script(old, new)) == new


@given(_texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert script(text, text) == ()


@given(_texts, _texts)
def test_edits_ascend_and_do_not_touch_equal_text_twice(old: str, new: str) -> None:
    edits = script(old, new)
    assert all(a.old_end <= b.old_start and a.new_end <= b.new_start for a, b in pairwise(edits))
    assert all(edit.text == new[edit.new_start : edit.new_end] for edit in edits)


@given(st.lists(st.integers(0, 4), max_size=9), st.lists(st.integers(0, 4), max_size=9))
def test_the_walk_finds_the_least_number_of_steps(a: list[int], b: list[int]) -> None:
    spans = differing(a, b)
    assert spans is not None
    steps = sum(i2 - i1 + j2 - j1 for i1, i2, j1, j2 in spans)
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            longest[i + 1][j + 1] = longest[i][j] + 1 if x == y else max(longest[i][j + 1], longest[i + 1][j])
    assert steps == len(a) + len(b) - 2 * longest[-1][-1]


@given(st.lists(st.integers(0, 30), unique=True, max_size=20))
def test_increasing_is_increasing(numbers: list[int]) -> None:
    chain = [numbers[place] for place in increasing(numbers)]
    assert chain == sorted(chain)


def test_texts_without_anything_in_common_get_a_coarse_script() -> None:
    draw = random.Random(7)
    old, new = ("".join(draw.choices(letters, k=200_000)) for letters in ("甲乙丙丁", "戊己庚辛"))
    edits = script(old, new)
    assert len(edits) == 1
    assert apply(old, edits) == new


def test_one_word_in_a_long_text_is_one_edit() -> None:
    draw = random.Random(8)
    old = "\n".join("".join(draw.choices("甲乙丙丁戊己庚辛", k=90)) for _ in range(2_000))
    at = old.index("\n", 80_000) + 11
    new = old[:at] + "子丑" + old[at + 3 :]
    (edit,) = script(old, new)
    assert (edit.old_start, edit.old_end, edit.text) == (at, at + 3, "子丑")
