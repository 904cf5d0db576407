"""The database's clock, for processes on several machines: leases and due times are theirs together.

A clock is asked for the difference between the database's time and this machine's counter of elapsed time, now and
then; in between it counts on by itself. What the machine's own wall clock says, or is set to, does not matter.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.domain.clock import Clock, system_clock
from services.storage.database import Database

#: Seconds after which the difference is asked for again: counters of two machines drift apart by less than 1 ms in it.
FRESH = 10.0
_NOW = text("select extract(epoch from clock_timestamp())::float8")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_log = logging.getLogger(__name__)


def clock_of(database: Database) -> Clock:
    """PostgreSQL's own clock; SQLite has none, its processes are on one machine and share that machine's."""
    return DatabaseClock(database) if database.engine.dialect.name == "postgresql" else system_clock


class DatabaseClock:
    """Any number of threads may ask. Asks the database when it is made; raises DBAPIError where it cannot."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._ahead, self._asked = 0.0, 0.0
        self._ask()

    def __call__(self) -> datetime:
        if _elapsed() - self._asked > FRESH and self._lock.acquire(blocking=False):
            try:
                self._ask()
            except DBAPIError as error:
                _log.warning("clock.unreadable", extra={"error": str(error.orig)})
                self._asked = _elapsed()
            finally:
                self._lock.release()
        return _EPOCH + timedelta(seconds=self._ahead + _elapsed())

    def _ask(self) -> None:
        """The answer was given at some moment between asking and hearing it: the middle is wrong by half of that."""
        with self._database.read() as conn:
            conn.execute(_NOW)  # the connection is open and the statement known
            before = _elapsed()
            told = float(conn.execute(_NOW).scalar_one())
            after = _elapsed()
        self._ahead, self._asked = told - (before + after) / 2, after


def _elapsed() -> float:
    """Seconds on a counter that nobody sets and that goes on while the machine sleeps, where there is such a one."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
