"""Receivers that hang, drip, never read, ask for years of patience or answer with escapes (ATTACKS.md D).

That nothing is lost whatever they do, and what each sees on its wire, is in tests/crash/receivers.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from evil import answer, evil_server, forever, says, silent
from storage.samples import revised

from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import CAPS, Teller
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


def owe(database: Database, urls: dict[str, str], events: int, owner: str = "local") -> set[bytes]:
    """Subscriptions to `urls`, each owed that many events; answers the bodies."""
    box, told = SecretBox(bytes(32)), [revised(f"doc_{owner}", n) for n in range(events)]
    with database.write() as conn:
        for id_, url in urls.items():
            subscriptions.add_subscription(conn, Subscription(id_, owner, url, Filter(), START), box.seal(KEY, id_))
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


async def test_an_owner_whose_receivers_all_hang_leaves_room_for_the_others(database: Database) -> None:
    """At a hundred hosts, so that no host's limit helps; the deadline is the real one."""
    under_way, most = 0, 0

    async def hanging(_: asyncio.StreamWriter) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(3600)

    async def loopback(_: str) -> list[str]:
        return ["127.0.0.1"]

    async with (
        evil_server(vices={"/slow": hanging}) as slow,
        evil_server(vices={"/": says(answer(b"", CLOSE))}) as well,
    ):
        owe(database, {f"sub_{n}": f"http://h{n}.example.org:{slow.port}/slow" for n in range(100)}, 1, "many")
        owe(database, {"sub_well": well.url("/")}, 30)
        door = Door(user_agent="test", allow=("127.0.0.1/32:*",), lookup=loopback)
        teller = Teller(database, bus, door, SecretBox(bytes(32)), system_clock, system_clock)
        async with running(teller), asyncio.timeout(30):
            await all_settled(database, "sub_well")
            while under_way < CAPS.owner:  # noqa: ASYNC110 - the receivers count
                await asyncio.sleep(0.02)
        await door.aclose()
    assert {one.status for one in owed(database, "sub_well")} == {"delivered"}
    assert (len(well.requests), most) == (30, CAPS.owner)


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
