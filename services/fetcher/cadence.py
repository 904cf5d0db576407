"""When to come again. Every function is of its arguments alone; what spreads visits is derived from the id.

How often a page changes is estimated in domain/recheck.py, how fast a host may be asked is in domain/pacing.py.
"""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta

from services.domain.recheck import Seen, interval

#: No page is looked at less often, unless its source asks for less.
RAREST = timedelta(hours=48)
#: The longest wait after trouble, and between visits to a page that is gone.
CEILING = timedelta(hours=24)
#: First wait after a visit that brought nothing; each further one doubles it.
FIRST_RETRY = timedelta(minutes=10)
#: SPEC §12 row 1: removal needs observations 24 h apart (three where the page is empty).
ABSENCE = timedelta(hours=24)
RECHECK_ABSENCE = timedelta(hours=8)
AFTER_ABSENCE = timedelta(minutes=10)
#: A file is changed more rarely than the page that links to it, and is larger.
FILES_RARER = 3
#: Share of an interval that visits are spread over.
SPREAD = 0.05


def jitter(id_: str) -> float:
    """The id's own number in [0, 1)."""
    return zlib.crc32(id_.encode("utf-8", "surrogatepass")) / 2**32


def next_list(id_: str, now: datetime, every: timedelta) -> datetime:
    """A list page is due every `every`, at most 5 % later."""
    return now + every * (1 + SPREAD * jitter(id_))


def next_page(id_: str, now: datetime, every: timedelta, seen: Seen, rarer: int = 1) -> datetime:
    """Between `every`, as its list, and RAREST: as soon as an edit is to be expected. `rarer`: times as long."""
    ceiling = max(RAREST, every)
    spread = interval(seen, now, every, ceiling) * (1 + SPREAD * jitter(id_))
    return now + min(spread, ceiling) * rarer


def back_off(id_: str, now: datetime, every: timedelta, failures: int, retry_after: float | None = None) -> datetime:
    """After the `failures`-th visit in a row that brought nothing: doubling, at most 24 h, never before Retry-After."""
    first = min(FIRST_RETRY, every) * (1 + SPREAD * jitter(id_))
    wait = min(first * (1 << min(max(failures - 1, 0), 20)), CEILING)
    return now + max(wait, clamp_retry(retry_after))


def clamp_retry(seconds: float | None) -> timedelta:
    """A server may ask for patience, up to 24 h."""
    if seconds is None or not seconds > 0:  # also NaN
        return timedelta(0)
    return min(timedelta(seconds=min(seconds, 1e6)), CEILING)


def next_absent(id_: str, now: datetime, since: datetime | None, removed: bool) -> datetime:
    """A page that is not there. `since`: first seen absent so (None: now); `removed`: that was told already.

    At most 8 h apart until 24 h have passed, with one visit soon after that moment: enough observations for every kind
    of absence, and a page that comes back is seen the same day.
    """
    if removed:
        return now + CEILING
    confirm = (since or now) + ABSENCE + AFTER_ABSENCE * (1 + jitter(id_))
    soon = now + RECHECK_ABSENCE
    return min(soon, confirm) if confirm > now else soon
