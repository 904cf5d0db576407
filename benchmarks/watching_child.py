"""Dafu's line as a watcher of the local site: CPU of each phase, peak memory, and what it told.

python -m benchmarks.watching_child PORT FOLDER: a state a line on stdin, a JSON object a line on stdout. The clock is
simulated (a month goes by between two states, so that every page is due), everything else is the line of `dafu run`:
claims, robots.txt, the door, snapshots, reading, comparing, events, matching.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.watched_pages import watched
from services.api.webhooks.secrets import SecretBox
from services.domain.event import EVENT_TYPES
from services.domain.pacing import Pace
from services.domain.source import Source
from services.egress.door import Door
from services.line.line import Line, watch
from services.line.process import collect_seldom
from services.logs import configure_logs
from services.replay.clock import SimulatedClock
from services.storage import outbox, pages, sources
from services.storage.database import Database, open_database
from services.storage.pages import Listed

#: The site under so many names, as peers open so many connections.
HOSTS = 20
_MONTH = timedelta(days=40)


async def _watch(port: int, folder: Path) -> None:
    clock = SimulatedClock(datetime(2023, 4, 1, tzinfo=UTC))
    database = open_database(f"sqlite:///{folder / 'dafu.sqlite'}")
    door = Door(user_agent="Dafu-benchmark", allow=(f"127.0.0.1/32:{port}",), lookup=_here)
    line = Line(database, pages=door, hooks=door, box=SecretBox(bytes(32)), clock=clock, stamp=clock,
                address="http://127.0.0.1", pace=Pace(timedelta(0), 10**9))  # fmt: skip
    _know(database, port, clock())
    seq = 0
    for state in sys.stdin:
        started = time.process_time()
        await line.settle()
        taken = time.process_time() - started
        told, seq = _told(database, seq)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"state": state.strip(), "cpu": taken, "peak_kib": peak, "told": told}), flush=True)
        clock.advance_to(clock() + _MONTH)
    await door.aclose()
    database.close()


async def _here(_: str) -> list[str]:
    return ["127.0.0.1"]


def _know(database: Database, port: int, now: datetime) -> None:
    """The pages are known; no list page is read."""
    listed = [Listed(f"http://s{page.n % HOSTS:02}.example.cn:{port}{page.path}") for page in watched()]
    source = Source("bench", listed[0].url.rsplit("/", 1)[0] + "/", "bench", timedelta(days=1))
    watch(database, [source], now)
    with database.write() as conn:
        sources.lease_list(conn, "bench", "nobody", now + timedelta(days=36500))
        pages.discover(conn, "bench", listed, now, backfill=False)


def _told(database: Database, seq: int) -> tuple[list[dict[str, Any]], int]:
    told = []
    with database.read() as conn:
        while logged := outbox.events_after(conn, seq, 250, types=EVENT_TYPES):
            told += [{"type": one.event.type, "data": one.event.data} for one in logged]
            seq = logged[-1].seq
    return told, seq


if __name__ == "__main__":
    configure_logs("error")  # stdout is for answers
    collect_seldom()  # as every process of the line does
    asyncio.run(_watch(int(sys.argv[1]), Path(sys.argv[2])))
