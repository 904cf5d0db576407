"""A subscriber's desk: the real API, the real teller, a clock to move, and a receiver that answers as told."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from services.api.app import create_app
from services.api.callers import new_token
from services.api.context import Challenged
from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import Teller
from services.bus import database as bus
from services.domain.clock import system_clock
from services.domain.event import Event, EventType, envelope
from services.domain.identity import event_id
from services.domain.subscription import Attempt
from services.egress.door import Door
from services.line.serve import api_context
from services.replay.clock import SimulatedClock
from services.storage import deliveries
from services.storage.database import Database

START = datetime(2023, 4, 1, tzinfo=UTC)
ADDRESS = "https://dafu.example.org"
URL = "https://hooks.example.org/in"
AGENCY = "临江市民政局"


class Desk:
    """`received` are the requests; `answer` says what the receiver does with one."""

    def __init__(self, database: Database, client: httpx.AsyncClient, clock: SimulatedClock, box: SecretBox) -> None:
        self.database = database
        self.client = client
        self.clock = clock
        self.received: list[httpx.Request] = []
        self.answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(204)
        door = Door(user_agent="test", transport=httpx.MockTransport(self._receive))
        self.teller = Teller(database, bus, door, box, clock, system_clock, ADDRESS)

    def _receive(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return self.answer(request)

    async def subscribe(self, url: str = URL, **more: Any) -> dict[str, Any]:
        made = await self.client.post("/subscriptions", json={"url": url, **more})
        assert made.status_code == 201, made.text
        data: dict[str, Any] = made.json()
        return data

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/subscriptions/{path}", json=body)
        assert answer.is_success, answer.text
        data: dict[str, Any] = answer.json()
        return data

    def publish(self, *events: Event) -> None:
        with self.database.write() as conn:
            for event in events:
                bus.publish(conn, event)

    async def tell(self, after: timedelta = timedelta(0)) -> list[dict[str, Any]]:
        """Everything that is due after that time; answers what arrived, parsed."""
        self.clock.advance_to(self.clock() + after)
        seen = len(self.received)
        while self.teller.match_due() + await self.teller.send_due():
            pass
        return [json.loads(request.content) for request in self.received[seen:]]

    async def tell_all(self) -> None:
        """Until nothing is owed any more, however long that takes."""
        while (due := self.next_due()) is not None:
            await self.tell(after=max(due - self.clock(), timedelta(0)))

    def next_due(self) -> datetime | None:
        with self.database.read() as conn:
            return self.teller.next_due(conn)

    def attempts(self, subscription: str) -> list[Attempt]:
        with self.database.read() as conn:
            return list(reversed(deliveries.attempts(conn, subscription, limit=250)))


@asynccontextmanager
async def open_desk(
    database: Database,
    *,
    challenge: Challenged = "none",
    lookup: Callable[[str], Sequence[str]] = lambda _: ["93.184.215.14"],
    **more: Any,
) -> AsyncIterator[Desk]:
    clock, box = SimulatedClock(START), SecretBox(bytes(32))
    context = replace(api_context(database, clock, box, (), ADDRESS), challenge=challenge, lookup=lookup, **more)
    _, token = new_token(database, "local", "test", ("subscribe",), START)
    transport = httpx.ASGITransport(app=create_app(context), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        yield Desk(database, client, clock, box)


def revised(sequence: int = 1, at: datetime = START, title: str = "关于加强养老服务的答复", **change: Any) -> Event:
    told = {
        "type": "target_lowered", "severity": "critical", "direction": "softened", "tier": "A", "actors": ["市民政局"],
        "metric": "护理型床位", "context_after": "到2025年新增护理型床位200张",
    }  # fmt: skip
    return _event("document.revised", sequence, at, title, [told | change])


def published(sequence: int = 1, at: datetime = START, title: str = "关于绿色工厂的答复", **data: Any) -> Event:
    return _event("document.published", sequence, at, title, [], **data)


def _event(
    type_: EventType, sequence: int, at: datetime, title: str, changes: list[dict[str, Any]], **more: Any
) -> Event:
    document = {"id": "doc_x", "url": "https://e.cn/1", "source": "s", "kind": "reply_npc", "agency": AGENCY}
    data = {"document": document | {"title": title}, "backfill": False, "changes": changes} | more
    id_ = event_id(type_, "doc_x", sequence)
    return envelope(id_, type_, source="urn:x", subject="doc_x", time=at, sequence=sequence, data=data)
