"""T22: how much the bus carries, beside a bare loop on the same database."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from consuming import GROUP, prepare, step, told
from machine import Engine, engine, opened
from sqlalchemy import text
from trials import Outcome

from services.bus.engine import open_bus
from services.bus.relay import Relay
from services.domain.clock import system_clock
from services.storage.database import Database


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
