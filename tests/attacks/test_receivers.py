"""Receivers that die, hang, reset, answer 500, drip or never read (ATTACKS.md D): nothing lost, nobody else delayed."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from evil import EvilServer, answer, evil_server, forever, reset, says, silent
from storage.samples import revised

from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import Teller
from services.bus import database as bus
from services.domain.clock import system_clock
from services.domain.subscription import Attempt, Delivery, Filter, Subscription
from services.egress.door import Door
from services.replay.clock import SimulatedClock
from services.storage import deliveries, outbox, subscriptions
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = b"k" * 32
#: In place of the fifteen seconds of the real one.
DEADLINE = 0.4
#: The server closes after each answer, and says so: a request on a connection about to close would reach nobody.
CLOSE = "Connection: close"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield opened
    opened.close()


class Moody:
    """Takes a whole message, then by its count resets, hangs, drips, refuses or accepts."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        mood = self.count % 10
        if mood == 3:
            reset(writer)
        elif mood == 5:
            await silent(writer)
        elif mood == 7:
            await forever(answer(b"", length=5000), b"x", 0.02)(writer)
        else:
            await says(answer(b"", CLOSE, status="500 No" if mood in (1, 9) else "200 OK"))(writer)


def owe(database: Database, urls: dict[str, str], events: int) -> set[bytes]:
    """Subscriptions to `urls`, each owed that many events; answers the bodies."""
    box, told = SecretBox(bytes(32)), [revised("doc_a", n) for n in range(events)]
    with database.write() as conn:
        for id_, url in urls.items():
            subscriptions.add_subscription(conn, Subscription(id_, "local", url, Filter(), START), box.seal(KEY, id_))
        for event in told:
            outbox.append(conn, event)
            for id_ in urls:
                deliveries.add_delivery(conn, id_, event.id, START)
    return {event.body for event in told}


@asynccontextmanager
async def teller_on(database: Database, clock: SimulatedClock) -> AsyncIterator[Teller]:
    door = Door(user_agent="test", allow=("127.0.0.1/32:*",))
    try:
        yield Teller(database, bus, door, SecretBox(bytes(32)), clock, system_clock, deadline=DEADLINE)
    finally:
        await door.aclose()


@asynccontextmanager
async def running(teller: Teller) -> AsyncIterator[None]:
    task = asyncio.create_task(teller.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def made(database: Database, id_: str) -> tuple[Attempt, ...]:
    with database.read() as conn:
        return deliveries.attempts(conn, id_, limit=10_000)


def owed(database: Database, id_: str) -> tuple[Delivery, ...]:
    with database.read() as conn:
        return deliveries.list_deliveries(conn, id_, limit=10_000)


async def all_settled(database: Database, id_: str) -> None:
    while any(one.status == "pending" for one in owed(database, id_)):  # noqa: ASYNC110 - it is in the database
        await asyncio.sleep(0.02)


def ids(server: EvilServer) -> Counter[bytes]:
    lines = (line for head in server.requests for line in head.lower().split(b"\r\n"))
    return Counter(line.split(b": ")[1] for line in lines if line.startswith(b"webhook-id:"))


async def test_whatever_a_receiver_does_each_event_arrives_with_the_same_bytes(database: Database) -> None:
    clock = SimulatedClock(START)
    async with evil_server(vices={"/moody": Moody()}) as server, teller_on(database, clock) as teller:
        bodies = owe(database, {"sub_m": server.url("/moody")}, 40)
        while True:
            while await teller.send_due():
                pass
            with database.read() as conn:
                due = teller.next_due(conn)
            if due is None:
                break
            clock.advance_to(max(due, clock()))
        assert set(server.bodies) == bodies
        assert len(ids(server)) == 40
        # every request on the wire has its row, and no row is without a request
        assert len(server.requests) == len(made(database, "sub_m"))
        assert {one.status for one in owed(database, "sub_m")} == {"delivered"}
        assert {one.error for one in made(database, "sub_m")} == {None, "reset", "timeout"}


async def test_a_hanging_receiver_takes_one_place_and_delays_nobody(database: Database) -> None:
    vices = {"/dead": silent, "/well": says(answer(b"", CLOSE))}
    async with evil_server(vices=vices) as dead, evil_server(vices=vices) as well:
        urls = {"sub_dead": dead.url("/dead"), "sub_well": well.url("/well")}
        clock = SimulatedClock(START)
        async with teller_on(database, clock) as teller:
            owe(database, urls, 30)
            async with running(teller):
                async with asyncio.timeout(30):
                    await all_settled(database, "sub_well")
            assert {one.status for one in owed(database, "sub_well")} == {"delivered"}
            assert {one.status for one in owed(database, "sub_dead")} == {"pending"}
        # the first two went out before anybody knew
        assert len(dead.requests) < len(well.requests) == 30


async def test_many_subscriptions_to_one_host_do_not_flood_it(database: Database) -> None:
    under_way, most = 0, 0

    async def slow(writer: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        under_way -= 1
        await says(answer(b"", CLOSE))(writer)

    async with evil_server(vices={f"/{n}": slow for n in range(30)}) as victim:
        async with teller_on(database, SimulatedClock(START)) as teller:
            owe(database, {f"sub_{n}": victim.url(f"/{n}") for n in range(30)}, 1)
            while await teller.send_due():
                pass
        assert (len(victim.requests), most) == (30, 2)


@pytest.mark.parametrize(
    ("asked", "pause"), [("315360000", timedelta(hours=24)), ("-5", timedelta(seconds=6)), ("1", timedelta(seconds=6))]
)
async def test_patience_asked_for_is_given_within_bounds(database: Database, asked: str, pause: timedelta) -> None:
    vices = {"/later": says(answer(b"", f"Retry-After: {asked}", status="503 Later"))}
    async with evil_server(vices=vices) as server, teller_on(database, SimulatedClock(START)) as teller:
        owe(database, {"sub_l": server.url("/later")}, 1)
        await teller.send_due()
        (one,) = owed(database, "sub_l")
        assert one.next_attempt is not None
        assert timedelta(seconds=5) <= one.next_attempt - START <= pause


async def test_what_a_receiver_answers_is_kept_harmless(database: Database) -> None:
    nasty = "\x1b[31mred\r\n\u202e\x00".encode() + b"\xff" * 100_000
    vices = {"/nasty": says(answer(nasty, "Server: \x1b[2J", status="500 No"))}
    async with evil_server(vices=vices) as server, teller_on(database, SimulatedClock(START)) as teller:
        owe(database, {"sub_n": server.url("/nasty")}, 1)
        await teller.send_due()
        (attempt,) = made(database, "sub_n")
    kept = (attempt.answer or "") + "".join(attempt.headers.values())
    assert kept.isascii()
    assert kept.isprintable()


@pytest.mark.parametrize("path", ["/redirect", "/deaf", "/endless"])
async def test_no_receiver_sends_us_elsewhere_or_holds_us(database: Database, path: str) -> None:
    async with evil_server() as target:
        there = says(answer(b"", f"Location: {target.url('/good')}", "Refresh: 0", status="307 There"))
        endless = forever(b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536))
        vices = {"/redirect": there, "/endless": endless, "/deaf": silent}
        async with evil_server(vices=vices) as server, teller_on(database, SimulatedClock(START)) as teller:
            owe(database, {"sub_r": server.url(path)}, 1)
            assert await teller.send_due() == 1
        assert target.connections == 0
    (attempt,) = made(database, "sub_r")
    assert attempt.finished is not None
