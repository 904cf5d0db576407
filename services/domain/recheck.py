"""How often a page says something new, estimated from what was seen of it, and how soon to look again. Pure.

The estimator is Gamma-Poisson: edits come at a constant unknown rate, of which the prior Gamma(PRIOR_EDITS, PRIOR_DAYS)
knows what is true of most pages (a young one may be corrected, an old one stands), and what was seen adds to both:

    rate = (PRIOR_EDITS + edits) / (PRIOR_DAYS + days)          edits a day

`edits` and `days` fade with the time constant MEMORY, so that a page that was busy once and rests since is believed:
an edit t days ago counts exp(-t / MEMORY), and a page that stands for `age` days counts MEMORY (1 - exp(-age /
MEMORY)). Age runs from the day the page was published: that it stood before anybody watched it is evidence too.
Several edits between two visits are seen as one; the shorter interval that follows tells them apart.

A visit is made whenever EDITS_PER_VISIT edits are to be expected, between a floor and a ceiling. Intervals that are
inverse to the rate spend the visits where the edits are, and the time until an edit is seen is short for most edits
rather than for most pages (`python -m benchmarks freshness` measures that).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)
#: The prior: as if so many edits had been seen in so many days before the page was published.
PRIOR_EDITS, PRIOR_DAYS = 0.3, 2.0
#: Days after which an edit counts a third (1/e).
MEMORY = 180.0
#: Edits to be expected at a visit: a page without any is visited every 48th part of its age.
EDITS_PER_VISIT = PRIOR_EDITS / 48


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it was seen to behave. `changes`: edits seen, faded up to `changed`, the moment of the last one."""

    published: datetime
    changes: float = 0.0
    changed: datetime | None = None


def one_more(changes: float, changed: datetime | None, at: datetime) -> float:
    """The faded count after another edit at `at`."""
    return 1.0 + (changes * _faded(changed, at) if changed is not None else 0.0)


def edited(seen: Seen, at: datetime) -> Seen:
    return Seen(seen.published, one_more(seen.changes, seen.changed, at), at)


def rate(seen: Seen, now: datetime) -> float:
    """Edits a day, always positive. An age that lies in the future counts as none."""
    edits = seen.changes * _faded(seen.changed, now) if seen.changed is not None else 0.0
    age = max((now - seen.published).total_seconds() / 86400, 0.0)
    return (PRIOR_EDITS + edits) / (PRIOR_DAYS + MEMORY * -math.expm1(-age / MEMORY))


def interval(seen: Seen, now: datetime, floor: timedelta, ceiling: timedelta) -> timedelta:
    """Time until the next visit, between `floor` and `ceiling`; the floor wins where it is above the ceiling."""
    days = EDITS_PER_VISIT / rate(seen, now)
    return max(min(timedelta(days=days), ceiling), floor)


def _faded(since: datetime | None, now: datetime) -> float:
    if since is None:
        return 0.0
    return math.exp(-max((now - since).total_seconds() / 86400, 0.0) / MEMORY)
