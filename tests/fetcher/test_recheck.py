"""The estimate of how often a page changes, and what follows from it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.recheck import DAY, EDITS_PER_VISIT, Seen, edited, interval, one_more, rate

NOW = datetime(2023, 3, 27, tzinfo=UTC)
HOUR = timedelta(hours=1)
days = st.floats(0, 4000).map(lambda count: timedelta(days=count))
counts = st.floats(0, 500)


def page(age: timedelta, changes: float = 0.0, ago: timedelta = timedelta(0)) -> Seen:
    return Seen(NOW - age, changes, NOW - ago if changes else None)


@given(days, days, counts, days)
def test_the_older_the_rarer(one: timedelta, other: timedelta, changes: float, ago: timedelta) -> None:
    young, old = sorted((one, other))
    assert rate(page(young, changes, ago), NOW) >= rate(page(old, changes, ago), NOW) > 0


@given(days, counts, counts, days)
def test_the_more_edits_the_sooner(age: timedelta, one: float, other: float, ago: timedelta) -> None:
    few, many = sorted((one, other))
    assert rate(page(age, few, ago), NOW) <= rate(page(age, many, ago), NOW)
    floor, ceiling = HOUR, 2 * DAY
    assert interval(page(age, few, ago), NOW, floor, ceiling) >= interval(page(age, many, ago), NOW, floor, ceiling)


@given(days, counts, days, days)
def test_an_edit_counts_less_as_it_ages(age: timedelta, changes: float, one: timedelta, other: timedelta) -> None:
    recent, long_ago = sorted((one, other))
    assert rate(page(age, changes, recent), NOW) >= rate(page(age, changes, long_ago), NOW)


@given(days, counts, days, st.floats(60, 1e6), st.floats(60, 1e6))
def test_floor_and_ceiling_hold(age: timedelta, changes: float, ago: timedelta, low: float, high: float) -> None:
    floor, ceiling = timedelta(seconds=low), timedelta(seconds=high)
    wait = interval(page(age, changes, ago), NOW, floor, ceiling)
    assert floor <= wait <= max(floor, ceiling)


@given(days, counts, days)
def test_seeing_an_edit_never_puts_the_next_visit_off(age: timedelta, changes: float, ago: timedelta) -> None:
    before = page(age, changes, ago)
    assert rate(edited(before, NOW), NOW) > rate(before, NOW)


def test_ages_are_whole_spans_not_the_seconds_of_a_day() -> None:
    assert rate(page(timedelta(days=100)), NOW) < rate(page(timedelta(days=1)), NOW) / 20
    assert one_more(1.0, NOW - 180 * DAY, NOW) == pytest.approx(1.37, abs=0.01)


def test_what_the_future_says_is_taken_for_now() -> None:
    """A list that prints 2099, a clock that ran ahead: neither hides a page for years nor divides by nothing."""
    ahead = Seen(NOW + 28_000 * DAY, 3.0, NOW + 100 * DAY)
    assert rate(ahead, NOW) == rate(Seen(NOW, 3.0, NOW), NOW)


@pytest.mark.parametrize("often", [0.05, 0.2, 1.0])
def test_the_estimate_finds_the_rate_of_a_page_that_is_edited_at_random(often: float) -> None:
    """Within a third, for the mean of 40 pages watched for a year: the estimator is biased by its prior only."""
    draw, found = random.Random(7), []
    for _ in range(40):
        seen, at = Seen(NOW), 0.0
        while (at := at + draw.expovariate(often)) < 365:
            seen = edited(seen, NOW + at * DAY)
        found.append(rate(seen, NOW + 365 * DAY))
    assert sum(found) / len(found) == pytest.approx(often, rel=0.33)


def test_a_page_without_edits_is_visited_each_48th_part_of_its_age_until_it_is_old() -> None:
    assert interval(page(10 * DAY), NOW, HOUR, 2 * DAY) == pytest.approx(11.73 * DAY / 48, rel=0.01)
    assert interval(page(10 * DAY), NOW, HOUR, 2 * DAY) * rate(page(10 * DAY), NOW) / DAY == pytest.approx(
        EDITS_PER_VISIT
    )
