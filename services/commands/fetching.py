"""Pages fetched now, for a person who waits: as politely as by the fetcher, and in turn with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.domain.clock import system_clock
from services.domain.errors import Unavailable
from services.domain.snapshot import Blocked, Fetched, Gone, Outcome, Unreachable
from services.egress.answer import Answer, Failure, Refusal
from services.egress.door import Door
from services.fetcher.trial import Trials
from services.settings import Settings
from services.storage.database import Database

T = TypeVar("T")


def fetch(url: str, settings: Settings) -> Answer:
    """One page, fetched now, nothing asked or kept. Raises Unavailable."""
    answer = with_door(settings, lambda door: door.get(url))
    if isinstance(answer, Failure):
        raise Unavailable(f"{url}: no answer ({answer.reason}); is the address right and the network there?")
    return answer


def visit_now(database: Database, settings: Settings, url: str) -> Fetched:
    """One page, in turn with whoever visits its host, as its robots.txt allows. Raises Unavailable: why not."""

    async def visit(door: Door) -> Outcome:
        judged = door.judge(url)
        if isinstance(judged, Refusal):
            return Unreachable(url, judged.code)
        return await trials(database, door, settings).visit(judged)

    outcome = with_door(settings, visit)
    if isinstance(outcome, Fetched):
        return outcome
    if isinstance(outcome, Blocked):
        why = "its robots.txt keeps us out" if outcome.reason == "robots" else f"refused ({outcome.reason})"
    elif isinstance(outcome, Gone):
        why = f"not there (http_{outcome.status})"
    else:
        reason = outcome.reason if isinstance(outcome, Unreachable) else "no_answer"
        why = f"no answer ({reason}); is the address right and the network there?"
    raise Unavailable(f"{url}: {why}")


def trials(database: Database, door: Door, settings: Settings) -> Trials:
    return Trials(database, door, system_clock, pace=settings.pace)


def with_door(settings: Settings, work: Callable[[Door], Awaitable[T]]) -> T:
    """Run `work` with a door of its own."""

    async def opened() -> T:
        door = Door(user_agent=settings.user_agent, allow=settings.allow_addresses, ports=settings.ports)
        try:
            return await work(door)
        finally:
            await door.aclose()

    return asyncio.run(opened())


def plain(text: str) -> str:
    """A site's own text: nothing in it may steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)
