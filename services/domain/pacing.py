"""How fast one host may be asked, by all replicas together. Pure; the state is two moments in the host's row.

Two limits at once: a least distance between requests (robots.txt may ask for a longer one), and a budget a day, a
token bucket kept as one moment (GCRA): each request moves `used_until` on by its share of a day, and no request starts
while that moment is more than BURST ahead. A host that rested may be asked BURST's worth of its budget at full pace;
over any stretch of time t it gets at most per_day * (t + BURST) / 1 day + 1 requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
BURST = DAY / 4
#: Seconds between two requests, and requests a day, where nobody says otherwise.
SPACING, PER_DAY = 5.0, 6000


@dataclass(frozen=True, slots=True)
class Pace:
    spacing: timedelta = timedelta(seconds=SPACING)
    per_day: int = PER_DAY


DEFAULT = Pace()


@dataclass(frozen=True, slots=True)
class Turn:
    """After a request that starts now: when the next one may, and up to when the budget is used."""

    next_request: datetime
    used_until: datetime


def take(pace: Pace, now: datetime, used_until: datetime | None, crawl_delay: float | None = None) -> Turn:
    """`crawl_delay`: seconds that robots.txt asks for."""
    used = max(used_until or now, now) + DAY / pace.per_day
    return Turn(max(now + distance(pace, crawl_delay), used - BURST), used)


def distance(pace: Pace, crawl_delay: float | None) -> timedelta:
    """The least time between two requests."""
    return max(pace.spacing, timedelta(seconds=crawl_delay or 0.0))
