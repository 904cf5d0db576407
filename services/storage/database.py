"""Opening the database, and the two ways to hold it: `read()` and `write()`.

SQLite runs in WAL mode, so a reader never waits and never makes a writer wait; every write commits to the disk
(synchronous=FULL). A transaction that reads first and writes later is locked out on SQLite when somebody else wrote in
between, so `write()` takes the write lock at its start (BEGIN IMMEDIATE) and `read()` refuses to write.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from services.domain.errors import ConfigError, Unavailable
from services.storage.bell import Bell
from services.storage.schema import upgrade

#: Seconds a writer waits for the one before it.
PATIENCE = 30
#: PostgreSQL, when the way to the server is gone without a word: seconds until a connection that is being made, and one
#: that waits for an answer or for what it sent to arrive, is given up (libpq; the address may say otherwise).
_IN_TIME = {
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 8000,  # milliseconds
}
#: PostgreSQL: seconds after which a connection is made anew. What it prepared while a table was small may have been
#: planned for a small one; the server plans again when it has analysed the table, and not everywhere does it do that.
_FRESH = 300
#: PostgreSQL: held in shared mode by every write for as long as it lasts (advisory lock).
_WRITING = 0x0DAF_3A11
#: Of one schema, so that what shares the server is not waited for.
_ANNOUNCE = text("select pg_advisory_xact_lock_shared(:lock, current_schema()::regnamespace::oid::int)")
_WRITERS = text(
    "select virtualtransaction from pg_locks where locktype = 'advisory' and granted and objsubid = 2"
    " and classid = :lock and objid = current_schema()::regnamespace::oid"
    " and database = (select oid from pg_database where datname = current_database())"
)
_POLL = 0.01
#: In the `info` of a writing connection: what is to be done after its commit, and the database's bell.
_AFTER, _BELL = "dafu_after_commit", "dafu_bell"
_BUSY = "{}: somebody else has been writing for too long: end that process, then start again"
_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA journal_size_limit=67108864",  # a long reader lets the log grow; afterwards it is cut to 64 MiB
)


class Rollback(Exception):  # it is a way to leave a block, no error
    """Raise it inside `write()` to leave the block with nothing written and no error: a lease was lost."""


def after_commit(conn: Connection, act: Callable[[], object]) -> None:
    """`act` is called, once, when the transaction of `Database.write` has been committed; never where it was not.

    It must not raise. A process that dies in between never calls it: only what polling makes up for may hang on it.
    """
    conn.info.setdefault(_AFTER, {})[act] = None


def ring_after_commit(conn: Connection) -> None:
    """Something is owed by this transaction: whoever listens to `Database.bell` hears of it after the commit."""
    bell = conn.info.get(_BELL)
    if bell is not None:
        after_commit(conn, bell)


class Database:
    """One opened database. Share it between threads; a connection belongs to one thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        #: Rings after each commit of this process by which something is owed to somebody.
        self.bell = Bell()
        self._reading = engine.execution_options(sqlite_begin="BEGIN", postgresql_readonly=True)
        # SQLite's own waiting polls and is unfair; within one process writers queue here instead
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that cannot write. On SQLite all it reads is of one moment, on PostgreSQL each statement is."""
        with self._reading.connect() as connection:
            yield connection
            # a rollback would make psycopg forget every statement this connection has prepared
            connection.commit()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back on any exception (see Rollback).

        Raises Unavailable when the write lock is not free within PATIENCE seconds (SQLite). Not to be nested.
        """
        acts: dict[Callable[[], object], None] = {}
        with suppress(Rollback):
            with self._in_turn(), self.engine.begin() as connection:
                connection.info.update({_AFTER: acts, _BELL: self.bell.ring})
                if connection.dialect.name == "postgresql":
                    connection.execute(_ANNOUNCE, {"lock": _WRITING})
                yield connection
            for act in acts:
                act()

    def settle(self) -> None:
        """Wait until every write that is under way has ended: what it dates before this call is on record afterwards.

        A write that reads the clock inside `write()` and commits later would otherwise add to a past that was answered
        already. Clocks of several machines must agree. Raises Unavailable after PATIENCE seconds.
        """
        if self._turn is not None:  # SQLite: writes follow one another, so the next turn comes after those before
            with self.write():
                return
        deadline = time.monotonic() + PATIENCE
        running = self._writers()
        while running:
            if time.monotonic() > deadline:
                raise Unavailable(_BUSY.format(self.engine.url.database))
            time.sleep(_POLL)
            running &= self._writers()

    def _writers(self) -> set[str]:
        with self.read() as connection:
            return set(connection.execute(_WRITERS, {"lock": _WRITING}).scalars())

    def close(self) -> None:
        # what a thread holds still would otherwise stay open until it is collected
        event.listen(self.engine.pool, "checkin", lambda _, record: record.invalidate())
        self.engine.dispose()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=PATIENCE):
            raise Unavailable(_BUSY.format(self.engine.url.database))
        try:
            yield
        finally:
            self._turn.release()


def open_database(url: str) -> Database:
    """The database at the SQLAlchemy address `url`, brought to this version's tables.

    Raises ConfigError for an address that names no usable database, Unavailable (naming folder or server, and the
    remedy) where it cannot be opened or was written by a newer version.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _make_folder(Path(str(address.database)).parent)
    engine = create_engine_for(address)
    try:
        upgrade(engine)
    except DBAPIError as error:
        engine.dispose()
        raise Unavailable(_why(address, error)) from error
    except BaseException:
        engine.dispose()
        raise
    return Database(engine)


def open_unchanged(url: str) -> Database:
    """The database at `url` as it is: nothing is made, nothing is migrated. Raises ConfigError, or Unavailable where
    there is no such file.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        raise Unavailable(f"{address.database}: there is no database yet; `dafu run` makes one, or set DAFU_DATA")
    return Database(create_engine_for(address))


def create_engine_for(url: URL | str) -> Engine:
    """An engine with the settings described above; tables are not looked at."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        ours = {name: value for name, value in _IN_TIME.items() if name not in address.query}
        # the connection used last has prepared most of what is asked next
        return create_engine(address, pool_pre_ping=True, pool_use_lifo=True, pool_recycle=_FRESH, connect_args=ours)
    # the connection used last has its pages at hand; in turn, each would read them again after every other's write
    engine = create_engine(address, connect_args={"timeout": PATIENCE}, pool_use_lifo=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver would otherwise begin transactions by rules of its own
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise sqlite3.OperationalError("this file system cannot hold a write-ahead log")
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    begin = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
    raw: Any = connection.connection.driver_connection  # by SQLAlchemy's way the two would cost as much as an insert
    raw.execute(f"PRAGMA query_only={int(begin == 'BEGIN')}")
    try:
        raw.execute(begin)
    except sqlite3.OperationalError as error:
        raise Unavailable(_BUSY.format(connection.engine.url.database)) from error


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        raise ConfigError(
            f"DAFU_DATABASE_URL is no database address: {url!r}; use sqlite:///path or postgresql://…"
        ) from None
    if address.drivername in ("postgresql", "postgres"):
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise ConfigError(
            f"DAFU_DATABASE_URL: {address.drivername} is not supported; use sqlite:///path or postgresql://…"
        )
    if address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:"):
        raise ConfigError("DAFU_DATABASE_URL: SQLite needs a file here, sqlite:///path")
    return address


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"{folder}: cannot make this folder ({error.strerror}): choose another with DAFU_DATA"
        ) from error


def _why(address: URL, error: DBAPIError) -> str:
    reason = " ".join(str(error.orig).split())
    if address.get_backend_name() == "sqlite":
        remedy = "make the folder writable and the file a Dafu database, or choose another with DAFU_DATA"
        return f"{address.database}: cannot use this database ({reason}): {remedy}"
    return (
        f"{address.render_as_string()}: cannot use this database ({reason}): start the server or mend DAFU_DATABASE_URL"
    )
