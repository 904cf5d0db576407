"""Three fetchers on one database, killed (-9) at random: what the hosts saw, counted at the hosts.

    python tests/fetcher/replicas.py [KILLS] [DATABASE-URL]     without an address: SQLite in a temporary folder

A server on loopback stands for many hosts. Each has a column, read every EVERY seconds, and letters that are read once
within the run. Leases last LEASE seconds, requests to a host are SPACING apart: everything is scaled down alike. The
server notes who asked for what and when; nothing is taken from our own tables but what was left undone at the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from multiprocessing.context import ForkServerProcess
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from fetcher import replica_child  # noqa: E402  # run by path
from scripted import article, list_page  # noqa: E402

from services.domain.clock import system_clock  # noqa: E402
from services.domain.source import Source  # noqa: E402
from services.storage import sources  # noqa: E402
from services.storage.database import Database, open_database  # noqa: E402
from services.storage.tables import page, source  # noqa: E402

REPLICAS = 3
HOSTS, LETTERS = 6, 8
SPACING, LEASE, EVERY = 0.2, 3.0, 4.0
#: A host's rate is counted over so many distances: what a request loses on its way is small beside it.
WINDOW = 10


@dataclass(frozen=True, slots=True)
class Asked:
    host: str
    path: str
    who: str
    start: float
    end: float


@dataclass(slots=True)
class Report:
    requests: int = 0
    kills: int = 0
    #: Pairs of requests that one host saw at once.
    overlaps: int = 0
    #: Most requests within WINDOW distances, of WINDOW + 1 allowed; least distance between two, in seconds.
    most: int = 0
    least: float = 9.9
    #: Visits made again within their interval: with the first one's process killed meanwhile, or without a reason.
    again_killed: int = 0
    again: int = 0
    #: What is due for longer than a lease, or was never visited.
    skipped: int = 0
    letters: int = 0

    @property
    def good(self) -> bool:
        return not (self.overlaps or self.again or self.skipped) and self.most <= WINDOW + 1

    def __str__(self) -> str:
        return (
            f"requests {self.requests}  kills {self.kills}  letters read {self.letters} of {HOSTS * LETTERS}\n"
            f"at once on one host: {self.overlaps}\n"
            f"most requests in {WINDOW} distances: {self.most} (allowed {WINDOW + 1})  "
            f"least distance {self.least:.3f} s of {SPACING} s\n"
            f"due visits skipped: {self.skipped}\n"
            f"made twice within their interval: {self.again}  "
            f"(made again because their process was killed before the result was kept: {self.again_killed})"
        )


@dataclass(slots=True)
class Server:
    """Answers for every host name; each answer takes a while."""

    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    draw: random.Random = field(default_factory=lambda: random.Random(3))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                start = time.time()
                fields = dict(line.split(": ", 1) for line in head.lower().split("\r\n")[1:] if ": " in line)
                host, path = fields["host"], head.split(" ")[1]
                try:
                    await asyncio.sleep(self.draw.uniform(0.005, 0.15))
                    writer.write(_answer(path))
                    await writer.drain()
                finally:
                    self.asked.append(Asked(host, path, fields["user-agent"], start, time.time()))
        writer.close()


def _answer(path: str) -> bytes:
    if path == "/jyta/":
        rows = [(f"/jyta/t{n}.html", f"关于第{n}号建议的答复函", "2026-01-01") for n in range(LETTERS)]
        status, body = "200 OK", list_page(*rows)
    elif path.startswith("/jyta/t"):
        status, body = "200 OK", article("现将办理情况答复如下。")
    else:
        status, body = "404 Not Found", b""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    state = Server()
    connections: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        await state.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        await asyncio.sleep(0.05)  # what was accepted last is served by now
        for writer in connections:
            writer.transport.abort()
        await asyncio.sleep(0.05)


#: Forked from a process that has imported everything: a replica is up in a moment and still a process of its own.
_PROCESSES = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class Fleet:
    """The replicas by name; when each was killed."""

    url: str
    port: int
    running: dict[str, ForkServerProcess] = field(default_factory=dict)
    killed: dict[str, float] = field(default_factory=dict)
    started: int = 0

    async def start(self) -> None:
        name, ready = f"replica-{self.started}", _PROCESSES.Event()
        self.started += 1
        arguments = (self.url, self.port, name, SPACING, LEASE, ready)
        process = _PROCESSES.Process(target=replica_child.run, args=arguments, daemon=True)
        process.start()
        self.running[name] = process
        await asyncio.to_thread(ready.wait, 60)

    async def kill(self, name: str) -> None:
        process = self.running.pop(name)
        process.kill()
        self.killed[name] = time.time()
        await asyncio.to_thread(process.join)
        process.close()


async def torment(url: str, kills: int, seed: int = 1) -> Report:
    """`kills` kills while all goes on, then on for a lease and two readings of every column; then all are killed."""
    database, draw = open_database(url), random.Random(seed)
    _PROCESSES.set_forkserver_preload(["fetcher.replica_child"])
    try:
        async with serving() as server:
            _watch(database, server.port)
            fleet = Fleet(url, server.port)
            try:
                for _ in range(REPLICAS):
                    await fleet.start()
                for _ in range(kills):
                    await asyncio.sleep(draw.uniform(0.2, 1.5))
                    await fleet.kill(draw.choice(sorted(fleet.running)))
                    await fleet.start()
                await asyncio.sleep(LEASE + 2 * EVERY)
                skipped, letters = await asyncio.to_thread(_undone, database)
            finally:
                await asyncio.gather(*(fleet.kill(name) for name in list(fleet.running)))
            return judged(server.asked, fleet.killed, kills, skipped, letters)
    finally:
        database.close()


def _watch(database: Database, port: int) -> None:
    now = system_clock()
    with database.write() as conn:
        for n in range(HOSTS):
            url = f"http://h{n}.linjiang.example.gov.cn:{port}/jyta/"
            sources.save_source(conn, Source(f"s{n}", url, f"{n}", timedelta(seconds=EVERY)), now)


def _undone(database: Database) -> tuple[int, int]:
    """Overdue by more than a lease, beside letters never visited; letters visited."""
    late = system_clock() - timedelta(seconds=LEASE + 1)
    with database.read() as conn:
        lists = conn.execute(source.select()).all()
        letters = conn.execute(page.select()).all()
    overdue = sum(one.next_visit is not None and one.next_visit < late for one in (*lists, *letters))
    missing = HOSTS * LETTERS - len(letters) + sum(one.last_visit is None for one in letters)
    return overdue + missing, sum(one.last_visit is not None for one in letters)


def judged(asked: list[Asked], killed: dict[str, float], kills: int, skipped: int, letters: int) -> Report:
    report = Report(len(asked), kills, skipped=skipped, letters=letters)
    hosts: dict[str, list[Asked]] = defaultdict(list)
    items: dict[tuple[str, str], list[Asked]] = defaultdict(list)
    for one in sorted(asked, key=lambda one: one.start):
        hosts[one.host].append(one)
        items[one.host, one.path].append(one)
    for seen in hosts.values():
        for first, second in pairwise(seen):
            report.overlaps += second.start < first.end
            report.least = min(report.least, second.start - first.start)
        for last, one in enumerate(seen):
            within = [other for other in seen[: last + 1] if other.start > one.start - WINDOW * SPACING]
            report.most = max(report.most, len(within))
    for (_, path), seen in items.items():
        every = EVERY if path == "/jyta/" else 600.0
        for first, second in pairwise(seen):
            if second.start - first.start >= every - 0.1:
                continue
            died = killed.get(first.who)
            lost = died is not None and first.start <= died <= first.start + LEASE
            report.again_killed += lost
            report.again += not lost
    return report


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/dafu.sqlite"
        report = asyncio.run(torment(url, kills))
    print(report)
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
