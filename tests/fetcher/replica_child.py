"""One fetcher of replicas.py, in a process of its own: ticks until it is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from multiprocessing.synchronize import Event

from services.domain.clock import system_clock
from services.domain.pacing import Pace
from services.egress.door import Door
from services.fetcher.fetcher import Fetcher
from services.fetcher.schedule import ticking
from services.logs import configure_logs
from services.storage.database import open_database


async def _loopback(_: str) -> Sequence[str]:
    return ["127.0.0.1"]


def run(url: str, port: int, name: str, spacing: float, lease: float, ready: Event) -> None:
    configure_logs("error")
    asyncio.run(_work(url, port, name, spacing, lease, ready))


async def _work(url: str, port: int, name: str, spacing: float, lease: float, ready: Event) -> None:
    door = Door(user_agent=name, allow=[f"127.0.0.1/32:{port}"], lookup=_loopback)
    pace = Pace(timedelta(seconds=spacing), 1_000_000)
    fetcher = Fetcher(open_database(url), door, system_clock, pace=pace, lease=lease)
    async with ticking(fetcher, 0.05):
        ready.set()
        await asyncio.sleep(600)
