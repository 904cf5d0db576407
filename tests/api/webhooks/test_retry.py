"""The retry clock (DELIVERY.md): ten attempts over 75 hours, 35 minutes, 5 seconds and at most a fifth more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.webhooks.retry import PAUSES, Again, Done, GiveUp, after_attempt

T0 = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.text(min_size=1, max_size=20))
def test_a_dead_endpoint_is_tried_ten_times_on_schedule(delivery: str) -> None:
    now, least = T0, timedelta(0)
    for attempt in range(1, 10):
        verdict = after_attempt(delivery, attempt, 500, None, now)
        assert isinstance(verdict, Again)
        now, least = verdict.at, least + PAUSES[attempt]
        assert least <= now - T0 <= least * 1.2
    assert least == timedelta(hours=75, minutes=35, seconds=5)
    assert after_attempt(delivery, 10, 500, None, now) == GiveUp()


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_two_hundreds_are_success(status: int) -> None:
    assert after_attempt("d", 1, status, None, T0) == Done()


@pytest.mark.parametrize("status", [None, 301, 302, 307, 400, 401, 404, 500])
def test_everything_else_is_tried_again(status: int | None) -> None:
    assert isinstance(after_attempt("d", 1, status, None, T0), Again)


def test_gone_is_final_and_disables() -> None:
    assert after_attempt("d", 1, 410, None, T0) == GiveUp(disable=True)


@pytest.mark.parametrize(
    ("status", "asked", "pause"),
    [
        (429, "3600", 3600),
        (503, "315360000", 86_400),
        (503, "Thu, 01 Jan 2026 02:00:00 GMT", 7200),
        (429, "1", 5),
        (500, "3600", 5),
        (429, "soon", 5),
        (503, "Thu, 01 Jan 1970 00:00:00 GMT", 5),
    ],
)
def test_retry_after_is_honoured_within_reason(status: int, asked: str, pause: int) -> None:
    verdict = after_attempt("d", 1, status, asked, T0)
    assert isinstance(verdict, Again)
    assert pause <= (verdict.at - T0).total_seconds() <= max(pause, 6)
