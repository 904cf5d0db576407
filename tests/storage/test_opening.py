"""Opening a database, reading beside a writer, and leaving a write without having written."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import DBAPIError

from services.domain.errors import ConfigError, DafuError, Unavailable
from services.storage import database as module
from services.storage.database import Database, Rollback, create_engine_for, open_database
from services.storage.hosts import ensure_host, get_host
from services.storage.tables import host

NOW = datetime(2023, 3, 27, tzinfo=UTC)


def hosts(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(host)).scalar_one())


def test_a_write_is_there_afterwards(database: Database) -> None:
    with database.write() as conn:
        ensure_host(conn, "jjxxw.example.gov.cn", NOW)
    with database.read() as conn:
        assert get_host(conn, "jjxxw.example.gov.cn").next_request == NOW


def test_an_error_leaves_nothing_written(database: Database) -> None:
    def write() -> None:
        with database.write() as conn:
            ensure_host(conn, "a", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write()
    with database.read() as conn:
        assert hosts(conn) == 0


@pytest.mark.postgres
def test_a_server_that_is_gone_without_a_word_is_given_up_in_time(postgres_url: str) -> None:
    database = create_engine_for(make_url(postgres_url).update_query_dict({"tcp_user_timeout": "9000"}))
    with database.connect() as conn:
        driver = conn.connection.driver_connection
        assert driver is not None
        asked = driver.info.get_parameters()
    database.dispose()
    kept = {name: int(asked[name]) for name in ("connect_timeout", "tcp_user_timeout")}
    assert kept == {"connect_timeout": 5, "tcp_user_timeout": 9000}  # the address counts before ours
    assert sum(int(asked[f"keepalives_{name}"]) for name in ("idle", "interval", "interval")) <= 10


def test_a_server_that_takes_the_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable, match="start the server"):
        open_database(f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d?connect_timeout=2")


def test_rollback_leaves_the_block_quietly_with_nothing_written(database: Database) -> None:
    with database.write() as conn:
        ensure_host(conn, "a", NOW)
        raise Rollback
    with database.read() as conn:
        assert hosts(conn) == 0
    with database.write() as conn:  # and the next one may write
        ensure_host(conn, "a", NOW)


def test_a_reading_connection_cannot_write(database: Database) -> None:
    with database.read() as conn, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        ensure_host(conn, "a", NOW)
    with database.write() as conn:  # the same pooled connection may, when it is asked to
        ensure_host(conn, "a", NOW)


def test_a_reader_neither_waits_for_a_writer_nor_sees_half_of_its_work(database: Database) -> None:
    with database.write() as writer:
        ensure_host(writer, "a", NOW)
        with database.read() as reader:
            assert hosts(reader) == 0
            ensure_host(writer, "b", NOW)
    with database.read() as reader:
        assert hosts(reader) == 2


def test_a_reader_does_not_stop_a_writer(database: Database) -> None:
    with database.read() as reader:
        assert hosts(reader) == 0
        with database.write() as writer:
            ensure_host(writer, "a", NOW)


def test_writers_of_many_threads_follow_one_another(database: Database) -> None:
    """Each reads and then writes: with deferred transactions most of them would be locked out on SQLite."""

    def count_up(number: int) -> None:
        with database.write() as conn:
            ensure_host(conn, f"{hosts(conn)}-{number}", NOW)

    threads = [threading.Thread(target=count_up, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as conn:
        assert hosts(conn) == 12


def test_two_processes_share_a_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a' / 'b' / 'dafu.sqlite'}"
    one, other = open_database(url), open_database(url)
    with one.write() as conn:
        ensure_host(conn, "a", NOW)
    with other.read() as conn:
        assert hosts(conn) == 1
    one.close()
    other.close()


def test_a_write_that_never_ends_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0)
    opened = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    another_process = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    with opened.write():
        for late in (opened, another_process):
            with pytest.raises(Unavailable, match=r"dafu\.sqlite: somebody else"), late.write():
                pass
    with another_process.write() as conn:
        ensure_host(conn, "a", NOW)
    opened.close()
    another_process.close()


def test_sqlite_keeps_what_was_committed_through_a_power_cut(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    with opened.read() as conn:
        assert [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas] == ["wal", 2, 1]
    opened.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://localhost/dafu", "sqlite://", "sqlite:///:memory:", "postgresql+psycopg2://h/d"]
)
def test_an_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(ConfigError, match=r"^DAFU_DATABASE_URL.*sqlite:///path[^\n]*$"):
        open_database(url)


def blocked_by_a_file(folder: Path) -> str:
    (folder / "data").write_text("a file where the folder should be")
    return f"sqlite:///{folder / 'data' / 'dafu.sqlite'}"


def not_a_database(folder: Path) -> str:
    (folder / "dafu.sqlite").write_text("这不是数据库" * 200)
    return f"sqlite:///{folder / 'dafu.sqlite'}"


def a_folder(folder: Path) -> str:
    (folder / "dafu.sqlite").mkdir()
    return f"sqlite:///{folder / 'dafu.sqlite'}"


@pytest.mark.parametrize("make", [blocked_by_a_file, not_a_database, a_folder])
def test_what_cannot_be_opened_is_said_in_one_line_with_the_remedy(make: Callable[[Path], str], tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"^[^\n]*DAFU_DATA[^\n]*$") as caught:
        open_database(make(tmp_path))
    assert str(tmp_path) in str(caught.value)


def test_a_server_that_is_away_is_said_without_the_password() -> None:
    with pytest.raises(DafuError, match=r"^[^\n]*start the server[^\n]*$") as caught:
        open_database("postgresql://dafu:geheim@127.0.0.1:1/dafu")
    assert isinstance(caught.value, Unavailable)
    assert "geheim" not in str(caught.value)
