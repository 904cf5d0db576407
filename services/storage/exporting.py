"""Everything stored as a folder that any program can read: JSON lines and the bodies as they came.

    FOLDER/manifest.json          what this is, and the SHA-256 and number of rows of every file below
           README.txt             the same for a person
           tables/document.jsonl  one row a line, times in ISO 8601, structures as JSON     … version, change, outbox, …
           bodies/ab/ab12…        the bytes a page or file was, named by their SHA-256

The public part (the default) is what was published and what was read from it. With `everything` come owners, tokens
(their digests), subscriptions (their secrets as they are stored, encrypted), deliveries and queues: enough for another
database to go on. importing.py reads the second kind, and the first as a database that nobody subscribes to.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, LargeBinary, Row, Select, Table, or_, select

from services.domain.errors import Unavailable
from services.domain.source import LOCAL
from services.storage.codec import unpack
from services.storage.database import Database
from services.storage.schema import revision
from services.storage.tables import metadata, outbox
from services.storage.types import UtcTime

FORMAT = "dafu.export/1"
#: Whose they are, who may ask, who is told, and what is under way.
PRIVATE = frozenset({"token", "annotation", "subscription", "old_secret", "delivery", "attempt", "queue", "inbox"})
#: Counters of the minute.
LEFT_OUT = frozenset({"rate"})
#: Columns that hold compressed text, most of it JSON; the other binary ones are JSON as it is sent, or secrets.
PACKED = frozenset({"version.structure", "rereading.structure", "file_text.text"})
AS_TEXT = frozenset({"outbox.body"})
#: Columns of text that is JSON: shown as what it says where that loses nothing.
AS_JSON = frozenset({
    "change.data", "suppression.data", "commitment.data", "source.settings", "subscription.filter",
    "subscription.digest", "version.structure", "rereading.structure",
})  # fmt: skip
#: What only the visits under way need.
_LEASES = frozenset({"claim_token", "claimed_until"})
_README = """\
An export of Dafu ({content}), made {created}. manifest.json has the SHA-256 and the number of rows of every file.

tables/*.jsonl   one row a line. source: watched columns; page, snapshot, sighting: what was visited and when it was
                 seen; reading: what the reader made of a snapshot; document, version, change: what it said and what
                 became of it; commitment: what is promised; suppression: differences held back; outbox: the events,
                 `body` is the message as it was sent. Times are UTC.
bodies/          the bytes of each page and file, named by their SHA-256; snapshot.sha256 leads there.

`dafu verify --export FOLDER` checks it, `dafu import FOLDER` makes a database of it.
"""


@dataclass(slots=True)
class _Sheet:
    """One file of the export while it is written."""

    path: Path
    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)


def export(
    database: Database, folder: Path, now: datetime, program: str, *, everything: bool = False
) -> dict[str, Any]:
    """Write `folder`, which must not exist, whole or not at all; answers the manifest. All of it is of one moment.

    Raises Unavailable where the folder is there already or cannot be written.
    """
    if folder.exists():
        raise Unavailable(f"{folder}: is there already; name a folder that is not")
    draft = folder.with_name(folder.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        (draft / "tables").mkdir(parents=True)
        (draft / "bodies").mkdir()
        with _one_moment(database) as conn:
            manifest = _write(conn, draft, now, program, everything=everything)
        draft.rename(folder)
    except OSError as error:
        raise Unavailable(f"{draft}: cannot be written ({error.strerror}); choose another folder") from None
    return manifest


@contextmanager
def _one_moment(database: Database) -> Iterator[Connection]:
    """SQLite's reads are of one moment by themselves; PostgreSQL's, each statement's own, have to be told."""
    one = {"sqlite_begin": "BEGIN", "postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
    if database.engine.dialect.name == "sqlite":
        del one["isolation_level"]
    with database.engine.connect() as opened:
        yield opened.execution_options(**one)


def _write(conn: Connection, draft: Path, now: datetime, program: str, *, everything: bool) -> dict[str, Any]:
    content = "everything" if everything else "public"
    without = LEFT_OUT if everything else LEFT_OUT | PRIVATE
    tables = (one for one in metadata.sorted_tables if one.name not in without)
    sheets = [_sheet(conn, draft, one, everything=everything) for one in tables]
    manifest = {
        "format": FORMAT,
        "content": content,
        "created": now.isoformat(),
        "program": program,
        "schema": revision(conn),
        "files": {f"tables/{one.path.name}": {"rows": one.rows, "sha256": one.digest.hexdigest()} for one in sheets},
    }
    (draft / "README.txt").write_text(_README.format(content=content, created=now.isoformat()), encoding="utf-8")
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    (draft / "manifest.json").write_text(text, encoding="utf-8")
    return manifest


def _sheet(conn: Connection, draft: Path, of: Table, *, everything: bool) -> _Sheet:
    sheet = _Sheet(draft / "tables" / f"{of.name}.jsonl")
    with sheet.path.open("wb") as file:
        for row in conn.execute(_rows(of, everything=everything)).yield_per(200):
            shown = _body(draft, row) if of.name == "body" else _shown(of, row, everything=everything)
            line = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n"
            file.write(line)
            sheet.digest.update(line)
            sheet.rows += 1
    return sheet


def _rows(of: Table, *, everything: bool) -> Select[Any]:
    query = select(of).order_by(*of.primary_key.columns)
    if of is outbox and not everything:
        query = query.where(or_(*(outbox.c.type.like(f"{about}.%") for about in ("document", "source", "snapshot"))))
    return query


def _shown(of: Table, row: Row[Any], *, everything: bool) -> dict[str, Any]:
    shown = {}
    for column in of.columns:
        value = row._mapping[column]
        if column.name in _LEASES and not everything:
            value = None
        elif column.name == "owner" and not everything:
            value = LOCAL
        shown[column.name] = None if value is None else shown_value(f"{of.name}.{column.name}", column.type, value)
    return shown


def shown_value(name: str, type_: Any, value: Any) -> Any:
    """A column's value as JSON; importing.stored_value is the way back."""
    if isinstance(type_, UtcTime):
        return value.isoformat()
    if name in PACKED:
        value = unpack(value).decode()
    elif name in AS_TEXT:
        value = bytes(value).decode()
    elif isinstance(type_, LargeBinary):
        return base64.b64encode(value).decode()
    if name in AS_JSON:
        said = json.loads(value)
        return said if isinstance(said, dict | list) and compact(said) == value else value
    return value


def compact(value: Any) -> str:
    """JSON as storage.codec writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _body(draft: Path, row: Row[Any]) -> dict[str, Any]:
    """The bytes go into a file; a body that retention emptied has none."""
    if row.data:
        place = draft / "bodies" / row.sha256[:2] / row.sha256
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(unpack(row.data))
    return {"sha256": row.sha256, "length": row.length, "kept": bool(row.data)}
