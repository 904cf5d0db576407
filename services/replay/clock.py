"""A clock that stands still until it is told to move on."""

from __future__ import annotations

from datetime import UTC, datetime


class SimulatedClock:
    """A `Clock`; time never runs backwards."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def advance_to(self, moment: datetime) -> None:
        self._now = max(self._now, moment.astimezone(UTC))
