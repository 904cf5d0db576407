"""The stages as loops that end when they are asked to: what has begun is finished, what has not is given back.

    fetcher   ticks ─► visits                        parser    wait ─► drain
    webhooks  wait ─► match;  due ─► send, record    relay     owed ─► streams (services.bus.relay)

Each runs as often as wanted, in one process or many: who may do what is decided by rows, not by who is there.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from services.api.webhooks.send import GROUP as TELLING
from services.api.webhooks.send import Teller
from services.bus.relay import Relay
from services.fetcher.fetcher import Fetcher
from services.fetcher.schedule import ticking
from services.line.house import House
from services.metrics import counted
from services.parser.handle import GROUP as READING
from services.parser.handle import Parser


class Stage(Protocol):
    """Runs until `stop` is set; `own` are listeners of this process, which it must not connect to."""

    def __call__(self, house: House, stop: asyncio.Event, *own: str) -> Coroutine[Any, Any, None]: ...


#: The backstop of the wake-ups: what another process commits is found within this time.
PAUSE = 0.4
#: Seconds a stage may take to end what it has begun; a lease brings back what takes longer.
GRACE = 6.0
_log = structlog.get_logger()


async def fetch(house: House, stop: asyncio.Event, *own: str) -> None:
    door = house.door(*own)
    try:
        fetcher = Fetcher(house.database, door, house.clock, pace=house.settings.pace, address=house.address)
        async with ticking(fetcher, patience=GRACE):
            await stop.wait()
    finally:
        await door.aclose()


async def read(house: House, stop: asyncio.Event, *own: str) -> None:
    parser = Parser(house.database, house.bus, house.clock, house.address)
    await _work(house, stop, READING, 20, lambda: parser.drain(20, stopping=stop.is_set))


async def tell(house: House, stop: asyncio.Event, *own: str) -> None:
    door = house.door(*own)
    teller = Teller(house.database, house.bus, door, house.box, house.clock, house.clock, house.address)
    loop = asyncio.get_running_loop()

    def match() -> int:
        matched = teller.match_due()
        if matched:
            loop.call_soon_threadsafe(teller.wake)
        return matched

    try:
        await asyncio.gather(_work(house, stop, TELLING, 100, match), teller.run(stop, patience=GRACE))
    finally:
        await door.aclose()


async def relay(house: House, stop: asyncio.Event, *own: str) -> None:
    carrier = Relay(house.database, house.settings.bus_url, house.clock)
    stopping = threading.Event()
    running = asyncio.create_task(asyncio.to_thread(carrier.run, stopping))
    try:
        await stop.wait()
    finally:
        stopping.set()
        await running
        carrier.close()


STAGES: dict[str, Stage] = {"fetcher": fetch, "parser": read, "webhooks": tell, "relay": relay}


async def _work(house: House, stop: asyncio.Event, group: str, limit: int, step: Callable[[], int]) -> None:
    """`step` answers how much there was; where there was nothing, or it failed, it waits to be woken."""
    while not stop.is_set():
        try:
            busy = await asyncio.to_thread(step)
        except Exception:
            counted.faulted("line")
            _log.exception("work.failed", group=group)
            await asyncio.sleep(PAUSE)
            busy = 0
        if busy and not stop.is_set() and await asyncio.to_thread(house.bus.wait, group, limit, 0):
            continue
        if not stop.is_set():
            await asyncio.to_thread(house.bus.wait, group, limit, PAUSE)
