"""Says in Redis that something is owed, after a commit, from a thread of its own: no commit waits for Redis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from services.bus.connection import connect
from services.bus.entries import OWED_CHANNEL
from services.storage.database import Database

#: Seconds without a try after one that failed: the relays look by themselves meanwhile.
_PAUSE = 1.0


@contextmanager
def waking(database: Database, url: str) -> Iterator[None]:
    """While the block runs, every commit of this process by which something is owed wakes the relays."""
    redis, owed, stopping = connect(url), threading.Event(), threading.Event()

    def run() -> None:
        while True:
            owed.wait()
            if stopping.is_set():
                return
            owed.clear()
            try:
                redis.publish(OWED_CHANNEL, "")
            except RedisError:
                stopping.wait(_PAUSE)

    thread = threading.Thread(target=run, name="bus-waker", daemon=True)
    thread.start()
    try:
        with database.bell.listening(owed.set):
            yield
    finally:
        stopping.set()
        owed.set()
        thread.join(timeout=2)
        redis.close()
