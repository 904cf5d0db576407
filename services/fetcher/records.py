"""Visits written down together: those that end at about the same time share a transaction.

A visit that ends while no other request is under way is on record at once; others wait for each other for LINGER
seconds at most. A process that dies meanwhile has recorded nothing of them: their leases bring the visits back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

LINGER = 0.005
#: Visits of one transaction.
MOST = 64

Visit = TypeVar("Visit")


class Records(Generic[Visit]):
    """Visits of one kind, for one event loop. `record` writes them down, in a thread; it answers for each why it is not
    on record, None where it is.
    """

    def __init__(self, record: Callable[[Sequence[Visit]], Sequence[Exception | None]]) -> None:
        self._record = record
        self._requests = 0
        self._waiting: list[tuple[Visit, asyncio.Future[Exception | None]]] = []
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

    async def write(self, visited: Visit) -> None:
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

    async def _write(self, waiting: Sequence[tuple[Visit, asyncio.Future[Exception | None]]]) -> None:
        errors = await asyncio.to_thread(self._record, [visited for visited, _ in waiting])
        for (_, written), error in zip(waiting, errors, strict=True):
            if not written.done():
                written.set_result(error)
