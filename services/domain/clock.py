"""Time is an argument. The line takes a clock; pure code takes `now`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

#: Answers the present moment as an aware datetime in UTC.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)
