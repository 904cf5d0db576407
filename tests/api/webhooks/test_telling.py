"""From an event on the bus to a verified request at the receiver, whatever the receiver does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import Teller
from services.api.webhooks.sign import secret_text
from services.api.webhooks.verify import verify
from services.bus import database as bus
from services.domain.event import Event, envelope
from services.domain.identity import event_id
from services.domain.subscription import Attempt, Filter, Subscription
from services.egress.door import Door
from services.replay.clock import SimulatedClock
from services.storage import deliveries, subscriptions
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
START = datetime(2023, 4, 1, tzinfo=UTC)
REAL = datetime(2026, 11, 22, tzinfo=UTC)
KEY = bytes(range(32))
URL = "https://hooks.example.org/in"


class Desk:
    """One subscription, one teller, and a receiver that answers as the test says."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = SimulatedClock(START)
        self.box = SecretBox(bytes(32))
        self.received: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(204)
        door = Door(user_agent="test", transport=httpx.MockTransport(self._receive))
        self.teller = Teller(database, bus, door, self.box, self.clock, lambda: REAL)
        self.subscribe("sub_a", Filter())

    def _receive(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return self.answer(request)

    def subscribe(self, id_: str, asked: Filter, backfill: bool = False, url: str = URL) -> None:
        value = Subscription(id_, "local", url, asked, START, backfill=backfill)
        with self.database.write() as conn:
            subscriptions.add_subscription(conn, value, self.box.seal(KEY, id_))

    def publish(self, event: Event) -> None:
        with self.database.write() as conn:
            bus.publish(conn, event)

    async def tell(self) -> int:
        self.teller.match_due()
        return await self.teller.send_due()

    def attempts(self) -> list[Attempt]:
        with self.database.read() as conn:
            return list(reversed(deliveries.attempts(conn, "sub_a")))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield Desk(database)
    database.close()


def revised(sequence: int = 1, **change: object) -> Event:
    told = {
        "type": "target_lowered",
        "severity": "critical",
        "direction": "softened",
        "tier": "A",
        "actors": ["市民政局"],
    }
    document = {"id": "doc_x", "url": "https://e.cn/1", "source": "s", "kind": "reply_npc", "agency": "临江市民政局"}
    data = {"document": document, "backfill": False, "changes": [told | change]}
    id_ = event_id("document.revised", "doc_x", sequence)
    return envelope(id_, "document.revised", source="urn:x", subject="doc_x", time=START, sequence=sequence, data=data)


def published(backfill: bool) -> Event:
    data = {"document": {"id": "doc_y", "source": "s", "agency": "临江市民政局"}, "backfill": backfill, "changes": []}
    id_ = event_id("document.published", "doc_y", int(backfill))
    return envelope(id_, "document.published", source="urn:x", subject="doc_y", time=START, sequence=1, data=data)


async def test_the_stored_bytes_are_the_sent_bytes_and_the_signature_is_of_real_time(desk: Desk) -> None:
    event = revised()
    desk.publish(event)
    assert await desk.tell() == 1
    (request,) = desk.received
    assert request.content == event.body
    assert request.headers["webhook-id"] == event.id
    assert verify(secret_text(KEY), dict(request.headers), request.content, int(REAL.timestamp()))
    assert json.loads(request.content)["type"] == "document.revised"
    assert await desk.tell() == 0


async def test_a_failing_receiver_gets_the_same_message_again_when_it_is_due(desk: Desk) -> None:
    desk.answer = lambda _: httpx.Response(500, content=b"\x1b[31mno\r\n" + b"x" * 9000)
    desk.publish(revised())
    for pause in (0, 6, 360, 2160):
        desk.clock.advance_to(desk.clock() + timedelta(seconds=pause))
        assert await desk.tell() == 1
        assert await desk.tell() == 0
    desk.answer = lambda _: httpx.Response(200)
    desk.clock.advance_to(desk.clock() + timedelta(hours=3))
    assert await desk.tell() == 1
    assert [attempt.status for attempt in desk.attempts()] == [500, 500, 500, 500, 200]
    assert [attempt.number for attempt in desk.attempts()] == [1, 2, 3, 4, 5]
    assert len({(request.headers["webhook-id"], request.content) for request in desk.received}) == 1
    answer = desk.attempts()[0].answer or ""
    assert "\x1b" not in answer
    assert "\n" not in answer
    assert len(answer) < 9000


async def test_the_attempt_is_on_record_before_the_request_is_made(desk: Desk) -> None:
    def look(_: httpx.Request) -> httpx.Response:
        (attempt,) = desk.attempts()
        assert attempt.finished is None
        raise httpx.ReadError("the receiver died")

    desk.answer = look
    desk.publish(revised())
    assert await desk.tell() == 1
    (attempt,) = desk.attempts()
    assert (attempt.status, attempt.error) == (None, "reset")


async def test_a_redirect_is_a_failure_and_410_ends_the_subscription(desk: Desk) -> None:
    desk.answer = lambda _: httpx.Response(302, headers={"location": "https://elsewhere.example.org/"})
    desk.publish(revised())
    await desk.tell()
    assert len(desk.received) == 1
    desk.answer = lambda _: httpx.Response(410)
    desk.clock.advance_to(START + timedelta(seconds=10))
    await desk.tell()
    with desk.database.read() as conn:
        assert subscriptions.get_subscription(conn, "sub_a").status == "disabled"
    desk.publish(revised(2))
    desk.clock.advance_to(START + timedelta(days=3))
    assert await desk.tell() == 0


async def test_an_endpoint_that_only_fails_for_five_days_is_disabled(desk: Desk) -> None:
    desk.answer = lambda _: httpx.Response(503)
    for sequence in range(1, 9):
        desk.publish(revised(sequence))
        desk.clock.advance_to(START + timedelta(hours=20 * sequence))
        while await desk.tell():
            pass
    with desk.database.read() as conn:
        assert subscriptions.get_subscription(conn, "sub_a").status == "disabled"


async def test_backfill_is_told_only_to_those_who_ask(desk: Desk) -> None:
    desk.subscribe("sub_b", Filter(), backfill=True, url=URL + "/b")
    desk.publish(published(backfill=True))
    desk.publish(published(backfill=False))
    while await desk.tell():
        pass
    assert sorted(str(request.url) for request in desk.received) == [URL, URL + "/b", URL + "/b"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Filter(), True),
        (Filter(change_types=("target_lowered",), actors=("市民政局",)), True),
        (Filter(agencies=("临江市民政局",)), True),
        (Filter(change_types=("target_raised",)), False),
        (Filter(directions=("strengthened",)), False),
        (Filter(min_severity="critical"), True),
        (Filter(kinds=("policy_notice",)), False),
        (Filter(actors=("市财政局",)), False),
        (Filter(agencies=("另一市民政局",)), False),
        (Filter(documents=("doc_x",), sources=("s",)), True),
        (Filter(sources=("other",)), False),
        (Filter(event_types=("document.published",)), False),
    ],
)
async def test_filters(desk: Desk, asked: Filter, told: bool) -> None:
    with desk.database.write() as conn:
        subscriptions.delete_subscription(conn, "sub_a")
    desk.subscribe("sub_f", asked)
    desk.publish(revised())
    assert await desk.tell() == int(told)


async def test_low_severity_and_tier_c_are_held_back_by_default(desk: Desk) -> None:
    desk.publish(revised(1, severity="low"))
    desk.publish(revised(2, tier="C"))
    assert await desk.tell() == 0
