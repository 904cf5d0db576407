"""One look at a time: whoever asks while one is under way gets its result, whoever asks soon after the last one."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from services.bus.connection import connect, shown
from services.bus.routes import groups
from services.domain.clock import Clock
from services.domain.errors import DafuError
from services.health.condition import Condition, Limits, Look, judge
from services.storage.database import Database
from services.storage.schema import head, revision
from services.storage.vitals import Vitals, look, readable, unread

#: Seconds a look is good for, and after which one that has not ended counts as no answer.
FRESH = 2.0
DEADLINE = 5.0


class Checkup:
    """`opens` raises where the stored webhook secrets cannot be opened; None: this process needs no key."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        bus_url: str = "database",
        data: Path | None = None,
        opens: Callable[[], None] | None = None,
        limits: Limits | None = None,
        process: str = "run",
    ) -> None:
        self.process = process
        self.bus_kind = bus_url.partition(":")[0]
        self.engine = database.engine.dialect.name
        self._database = database
        self._clock = clock
        self._bus_url = bus_url
        self._data = data
        self._opens = opens
        self._limits = limits or Limits()
        self._head = head()
        self._lock = threading.Lock()
        self._last: tuple[float, Condition] | None = None
        self._running: Future[Condition] | None = None

    def condition(self) -> Condition:
        """How the service is; waits DEADLINE seconds at most, whatever the database does. For a thread, not a loop."""
        with self._lock:
            if self._last is not None and time.monotonic() - self._last[0] < FRESH:
                return self._last[1]
            if self._running is None:
                self._running = Future()
                # a daemon: a database that never answers must not keep the process from ending
                threading.Thread(target=self._run, args=(self._running,), name="checkup", daemon=True).start()
            running = self._running
        try:
            return running.result(DEADLINE)
        except TimeoutError:
            trouble = f"the database has not answered within {DEADLINE:.0f} s"
            return judge(Look(self._clock(), None, self._head, trouble), self._limits)

    def _run(self, running: Future[Condition]) -> None:
        try:
            found = self._look()
        except BaseException as error:
            with self._lock:
                self._running = None
            running.set_exception(error)
            return
        with self._lock:
            self._running, self._last = None, (time.monotonic(), found)
        running.set_result(found)

    def _look(self) -> Condition:
        now, vitals, trouble = self._vitals()
        key = self._key() if vitals is not None else None
        return judge(Look(now, vitals, self._head, trouble, self._bus(), key, self._disk()), self._limits)

    def _vitals(self) -> tuple[datetime, Vitals | None, str | None]:
        """The clock is read when the connection is there: making one may take a while."""
        try:
            with self._database.read() as conn:
                now = self._clock()
                found = revision(conn)
                if found != self._head and not readable(conn):
                    return now, unread(now, found), None
                return now, look(conn, groups(), now), None
        except SQLAlchemyError as error:
            return self._clock(), None, _line(getattr(error, "orig", None) or error)
        except DafuError as error:
            return self._clock(), None, _line(error)

    def _bus(self) -> str | None:
        if self._bus_url == "database":
            return None
        try:
            with connect(self._bus_url) as client:
                client.ping()
        except (RedisError, DafuError) as error:
            return f"Redis at {shown(self._bus_url)} does not answer ({_line(error)})"
        return None

    def _key(self) -> str | None:
        try:
            if self._opens is not None:
                self._opens()
        except DafuError as error:
            return _line(error)
        return None

    def _disk(self) -> int | None:
        try:
            return shutil.disk_usage(self._data).free if self._data is not None else None
        except OSError:
            return None


def limits_of(lag: float, disk_mib: int) -> Limits:
    """`lag` in seconds."""
    return Limits(timedelta(seconds=lag), disk_mib * 1024 * 1024)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
