"""How often one caller may ask: a window of `limits`, counted where every replica sees it.

One process counts in memory; replicas over PostgreSQL count in its table `rate`, replicas with Redis there.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from services.domain.clock import Clock
from services.domain.errors import ConfigError, DafuError
from services.storage import rates
from services.storage.database import Database


class TooMany(DafuError):
    """HTTP 429; `after` is how many seconds to wait."""

    def __init__(self, limit: str, after: int) -> None:
        super().__init__(f"more than {limit} requests; ask again in {after} s")
        self.after = after


class Rates:
    """Counts requests by caller. `rate` is what `limits` reads: `600/minute`. Raises ConfigError where it does not."""

    def __init__(self, rate: str, storage: Storage, now: Callable[[], float]) -> None:
        self._limit = _parsed(rate)
        self._limiter = FixedWindowRateLimiter(storage)
        self._now = now

    def count(self, key: str) -> None:
        """Count one request of `key`. Raises TooMany."""
        if not self._limiter.hit(self._limit, key):
            ends = self._limiter.get_window_stats(self._limit, key).reset_time
            raise TooMany(str(self._limit), max(1, math.ceil(ends - self._now())))


def rates_for(rate: str, database: Database, bus_url: str, clock: Clock) -> Rates:
    """Counted in the place that all replicas of this service share."""
    if bus_url == "database" and database.engine.dialect.name != "sqlite":
        return Rates(rate, DatabaseStorage(database, clock), lambda: clock().timestamp())
    storage: Storage = MemoryStorage()
    if bus_url.startswith(("redis://", "rediss://", "unix://")):
        storage = RedisStorage(f"redis+{bus_url}" if bus_url.startswith("unix") else bus_url)
    return Rates(rate, storage, time.time)


class DatabaseStorage(Storage):
    """What `limits` asks of a place to count in, over our own table."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__()
        self._database = database
        self._clock = clock

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (DafuError,)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._database.write() as conn:
            return rates.count(conn, key, amount, timedelta(seconds=expiry), self._clock())

    def get(self, key: str) -> int:
        with self._database.read() as conn:
            return rates.counted(conn, key, self._clock())[0]

    def get_expiry(self, key: str) -> float:
        with self._database.read() as conn:
            return rates.counted(conn, key, self._clock())[1].timestamp()

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._database.write() as conn:
            return rates.forget(conn, before=datetime.max.replace(tzinfo=UTC))

    def clear(self, key: str) -> None:
        with self._database.write() as conn:
            rates.forget(conn, key=key)


def _parsed(rate: str) -> RateLimitItem:
    try:
        return parse(rate)
    except ValueError:
        raise ConfigError(f"DAFU_RATE: cannot read {rate!r}; write 600/minute") from None
