"""The fixture `database`: every test that asks for it runs on SQLite and, where DAFU_TEST_POSTGRES names a server, on
PostgreSQL, in a database that lives as long as the run: advisory locks are seen by all of a database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from services.storage.database import Database, create_engine_for, open_database
from services.storage.tables import metadata

POSTGRES = os.environ.get("DAFU_TEST_POSTGRES", "")


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: quicker than to migrate again for every test."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.sqlite"
    open_database(f"sqlite:///{path}").close()
    return path


@contextmanager
def own_postgres(prefix: str) -> Iterator[str]:
    """The address of an empty database that lives as long as the block, its name beginning with `prefix`."""
    name = f"{prefix}_{uuid4().hex[:12]}"
    engine = create_engine(make_url(POSTGRES), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}"))
    try:
        yield make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        engine.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of an empty database of its own; skips where there is no server."""
    if not POSTGRES:
        pytest.skip("DAFU_TEST_POSTGRES is not set")
    with own_postgres("dafu_test") as url:
        yield url


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "dafu.sqlite"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        opened = Database(create_engine_for(f"sqlite:///{path}"))
        yield opened
        opened.close()
        return
    kept: Database = request.getfixturevalue("postgres")
    with kept.write() as conn:
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        conn.execute(text(f"truncate {names} restart identity cascade"))
    yield kept
