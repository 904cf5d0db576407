"""robots.txt (RFC 9309), pure: none, 4xx or redirects that lead nowhere allow all; 5xx, 429 or no answer nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urljoin

from protego import Protego

from services.domain.identity import canonical_url, host_of
from services.domain.snapshot import Blocked
from services.egress.answer import Answer, Failure
from services.fetcher.cadence import clamp_retry
from services.fetcher.outcome import retry_after
from services.storage.claims import Claim

LIMIT = 512 * 1024
GOOD_FOR = timedelta(hours=24)
#: How long to leave a host alone whose robots.txt does not answer.
AGAIN = timedelta(minutes=30)
MOST_HOPS = 5
#: A longer delay between two requests would never finish a column.
LONGEST_DELAY = 3600.0


@dataclass(frozen=True, slots=True)
class Robots:
    """What to keep of a host's robots.txt. `follow`: not an answer yet, ask there next, paced like any request."""

    text: str | None
    status: int | None
    expires: datetime
    crawl_delay: float | None = None
    wait_until: datetime | None = None
    follow: str | None = None


def decide_robots(claim: Claim, url: str, answer: Answer | Failure, agent: str, hops: int, now: datetime) -> Robots:
    """`url` was asked, `hops` redirects away from the host's /robots.txt."""
    if isinstance(answer, Failure):
        return Robots(None, None, now + AGAIN, wait_until=now + AGAIN)
    if answer.status >= 500 or answer.status == 429:
        wait = now + max(AGAIN, clamp_retry(retry_after(answer.headers)))
        return Robots(None, answer.status, wait, wait_until=wait)
    if 300 <= answer.status < 400:
        target = _same_host(claim.host, url, answer.headers.get("location", ""))
        if target is not None and hops < MOST_HOPS:
            return Robots(None, None, now, follow=target)
        return Robots(None, 404, now + GOOD_FOR)
    if answer.status != 200:
        return Robots(None, answer.status, now + GOOD_FOR)
    text = answer.body[:LIMIT].decode("utf-8", "replace").removeprefix("\ufeff")
    return Robots(text, 200, now + GOOD_FOR, crawl_delay=_delay(text, agent))


def _same_host(host: str, url: str, location: str) -> str | None:
    """Another host's file does not speak for this one; its own pages are asked about there."""
    try:
        target = canonical_url(urljoin(url, location))
    except ValueError:
        return None
    return target if host_of(target) == host and target != url else None


def forbids(claim: Claim, agent: str) -> Blocked | None:
    """Blocked where robots.txt keeps us from `claim.url`."""
    if claim.robots is not None:
        allowed = _parse(claim.robots).can_fetch(claim.url, _token(agent))
    else:
        allowed = claim.robots_status is not None and claim.robots_status < 500 and claim.robots_status != 429
    return None if allowed else Blocked(claim.url, "robots", claim.robots_status)


def _delay(text: str, agent: str) -> float | None:
    rules = _parse(text)
    rate = rules.request_rate(_token(agent))
    asked = [rules.crawl_delay(_token(agent)) or 0.0, rate.seconds / rate.requests if rate and rate.requests else 0.0]
    longest = max((delay for delay in asked if math.isfinite(delay)), default=0.0)
    return min(longest, LONGEST_DELAY) if longest > 0 else None


def _token(agent: str) -> str:
    """The product token: the contact behind it must not match somebody else's rules."""
    return agent.split("/", 1)[0].split(" ", 1)[0]


@lru_cache(maxsize=64)
def _parse(text: str) -> Protego:
    return Protego.parse(text)
