"""`dafu changes` and `dafu documents`: what is stored, as tables."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from datetime import date, datetime, time
from typing import Any, get_args
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.api.bodies import names_meant
from services.api.shown_changes import recent_data
from services.api.shown_documents import record_data
from services.api.web.views.sentences import sentence
from services.api.web.words import Words
from services.domain.change import SEVERITIES, Direction, Severity
from services.domain.document import Kind
from services.domain.errors import InputError
from services.parser.text.layers import match
from services.settings import Settings, load_settings
from services.storage import documents, overview, recent
from services.storage.database import Database, open_database

#: Days are days in China.
_ZONE = ZoneInfo("Asia/Shanghai")
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def changes_command(
    *,
    severity: str,
    direction: str | None,
    agency: str | None,
    kind: str | None,
    since: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """The gravest changes first; among equals the newest."""
    settings = load_settings()
    severity_: Severity = _one_of("--severity", severity, SEVERITIES)
    with _opened(settings) as database, database.read() as conn:
        asked = recent.Asked(
            agencies=names_meant(agency, lambda shorts: recent.agency_names(conn, shorts)) if agency else None,
            kind=_one_of("--kind", kind, get_args(Kind)),
            directions=(found,) if (found := _one_of("--direction", direction, get_args(Direction))) else (),
            severity=severity_,
            since=_midnight(since),
        )
        items = [recent_data(one, _address(settings)) for one in recent.find_gravest(conn, asked, limit=limit)]
    if as_json:
        print(json.dumps({"items": items, "next": None}, ensure_ascii=False))
        return
    words = Words(_language())
    table = Table(words("home.severity_column"), words("site.home"), words("documents.document"), words("home.when"))
    for item in items:
        table.add_row(
            Text(words.of("severity", item["severity"]), style=_STYLES.get(item["severity"], "dim")),
            Text(_plain(sentence(item, words))),
            Text(_plain(item["document"]["title"] or item["document"]["url"]), style="dim"),
            item["observed"][:10],
        )
    _shown(table, items, words)


def documents_command(
    words_asked: str | None, *, agency: str | None, kind: str | None, limit: int, as_json: bool
) -> None:
    """The last found first."""
    settings = load_settings()
    kind_ = _one_of("--kind", kind, get_args(Kind))
    with _opened(settings) as database, database.read() as conn:
        meant = names_meant(agency, lambda shorts: recent.agency_names(conn, shorts)) if agency else ()
        agencies = (agency, *meant) if agency else None
        asked = tuple(match(words_asked or "").split())
        found = documents.find_documents(conn, words=asked, agencies=agencies, kind=kind_, limit=limit)
        ids = [one.id for one in found]
        promised, counted = overview.standing(conn, ids), overview.version_counts(conn, ids)
    if as_json:
        items = [record_data(one, _address(settings)) for one in found]
        print(json.dumps({"items": items, "next": None}, ensure_ascii=False))
        return
    words = Words(_language())
    table = Table("id", words("documents.document"), words("home.agency"), words("documents.published"))
    for label in ("documents.versions", "documents.promises"):
        table.add_column(words(label), justify="right")
    for one in found:
        published = (one.published_at or one.date or "-")[:10]
        shown = Text(_plain(one.title or one.url)), Text(_plain(one.agency or "-")), published
        table.add_row(one.id, *shown, str(counted.get(one.id, 1)), str(promised.get(one.id, 0)))
    _shown(table, found, words)


def _shown(table: Table, found: Any, words: Words) -> None:
    if found:
        Console().print(table)
    else:
        print(words("site.none_found"), file=sys.stderr)


def _one_of(option: str, given: str | None, known: tuple[str, ...]) -> Any:
    if given is None or given in known:
        return given
    raise InputError(f"{option}: no {given!r}; there are {', '.join(known)}")


def _midnight(day: str | None) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), _ZONE)
    except ValueError:
        raise InputError(f"--since: {day!r} is no day; write 2026-01-31") from None


def _language() -> Any:
    """As the terminal's locale has it: Chinese, else English."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((name for name in names if name), "").startswith("zh") else "en"


def _plain(text: str) -> str:
    """Titles are the site's text: nothing in them may steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def _address(settings: Settings) -> str:
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def _opened(settings: Settings) -> closing[Database]:
    return closing(open_database(settings.database))
