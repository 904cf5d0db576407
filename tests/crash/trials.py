"""Trials of the bus alone: T6 cut commits, T7 zombies, T9 poison, T10 replay, T11 long writes, T21 two schemas."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from consuming import GROUP, LEASE, effects, numbers, perform, prepare, publish_all, step, told, until, work
from machine import NOW, Engine, engine, fork, opened
from proxy import cutting
from sqlalchemy import text

from services.bus.engine import open_bus
from services.bus.interface import BACKOFF, Claimed
from services.bus.interface import Engine as Bus
from services.bus.relay import Relay
from services.domain.clock import system_clock
from services.domain.event import Event
from services.storage.database import Database, open_database


@dataclass(slots=True)
class Outcome:
    trial: str
    engine: str
    #: What was done, what should not be, and what else was seen.
    done: dict[str, float] = field(default_factory=dict)
    wrong: dict[str, float] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        return not any(self.wrong.values())

    def __str__(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


class Carried:
    """An engine with the relay it may need, on a clock that is told the time."""

    def __init__(self, made: Engine, database: Database, bus: Bus) -> None:
        self.database = database
        self.bus = bus
        self.now = NOW
        self.relay = Relay(database, made.bus_url, lambda: self.now) if made.redis is not None else None

    def bring(self, group: str = GROUP) -> None:
        if self.relay is not None:
            self.relay.move()
        self.bus.wait(group, 20, 0)

    def claim(self) -> list[Claimed]:
        self.bring()
        with self.database.write() as conn:
            return self.bus.claim(conn, GROUP, self.now, 20, LEASE)

    def drain(self, group: str = GROUP, **how: object) -> int:
        total = 0
        while True:
            self.bring(group)
            found = step(self.database, self.bus, self.now, group=group, **how)  # type: ignore[arg-type]
            if not found:
                return total
            total += found


def zombies(name: str, times: int = 100) -> Outcome:
    """T7. A process stops (SIGSTOP) with an event in its hands, another finishes it, the first goes on."""
    found = Outcome("T7 zombies", name)
    with engine(name) as made, opened(made.database_url) as database:
        prepare(database)
        with open_bus(made.bus_url, database) as bus:
            carried = Carried(made, database, bus)
            for n in range(times):
                with database.write() as conn:
                    bus.publish(conn, told(f"doc_{n}", 1, NOW))
        ours, theirs = os.pipe(), os.pipe()
        pid = fork(lambda: _zombie(made, ours[0], theirs[1]))
        with open_bus(made.bus_url, database) as bus:
            carried = Carried(made, database, bus)
            for _ in range(times):
                if carried.relay is not None:
                    carried.relay.move()
                claimed = _say(ours[1], theirs[0], carried.now)
                os.kill(pid, signal.SIGSTOP)
                carried.now += LEASE
                while not _inherit(carried, claimed):
                    carried.now += LEASE  # it is somewhere on the streams
                os.kill(pid, signal.SIGCONT)
                accepted = _say(ours[1], theirs[0], carried.now)
                found.wrong["accepted"] = found.wrong.get("accepted", 0) + int(accepted)
            seen = effects(database)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    found.done = {"zombies": times, "effects": seen.total()}
    found.wrong |= {"lost": times - len(seen), "twice": seen.total() - len(seen)}
    return found


def _inherit(carried: Carried, claimed: str) -> bool:
    """Perform the zombie's event; what else was claimed is given back."""
    performed = False
    for heir in carried.claim():
        if heir.event.id == claimed:
            performed = perform(carried.database, carried.bus, heir, carried.now)
            continue
        with carried.database.write() as conn:
            carried.bus.release(conn, GROUP, heir.event.id, heir.token)
    return performed


def _say(out: int, back: int, now: datetime) -> str:
    os.write(out, f"{now.isoformat()}\n".encode().ljust(40))
    return os.read(back, 200).decode().strip()


def _zombie(made: Engine, told_by: int, answers: int) -> None:
    """Claims one event when it is told to, and tries to finish it when it is told the next time."""
    database = open_database(made.database_url)
    with open_bus(made.bus_url, database) as bus:
        while True:
            now = datetime.fromisoformat(os.read(told_by, 40).decode().strip())
            taken: list[Claimed] = []
            while not taken:
                bus.wait(GROUP, 1, 0.02)
                with database.write() as conn:
                    taken = bus.claim(conn, GROUP, now, 1, LEASE)
            (held,) = taken
            os.write(answers, held.event.id.ljust(200).encode())
            now = datetime.fromisoformat(os.read(told_by, 40).decode().strip())
            accepted = perform(database, bus, held, now)
            with database.write() as conn:
                accepted |= bus.failed(conn, GROUP, held.event.id, held.token, "late", now)
            os.write(answers, str(int(accepted)).ljust(200).encode())


def poison(name: str, events: int = 10_000, one_in: int = 1000) -> Outcome:
    """T9. Some events fail whoever takes them: exactly they are put aside, the others do not feel it, all come back."""
    found = Outcome("T9 poison", name)
    bad = {told(f"doc_{n % 53}", n).id for n in range(events) if n % one_in == one_in // 2}
    with engine(name) as made, opened(made.database_url) as database, open_bus(made.bus_url, database) as bus:
        prepare(database)
        carried = Carried(made, database, bus)
        waits = {}
        for kind, keys in (("without", "calm"), ("with", "doc")):
            publish_all(database, bus, [told(f"{keys}_{n % 53}", n, NOW) for n in range(events)])
            waits[kind] = _waits(carried, bad)
        while _owed(database):
            carried.now += max(BACKOFF)
            carried.drain(poison=lambda event: event.id in bad)
        with database.read() as conn:
            dead = {letter.event for letter in bus.dead_letters(conn, GROUP, limit=events)}
        for id_ in dead:
            with database.write() as conn:
                bus.revive(conn, GROUP, id_)
        carried.drain()
        seen = effects(database)
    found.done = {"events": events, "dead": len(dead), "p99 ratio": round(waits["with"] / waits["without"], 2)}
    found.wrong = {"not the poison": len(dead ^ bad), "lost": 2 * events - len(seen),
                   "twice": seen.total() - len(seen)}  # fmt: skip
    return found


def _owed(database: Database) -> bool:
    with database.read() as conn:
        return bool(conn.execute(text("select count(*) from queue where not dead")).scalar_one())


def _waits(carried: Carried, bad: set[str]) -> float:
    """Drain; the 99th of a hundred waits from the beginning, in seconds, of those that are not poison."""
    began, done, more = time.monotonic(), [], 1
    while more:
        carried.bring()
        more = step(carried.database, carried.bus, carried.now, poison=lambda event: event.id in bad)
        done += [time.monotonic() - began] * more
        if not more and carried.relay is not None:
            more = carried.relay.move()
    return sorted(done)[len(done) * 99 // 100]


def replayed(name: str, events: int = 2000) -> Outcome:
    """T10. A group that begins today is given everything: what it makes of it is what the living one made."""
    found = Outcome("T10 replay", name)
    chance = random.Random(10)
    with engine(name) as made, opened(made.database_url) as database, open_bus(made.bus_url, database) as bus:
        prepare(database)
        carried = Carried(made, database, bus)
        counts: dict[str, int] = {}
        for _ in range(events):
            key = f"doc_{chance.randrange(40)}"
            counts[key] = counts.get(key, 0) + 1
            publish_all(database, bus, [told(key, counts[key], NOW)])
            if chance.random() < 0.05:
                carried.drain()
        carried.drain()
        with database.write() as conn:
            owed = bus.replay(conn, "audit", NOW, ["document.revised"])
        carried.drain("audit")
        live, again = (_state(database, group) for group in (GROUP, "audit"))
    found.done = {"events": events, "replayed": owed}
    found.wrong = {"not replayed": events - owed, "state differs": int(live != again)}
    return found


def _state(database: Database, group: str) -> str:
    """What a reader who depends on the order of each document makes of it."""
    state = hashlib.sha256()
    for key, seen in sorted(numbers(database, group).items()):
        folded = hashlib.sha256()
        for n in seen:
            folded = hashlib.sha256(folded.digest() + str(n).encode())
        state.update(key.encode() + folded.digest())
    return state.hexdigest()


def writers(name: str, each: int = 50, at_once: int = 10, longest: float = 5.0) -> Outcome:
    """T11. Eight writers hold their transactions open for up to `longest` seconds: commits in another order than the
    numbers of the log. Beside us a reader on `seq > last`, to see that it would have missed some.
    """
    found = Outcome("T11 writers", name)
    total = 8 * each * at_once
    with engine(name) as made, opened(made.database_url) as database, open_bus(made.bus_url, database) as bus:
        prepare(database)
        stop, ended = threading.Event(), threading.Event()
        relay = Relay(database, made.bus_url, system_clock) if made.redis is not None else None
        threads = [threading.Thread(target=work, args=(database, bus, system_clock, stop)) for _ in range(2)]
        if relay is not None:
            threads.append(threading.Thread(target=relay.run, args=(stop,)))
        naive: set[int] = set()
        threads.append(threading.Thread(target=_read_naively, args=(database, naive, ended)))
        tellers = [threading.Thread(target=_hold, args=(database, bus, n, each, at_once, longest)) for n in range(8)]
        for thread in (*threads, *tellers):
            thread.start()
        for thread in tellers:
            thread.join()
        with suppress(AssertionError):
            until(lambda: len(effects(database)) >= total, 60)
        ended.set()
        stop.set()
        for thread in threads:
            thread.join()
        seen = effects(database)
    found.done = {"events": total, "missed by seq > last": total - len(naive)}
    found.wrong = {"missed": total - len(seen), "twice": seen.total() - len(seen)}
    return found


def _hold(database: Database, bus: Bus, number: int, each: int, at_once: int, longest: float) -> None:
    chance = random.Random(number)
    for batch in range(each):
        with database.write() as conn:
            for n in range(at_once):
                bus.publish(conn, told(f"doc_{number}_{n}", batch))
            # SQLite's writers follow one another: holding the lock longer would only make the others wait
            time.sleep(chance.uniform(0, longest if conn.dialect.name == "postgresql" else longest / 100))


def _read_naively(database: Database, seen: set[int], ended: threading.Event) -> None:
    last = 0
    while not ended.is_set():
        with database.read() as conn:
            new = list(conn.execute(text("select seq from outbox where seq > :last"), {"last": last}).scalars())
        seen.update(new)
        last = max([last, *new])
        time.sleep(0.02)


def schemas(name: str, events: int = 400) -> Outcome:
    """T21. Events of two versions of the schema in flight, with fields nobody knows, while consumers are replaced."""
    found = Outcome("T21 schemas", name)
    with engine(name) as made, opened(made.database_url) as database:
        prepare(database)
        with open_bus(made.bus_url, database) as bus:
            publish_all(database, bus, [_of_schema(n) for n in range(events)])
        for turn in range(4):  # each lives for a quarter of the events, then the next one takes its place
            with open_bus(made.bus_url, database) as bus:
                carried = Carried(made, database, bus)
                carried.now = NOW + turn * LEASE
                while len(effects(database)) < events * (turn + 1) // 4:
                    carried.bring()
                    step(database, bus, carried.now, limit=7)
        seen = effects(database)
    found.done = {"events": events}
    found.wrong = {"lost": events - len(seen), "twice": seen.total() - len(seen)}
    return found


def _of_schema(n: int) -> Event:
    event = told(f"doc_{n % 20}", n, NOW, unknown={"deep": [n]})
    if n % 2:
        return event
    newer = json.loads(event.body) | {"dataschema": "urn:dafu:schema:document.revised:2", "added": "later"}
    return replace(event, body=json.dumps(newer).encode())


def cut_commits(name: str, times: int = 200) -> Outcome:
    """T6. The connection breaks while COMMIT or its answer is on its way: nobody knows what happened."""
    found = Outcome("T6 cut commits", name)
    with engine(name) as made, opened(made.database_url) as database:
        if database.engine.dialect.name == "sqlite":  # Redis may stand beside either database
            found.done = {"no connection to cut": 0}
            return found
        prepare(database)
        with open_bus(made.bus_url, database) as bus:
            publish_all(database, bus, [told(f"doc_{n % 25}", n) for n in range(times * 2)])
        with cutting(made.database_url, times) as (url, cuts):
            stop = threading.Event()
            through = open_database(url)
            with open_bus(made.bus_url, through) as bus:
                relay = Relay(database, made.bus_url, system_clock) if made.redis is not None else None
                threads = [threading.Thread(target=work, args=(through, bus, system_clock, stop, timedelta(seconds=2)))]
                if relay is not None:
                    threads.append(threading.Thread(target=relay.run, args=(stop,)))
                for thread in threads:
                    thread.start()
                with suppress(AssertionError):
                    until(lambda: len(effects(database)) >= times * 2, 60 + times * 3)
                stop.set()
                for thread in threads:
                    thread.join()
            through.close()
            seen = effects(database)
    found.done = {"cuts": cuts(), "events": times * 2}
    found.wrong = {"lost": times * 2 - len(seen), "twice": seen.total() - len(seen)}
    return found


TRIALS: dict[str, Callable[[str], Outcome]] = {
    "T6": cut_commits,
    "T7": zombies,
    "T9": poison,
    "T10": replayed,
    "T11": writers,
    "T21": schemas,
}
SHORT: dict[str, Callable[[str], Outcome]] = {
    "T6": lambda name: cut_commits(name, 4),
    "T7": lambda name: zombies(name, 2),
    "T9": lambda name: poison(name, 60, 20),
    "T10": lambda name: replayed(name, 30),
    "T11": lambda name: writers(name, 3, 3, 0.2),
    "T21": lambda name: schemas(name, 28),
}
