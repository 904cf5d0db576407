"""`dafu sources …`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from services.api.shown_sources import health_of
from services.commands.fetching import plain, trials, visit_now, with_door
from services.commands.trying import shown_trial
from services.domain.clock import system_clock
from services.domain.errors import Conflict, InputError
from services.domain.trial import Trial
from services.fetcher.trial import name_of
from services.line.line import watch
from services.logs import configure_logs
from services.parser.page.listing import Listing, read_list
from services.seeds import read_sources, seeds_folder, sources_from
from services.settings import Settings, load_settings
from services.storage import sources
from services.storage.codec import encode
from services.storage.database import Database, open_database
from services.storage.sources import Watch

_SHOWN = 10
_STYLES = {"ok": "green", "failing": "red", "blind": "yellow", "paused": "dim"}


def list_command(*, as_json: bool) -> None:
    with opened(load_settings()) as database, database.read() as conn:
        watches = sources.list_watches(conn, limit=250)
    if as_json:
        print(json.dumps({"items": [_row(one) for one in watches], "next": None}, ensure_ascii=False))
        return
    table = Table("id", "health", "column", "every", "last visit", "last read", "url")
    for one in watches:
        row = _row(one)
        seen = ((row[key] or "-")[:16].replace("T", " ") for key in ("last_visit", "last_readable"))
        health = Text(row["health"], style=_STYLES.get(row["health"], ""))
        table.add_row(row["id"], health, Text(row["name"]), row["every"], *seen, Text(row["url"]))
    Console().print(table)


def add_command(url: str, given: dict[str, str | None], *, look: bool, yes: bool, as_json: bool) -> int:
    """Look at the column, say what it holds, store it with what was found and what was `given`.

    0 where it is watched now, 1 where nothing to watch was found or the answer was no. A running `dafu run` visits it
    with its next tick.
    """
    asked = {key: value for key, value in given.items() if value is not None}
    settings = load_settings()
    canonical = sources_from([{"id": "column", "every": "6h", **asked, "url": url}], "dafu sources add")[0].url
    with opened(settings) as database:
        _refuse_known(database, canonical)
        trial = _looked(database, settings, canonical) if look else Trial(canonical, None)
        table = {"id": name_of(canonical), "every": "6h", **trial.proposed, **asked, "url": canonical}
        (source,) = sources_from([table], "dafu sources add")
        if not as_json and look:
            print(shown_trial(trial))
        wanted = trial.reason is None and (yes or not look or (not as_json and _agreed(table)))
        if wanted:
            with database.write() as conn:
                sources.add_source(conn, source, system_clock())
    if as_json:
        print(json.dumps({"trial": asdict(trial), "settings": table, "added": wanted}, ensure_ascii=False))
    elif wanted:
        print(f"{source.id}: watched every {table['every']}; `dafu sources list` shows how that goes", file=sys.stderr)
    return 0 if wanted or (as_json and trial.reason is None) else 1


def check_source_command(id_: str, *, as_json: bool) -> None:
    """Visit the column's list page once and say what it holds."""
    settings = load_settings()
    configure_logs("error")
    with opened(settings) as database:
        with database.read() as conn:
            source = sources.get_source(conn, id_)
        answer = visit_now(database, settings, source.url)
    listing = read_list(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))
    if as_json:
        print(encode(listing).decode())
    else:
        _show_listing(listing)
    if listing.blind:
        raise InputError(
            f"{source.url}: no article links found ({listing.quality.reason}); is it the list page itself?"
        )


def _refuse_known(database: Database, url: str) -> None:
    with database.read() as conn:
        known = next((one for one in sources.list_watches(conn, limit=100_000) if one.source.url == url), None)
    if known is not None:
        raise Conflict(f"{url} is watched already as {known.source.id!r}", known.source.id)


def _looked(database: Database, settings: Settings, url: str) -> Trial:
    configure_logs("error")
    return with_door(settings, lambda door: trials(database, door, settings).column(url))


def _agreed(table: Mapping[str, str]) -> bool:
    """Asked on a terminal; without one nobody can answer."""
    if not sys.stdin.isatty():
        print("dafu: nothing was added; say so with --yes", file=sys.stderr)
        return False
    print("\n".join(f"  {key} = {value}" for key, value in table.items()))
    return input("Watch it with these settings? 按此设置开始监测？[y/N] ").strip().lower() in ("y", "yes", "是")


def opened(settings: Settings) -> closing[Database]:
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
        print(f"{item.date or '-':10}  {plain(item.title)}\n            {item.url}")


def _row(one: Watch) -> dict[str, Any]:
    return {
        "id": one.source.id,
        "name": one.source.name,
        "url": one.source.url,
        "every": str(one.source.every),
        "status": one.status,
        "health": health_of(one),
        "failures": one.state.failures,
        "raw_changes": one.noise.count,
        "verified": one.source.verified,
        "last_visit": one.last_visit.isoformat() if one.last_visit else None,
        "last_readable": one.last_readable.isoformat() if one.last_readable else None,
    }
