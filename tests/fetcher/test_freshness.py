"""The short form of `python -m benchmarks freshness`: a small world, the same code."""

from __future__ import annotations

from benchmarks.freshness import BAR, World, compare


def test_edits_are_seen_in_half_the_time_at_the_same_pace_and_number_of_requests() -> None:
    found = compare(World(documents=600, hosts=12), workers=1)
    assert found.ratio <= BAR
    assert abs(found.ours.requests / found.fixed.requests - 1) < 0.01
    assert len(found.ours.ages) == len(found.fixed.ages) > 300
    assert found.ours.per_minute <= 12
    assert found.ours.over_budget == 0
    assert found.ours.not_modified > 0.2 * found.ours.requests
