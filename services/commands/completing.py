"""What the shell offers after TAB: names that are stored. Silent where nothing can be looked up."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import get_args

from services.domain.caller import SCOPES
from services.domain.change import SEVERITIES, Direction
from services.domain.document import Kind
from services.domain.errors import DafuError
from services.settings import load_settings
from services.storage import sources
from services.storage.database import open_database

_MOST = 250


def source_ids(incomplete: str) -> list[tuple[str, str]]:
    """Id and name of the sources that begin so."""
    with suppress(DafuError):
        settings = load_settings()
        if settings.database_url or (settings.data / "dafu.sqlite").exists():
            with closing(open_database(settings.database)) as database, database.read() as conn:
                found = sources.list_sources(conn, limit=_MOST)
            return [(one.id, one.name) for one in found if one.id.startswith(incomplete)]
    return []


def kinds(incomplete: str) -> list[str]:
    return _starting(get_args(Kind), incomplete)


def severities(incomplete: str) -> list[str]:
    return _starting(SEVERITIES, incomplete)


def directions(incomplete: str) -> list[str]:
    return _starting(get_args(Direction), incomplete)


def scopes(incomplete: str) -> list[str]:
    return _starting(SCOPES, incomplete)


def _starting(words: tuple[str, ...], incomplete: str) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]
