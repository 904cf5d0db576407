"""`dafu events …`: what was put aside, and owing it once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime

from rich.console import Console
from rich.table import Table

from services.bus import database as bus
from services.bus.interface import DeadLetter
from services.commands.told import told
from services.domain.errors import InputError, NotFound
from services.settings import load_settings
from services.storage.database import Database, open_database

_PAGE = 250


def dead_command(group: str | None, *, as_json: bool) -> None:
    """The dead letters of one group or of all, by their place in the log."""
    with _opened() as database:
        found = list(_dead(database, group))
    if as_json:
        print(json.dumps({"items": [asdict(letter) for letter in found], "next": None}, ensure_ascii=False))
        return
    table = Table("group", "event", "key", "tries", "error")
    for letter in found:
        table.add_row(letter.group, letter.event, letter.key, str(letter.tries), letter.error or "-")
    Console().print(table)


def redrive_command(event_id: str | None, group: str | None, *, as_json: bool = False) -> None:
    """Owe one dead event, or all, once more. Raises NotFound where the one named is not dead."""
    with _opened() as database, database.write() as conn:
        count = bus.revive(conn, group, event_id)
    if event_id is not None and not count:
        raise NotFound(f"no dead event {event_id!r}; `dafu events dead` lists them")
    told({"count": count}, f"{count} owed once more", as_json=as_json)


def replay_command(group: str, since: str, types: list[str] | None, *, as_json: bool = False) -> None:
    """Owe a group everything since a moment again, done or dead ones included."""
    with _opened() as database, database.write() as conn:
        count = bus.replay(conn, group, _moment(since), types)
    told({"count": count}, f"{count} owed to {group} once more", as_json=as_json)


def _dead(database: Database, group: str | None) -> Iterator[DeadLetter]:
    after = ("", 0)
    while True:
        with database.read() as conn:
            page = bus.dead_letters(conn, group, after=after, limit=_PAGE)
        if not page:
            return
        yield from page
        after = (page[-1].group, page[-1].seq)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"--since: {text!r} is no time; write 2026-11-01T00:00:00+08:00") from None
    if moment.tzinfo is None:
        raise InputError(f"--since: {text!r} names no zone; write {text}+08:00 or {text}Z")
    return moment


def _opened() -> closing[Database]:
    return closing(open_database(load_settings().database))
