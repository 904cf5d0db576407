"""How soon and how much: the time from an edit to its alert, a soak of it (T20), throughput beside a bare loop (T22).

An edit's time is from the last byte of the changed page's first answer to the first byte of its alert at the receiver,
both as the world notes them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from consuming import GROUP, prepare, step, told
from machine import Engine, engine, kill, news, opened, watch
from sqlalchemy import text
from storm import start
from trials import Outcome
from world import Outside

from services.bus.engine import open_bus
from services.bus.relay import Relay
from services.domain.clock import system_clock
from services.storage.database import Database

#: What each engine's line is made of: one process, or one of each stage and a second parser.
PROCESSES = {
    "sqlite": ("all",),
    "postgres": ("fetcher", "parser", "parser", "webhooks"),
    "redis": ("fetcher", "parser", "parser", "webhooks", "relay"),
}
#: p99 in seconds.
BARS = {"sqlite": 1.0, "postgres": 1.0, "redis": 0.3}
_TICK = 0.1


def latency(name: str, hosts: int = 200, rate: float = 50, seconds: float = 60) -> Outcome:
    """`rate` edits a second over `hosts` pages, each on a host of its own, for so long."""
    found = Outcome("latency, T20", name)
    with engine(name) as made:
        outside = Outside()
        alive: list[int] = []
        try:
            docs = list(range(hosts))
            outside.tell(versions=dict.fromkeys(docs, 1))
            with opened(made.database_url) as database:
                watch(database, docs, outside.port, datetime.now(UTC))
                alive += [start(made, stage, in_earnest=True) for stage in PROCESSES[name]]
                _until_told(outside, hosts, 300)
                outside.tell(forget=True)
                outside.log()
                before = [_size(pid) for pid in alive]
                edits = _edit(database, outside, docs, rate, seconds)
                log = _until_told(outside, edits, 120)
                after = [_size(pid) for pid in alive]
        finally:
            for pid in alive:
                kill(pid)
            outside.close()
    waits = _waits(log)
    p50, p99 = (round(waits[len(waits) * share // 100] * 1000) for share in (50, 99))
    grown = [round((now[0] / was[0] - 1) * 100, 1) for was, now in zip(before, after, strict=True)]
    opened_more = max(now[1] - was[1] for was, now in zip(before, after, strict=True))
    found.done = {"edits": edits, "a second": rate, "s": seconds, "p50 ms": p50, "p99 ms": p99,
                  "bar ms": round(BARS[name] * 1000),
                  "RSS +%": max(grown), "fds +": opened_more}  # fmt: skip
    found.wrong = {"lost": edits - len(waits)}
    return found


def _edit(database: Database, outside: Outside, docs: list[int], rate: float, seconds: float) -> int:
    """Publish new versions evenly, round the pages; a page is looked at as soon as it changed."""
    began, edits, at = time.monotonic(), 0, dict.fromkeys(docs, 1)
    while time.monotonic() - began < seconds:
        due = min(int((time.monotonic() - began) * rate), int(seconds * rate)) - edits
        changed = {docs[(edits + n) % len(docs)] for n in range(due)}
        for doc in changed:
            at[doc] += 1
        if changed:
            outside.tell(versions={doc: at[doc] for doc in changed})
            news(database, sorted(changed), outside.port, datetime.now(UTC))
        edits += len(changed)
        time.sleep(_TICK)
    return edits


def _until_told(outside: Outside, count: int, patience: float) -> dict[str, list[list[float]]]:
    began, log = time.monotonic(), outside.log()
    while len({(doc, n) for doc, n, *_ in log["received"]}) < count and time.monotonic() - began < patience:
        time.sleep(0.5)
        log = outside.log()
    return log


def _waits(log: dict[str, list[list[float]]]) -> list[float]:
    served: dict[tuple[float, float], float] = {}
    for doc, version, at in log["served"]:
        served.setdefault((doc, version), at)
    heard: dict[tuple[float, float], float] = {}
    for doc, version, _, __, at in log["received"]:
        heard.setdefault((doc, version), at)
    return sorted(heard[what] - served[what] for what in heard if what in served)


def _size(pid: int) -> tuple[int, int]:
    """Resident pages and open files of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]), len(os.listdir(f"/proc/{pid}/fd"))


def throughput(name: str, events: int = 300, rounds: int = 3) -> Outcome:
    """T22. Events published, claimed and performed one after another, ours beside the same statements in a bare loop on
    the same database: same transactions, same durability. By turns; medians.
    """
    found = Outcome("T22 throughput", name)
    with engine(name) as made, opened(made.database_url) as database:
        prepare(database)
        bare_made(database)
        both: dict[str, list[float]] = {"ours": [], "bare": []}
        for number in range(rounds):
            both["ours"].append(_timed(partial(_ours, made, database, number, events)))
            both["bare"].append(_timed(partial(_bare, database, number, events)))
    ours, bare = (events / sorted(taken)[rounds // 2] for taken in both.values())
    found.done = {"ours a second": round(ours), "bare a second": round(bare), "share": round(ours / bare, 2)}
    found.wrong = {"less than half": int(ours < bare / 2)}
    return found


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _ours(made: Engine, database: Database, number: int, events: int) -> None:
    with open_bus(made.bus_url, database) as bus:
        relay = Relay(database, made.bus_url, system_clock) if made.redis is not None else None
        for n in range(events):
            with database.write() as conn:
                bus.publish(conn, told(f"doc_{n}", number))
        done = 0
        while done < events:
            if relay is not None:
                relay.move()
            bus.wait(GROUP, 20, 0)
            done += step(database, bus, system_clock())


def bare_made(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("create table bare_log (seq integer primary key, id text unique, body text)"))
        conn.execute(text("create table bare_queue (id text primary key, seq integer, token text, until bigint)"))
        conn.execute(text("create table bare_done (id text primary key, at bigint)"))


def _bare(database: Database, number: int, events: int) -> None:
    """No SQLAlchemy, no order per key, no retries, no leases but a token: what the database itself costs."""
    raw = database.engine.raw_connection()
    cursor, mark = raw.cursor(), "?" if database.engine.dialect.name == "sqlite" else "%s"
    begin = "begin immediate" if mark == "?" else "begin"
    raw.rollback()

    def do(statement: str, *values: object) -> None:
        cursor.execute(statement.replace("?", mark), values)

    def commit() -> None:
        do("commit") if mark == "?" else raw.commit()

    for n in range(events):
        event = told(f"doc_{n}", number)
        if mark == "?":
            do(begin)
        do("insert into bare_log values (?, ?, ?)", number * events + n, event.id, event.body.decode())
        do("insert into bare_queue values (?, ?, null, null)", event.id, n)
        commit()
    left = events
    while left:
        if mark == "?":
            do(begin)
        do("update bare_queue set token = 'a', until = 1 where id in (select id from bare_queue where token is null"
           " order by seq limit 20) returning id")  # fmt: skip
        ids = [row[0] for row in cursor.fetchall()]
        commit()
        for id_ in ids:
            if mark == "?":
                do(begin)
            do("insert into trial_effect values ('bare', ?, 'k', 1)", id_)
            do("delete from bare_queue where id = ? and token = 'a'", id_)
            do("insert into bare_done values (?, 1)", id_)
            commit()
        left -= len(ids)
    raw.close()
