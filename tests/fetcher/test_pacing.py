"""How fast a host may be asked: distance, budget, burst."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.pacing import BURST, DAY, Pace, take

NOW = datetime(2023, 3, 27, tzinfo=UTC)
paces = st.builds(Pace, st.integers(1, 30).map(lambda n: timedelta(seconds=n)), st.integers(20, 20_000))
#: Seconds that a client waits beyond the first moment it may ask.
rests = st.lists(st.one_of(st.just(0.0), st.floats(0, 100_000)), min_size=1, max_size=150)


def asked(pace: Pace, rests: list[float], delay: float | None = None) -> list[datetime]:
    """The moments of requests made as soon as allowed, or `rests` later."""
    made, now, used = [], NOW, None
    for rest in rests:
        now += timedelta(seconds=rest)
        made.append(now)
        turn = take(pace, now, used, delay)
        now, used = turn.next_request, turn.used_until
    return made


@given(paces, rests, st.one_of(st.none(), st.floats(0, 60)))
def test_requests_keep_their_distance(pace: Pace, rests: list[float], delay: float | None) -> None:
    made = asked(pace, rests, delay)
    least = max(pace.spacing, timedelta(seconds=delay or 0))
    assert all(later - earlier >= least for earlier, later in pairwise(made))


@settings(deadline=None)
@given(paces, rests)
def test_no_stretch_of_time_gets_more_than_its_share_and_one_burst(pace: Pace, rests: list[float]) -> None:
    made = asked(pace, rests)
    for first in range(0, len(made), 7):
        for last in range(first, len(made), 5):
            allowed = pace.per_day * (made[last] - made[first] + BURST) / DAY + 1
            assert last - first + 1 <= allowed + 1e-6


def test_a_budget_is_spent_at_full_pace_first_and_evenly_then() -> None:
    made = asked(Pace(timedelta(seconds=5), 240), [0.0] * 200)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(made)]
    assert gaps[0] == 5
    assert gaps[-1] == 360
    assert 55 <= gaps.count(5.0) <= 65, "a quarter of the day's budget, and what is refilled meanwhile"
