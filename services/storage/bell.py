"""A wake-up after commit: whoever waits for something new is woken at once; polling stays the backstop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Bell:
    """Rung by the threads that write, heard by any thread or loop of the same process."""

    def __init__(self) -> None:
        self._heard: tuple[Callable[[], object], ...] = ()
        self._lock = threading.Lock()

    def ring(self) -> None:
        for heard in self._heard:
            heard()

    @contextmanager
    def listening(self, heard: Callable[[], object]) -> Iterator[None]:
        """`heard` is called, by the thread that rings, while the block runs: it must be quick and never raise."""
        with self._lock:
            self._heard = (*self._heard, heard)
        try:
            yield
        finally:
            with self._lock:
                self._heard = tuple(one for one in self._heard if one is not heard)

    @contextmanager
    def waking(self, event: asyncio.Event) -> Iterator[None]:
        """As `listening`, for an event of the running loop."""
        loop = asyncio.get_running_loop()

        def heard() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

        with self.listening(heard):
            yield
