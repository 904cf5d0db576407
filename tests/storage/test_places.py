"""Rows keep their places; what comes between them finds one there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.storage.places import STEP, arranged

LOW, HIGH = 1000, 2000


@given(st.lists(st.none() | st.integers(LOW - 5, HIGH + 5), max_size=60, unique_by=lambda place: place or object()))
def test_places_fall_and_stay_in_their_range(old: list[int | None]) -> None:
    places = arranged(old, LOW, HIGH)
    assert len(places) == len(old)
    assert places == sorted(set(places), reverse=True)
    assert all(LOW <= place < HIGH for place in places)


@given(st.data())
def test_what_stood_in_order_stands_as_it_did_while_there_is_room(data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(4, 9), min_size=1, max_size=40))
    stood = [HIGH - sum(steps[: at + 1]) for at in range(len(steps))]
    gap = data.draw(st.integers(0, len(stood)))
    new = data.draw(st.integers(0, 3))
    places = arranged([*stood[:gap], *[None] * new, *stood[gap:]], LOW, HIGH)
    assert [*places[:gap], *places[gap + new :]] == stood


def test_new_rows_leave_room_between_them() -> None:
    assert arranged([None, None, None], LOW, HIGH) == [HIGH - STEP, HIGH - 2 * STEP, HIGH - 3 * STEP]


def test_one_that_moved_up_leaves_the_others_where_they_were() -> None:
    first, second, third = arranged([None, None, None], LOW, HIGH)
    places = arranged([third, first, second], LOW, HIGH)
    assert places[1:] == [first, second]
    assert first < places[0] < HIGH


def test_without_room_all_are_placed_anew() -> None:
    assert arranged([HIGH - 1, None, HIGH - 2], LOW, HIGH) == [HIGH - STEP, HIGH - 2 * STEP, HIGH - 3 * STEP]


def test_more_rows_than_places_are_refused() -> None:
    assert len(arranged([None] * 1000, LOW, HIGH)) == 1000
    with pytest.raises(ValueError, match="no room for 1001 rows"):
        arranged([None] * 1001, LOW, HIGH)
