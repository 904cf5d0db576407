"""A copy of the SQLite database while it is in use, and the way back. PostgreSQL has pg_dump: see RUNBOOK.md."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from services.domain.errors import ConfigError, Unavailable
from services.storage.schema import VERSION_TABLE

_NAME = re.compile(r"dafu-\d{8}T\d{6}Z\.sqlite")


def sqlite_path(url: str) -> Path:
    """The file of the database at `url`. Raises ConfigError for a database that is no file."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise ConfigError("backup and restore are for SQLite; for PostgreSQL use pg_dump and pg_restore (RUNBOOK.md)")
    return Path(address.database)


def backup(source: Path, folder: Path, now: datetime, keep: int) -> Path:
    """Copy the database into `folder`, check the copy, and only then give it its name; those beyond the `keep` newest
    go. Writers are not stopped meanwhile. Raises Unavailable that names what cannot be read or written.
    """
    target = folder / f"dafu-{now:%Y%m%dT%H%M%SZ}.sqlite"
    draft = target.with_suffix(".partial")
    if not source.exists():
        raise Unavailable(f"{source}: there is no database; set DAFU_DATA or DAFU_DATABASE_URL")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(source, draft)
        if (wrong := trouble(draft)) is not None:
            raise Unavailable(f"{draft}: the copy is not sound ({wrong}); check {source} with `dafu verify`")
        draft.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{draft}: cannot be written ({error}); choose another folder or make room") from None
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(one for one in folder.iterdir() if _NAME.fullmatch(one.name))[:-keep]:
        old.unlink()
    return target


def restore(copy: Path, target: Path, now: datetime) -> Path | None:
    """Put `copy` where the database is; what was there is moved aside, and its new name answered. Nothing may be
    running: the caller holds the data folder. Raises Unavailable where the copy is no sound Dafu database.
    """
    if (wrong := trouble(copy)) is not None:
        raise Unavailable(f"{copy}: is no sound Dafu database ({wrong}); name another backup")
    draft = target.with_name(f"{target.name}.restored")
    aside = target.with_name(f"{target.name}.before-{now:%Y%m%dT%H%M%SZ}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(copy, draft)
        moved = [one.rename(other) for one, other in _with_logs(target, aside) if one.exists()]
        draft.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(f"{target}: cannot be written ({error}); make room or set DAFU_DATA") from None
    return aside if moved else None


def trouble(path: Path) -> str | None:
    """Why the file is no sound database of ours; None where it is one."""
    if not path.is_file():
        return "there is no such file"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            said = opened.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if said != "ok":
                return str(said)
            opened.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    except sqlite3.Error as error:
        return str(error)
    return None


def _copy(source: Path, target: Path) -> None:
    """By SQLite's backup interface, in one step: of one moment, whoever writes."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _with_logs(target: Path, aside: Path) -> Iterator[tuple[Path, Path]]:
    """A log left behind would be played into the database that takes this one's place."""
    for ending in ("", "-wal", "-shm"):
        yield target.with_name(target.name + ending), aside.with_name(aside.name + ending)
