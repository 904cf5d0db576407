"""When to try again (DELIVERY.md, Attempts). Pure: the schedule is data, `now` and the jitter's seed are arguments."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Pause before attempt 1, 2, … 10: 75:35:05 hours without jitter.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # fmt: skip
LONGEST = timedelta(hours=24)
#: An endpoint with nothing but failures for so long is disabled.
PATIENCE = timedelta(hours=120)
#: Answers whose Retry-After is honoured.
ASKS_FOR_PATIENCE = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Done:
    """Delivered: nothing more to do."""


@dataclass(frozen=True, slots=True)
class Again:
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No further attempt; `disable` when the endpoint said it wants nothing any more (410)."""

    disable: bool = False


Verdict = Done | Again | GiveUp


#: Per cent of the way to being disabled at which the owner is warned.
WARNINGS = (90, 70, 50)


def after_attempt(delivery: str, attempt: int, status: int | None, retry_after: str | None, now: datetime) -> Verdict:
    """What follows attempt number `attempt` (1 is the first) that ended at `now` with `status` (None: no answer)."""
    if status is not None and 200 <= status < 300:
        return Done()
    if status == 410:
        return GiveUp(disable=True)
    if attempt >= len(PAUSES):
        return GiveUp()
    pause = PAUSES[attempt] * (1 + jitter(delivery, attempt))
    if status in ASKS_FOR_PATIENCE and (asked := _patience(retry_after, now)) is not None:
        pause = min(max(pause, asked), LONGEST)
    return Again(now + pause)


def worn(failing_since: datetime | None, failures: int, now: datetime) -> int:
    """How far an endpoint is, in per cent, on its way to being disabled, for which it must have failed long and often
    enough without one success. 100: it is disabled.
    """
    if failing_since is None:
        return 0
    return min(100, int(100 * min((now - failing_since) / PATIENCE, failures / len(PAUSES))))


def warning(percent: int, warned: int) -> int | None:
    """The warning to give at `percent`, when `warned` was the last one given; None for none."""
    reached = next((step for step in WARNINGS if percent >= step), 0)
    return reached if reached > warned and percent < 100 else None


def jitter(delivery: str, attempt: int) -> float:
    """0 to 0.2, the same for the same attempt."""
    digest = hashlib.sha256(f"{delivery}.{attempt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 0xFFFFFFFF * 0.2


def _patience(value: str | None, now: datetime) -> timedelta | None:
    """Retry-After as seconds or as an HTTP date; None where it says neither."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), int(LONGEST.total_seconds())))
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now, timedelta(0))
