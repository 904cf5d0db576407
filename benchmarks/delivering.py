"""Webhook messages a second of CPU: signed, and on record before and after, beside a bare loop of httpx.

The bar is held against `httpx.AsyncClient()` as it comes, which closes idle connections beyond twenty. One that keeps
all of its connections is shown as well: that is the best httpx does here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import httpx

from benchmarks.table import show
from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import CAPS, Teller
from services.bus import database as bus
from services.domain.clock import system_clock
from services.domain.event import Event, envelope
from services.domain.identity import event_id
from services.domain.subscription import Filter, Subscription
from services.egress.door import Door
from services.storage import deliveries, outbox, subscriptions
from services.storage.database import Database, open_database

#: Deliveries per CPU-second: at least so many times those of the bare loop.
BAR = 2.0
AT_ONCE = 50
#: Every endpoint takes as many requests at a time as it may.
ENDPOINTS = AT_ONCE // CAPS.endpoint
EVENTS, ROUNDS = 60, 3
#: httpx's own limits, and those that keep a connection for every request under way.
_AS_IT_COMES = httpx.Limits(max_connections=100, max_keepalive_connections=20)
_KEEPING = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
_ALTERED = "到2025年，累计建成工业互联网标识解析二级节点25个，培育专精特新企业1500家。"


def run() -> bool:
    command = [sys.executable, "-m", "benchmarks.delivering_child", str(ENDPOINTS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        try:
            urls = [f"http://127.0.0.1:{port}/" for port in json.loads(child.stdout.readline())]
            ours, bare, keeping = _measure(urls, [_event(n) for n in range(EVENTS)])
        finally:
            child.communicate("")
    rows = [
        (name, f"{each:,.0f}", f"{1000 / each:.2f} ms", f"{ours / each:.2f} times" if each != ours else "")
        for name, each in (
            ("Dafu: signed and recorded", ours),
            ("httpx.AsyncClient, nothing but the request", bare),
            ("the same, all connections kept", keeping),
        )
    ]
    title = f"delivering: {ENDPOINTS * EVENTS} messages to {ENDPOINTS} endpoints, {AT_ONCE} at a time"
    show(f"{title}; at least {BAR:g} times", ("", "a CPU-second", "CPU each", "Dafu does"), rows)
    return ours / bare >= BAR


def _measure(urls: Sequence[str], events: Sequence[Event]) -> list[float]:
    """Deliveries a CPU-second, ours and those of both bare loops, taken in turns; the first turn is not counted."""
    turns = []
    for _ in range(ROUNDS + 1):
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(f"sqlite:///{Path(folder, 'dafu.sqlite')}")
            with contextlib.closing(database):
                box = SecretBox(bytes(32))
                _owe(database, box, urls, events)
                ours = asyncio.run(_tell(database, box))
                _check_delivered(database, len(urls) * len(events))
        bare = asyncio.run(_post(urls, events, _AS_IT_COMES))
        turns.append((ours, bare, asyncio.run(_post(urls, events, _KEEPING))))
    total = len(urls) * len(events)
    return [total / statistics.median(taken) for taken in zip(*turns[1:], strict=True)]


def _event(n: int) -> Event:
    """A revision with one change: about as large as most are."""
    change = {"type": "target_lowered", "severity": "critical", "direction": "softened", "metric": "专精特新企业",
              "old": {"start": 0, "end": len(_ALTERED), "text": _ALTERED}, "context_before": _ALTERED * 2,
              "new": {"start": 0, "end": len(_ALTERED), "text": _ALTERED}, "context_after": _ALTERED * 2}  # fmt: skip
    id_, data = event_id("document.revised", "doc_bench", n), {"version": n, "changes": [change], "changes_total": 1}
    return envelope(id_, "document.revised", source="urn:dafu:source:bench", subject="doc_bench",
                    time=system_clock(), sequence=n, data=data)  # fmt: skip


def _owe(database: Database, box: SecretBox, urls: Sequence[str], events: Sequence[Event]) -> None:
    now = system_clock()
    names = {f"sub_{n}": url for n, url in enumerate(urls)}
    with database.write() as conn:
        for name, url in names.items():
            wanted = Subscription(name, "local", url, Filter(), now)
            subscriptions.add_subscription(conn, wanted, box.seal(bytes(32), name))
        for event in events:
            outbox.append(conn, event)
            for name in names:
                deliveries.add_delivery(conn, name, event.id, now)


async def _tell(database: Database, box: SecretBox) -> float:
    """CPU seconds until nothing is owed any more, all threads together."""
    door = Door(user_agent="Dafu-benchmark", allow=("127.0.0.1/32:*",))
    teller = Teller(database, bus, door, box, system_clock, system_clock)
    running = asyncio.create_task(teller.run())

    async def told() -> None:
        while _next_due(teller, database):  # noqa: ASYNC110 - nobody tells when all is told
            await asyncio.sleep(0.2)  # asked rarely: the question itself costs CPU

    taken = await _cpu(told)
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await door.aclose()
    return taken


def _next_due(teller: Teller, database: Database) -> bool:
    with database.read() as conn:
        return teller.next_due(conn) is not None


def _check_delivered(database: Database, total: int) -> None:
    with database.read() as conn:
        found = [
            one.status
            for each in subscriptions.active_subscriptions(conn)
            for one in deliveries.list_deliveries(conn, each.id, limit=EVENTS)
        ]
    if found != ["delivered"] * total:
        raise RuntimeError(f"{found.count('delivered')} of {total} delivered")


async def _post(urls: Sequence[str], events: Sequence[Event], limits: httpx.Limits) -> float:
    """CPU seconds of the same bytes to the same receivers."""
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        messages = iter([(url, event.body) for event in events for url in urls])

        async def work() -> None:
            for url, body in messages:
                (await client.post(url, content=body)).raise_for_status()

        async def all_at_once() -> None:
            await asyncio.gather(*(work() for _ in range(AT_ONCE)))

        return await _cpu(all_at_once)


async def _cpu(work: Callable[[], Awaitable[None]]) -> float:
    started = time.process_time()
    await work()
    return time.process_time() - started
