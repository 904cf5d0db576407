"""A letter is called removed only when it really is (SPEC §12 row 1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.parser.presence import Absence, missed, seen
from services.storage.documents import Presence

T0 = datetime(2023, 4, 1, tzinfo=UTC)


def after(hours: float) -> datetime:
    return T0 + timedelta(hours=hours)


def watch(*observations: tuple[float, Absence], list_read: float | None = 1) -> list[str]:
    state = Presence()
    turns: list[str] = []
    for hours, kind in observations:
        state, turn = missed(state, kind, after(hours), None if list_read is None else after(list_read))
        turns += [turn] if turn else []
    return turns


def test_two_404s_a_day_apart_with_a_readable_list_between_are_a_removal() -> None:
    assert watch((0, "gone"), (24, "gone")) == ["removed"]


def test_two_404s_within_a_day_are_not() -> None:
    assert watch((0, "gone"), (1, "gone"), (23.9, "gone")) == []


def test_the_whole_site_gone_is_no_removal() -> None:
    assert watch((0, "gone"), (24, "gone"), (48, "gone"), list_read=None) == []
    assert watch((0, "gone"), (24, "gone"), list_read=0) == []


def test_an_empty_page_needs_three_sightings() -> None:
    assert watch((0, "empty"), (24, "empty")) == []
    assert watch((0, "empty"), (12, "empty"), (24, "empty")) == ["removed"]


def test_a_mixed_absence_is_judged_by_the_stricter_rule() -> None:
    assert watch((0, "gone"), (24, "empty")) == []
    assert watch((0, "gone"), (12, "empty"), (24, "gone")) == ["removed"]


def test_a_removal_is_told_once_and_a_return_too() -> None:
    state, _ = missed(Presence(), "gone", T0, None)
    state, turn = missed(state, "gone", after(30), after(2))
    assert turn == "removed"
    assert missed(state, "gone", after(60), after(50))[1] is None
    state, turn = seen(state)
    assert (state, turn) == (Presence(), "restored")
    assert seen(state)[1] is None


@given(st.lists(st.tuples(st.floats(0, 500), st.sampled_from(["gone", "empty", "seen"])), max_size=30))
def test_never_removed_within_a_day_of_being_seen(visits: list[tuple[float, str]]) -> None:
    state, last_seen = Presence(), T0
    for hours, kind in sorted(visits):
        at = after(hours)
        if kind == "seen":
            state, _ = seen(state)
            last_seen = at
            continue
        state, turn = missed(state, "gone" if kind == "gone" else "empty", at, at)
        assert turn != "removed" or at - last_seen >= timedelta(hours=24)
