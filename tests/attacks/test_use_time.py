"""Names that change their mind (ATTACKS.md B): no socket is opened to what is forbidden."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import network
import pytest
from evil import evil_server
from storage.samples import revised

from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import Teller
from services.bus import database as bus
from services.domain.clock import system_clock
from services.domain.subscription import Filter, Subscription
from services.egress.answer import Failure
from services.egress.door import Door
from services.replay.clock import SimulatedClock
from services.storage import deliveries, outbox, subscriptions
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
START = datetime(2026, 1, 1, tzinfo=UTC)


class Rebinding:
    """A name server that answers `first` once and `then` from the second time on."""

    def __init__(self, first: Sequence[str], then: Sequence[str]) -> None:
        self.answers = [first]
        self.then = then
        self.asked = 0

    async def __call__(self, _: str) -> Sequence[str]:
        self.asked += 1
        return self.answers.pop() if self.answers else self.then


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield opened
    opened.close()


@asynccontextmanager
async def door(lookup: Rebinding, *allow: str) -> AsyncIterator[Door]:
    opened = Door(user_agent="test", lookup=lookup, allow=allow)
    try:
        yield opened
    finally:
        await opened.aclose()


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::1"], ["93.184.215.14", "127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"], ["::ffff:7f00:1"]],
)
async def test_a_receiver_that_moved_inside_is_never_connected_to(database: Database, addresses: list[str]) -> None:
    seen, box, event = len(network.forbidden), SecretBox(bytes(32)), revised("doc_a", 1)
    lookup = Rebinding(addresses, ["127.0.0.1"])
    async with evil_server() as canary, door(lookup) as opened:
        url = "http://hooks.example.org:8080/good"
        with database.write() as conn:
            subscriptions.add_subscription(
                conn, Subscription("sub_r", "local", url, Filter(), START), box.seal(b"k", "sub_r")
            )
            outbox.append(conn, event)
            deliveries.add_delivery(conn, "sub_r", event.id, START)
        teller = Teller(database, bus, opened, box, SimulatedClock(START), system_clock)
        assert await teller.send_due() == 1
        assert canary.connections == 0
    with database.read() as conn:
        (attempt,) = deliveries.attempts(conn, "sub_r")
    assert (attempt.error, attempt.status, attempt.answer) == ("blocked_address", None, None)
    assert lookup.asked == 1
    assert network.forbidden[seen:] == []


async def test_one_lookup_serves_one_attempt() -> None:
    """The second answer, which would lead elsewhere, is never asked for."""
    lookup = Rebinding(["127.0.0.1"], ["10.0.0.1"])
    async with evil_server() as server, door(lookup, "127.0.0.1/32:*") as opened:
        answer = await opened.post(f"http://hooks.example.org:{server.port}/good", body=b"x", headers={})
        assert not isinstance(answer, Failure)
        assert (lookup.asked, server.connections) == (1, 1)
