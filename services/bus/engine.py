"""Which engine carries the events: DAFU_BUS_URL. One for a process; what it holds ends with the block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from services.bus import database as log
from services.bus.interface import Engine
from services.bus.streams import Streams
from services.bus.waker import waking
from services.domain.errors import ConfigError
from services.storage.database import Database

ON_DATABASE = "database"


class OnDatabase(log.InDatabase):
    """services.bus.database, and waiting: woken by commits of this process, looking by itself for those of others."""

    claim = staticmethod(log.claim)
    done = staticmethod(log.done)
    done_all = staticmethod(log.done_all)
    failed = staticmethod(log.failed)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owed: dict[str, threading.Event] = {}

    def rung(self) -> None:
        with self._lock:
            for owed in self._owed.values():
                owed.set()

    def wait(self, group: str, limit: int, seconds: float) -> bool:
        with self._lock:
            owed = self._owed.setdefault(group, threading.Event())
        if owed.wait(seconds):
            owed.clear()
        return True  # another process may have committed something

    def trouble(self) -> str | None:
        return None

    def close(self) -> None: ...


@contextmanager
def open_bus(url: str, database: Database) -> Iterator[Engine]:
    """The engine at `url`. Raises ConfigError for an address that names none."""
    if url == ON_DATABASE:
        engine = OnDatabase()
        with database.bell.listening(engine.rung):
            yield engine
        return
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError(f"DAFU_BUS_URL: cannot use {url!r}; write database, or redis://host:6379/0")
    streams = Streams(url)
    try:
        with waking(database, url):
            yield streams
    finally:
        streams.close()
