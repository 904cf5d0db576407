"""What watching costs as it grows: a visit's claim and record with so many pages known, what each fact takes on disk.

claims   tables filled with pages, 50 to a host, due at random over two days: what a poll, a claim (of 64 at once) and
         recording a visit that saw nothing new cost, on SQLite and, where DAFU_TEST_POSTGRES names a server, PostgreSQL
         (there only what this process does, and the time it waited)
sizes    the pages of watched_pages.py through the real line, the network replaced: CPU and bytes a page when new, with
         identical bytes, with new furniture, with three edits

GROWTH=10000,100000 names other sizes than the usual ones. docs/scaling.md does the arithmetic with these figures.
"""

from __future__ import annotations

import asyncio
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Connection, func, insert, select, text

from benchmarks.queries import _schema as schema
from benchmarks.queries import some_row as row
from benchmarks.table import show
from benchmarks.timing import cpu_ms, reference_loop
from benchmarks.watched_pages import STATES, State, watched
from services.api.webhooks.secrets import SecretBox
from services.domain.pacing import DEFAULT, Pace
from services.domain.snapshot import NotModified
from services.domain.source import Source
from services.egress.door import Door
from services.fetcher.record import Visited, record_pages
from services.line.line import Line, watch
from services.replay.clock import SimulatedClock
from services.storage import outbox, pages, visits
from services.storage.database import Database, open_database
from services.storage.pages import Listed
from services.storage.tables import host, page, snapshot, source

SIZES = tuple(int(size) for size in os.environ.get("GROWTH", "10000,100000,1000000").split(","))
PER_HOST = 50
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_AT_ONCE = 5_000
_LEASE = timedelta(minutes=2)
_VISITS = 512


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU of this process, and of time."""

    cpu: float
    time: float


def run() -> bool:
    _claims()
    _sizes()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nreference loop {cpu_ms(reference_loop):.1f} ms, peak memory of this process {peak:.0f} MiB")
    return True


def _claims() -> None:
    rows = []
    for size in SIZES:
        for name, database in _databases():
            with database.write() as conn:
                _fill(conn, size)
            _settle(database)
            poll, claim, record = _visit(database)
            waited = f"{poll.time:.1f}", f"{claim.time:.2f}", f"{record.time:.2f}"
            here = f"{poll.cpu:.1f}", f"{claim.cpu:.2f}", f"{record.cpu:.2f}"
            rows.append((f"{size:,} pages, {size // PER_HOST:,} hosts", name, *here, *waited))
    head = ("", "", "poll", "claim", "record", "poll, time", "claim, time", "record, time")
    show("A visit's cost beside its request, ms: CPU of the fetcher's process, and time that passed", head, rows)


def _visit(database: Database) -> tuple[Cost, Cost, Cost]:
    """A poll when nothing is due, so that every host is looked at; claims of 64; one record each, when half of all is
    due, as after a day of standstill.
    """
    with database.read() as conn:
        if visits.is_due(conn, NOW):
            raise AssertionError("a poll that finds something ends early")
        poll = _measured(lambda: visits.is_due(conn, NOW), 5)
    claims, now = [], NOW + timedelta(days=1)
    started = time.process_time(), time.perf_counter()
    while len(claims) < _VISITS:
        with database.write() as conn:
            claims += visits.claim_due(conn, now, _LEASE, DEFAULT, 64)
        now += _LEASE
    claim = _since(started, len(claims))
    started = time.process_time(), time.perf_counter()
    for one in claims:
        record_pages(database, [Visited(one, NotModified(one.url), now)], lambda: now)
    return poll, claim, _since(started, len(claims))


def _measured(work: object, rounds: int) -> Cost:
    started = time.process_time(), time.perf_counter()
    for _ in range(rounds):
        work()  # type: ignore[operator]
    return _since(started, rounds)


def _since(started: tuple[float, float], count: int) -> Cost:
    cpu, passed = time.process_time() - started[0], time.perf_counter() - started[1]
    return Cost(cpu / count * 1000, passed / count * 1000)


def _fill(conn: Connection, size: int) -> None:
    draw = random.Random(size)
    hosts = max(size // PER_HOST, 1)
    names = [f"h{n}.example.gov.cn" for n in range(hosts)]
    body = {"sha256": "0" * 64, "data": b"", "length": 0}
    conn.execute(text("insert into body (sha256, data, length) values (:sha256, :data, :length)"), body)
    expires = NOW + timedelta(days=9)
    for first in range(0, hosts, _AT_ONCE):
        some = names[first : first + _AT_ONCE]
        robots = {"robots": None, "robots_status": 404, "robots_expires": expires}
        conn.execute(insert(host), [row(host, name=name, next_request=NOW, **robots) for name in some])
        conn.execute(insert(source), [
            row(source, id=f"s-{name}", url=f"https://{name}/", host=name, every_s=21600.0, status="active",
                settings="{}", next_visit=NOW + timedelta(days=9)) for name in some
        ])  # fmt: skip
    for first in range(0, size, _AT_ONCE):
        made = []
        for n in range(first, min(first + _AT_ONCE, size)):
            name = names[n % hosts]
            made.append(row(
                page, id=f"doc_{n:022}", source_id=f"s-{name}", role="main", host=name, latest_snapshot=n + 1,
                etag='"a"',
                url=f"https://{name}/zwgk/jytabl/202303/t20230327_{n}.html", list_date="2023-03-27",
                next_visit=NOW + timedelta(seconds=draw.uniform(0, 172_800)), last_visit=NOW - timedelta(days=1),
            ))  # fmt: skip
        conn.execute(insert(page), made)
        conn.execute(insert(snapshot), [
            row(snapshot, id=n + 1, page_id=one["id"], status=200, url=one["url"], headers="{}", sha256="0" * 64)
            for n, one in enumerate(made, first)
        ])  # fmt: skip


def _sizes() -> None:
    with tempfile.TemporaryDirectory(prefix="dafu-bench-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'd.sqlite'}")
        rows = asyncio.run(_live(database, len(watched())))
        database.close()
    show("A page through the whole line, the network left out (SQLite)",
         ("", "CPU ms a page", "bytes on disk a page", "events"), rows)  # fmt: skip


async def _live(database: Database, count: int) -> list[tuple[str, str, str, str]]:
    clock, shown = SimulatedClock(NOW), {"state": "new"}
    bodies = {one.path: one for one in watched()}

    def answer(request: httpx.Request) -> httpx.Response:
        one = bodies.get(request.url.path)
        return httpx.Response(404) if one is None else httpx.Response(200, content=one.body(_state(shown["state"])))

    door = Door(user_agent="Dafu-benchmark", transport=httpx.MockTransport(answer))
    line = Line(database, pages=door, hooks=door, box=SecretBox(bytes(32)), clock=clock, stamp=clock,
                address="http://127.0.0.1", pace=Pace(timedelta(0), 10**9))  # fmt: skip
    names = [f"h{n}.example.gov.cn" for n in range(20)]
    watch(
        database, [Source(name.partition(".")[0], f"https://{name}/", name, timedelta(days=1)) for name in names], NOW
    )
    with database.write() as conn:
        for n, path in enumerate(bodies):
            listed = [Listed(f"https://{names[n % 20]}{path}", "关于建议的答复", "2023-03-27")]
            pages.discover(conn, names[n % 20].partition(".")[0], listed, NOW, backfill=False)
    rows, size = [], _size(database)
    for state in STATES:
        shown["state"] = state
        before = _events(database)
        started = time.process_time()
        await line.settle()
        cpu = (time.process_time() - started) / count * 1000
        grown, size = _size(database) - size, _size(database)
        rows.append((state, f"{cpu:.2f}", f"{grown / count:,.0f}", f"{_events(database) - before}"))
        clock.advance_to(clock() + timedelta(days=40))
    await door.aclose()
    return rows


def _state(name: str) -> State:
    return next(state for state in STATES if state == name)


def _events(database: Database) -> int:
    with database.read() as conn:
        return sum(
            not one.event.type.startswith(("snapshot.", "source.")) for one in outbox.events_after(conn, 0, 10**6)
        )


def _size(database: Database) -> int:
    """Bytes in use, free pages left out."""
    with database.read() as conn:
        count, free, size = (
            int(conn.execute(text(f"pragma {name}")).scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
    return (count - free) * size


@contextmanager
def _sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="dafu-bench-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'd.sqlite'}")
        yield database
        database.close()


def _databases() -> Iterator[tuple[str, Database]]:
    with _sqlite() as database:
        yield "SQLite", database
    if url := os.environ.get("DAFU_TEST_POSTGRES"):
        with schema(url) as address:
            database = open_database(address)
            yield "PostgreSQL", database
            database.close()


def _settle(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("vacuum analyze" if database.engine.dialect.name == "postgresql" else "analyze"))
        conn.execute(select(func.count()).select_from(host))
