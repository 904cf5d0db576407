"""`dafu warc`: snapshots as a WARC file, for archives and their tools."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from services.domain.clock import system_clock
from services.domain.errors import InputError
from services.fetcher.archive import Archive, Seen, Written
from services.settings import Settings, load_settings
from services.storage import snapshots, sources
from services.storage.database import Database, open_database

_BATCH = 50


def warc_command(
    file: str, source_id: str | None, since: str | None, until: str | None, *, again: bool, as_json: bool
) -> None:
    """`file` is written whole or not at all; `-` is stdout. `again`: also the visits that saw nothing new."""
    settings, between = load_settings(), (_moment(since), _moment(until))
    with closing(open_database(settings.database)) as database:
        if source_id is not None:
            with database.read() as conn:
                sources.get_source(conn, source_id)
        with _opened(file) as out:
            written = _write(database, settings, out, Path(file).name, source_id, between, again)
    said = f"{written.responses} responses, {written.revisits} revisits"
    if as_json:
        print(json.dumps({"file": file, "responses": written.responses, "revisits": written.revisits}))
    else:
        print(f"dafu: {file}: {said}", file=sys.stderr)


def _write(
    database: Database,
    settings: Settings,
    out: IO[bytes],
    name: str,
    source_id: str | None,
    between: tuple[datetime | None, datetime | None],
    again: bool,
) -> Written:
    archive, after = Archive(out, name, settings.user_agent, system_clock()), 0
    while True:
        with database.read() as conn:
            ids = snapshots.find_snapshots(
                conn, source_id=source_id, since=between[0], until=between[1], after=after, limit=_BATCH
            )
            for id_ in ids:
                seen = snapshots.seen_again(conn, id_) if again else ()
                archive.add(snapshots.get_snapshot(conn, id_), [Seen(id_, at) for at in seen])
        if not ids:
            return archive.written
        after = ids[-1]


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    if file == "-":
        yield sys.stdout.buffer
        return
    path = Path(file)
    if path.exists():
        raise InputError(f"{file}: is there already; choose another name, or remove it first")
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
        part.rename(path)
    except OSError as error:
        raise InputError(f"{file}: cannot be written ({error.strerror}); choose another place") from None
    finally:
        part.unlink(missing_ok=True)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no day or moment in ISO 8601, such as 2026-03-01") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
