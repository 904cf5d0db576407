"""Ticks. Due times live in the table, so APScheduler remembers nothing and any number of these may run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from services.fetcher.fetcher import Fetcher


class Ticker:
    """Starts what is due at each tick and does not wait for it: one slow host holds up nobody else."""

    def __init__(self, fetcher: Fetcher, at_once: int = 64) -> None:
        self._fetcher = fetcher
        self._at_once = at_once
        self._under_way: set[asyncio.Task[None]] = set()

    async def tick(self) -> None:
        for claim in await self._fetcher.claim_due(self._at_once - len(self._under_way)):
            task = asyncio.create_task(self._fetcher.perform(claim))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def drain(self) -> None:
        """Wait for the visits under way; each ends at its own deadline."""
        await asyncio.gather(*self._under_way)


@asynccontextmanager
async def ticking(fetcher: Fetcher, seconds: float = 1.0) -> AsyncIterator[Ticker]:
    """Visits are made while the block runs; at its end those under way are finished."""
    ticker = Ticker(fetcher)
    scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    scheduler.add_job(ticker.tick, "interval", seconds=seconds)
    scheduler.start()
    try:
        yield ticker
    finally:
        scheduler.shutdown(wait=False)
        await ticker.drain()
