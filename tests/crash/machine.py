"""What trials run on: an engine with databases of its own, and processes forked from this one, which has everything
loaded: a process of the line is there in a moment and can be killed at any.

Engines: `sqlite`, `postgres` (DAFU_TEST_POSTGRES), `redis` (PostgreSQL with Redis Streams; SQLite where there is none).
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from databases import POSTGRES, own_postgres
from servers import OwnRedis
from sqlalchemy import text
from world import address

from services.api.webhooks.secrets import SecretBox
from services.domain.identity import document_id
from services.domain.source import Source
from services.domain.subscription import Filter, Subscription
from services.egress.door import Door
from services.storage import pages, sources, subscriptions
from services.storage.database import Database, open_database
from services.storage.pages import Listed

ENGINES = ("sqlite", "postgres", "redis")
NOW = datetime(2023, 4, 1, tzinfo=UTC)
BOX = SecretBox(bytes(32))


@dataclass(frozen=True, slots=True)
class Engine:
    name: str
    database_url: str
    bus_url: str
    #: Its own, empty, gone with it.
    folder: Path
    redis: OwnRedis | None = None


@contextmanager
def engine(name: str) -> Iterator[Engine]:
    """An empty, migrated database, and a Redis of its own where the engine has one."""
    folder = Path(tempfile.mkdtemp(prefix="dafu-crash-"))
    redis = OwnRedis(folder) if name == "redis" else None
    try:
        with _database(name, folder) as url:
            open_database(url).close()
            yield Engine(name, url, redis.url if redis else "database", folder, redis)
    finally:
        if redis is not None:
            redis.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
    if name == "sqlite" or not POSTGRES:
        yield f"sqlite:///{folder / 'dafu.sqlite'}"
        return
    with own_postgres("dafu_crash") as url:
        yield url


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def fork(work: Callable[[], object], *, quiet: bool = True) -> int:
    """A process that does `work` and ends; answers its id. The one that forks must have no threads of its own."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        if quiet:
            quieten()
        work()
        code = 0
    except BaseException:
        logging.getLogger("crash").exception("a process of the trial failed")
    finally:
        os._exit(code)


def quieten() -> None:
    """Only what is wrong with us is worth a line; that servers go away is what is tried."""
    level = int(os.environ.get("DAFU_CRASH_LOG", logging.CRITICAL))
    logging.basicConfig(level=level, force=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))


def running(work: Callable[[], Coroutine[Any, Any, object]]) -> Callable[[], object]:
    return lambda: asyncio.run(work())


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def killed(pid: int) -> bool:
    """Wait for the end of a process; whether it was killed."""
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def door() -> Door:
    """All names are this machine's."""

    async def lookup(_: str) -> Sequence[str]:
        return ["127.0.0.1"]

    return Door(user_agent="Dafu-trial/0.1", allow=("127.0.0.1/32:*",), lookup=lookup)


def watch(database: Database, docs: Sequence[int], port: int, now: datetime, receivers: Sequence[str] = ()) -> None:
    """Watch `docs` of the world at `port`, and tell a receiver there of everything."""
    urls = receivers or (f"http://127.0.0.1:{port}/hook",)
    everything = Filter(min_severity="info", tiers=("A", "B", "C"))
    with database.write() as conn:
        column = Source(id="trial", url=f"http://lists.example.gov.cn:{port}/", name="trial", every=timedelta(days=1))
        sources.save_source(conn, column, now)
        conn.execute(text("update source set next_visit = null"))  # its list page is no part of the trial
        listed = [Listed(address(doc, port), f"关于印发第{doc}号行动方案的通知") for doc in docs]
        pages.discover(conn, "trial", listed, now, backfill=False)
        for n, url in enumerate(urls):
            wanted = Subscription(f"sub_{n}", "local", url, everything, now)
            subscriptions.add_subscription(conn, wanted, BOX.seal(bytes(32), wanted.id))


def news(database: Database, docs: Sequence[int], port: int, now: datetime) -> None:
    """Somebody says that these pages are worth a visit now."""
    due = text("update page set next_visit = :now where id = :id and claim_token is null")
    at = (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    if docs:
        with database.write() as conn:
            ids = sorted(document_id(address(doc, port)) for doc in docs)  # in the order everybody locks pages in
            conn.execute(due, [{"now": at, "id": id_} for id_ in ids])
