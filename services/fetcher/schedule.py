"""Ticks. Due times live in the table, so APScheduler remembers nothing and any number of these may run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from services.fetcher.fetcher import Fetcher
from services.storage.claims import Claim


class Ticker:
    """Starts what is due at each tick and does not wait for it: one slow host holds up nobody else."""

    def __init__(self, fetcher: Fetcher, at_once: int = 64) -> None:
        self._fetcher = fetcher
        self._at_once = at_once
        self._under_way: dict[asyncio.Task[None], Claim] = {}

    async def tick(self) -> None:
        for claim in await self._fetcher.claim_due(self._at_once - len(self._under_way)):
            task = asyncio.create_task(self._fetcher.perform(claim))
            self._under_way[task] = claim
            task.add_done_callback(self._under_way.pop)

    async def drain(self, patience: float | None = None) -> None:
        """Wait for the visits under way, which end at their own deadline; after `patience` give back the rest."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=patience)
        claims = [self._under_way[task] for task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        for claim in claims:
            await self._fetcher.give_back(claim)


@asynccontextmanager
async def ticking(fetcher: Fetcher, seconds: float = 1.0, patience: float | None = None) -> AsyncIterator[Ticker]:
    """Visits are made while the block runs; at its end those under way are finished, or given back after `patience`
    seconds.
    """
    ticker = Ticker(fetcher)
    scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
    scheduler.add_job(ticker.tick, "interval", seconds=seconds)
    scheduler.start()
    try:
        yield ticker
    finally:
        scheduler.shutdown(wait=False)
        await ticker.drain(patience)
