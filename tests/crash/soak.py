"""T20: how soon an alert follows its edit, and whether a process that works for long grows.

Letters of ordinary length change, each on a host of its own, so many a second. An edit's time is from the last byte of
the changed page's first answer to the first byte of its alert at the receiver, both as the world notes them. Meanwhile
the processes are looked at from outside: memory, threads, open files, CPU; and the database's log and size.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from machine import engine, kill, news, opened, watch
from sqlalchemy import text
from storm import start
from trials import Outcome
from world import Outside

from services.storage.database import Database

#: What each engine's line is made of: one process, or one of each stage and a second parser.
PROCESSES = {
    "sqlite": ("all",),
    "postgres": ("fetcher", "parser", "parser", "webhooks"),
    "redis": ("fetcher", "parser", "parser", "webhooks", "relay"),
}
#: p99 in seconds.
BARS = {"sqlite": 1.0, "postgres": 1.0, "redis": 0.3}
#: How much the resident memory of a process may grow once it is warm, and the write-ahead log of SQLite in bytes.
_GROWTH, _LOG = 0.05, 64 * 2**20
#: Seconds a run must last to be judged by its p99, and by its growth: before that, caches are filling.
_LONG_ENOUGH, _LONG = 30, 1200
#: Looks at the processes: the first fifth of them is warming up.
_LOOKS = 100
_TICK = 0.1
_HERTZ = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Look:
    """One process at one moment, or all that stands in the database."""

    memory: int
    threads: int
    files: int
    #: Seconds since it was started.
    cpu: float


@dataclass(slots=True)
class Soak:
    database: Database
    alive: list[tuple[str, int]]
    looks: list[list[Look]]
    log: list[int]

    def look(self) -> None:
        self.looks.append([_look(pid) for _, pid in self.alive])
        self.log.append(_log_size(self.database))


def soak(
    name: str,
    hosts: int = 200,
    rate: float = 50,
    seconds: float = 60,
    *,
    shown: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """`rate` edits a second over `hosts` letters for so long."""
    found = Outcome("T20 soak", name)
    with engine(name) as made, opened(made.database_url) as database:
        outside = Outside()
        alive: list[tuple[str, int]] = []
        try:
            docs = list(range(hosts))
            outside.tell(versions=dict.fromkeys(docs, 1), letters=True)
            watch(database, docs, outside.port, datetime.now(UTC))
            alive += [(stage, start(made, stage, in_earnest=True)) for stage in PROCESSES[name]]
            _until_told(outside, hosts, 600)
            outside.tell(forget=True)
            shown(f"{name}: {hosts} letters known, {rate} edits a second from now on")
            running = Soak(database, alive, [], [])
            before, began = _size(database), time.monotonic()
            edits = _edit(running, outside, docs, rate, seconds, shown)
            lasted = time.monotonic() - began
            _until_told(outside, edits, 300)
            running.look()
            after, log = _size(database), outside.log()
        finally:
            for _, pid in alive:
                _stop(pid)
            outside.close()
    waits = _waits(log)
    found.wrong = {"lost": edits - len(waits)}
    if waits:
        p50, p99 = (round(waits[len(waits) * share // 100] * 1000) for share in (50, 99))
        bar = round(BARS[name] * 1000)
        found.done = {"edits": edits, "a second": round(edits / lasted, 1), "s": round(lasted), "p50 ms": p50,
                      "p99 ms": p99, "bar ms": bar, "worst ms": round(waits[-1] * 1000)}  # fmt: skip
        if lasted >= _LONG_ENOUGH:
            found.wrong["p99 over its bar"] = int(p99 > bar)
    found.done |= {f"{what} ms/event": each for what, each in _cpu(running, edits).items()}
    found.done |= {"KiB/event": round((after - before) / 1024 / max(1, edits), 1)}
    _judge_growth(found, running, lasted)
    return found


def _judge_growth(found: Outcome, running: Soak, lasted: float) -> None:
    """From the second fifth of the looks to the last: earlier, caches fill."""
    fifth = max(1, len(running.looks) // 5)
    warm, late = running.looks[fifth : 2 * fifth] or running.looks[:1], running.looks[-fifth:]
    each = range(len(running.alive))
    memory = {n: mean(look[n].memory for look in late) / mean(look[n].memory for look in warm) - 1 for n in each}
    worst = max(each, key=lambda n: memory[n])
    files = max(max(look[n].files for look in late) - max(look[n].files for look in warm) for n in each)
    threads = max(max(look[n].threads for look in late) - max(look[n].threads for look in warm) for n in each)
    found.done |= {
        "RSS MiB": round(max(look.memory for look in running.looks[-1]) / 2**20),
        f"RSS +% ({running.alive[worst][0]})": round(memory[worst] * 100, 1),
        "files +": files,
        "threads +": threads,
        "log MiB at most": round(max(running.log) / 2**20, 1),
    }
    found.wrong["log over 64 MiB"] = int(max(running.log) > _LOG)
    if lasted >= _LONG:
        found.wrong |= {"memory grows": int(memory[worst] > _GROWTH), "files grow": int(files > 2),
                        "threads grow": int(threads > 2)}  # fmt: skip


def _edit(
    running: Soak, outside: Outside, docs: list[int], rate: float, seconds: float, shown: Callable[[str], None]
) -> int:
    """Publish new versions evenly, round the letters; a page is looked at as soon as it changed."""
    began, edits, at = time.monotonic(), 0, dict.fromkeys(docs, 1)
    while (passed := time.monotonic() - began) < seconds:
        if passed * _LOOKS >= len(running.looks) * seconds:
            running.look()
            if len(running.looks) % 10 == 0:
                shown(f"{passed:.0f} s, {edits} edits, {[look.memory >> 20 for look in running.looks[-1]]} MiB")
        due = min(int(passed * rate), int(seconds * rate)) - edits
        changed = {docs[(edits + n) % len(docs)] for n in range(due)}
        for doc in changed:
            at[doc] += 1
        if changed:
            outside.tell(versions={doc: at[doc] for doc in changed})
            news(running.database, sorted(changed), outside.port, datetime.now(UTC))
        edits += len(changed)
        time.sleep(_TICK)
    return edits


def _until_told(outside: Outside, count: int, patience: float) -> None:
    began = time.monotonic()
    while outside.count() < count and time.monotonic() - began < patience:
        time.sleep(0.5)


def _waits(log: dict[str, list[list[float]]]) -> list[float]:
    served: dict[tuple[float, float], float] = {}
    for doc, version, at in log["served"]:
        served.setdefault((doc, version), at)
    heard: dict[tuple[float, float], float] = {}
    for doc, version, _, __, at in log["received"]:
        heard.setdefault((doc, version), at)
    return sorted(heard[what] - served[what] for what in heard if what in served)


def _cpu(running: Soak, edits: int) -> dict[str, float]:
    """Milliseconds of CPU an event, by kind of process."""
    spent: dict[str, float] = {}
    for n, (kind, _) in enumerate(running.alive):
        spent[kind] = spent.get(kind, 0.0) + running.looks[-1][n].cpu - running.looks[0][n].cpu
    return {kind: round(seconds * 1000 / max(1, edits), 1) for kind, seconds in spent.items()}


def _look(pid: int) -> Look:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Look(
        memory=int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
        threads=int(fields[17]),
        files=len(os.listdir(f"/proc/{pid}/fd")),
        cpu=(int(fields[11]) + int(fields[12])) / _HERTZ,
    )


def _log_size(database: Database) -> int:
    """Bytes of SQLite's write-ahead log; PostgreSQL bounds its own (max_wal_size)."""
    file = Path(f"{database.engine.url.database}-wal")
    return file.stat().st_size if database.engine.dialect.name == "sqlite" and file.exists() else 0


def _size(database: Database) -> int:
    lite = database.engine.dialect.name == "sqlite"
    size = "select page_count * page_size from pragma_page_count, pragma_page_size"
    with database.read() as conn:
        return int(conn.execute(text(size if lite else "select pg_database_size(current_database())")).scalar_one())


def _stop(pid: int) -> None:
    """As a process is stopped in earnest; killed where it does not end."""
    os.kill(pid, signal.SIGTERM)
    for _ in range(200):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.05)
    with suppress(ProcessLookupError):
        kill(pid)
