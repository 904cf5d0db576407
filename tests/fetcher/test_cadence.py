"""When pages are looked at again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.domain.recheck import Seen
from services.fetcher import cadence

NOW = datetime(2023, 3, 27, tzinfo=UTC)
DAY = timedelta(hours=24)
ids = st.text(min_size=1, max_size=12)
everies = st.integers(60, 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
HOUR = timedelta(hours=1)
ages = st.integers(-3600, 4000 * 24 * 3600).map(lambda seconds: timedelta(seconds=seconds))
pages = st.builds(
    lambda age, changes, ago: Seen(NOW - age, changes, None if changes == 0 else NOW - ago),
    ages,
    st.floats(0, 500),
    ages,
)


@given(ids, everies, pages)
def test_a_page_is_due_between_its_sources_interval_and_two_days(id_: str, every: timedelta, seen: Seen) -> None:
    wait = cadence.next_page(id_, NOW, every, seen) - NOW
    assert every <= wait <= max(cadence.RAREST, every)
    assert wait == cadence.next_page(id_, NOW, every, seen) - NOW


@given(ids, everies, pages)
def test_no_page_is_looked_at_more_often_than_its_list(id_: str, every: timedelta, seen: Seen) -> None:
    """Both are spread by their own ids; compared without that, the list is never behind."""
    assert cadence.next_page(id_, NOW, every, seen) >= min(
        cadence.next_list(id_, NOW, every), NOW + max(cadence.RAREST, every)
    )


@given(ids, everies, pages)
def test_a_file_is_asked_for_more_rarely_than_its_page(id_: str, every: timedelta, seen: Seen) -> None:
    page = cadence.next_page(id_, NOW, every, seen) - NOW
    assert cadence.next_page(id_, NOW, every, seen, cadence.FILES_RARER) - NOW == cadence.FILES_RARER * page


def test_a_fresh_page_is_due_like_its_list_and_an_old_one_every_two_days() -> None:
    def wait(age: timedelta, every: timedelta = HOUR) -> timedelta:
        return cadence.next_page("", NOW, every, Seen(NOW - age)) - NOW

    assert cadence.jitter("") == 0
    assert wait(timedelta(0)) == HOUR
    assert 5 * HOUR < wait(10 * DAY) < 7 * HOUR
    assert 20 * HOUR < wait(48 * DAY) < 24 * HOUR
    assert wait(4000 * DAY) == 2 * DAY
    assert wait(4000 * DAY, timedelta(days=7)) == timedelta(days=7)


@given(ids, everies)
def test_a_list_is_due_at_its_interval_and_at_most_a_twentieth_later(id_: str, every: timedelta) -> None:
    assert every <= cadence.next_list(id_, NOW, every) - NOW <= every * 1.05


@given(ids, everies, st.integers(1, 500))
def test_back_off_doubles_up_to_a_day(id_: str, every: timedelta, failures: int) -> None:
    wait = cadence.back_off(id_, NOW, every, failures) - NOW
    then = cadence.back_off(id_, NOW, every, failures + 1) - NOW
    assert timedelta(0) < wait <= DAY
    assert then == min(2 * wait, DAY)


@given(ids, everies, st.integers(1, 5), st.floats(allow_nan=True, allow_infinity=True))
def test_retry_after_is_honoured_up_to_a_day(id_: str, every: timedelta, failures: int, asked: float) -> None:
    wait = (cadence.back_off(id_, NOW, every, failures, asked) - NOW).total_seconds()
    assert wait <= DAY.total_seconds()
    if asked <= DAY.total_seconds():
        assert wait >= asked - 1e-3


@given(ids)
def test_an_absence_is_seen_twice_a_day_apart_and_three_times_in_all_soon_after_a_day(id_: str) -> None:
    seen = [NOW]
    while seen[-1] - NOW < DAY:
        seen.append(cadence.next_absent(id_, seen[-1], None if len(seen) == 1 else NOW, removed=False))
    assert len(seen) >= 3
    assert seen[-1] - NOW <= DAY + timedelta(minutes=20)


def test_a_told_absence_is_looked_at_daily() -> None:
    assert cadence.next_absent("a", NOW, NOW - DAY, removed=True) == NOW + DAY
    assert cadence.next_absent("a", NOW, NOW - 3 * DAY, removed=False) == NOW + timedelta(hours=8)


def test_visits_are_spread_by_their_ids() -> None:
    moments = {cadence.next_list(f"source-{n}", NOW, timedelta(hours=1)) for n in range(50)}
    assert len(moments) == 50
