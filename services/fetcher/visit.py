"""One request, no more: robots.txt asked of what we keep, then a conditional GET through the door."""

from __future__ import annotations

from datetime import datetime

from services.domain.snapshot import Outcome
from services.egress.answer import Answer, Failure
from services.egress.door import Door
from services.fetcher.conditional import condition
from services.fetcher.outcome import outcome_of
from services.fetcher.robots import LIMIT, forbids
from services.storage.claims import Claim

#: What a browser in China would accept.
HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
}
#: Seconds.
DEADLINE = 30.0
#: A linked file may be larger than a page, and may take longer.
FILE_LIMIT = 20 * 1024 * 1024
FILE_DEADLINE = 60.0


async def visit(door: Door, claim: Claim, now: datetime) -> Outcome:
    """The page at `claim.url`. Makes no request where robots.txt forbids it, and none that outlives the claim."""
    refused = forbids(claim, door.user_agent)
    if refused is not None:
        return refused
    if claim.role == "attachment":
        headers = {**HEADERS, "Accept": "*/*", **condition(claim, now)}
        answer = await door.get(
            claim.url, headers=headers, limit=FILE_LIMIT, deadline=within(claim, now, FILE_DEADLINE)
        )
    else:
        headers = {**HEADERS, **condition(claim, now)}
        answer = await door.get(claim.url, headers=headers, deadline=within(claim, now, DEADLINE))
    return outcome_of(claim.url, answer, door.judge)


async def ask_robots(door: Door, url: str, deadline: float = DEADLINE) -> Answer | Failure:
    """The first 512 KiB of a robots.txt."""
    return await door.get(url, limit=LIMIT, cut=True, deadline=deadline)


def within(claim: Claim, now: datetime, deadline: float) -> float:
    """Seconds a request may take: when its lease is over, somebody else may ask the host."""
    return min(deadline, (claim.until - now).total_seconds())
