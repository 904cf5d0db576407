"""`dafu sources …` and `dafu check`."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import Any

from rich.console import Console
from rich.table import Table

from services.commands.fetching import fetch
from services.commands.reading import summary
from services.domain.clock import system_clock
from services.domain.errors import InputError
from services.line.line import watch
from services.logs import configure_logs
from services.parser.page.extract import read_page
from services.parser.page.listing import Listing, read_list
from services.parser.reading.read import read
from services.seeds import read_sources, seeds_folder, sources_from
from services.settings import Settings, load_settings
from services.storage import sources
from services.storage.codec import encode
from services.storage.database import Database, open_database
from services.storage.sources import Watch

_SHOWN = 10


def list_command(*, as_json: bool) -> None:
    with _opened(load_settings()) as database, database.read() as conn:
        watches = sources.list_watches(conn, limit=250)
    if as_json:
        print(json.dumps({"items": [_row(one) for one in watches], "next": None}, ensure_ascii=False))
        return
    table = Table("id", "column", "every", "last visit", "readable", "url")
    for one in watches:
        row = _row(one)
        table.add_row(*(str(row[key] or "-") for key in ("id", "name", "every", "last_visit", "last_readable", "url")))
    Console().print(table)


def add_command(asked: dict[str, Any]) -> None:
    """Store a source; a running `dafu run` visits it with its next tick."""
    table = {key: value for key, value in asked.items() if value is not None}
    (source,) = sources_from([table], "dafu sources add")
    with _opened(load_settings()) as database:
        watch(database, [source], system_clock())
    print(
        f"{source.id}: watched every {asked['every']}; `dafu sources check {source.id}` says what its list page holds"
    )


def check_source_command(id_: str) -> None:
    """Visit the column's list page once and say what it holds."""
    settings = load_settings()
    configure_logs("error")
    with _opened(settings) as database, database.read() as conn:
        source = sources.get_source(conn, id_)
    answer = fetch(source.url, settings)
    listing = read_list(answer.body, url=source.url, content_type=answer.headers.get("content-type"))
    _show_listing(listing)
    if listing.blind:
        raise InputError(
            f"{source.url}: no article links found ({listing.quality.reason}); is it the list page itself?"
        )


def check_page_command(url: str, *, as_json: bool) -> None:
    """Fetch one page and read it."""
    settings = load_settings()
    configure_logs("error")
    answer = fetch(url, settings)
    content_type = answer.headers.get("content-type")
    document = read(read_page(answer.body, url=url, content_type=content_type, status=answer.status))
    print(encode(document).decode() if as_json else summary(document))
    if document.quality.verdict != "ok":
        raise InputError(f"{url}: no document: {document.quality.reason} ({document.quality.evidence})")


def _opened(settings: Settings) -> closing[Database]:
    """The database, with the seeds' sources in it when it is fresh."""
    database = open_database(settings.database)
    with database.read() as conn:
        fresh = not sources.list_watches(conn, limit=1)
    if fresh:
        watch(database, read_sources(seeds_folder() / "sources.toml"), system_clock())
    return closing(database)


def _show_listing(listing: Listing) -> None:
    print(f"{len(listing.items)} articles, {len(listing.next_pages)} further pages", file=sys.stderr)
    for item in listing.items[:_SHOWN]:
        # a title is the site's text: nothing in it may steer the terminal
        title = "".join(character if character.isprintable() else " " for character in item.title)
        print(f"{item.date or '-':10}  {title}\n            {item.url}")


def _row(one: Watch) -> dict[str, Any]:
    return {
        "id": one.source.id,
        "name": one.source.name,
        "url": one.source.url,
        "every": str(one.source.every),
        "status": one.status,
        "verified": one.source.verified,
        "last_visit": one.last_visit.isoformat() if one.last_visit else None,
        "last_readable": one.last_readable.isoformat() if one.last_readable else None,
    }
