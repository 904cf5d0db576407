"""One page fetched now, for a person who waits."""

from __future__ import annotations

import asyncio

from services.domain.errors import Unavailable
from services.egress.answer import Answer, Failure
from services.egress.door import Door
from services.settings import Settings


def fetch(url: str, settings: Settings) -> Answer:
    """One page, fetched now. Raises Unavailable."""
    answer = asyncio.run(_get(url, settings))
    if isinstance(answer, Failure):
        raise Unavailable(f"{url}: no answer ({answer.reason}); is the address right and the network there?")
    return answer


async def _get(url: str, settings: Settings) -> Answer | Failure:
    door = Door(user_agent=settings.user_agent, allow=settings.allow_addresses)
    try:
        return await door.get(url)
    finally:
        await door.aclose()
