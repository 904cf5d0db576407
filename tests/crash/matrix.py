"""T1, the crash matrix: at every point, SIGKILL, then one process that lives, when the leases are over.

A document has one version more in each trial. After it: the alert arrived, under one id, the version is there once,
nothing is owed, held or waiting.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from machine import BOX, NOW, Engine, door, engine, fork, killed, news, opened, watch
from points import OUTSIDE, Armed, ArmedDatabase, ArmedDoor, ArmedRelay, armed_reader, points_of
from sqlalchemy import text
from world import Outside, verdict

from services.api.webhooks.send import Teller
from services.bus.engine import open_bus
from services.domain.pacing import Pace
from services.egress.door import Door
from services.fetcher.fetcher import Fetcher
from services.parser.handle import GROUP as READING
from services.parser.handle import Parser
from services.storage.database import open_database

#: Longer than any lease.
LATER = timedelta(seconds=121)
_STUCK = {
    "queue": "select count(*) from queue",
    "delivery": "select count(*) from delivery where next_attempt is not null or token is not null",
    "claims": "select count(*) from page where claim_token is not null",
    "hosts": "select count(*) from host where claim_token is not null",
    "versions twice": "select count(*) - count(distinct (document_id || ' ' || n)) from version",
    "effects twice": "select count(*) - count(distinct (subscription_id || ' ' || event_id)) from delivery",
}


@dataclass(slots=True)
class Matrix:
    points: int = 0
    kills: int = 0
    missed: list[str] = field(default_factory=list)
    lost: int = 0
    twice: int = 0
    again: int = 0
    stuck: dict[str, int] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        return not (self.missed or self.lost or self.twice or any(self.stuck.values()))


def matrix(name: str, repeats: int, shown: Callable[[str], None] = lambda _: None, most: int | None = None) -> Matrix:
    """Every point (or about `most` of them), `repeats` times, on one engine."""
    with engine(name) as made:
        outside = Outside()
        try:
            return _matrix(made, outside, repeats, shown, most)
        finally:
            outside.close()


def _matrix(made: Engine, outside: Outside, repeats: int, shown: Callable[[str], None], most: int | None) -> Matrix:
    points = [(stage, point) for stage, found in points_of(made.name).items() for point in found]
    points = points[:: max(1, len(points) // most)] if most else points
    docs = list(range(len(points)))
    now, found = NOW, Matrix(points=len(points))
    with opened(made.database_url) as database:
        watch(database, docs, outside.port, now)
    outside.tell(versions=dict.fromkeys(docs, 1))
    _live(made, outside, now)
    for repeat in range(repeats):
        for doc, (stage, point) in enumerate(points):
            now += LATER
            outside.tell(versions={doc: repeat + 2})
            with opened(made.database_url) as database:
                news(database, [doc], outside.port, now)
            if _live(made, outside, now, stage, point):
                found.kills += 1
            else:
                found.missed.append(f"{stage}: {point}")
            now += LATER
            _live(made, outside, now)
        shown(f"{made.name}: {found.kills} kills, repeat {repeat + 1} of {repeats}")
    told = verdict(outside.log(), docs, repeats + 1)
    found.lost, found.twice, found.again = told.lost, told.twice + told.altered + told.disordered, told.again
    with opened(made.database_url) as database, database.read() as conn:
        found.stuck = {what: int(conn.execute(text(query)).scalar_one()) for what, query in _STUCK.items()}
    return found


def _live(made: Engine, outside: Outside, now: datetime, stage: str = "", point: str = "") -> bool:
    """One process lives until nothing is left to do, or dies at its point: whether it was killed."""
    ready, go = os.pipe()

    def work() -> None:
        os.read(ready, 1)
        asyncio.run(_settle(made, now, Armed(stage, point)))

    pid = fork(work)
    outside.tell(doomed=[pid, point] if stage == "send" and point in OUTSIDE else None)
    os.write(go, b"!")
    was = killed(pid)
    os.close(ready)
    os.close(go)
    return was


async def _settle(made: Engine, now: datetime, armed: Armed) -> None:
    """All stages in turn, until none finds anything."""
    database = ArmedDatabase(armed, open_database(made.database_url))
    asking = cast(Door, ArmedDoor(armed, door()))
    with open_bus(made.bus_url, database) as bus:
        fetcher = Fetcher(database, asking, lambda: now, pace=Pace(timedelta(0), 10**9))
        parser = Parser(database, bus, lambda: now, "http://127.0.0.1", armed_reader(armed))
        teller = Teller(database, bus, asking, BOX, lambda: now, lambda: now, "http://127.0.0.1")
        relay = ArmedRelay(database, made.bus_url, lambda: now) if made.name == "redis" else None
        if relay is not None:
            relay.armed = armed
        busy = 1
        while busy:
            armed.stage = "fetch"
            busy = await fetcher.run_due()
            for group, stage, work in ((READING, "parse", parser.drain), ("webhooks", "match", teller.match_due)):
                if relay is not None:
                    armed.stage = "relay"
                    busy += relay.move()
                    bus.wait(group, 100, 0)
                armed.stage = stage
                busy += work()
            armed.stage = "send"
            busy += await teller.send_due()
    await asking.aclose()
