"""Visits of pages, written down together: those that end at about the same time share a transaction.

A visit that ends while no other request is under way is on record at once; others wait for each other for LINGER
seconds at most. A process that dies meanwhile has recorded nothing of them: their leases bring the visits back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from services.domain.clock import Clock
from services.fetcher.record import Visited, record_pages
from services.storage.database import Database

LINGER = 0.005
#: Visits of one transaction.
MOST = 64

_Waiting = list[tuple[Visited, "asyncio.Future[Exception | None]"]]


class Records:
    """For one event loop."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._requests = 0
        self._waiting: _Waiting = []
        self._timer: asyncio.TimerHandle | None = None
        self._writing: set[asyncio.Task[None]] = set()

    @contextmanager
    def visiting(self) -> Iterator[None]:
        """A request is under way, whose visit may be worth waiting for."""
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    async def write(self, visited: Visited) -> None:
        """Returns when the visit is on record; raises LostClaimError, or the fault that kept it off."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[Exception | None] = loop.create_future()
        self._waiting.append((visited, written))
        if self._requests == 0 or len(self._waiting) >= MOST:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(LINGER, self._flush)
        error = await written
        if error is not None:
            raise error

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # who does not wait any more gave the claim back
        waiting = [(visited, written) for visited, written in self._waiting if not written.done()]
        self._waiting = []
        if waiting:
            task = asyncio.create_task(self._write(waiting))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _write(self, waiting: _Waiting) -> None:
        visited = [one for one, _ in waiting]
        errors = await asyncio.to_thread(record_pages, self._database, visited, self._clock)
        for (_, written), error in zip(waiting, errors, strict=True):
            if not written.done():
                written.set_result(error)
