"""T2, T3, T4, T8, T23: documents that change as fast as alerts of them arrive, three processes of each stage, and
kill -9 all the while; with Redis also losing everything, again and again.

Every document goes through all its versions, each published only when the alert of the one before has arrived, so one
lost event stops its document for ever. What arrived is compared outside (world.py). T8 then has the same pages watched
by one process on SQLite that nobody kills, and compares what stands on record (histories.py).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from histories import Record, on_record, unequal
from machine import BOX, Engine, door, engine, fork, kill, news, opened, watch
from redis import Redis
from sqlalchemy import text
from world import Outside, Verdict, address, verdict

from services.api.webhooks import send
from services.bus.engine import open_bus
from services.bus.entries import streams_of
from services.domain.identity import document_id
from services.domain.pacing import Pace
from services.egress.door import Door
from services.fetcher.fetcher import Fetcher
from services.fetcher.schedule import ticking
from services.line.house import House
from services.line.process import until_stopped
from services.line.stages import STAGES, Stage
from services.parser import handle
from services.settings import load_settings
from services.storage.clock import clock_of
from services.storage.database import Database, open_database

#: The trial's leases, in seconds: shorter than in earnest, so that what a killed process held comes back in the trial.
LEASE = 8
STEP = 0.25


@dataclass(slots=True)
class Storm:
    engine: str
    events: int
    seconds: float = 0.0
    kills: int = 0
    redis_lost: int = 0
    #: Seconds from the last kill to the last alert.
    drained: float = 0.0
    verdict: Verdict | None = None
    #: Events handed out more than once, of all that were handed out.
    redelivered: int = 0
    stuck: int = 0
    #: Documents whose events, versions and changes are compared with those of one process, and those that differ.
    compared: int = 0
    unequal: int = 0
    #: Seconds the one process took.
    alone: float = 0.0

    def __str__(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @property
    def well(self) -> bool:
        told = self.verdict
        return told is not None and not (
            told.lost or told.twice or told.disordered or told.altered or self.stuck or self.unequal
        )


def storm(
    name: str,
    docs: int,
    last: int,
    kills: int,
    *,
    replicas: int = 3,
    losses: int = 0,
    alone: bool = False,
    seed: int = 1,
    patience: float = 3600,
    shown: Callable[[str], None] = lambda _: None,
) -> Storm:
    """`kills` processes killed while `docs` documents go through `last` versions; Redis loses everything `losses`
    times, by turns killed (it keeps nothing), flushed, and its streams or groups deleted or cut to nothing. `alone`:
    one process does the same afterwards, and both records are compared.
    """
    with engine(name) as made:
        outside = Outside()
        try:
            found, record = _storm(
                made, outside, range(docs), last, kills, replicas, losses, random.Random(seed), patience, shown
            )
            if alone:
                began = time.monotonic()
                found.unequal = len(unequal(record, _alone(outside, range(docs), last, patience)))
                found.compared, found.alone = len(record), time.monotonic() - began
            return found
        finally:
            outside.close()


def _storm(
    made: Engine,
    outside: Outside,
    docs: Sequence[int],
    last: int,
    kills: int,
    replicas: int,
    losses: int,
    chance: random.Random,
    patience: float,
    shown: Callable[[str], None],
) -> tuple[Storm, dict[str, Record]]:
    found = Storm(made.name, len(docs) * last)
    outside.tell(versions=dict.fromkeys(docs, 1), last=last)
    names = [name for name in STAGES if name != "relay" or made.name == "redis"]
    with opened(made.database_url) as database:
        watch(database, docs, outside.port, datetime.now(UTC))
        alive = {start(made, name): name for name in names for _ in range(replicas)}
        began, last_kill, told = time.monotonic(), time.monotonic(), 0
        shown(f"{made.name}: {len(alive)} processes")
        while time.monotonic() - began < patience:
            time.sleep(STEP)
            changed, arrived = outside.news()
            news(database, changed, outside.port, datetime.now(UTC))
            # the kills are spread over the events, not over a time nobody knows
            while found.kills < kills and arrived * kills >= found.kills * found.events:
                victim = chance.choice(list(alive))
                name = alive.pop(victim)
                kill(victim)
                alive[start(made, name)] = name
                found.kills += 1
                last_kill = time.monotonic()
            if found.redis_lost < losses and arrived * (losses + 1) >= (found.redis_lost + 1) * found.events:
                lose(made, found.redis_lost)
                found.redis_lost += 1
                last_kill = time.monotonic()
            if arrived != told and arrived * 20 // found.events != told * 20 // found.events:
                shown(
                    f"{made.name}: {arrived} of {found.events}, {found.kills} kills, {time.monotonic() - began:.0f} s"
                )
            told = arrived
            if arrived >= found.events and found.kills >= kills:
                break
        found.drained = time.monotonic() - last_kill
        found.seconds = time.monotonic() - began
        found.stuck = settled(database)
        for pid in alive:
            kill(pid)
        found.verdict = verdict(outside.log(), docs, last)
        with database.read() as conn:
            found.redelivered = int(conn.execute(text("select count(*) from attempt where number > 1")).scalar_one())
        return found, on_record(database, _ids(docs, outside.port))


def _alone(outside: Outside, docs: Sequence[int], last: int, patience: float) -> dict[str, Record]:
    """What stands on record when one process, on SQLite, has watched the same pages through the same versions."""
    with engine("sqlite") as made, opened(made.database_url) as database:
        outside.tell(versions=dict.fromkeys(docs, 1), last=last, forget=True)
        outside.news()
        watch(database, docs, outside.port, datetime.now(UTC))
        pid, began, arrived = start(made, "all"), time.monotonic(), 0
        while arrived < len(docs) * last and time.monotonic() - began < patience:
            time.sleep(STEP)
            changed, arrived = outside.news()
            news(database, changed, outside.port, datetime.now(UTC))
        kill(pid)
        return on_record(database, _ids(docs, outside.port))


def _ids(docs: Sequence[int], port: int) -> list[str]:
    return [document_id(address(doc, port)) for doc in docs]


def lose(made: Engine, turn: int) -> None:
    """Redis forgets, in one of five ways."""
    assert made.redis is not None
    if turn % 5 == 0:
        made.redis.kill()
        time.sleep(1)
        made.redis.start()
        return
    with Redis.from_url(made.redis.url) as client:
        for stream in (one for group in ("parser", "webhooks") for one in streams_of(group)):
            if turn % 5 == 1:
                client.flushall()
            elif turn % 5 == 2:
                client.delete(stream)
            elif turn % 5 == 3 and client.exists(stream):
                client.xgroup_destroy(stream, stream.split(":")[1])
            elif turn % 5 == 4:
                client.xtrim(stream, maxlen=0, approximate=False)


def settled(database: Database, patience: float = 60) -> int:
    """What is owed when all has arrived and its leases had time to end; 0 but for a fault."""
    until = time.monotonic() + patience
    owed = "select (select count(*) from queue) + (select count(*) from delivery where next_attempt is not null)"
    while True:
        with database.read() as conn:
            found = int(conn.execute(text(owed)).scalar_one())
        if not found or time.monotonic() > until:
            return found
        time.sleep(STEP)


class TrialHouse(House):
    """As in earnest, but every name is this machine's."""

    def door(self, *own: str) -> Door:
        return door()


def start(made: Engine, name: str, *, in_earnest: bool = False) -> int:
    """A process of one stage, or of `all` but the relay, until SIGTERM; with the trial's leases or those in earnest."""

    def work() -> None:
        if not in_earnest:
            _shorten()
        database = open_database(made.database_url)
        settings = load_settings(data=Path("/nowhere"), database_url=made.database_url, bus_url=made.bus_url)
        with open_bus(made.bus_url, database) as bus:
            house = TrialHouse(settings, database, bus, clock_of(database), BOX, "http://127.0.0.1")
            asyncio.run(until_stopped(house, _stage(name), name))

    return fork(work)


def _shorten() -> None:
    handle.LEASE = timedelta(seconds=LEASE)
    send.LEASE, send.DEADLINE = timedelta(seconds=LEASE), LEASE / 2


def _stage(name: str) -> Stage:
    if name == "all":
        return _all
    return _fetch if name == "fetcher" else STAGES[name]


async def _all(house: House, stop: asyncio.Event, *_: str) -> None:
    await asyncio.gather(*(_stage(name)(house, stop) for name in ("fetcher", "parser", "webhooks")))


async def _fetch(house: House, stop: asyncio.Event, *_: str) -> None:
    """As in earnest, but without the distance between two requests to a host, and looking oftener."""
    asking = house.door()
    fetcher = Fetcher(house.database, asking, house.clock, pace=Pace(timedelta(0), 10**9), lease=LEASE)
    async with ticking(fetcher, seconds=0.1):
        await stop.wait()
