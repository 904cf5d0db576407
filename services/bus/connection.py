"""Connections to Redis: every call ends in time, none is repeated behind our back, and trouble is told once."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.domain.errors import ConfigError

#: Seconds one call may take: longer than any block, shorter than anybody's patience.
DEADLINE = 5.0
_log = structlog.get_logger()


def connect(url: str) -> Redis:
    """Nothing is asked yet. Raises ConfigError for an address that is none."""
    once = Retry(NoBackoff(), 0)
    try:
        return Redis.from_url(url, socket_timeout=DEADLINE, socket_connect_timeout=2, retry=once, protocol=2)
    except ValueError as error:
        raise ConfigError(f"DAFU_BUS_URL: {shown(url)!r} is no address of a Redis ({error})") from None


def shown(url: str) -> str:
    """`url` without its password."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url


class Trouble:
    """Whether a Redis answers: said once when it stops to, once when it does again."""

    def __init__(self, url: str) -> None:
        self._shown = shown(url)
        self.reason: str | None = None

    def is_over(self) -> None:
        if self.reason is not None:
            _log.info("bus.recovered", redis=self._shown)
            self.reason = None

    def met(self, error: Exception) -> None:
        if self.reason is None:
            _log.warning("bus.unreachable", redis=self._shown, error=str(error))
        self.reason = f"Redis at {self._shown} does not answer ({type(error).__name__}: {error}): events wait"
