"""Receivers that die, hang, reset, answer 500 or drip, each owed every event; a dead one beside ninety-nine well ones.

PYTHONPATH=tests python tests/crash/receivers.py [EVENTS] [SECONDS]    prints both tables; exits 1 where a bar is missed

The receivers keep a log of their own, written before they misbehave; it is held against our deliveries and attempts.
The schedule's time runs faster in the first part, and leaps where nothing is under way; the second part runs on the
real clock, with the real deadline and limits.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import standardwebhooks
import svix.webhooks
from evil import answer, forever, reset
from sqlalchemy import func, select

from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import CAPS as REAL_CAPS
from services.api.webhooks.send import DEADLINE as REAL_DEADLINE
from services.api.webhooks.send import Teller
from services.api.webhooks.sign import secret_text
from services.api.webhooks.verify import verify
from services.bus import database as bus
from services.domain.clock import Clock, system_clock
from services.domain.event import Event, envelope
from services.domain.identity import event_id
from services.domain.subscription import Filter, Subscription
from services.egress.door import Door
from services.logs import configure_logs
from services.storage import subscriptions
from services.storage.database import Database, open_database
from services.storage.owed import Caps
from services.storage.tables import attempt, delivery

#: Times the schedule's clock is faster, and what a hanging receiver is given in place of fifteen seconds: together less
#: than a lease.
FASTER, DEADLINE = 20, 0.5
#: More at a time than in earnest: the same requests in less time.
CAPS = Caps(endpoint=8, host=8)
#: Healthy receivers' p99 beside a dead one, in those without it; below this, in seconds, it is the scheduler's.
TIMES, FLOOR = 2.0, 0.02
_KEY = bytes(32)
#: The two public libraries, made once: each request is shown to both, and to the file we give to users.
_CLIENTS = (standardwebhooks.Webhook(secret_text(_KEY)), svix.webhooks.Webhook(secret_text(_KEY)))
_TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"

Mood = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]


async def takes(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(_TAKEN)
    return True


async def dies(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> bool:
    return False


async def refuses(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(answer(b"", status="500 No"))
    return True


async def hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bool:
    await reader.read()  # until the other side gives up
    return False


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(answer(b"ha", length=4))
    await writer.drain()
    reset(writer)
    return False


async def drips(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    await forever(answer(b"", length=5000), b"x", 0.02)(writer)
    return False


#: What it does, and to how many of a hundred requests.
KINDS: dict[str, tuple[Mood, int]] = {
    "takes all": (takes, 0),
    "dies before it answers": (dies, 10),
    "answers 500": (refuses, 10),
    "hangs": (hangs, 5),
    "resets within the answer": (resets, 5),
    "drips for ever": (drips, 5),
    "all of it by turns": (dies, 30),
}
_BY_TURNS = (dies, refuses, hangs, resets, drips)


@dataclass
class Receiver:
    """`log` is what arrived: (event id, hash of the body), in order; `seen` when an id came first; `most` at a time;
    `refused` what a client did not take for genuine.
    """

    mood: Mood
    percent: int
    by_turns: bool = False
    log: list[tuple[str, str]] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)
    most: int = 0
    refused: int = 0
    _open: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = (line.partition(": ") for line in head.splitlines()[1:-1])
        headers = {field.lower(): value for field, _, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        name = headers.get("webhook-id", "")
        self.refused += not _genuine(headers, body)
        self.seen.setdefault(name, time.monotonic())
        self.log.append((name, hashlib.sha256(body).hexdigest()))
        self._open += 1
        self.most = max(self.most, self._open)
        try:
            return await self._mood()(reader, writer)
        finally:
            self._open -= 1

    def _mood(self) -> Mood:
        count = len(self.log)
        if (count * self.percent) // 100 == ((count - 1) * self.percent) // 100:
            return takes
        return _BY_TURNS[count // 3 % len(_BY_TURNS)] if self.by_turns else self.mood


def _genuine(headers: dict[str, str], body: bytes) -> bool:
    """Do all who may verify it take it?"""
    try:
        for client in _CLIENTS:
            client.verify(body, headers)
    except standardwebhooks.WebhookVerificationError:
        return False
    return verify(secret_text(_KEY), headers, body, int(time.time()))


@asynccontextmanager
async def listening(receivers: Sequence[Receiver]) -> AsyncIterator[list[str]]:
    """Their addresses."""
    tasks: set[asyncio.Task[None]] = set()

    def serving(receiver: Receiver) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]:
        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(receiver.serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        return accepted

    servers = [await asyncio.start_server(serving(one), "127.0.0.1", 0) for one in receivers]
    try:
        yield [f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/" for server in servers]
    finally:
        for server in servers:
            server.close()
        for _ in range(5):
            await asyncio.sleep(0)  # what was accepted last is served by now
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def telling(database: Database, clock: Clock, deadline: float, caps: Caps) -> AsyncIterator[Teller]:
    """A running teller."""
    door = Door(user_agent="Dafu-receivers", allow=("127.0.0.1/32:*",))
    teller = Teller(database, bus, door, SecretBox(_KEY), clock, system_clock, caps=caps, deadline=deadline)
    task = asyncio.create_task(teller.run())
    try:
        yield teller
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await door.aclose()


def subscribe(database: Database, urls: Sequence[str], documents: Sequence[str] | None = None) -> list[str]:
    """One subscription a receiver; where `documents` are given, to that document alone."""
    names, box = [f"sub_{n}" for n in range(len(urls))], SecretBox(_KEY)
    with database.write() as conn:
        for n, (name, url) in enumerate(zip(names, urls, strict=True)):
            asked = Filter(documents=(documents[n],) if documents else ())
            wanted = Subscription(name, "local", url, asked, system_clock())
            subscriptions.add_subscription(conn, wanted, box.seal(_KEY, name))
    return names


def event(n: int, document: str, now: datetime) -> Event:
    change = {"type": "target_lowered", "severity": "high", "direction": "softened", "tier": "A", "before": n}
    data = {"document": {"id": document}, "backfill": False, "changes": [change], "changes_total": 1}
    id_ = event_id("document.revised", document, n)
    return envelope(id_, "document.revised", source="urn:dafu:t", subject=document, time=now, sequence=n, data=data)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one receiver: distinct events received, requests on its wire and in our log, and what is wrong."""

    events: int
    requests: int
    attempts: int
    faults: tuple[str, ...]


async def torment(database: Database, events: int) -> dict[str, Told]:
    """Every kind of receiver is owed `events`; answers when nothing is owed any more."""
    receivers = {name: Receiver(mood, share, name.endswith("turns")) for name, (mood, share) in KINDS.items()}
    clock = _Fast()
    async with listening([*receivers.values()]) as urls, telling(database, clock, DEADLINE, CAPS) as teller:
        names = subscribe(database, urls)
        told = [event(n, f"doc_{n % 97}", clock.began) for n in range(events)]
        for first in range(0, events, 100):
            await asyncio.to_thread(_publish, database, told[first : first + 100])
            while await asyncio.to_thread(teller.match_due):  # events of one document come one by one
                teller.wake()
        while _owed(database):
            await asyncio.sleep(0.1)
            _leap(database, teller, clock)
    bodies = {one.id: hashlib.sha256(one.body).hexdigest() for one in told}
    pairs = zip(names, receivers.items(), strict=True)
    return {kind: _held_against(database, name, receiver, bodies) for name, (kind, receiver) in pairs}


class _Fast:
    """A clock that runs faster and can be put forward."""

    def __init__(self) -> None:
        self.began, self._start, self._put = system_clock(), time.monotonic(), timedelta(0)

    def __call__(self) -> datetime:
        return self.began + self._put + timedelta(seconds=(time.monotonic() - self._start) * FASTER)

    def leap_to(self, moment: datetime) -> None:
        self._put += max(timedelta(0), moment - self())


def _leap(database: Database, teller: Teller, clock: _Fast) -> None:
    """To the next attempt, unless something is under way, whose lease must not end by it."""
    with database.read() as conn:
        leased = conn.execute(select(delivery.c.id).where(delivery.c.lease_until.is_not(None)).limit(1)).first()
        due = teller.next_due(conn)
    if leased is None and due is not None:
        clock.leap_to(due)
        teller.wake()


def _publish(database: Database, events: Sequence[Event]) -> None:
    with database.write() as conn:
        for one in events:
            bus.publish(conn, one)


def _owed(database: Database) -> bool:
    with database.read() as conn:
        return conn.execute(select(delivery.c.id).where(delivery.c.status == "pending").limit(1)).first() is not None


def _held_against(database: Database, name: str, receiver: Receiver, bodies: dict[str, str]) -> Told:
    mine = delivery.c.subscription_id == name
    query = select(delivery.c.event_id, attempt.c.error).join(attempt, attempt.c.delivery_id == delivery.c.id)
    with database.read() as conn:
        made = [tuple(row) for row in conn.execute(query.where(mine))]
        states = set(conn.execute(select(delivery.c.status).where(mine)).scalars())
        open_ended = conn.execute(select(func.count()).where(attempt.c.finished.is_(None))).scalar_one()
    # a deadline may pass before the request is written, on a machine that is too busy
    ours, late = Counter(id_ for id_, _ in made), Counter(id_ for id_, error in made if error == "timeout")
    theirs, sent = Counter(id_ for id_, _ in receiver.log), defaultdict(set)
    for id_, body in receiver.log:
        sent[id_].add(body)
    faults = {
        "events lost or invented": set(theirs) != set(bodies),
        "other bytes in another attempt": any(sent[id_] != {body} for id_, body in bodies.items()),
        "requests without an attempt row": bool(theirs - ours),
        "attempt rows without a request": bool(ours - theirs - late),
        "not delivered": states != {"delivered"},
        "attempts without an end": open_ended > 0,
        "refused by a client": receiver.refused > 0,
    }
    return Told(len(theirs), theirs.total(), ours.total(), tuple(name for name, wrong in faults.items() if wrong))


@dataclass(frozen=True, slots=True)
class Beside:
    """From the commit of an event to its arrival, in seconds, at receivers that are well; `rate` events a second were
    published, `most` requests at a time were under way to the dead one.
    """

    events: int
    rate: float
    p50: float
    p99: float
    most: int


async def beside(database: Database, seconds: float, *, dead: int, endpoints: int = 100, rate: int = 100) -> Beside:
    """`rate` events a second, in turns to `endpoints` receivers, the first `dead` of which never answer."""
    receivers = [Receiver(hangs, 100) for _ in range(dead)] + [Receiver(takes, 0) for _ in range(endpoints - dead)]
    documents, committed = [f"doc_{n}" for n in range(endpoints)], dict[str, float]()
    matching = asyncio.Event()
    async with listening(receivers) as urls, telling(database, system_clock, REAL_DEADLINE, REAL_CAPS) as teller:
        subscribe(database, urls, documents)
        matcher, start = asyncio.create_task(_match(teller, matching)), time.monotonic()
        for n in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, start + n / rate - time.monotonic()))
            one = event(n, documents[n % endpoints], system_clock())
            await asyncio.to_thread(_publish, database, [one])
            committed[one.id] = time.monotonic()
            matching.set()
        took = time.monotonic() - start
        await asyncio.sleep(2)
        matcher.cancel()
    well = {id_: at for receiver in receivers[dead:] for id_, at in receiver.seen.items()}
    sick = {f"doc_{n}" for n in range(dead)}
    due = [id_ for n, id_ in enumerate(committed) if documents[n % endpoints] not in sick]
    taken = [well.get(id_, float("inf")) - committed[id_] for id_ in due]
    cuts = statistics.quantiles(taken, n=100)
    most = max((one.most for one in receivers[:dead]), default=0)
    return Beside(len(taken), len(committed) / took, cuts[49], cuts[98], most)


async def _match(teller: Teller, matching: asyncio.Event) -> None:
    while await matching.wait():
        matching.clear()
        await asyncio.to_thread(teller.match_due)
        teller.wake()


def _print_told(told: dict[str, Told], events: int, took: float) -> bool:
    print(f"\n{events} events to each of {len(told)} receivers, {took:.0f} s")
    print(f"{'a receiver that':<28}{'events':>8}{'requests':>10}{'attempts':>10}  wrong")
    for kind, one in told.items():
        print(f"{kind:<28}{one.events:>8}{one.requests:>10}{one.attempts:>10}  {', '.join(one.faults) or '-'}")
    return all(not one.faults and one.events == events for one in told.values())


def _print_beside(alone: Beside, dead: Beside) -> bool:
    ratio = max(dead.p99, FLOOR) / max(alone.p99, FLOOR)
    print(f"\n100 events a second in turns to 100 receivers; p99 at most {TIMES:g} times")
    for name, one in (("all are well", alone), ("one is dead", dead)):
        cuts = f"p50 {one.p50 * 1000:6.1f} ms  p99 {one.p99 * 1000:6.1f} ms"
        print(f"{name:<14}{one.events:>6} events, {one.rate:.0f} a second  {cuts}")
    print(f"p99 {ratio:.2f} times; the dead one had {dead.most} of our requests at a time at the most")
    return ratio <= TIMES and dead.most <= 2


async def main(events: int, seconds: float) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        results: list[Beside] = []
        database = open_database(f"sqlite:///{folder}/torment.sqlite")
        started = time.monotonic()
        met = _print_told(await torment(database, events), events, time.monotonic() - started)
        database.close()
        for n, dead in enumerate((0, 0, 1)):  # the first run only warms up
            database = open_database(f"sqlite:///{folder}/{n}.sqlite")
            results.append(await beside(database, seconds if n else 2, dead=dead))
            database.close()
        return _print_beside(*results[1:]) and met


if __name__ == "__main__":
    configure_logs("error")  # a line an attempt would bury the tables
    count, length = ([*sys.argv[1:], *("10000", "30")[len(sys.argv) - 1 :]])[:2]
    sys.exit(0 if asyncio.run(main(int(count), float(length))) else 1)
