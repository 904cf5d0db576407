"""A page that goes back to what it said before: news, or a site that cannot make up its mind? Pure.

    A ─► B             new words                                    told
    A ─► B ─► A        it went back                                 told: an edit like any other
    A ─► B ─► A ─► B   it went back again, at most WINDOW later     told once more, as flapping
    … ─► A ─► B ─► A   and again                                    observations of the versions known

Two mirrors of which one lags, or a cache in front of them, answer in turn for days. Every answer is on record
(snapshots, readings, sightings); a subscriber is told of the flapping once. The count starts anew when the page says
something it never said, or holds still for longer than WINDOW.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from services.storage.readings import Shown

#: Between two turns of one episode: longer than a site takes to synchronise, shorter than an office takes to revise.
WINDOW = timedelta(days=7)

Verdict = Literal["reverted", "flapping", "known"]


def verdict(shown: Sequence[Shown], now: datetime) -> Verdict:
    """What a return to earlier words at `now` is, after what the page has `shown`, oldest first.

    reverted: the first of its kind; flapping: the second, to be named so; known: told already.
    """
    earlier = _returns(shown, now)
    if earlier == 0:
        return "reverted"
    return "flapping" if earlier == 1 else "known"


def _returns(shown: Sequence[Shown], now: datetime) -> int:
    """Returns in a row up to now, each at most WINDOW before the next."""
    turns = [after for before, after in pairwise(shown) if before.version != after.version]
    count, later = 0, now
    for turn in reversed(turns):
        if turn.news or later - turn.at > WINDOW:
            break
        count, later = count + 1, turn.at
    return count
