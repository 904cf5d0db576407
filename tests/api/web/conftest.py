"""A copy of a lived database that may be written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.storage.database import Database, open_database


@pytest.fixture
def lived_copy(lived: Database, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(str(lived.engine.url.database))) as old, closing(sqlite3.connect(path)) as new:
        old.backup(new)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()
