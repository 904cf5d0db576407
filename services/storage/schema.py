"""Bringing a database to this version's tables. Alembic does it, driven from here: no alembic.ini is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from services.domain.errors import Unavailable

#: Not Alembic's own name, so that a database can be shared with another program that uses Alembic.
VERSION_TABLE = "dafu_schema"
#: One migration at a time, however many processes start together (PostgreSQL advisory lock).
_LOCK = 0x0DAF_5C4E


def upgrade(engine: Engine) -> None:
    """Apply the missing migrations, all or none. Raises Unavailable for a database newer than this code."""
    with engine.connect() as connection:
        if revision(connection) == head():
            return
    with _alone(engine) as connection:
        _refuse_newer(connection)
        command.upgrade(_config(connection), "head")


def downgrade(engine: Engine, to: str) -> None:
    """Undo migrations down to revision `to`, or `base` for none left. What the older tables cannot hold is lost."""
    with _alone(engine) as connection:
        _refuse_newer(connection)
        command.downgrade(_config(connection), to)


def head() -> str:
    """The newest revision this code knows."""
    return str(_scripts().get_current_head())


def revision(connection: Connection) -> str | None:
    """The revision of a database, None for an empty one."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _refuse_newer(connection: Connection) -> None:
    current = revision(connection)
    if current not in {None, *(script.revision for script in _scripts().walk_revisions())}:
        raise Unavailable(
            f"the database's tables are of revision {current}, this version of Dafu knows them up to {head()}: "
            "install the newer version, or restore the backup made before it"
        )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction. SQLite changes a table by copying it, and dropping the old one would take along all rows that
    point to it: references are not enforced meanwhile, and checked before the commit.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        driver = connection.connection.cursor()
        if sqlite:
            driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
                yield connection
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise AssertionError("a migration left rows that point to nothing")
        finally:
            if sqlite:
                driver.execute("PRAGMA foreign_keys=ON")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_folder()))


def _folder() -> Path:
    return Path(__file__).parent / "migrations"
