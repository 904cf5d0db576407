"""What a document said, version by version, and what changed from each to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, func, insert, select

from services.domain.change import Change
from services.domain.document import Document
from services.domain.errors import NotFound
from services.storage.codec import decode, encode, pack, unpack
from services.storage.documents import save_document
from services.storage.tables import change, document, reading, snapshot, version

#: `declared`: the page itself says that it was changed.
Edit = Literal["first", "declared", "silent"]


@dataclass(frozen=True, slots=True)
class Current:
    """The newest version, as the next one is compared with it."""

    n: int
    structure: Document
    key_hash: str
    #: Of the page the structure was read from: an equal one, read by the same reader, says the same.
    fingerprint: str
    snapshot: int
    #: Version of the reader that made `structure`; where it is not today's, read the snapshot again before comparing.
    reader: str
    observed: datetime


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version's place in the history. `observed_until` is the last visit that saw it."""

    document: str
    n: int
    observed_from: datetime
    observed_until: datetime
    recorded: datetime
    reader: str
    snapshot: int
    snapshot_sha256: str
    edit: Edit
    changes: tuple[Change, ...]


def save_version(
    conn: Connection,
    document_id: str,
    structure: Document,
    *,
    snapshot_id: int,
    observed: datetime,
    recorded: datetime,
    reader: str,
    key_hash: str,
    fingerprint: str = "",
    edit: Edit,
    changes: Sequence[Change] = (),
    title: str | None = None,
) -> int:
    """Add the next version and its changes, describe the document by it; answers its number, 1 for the first.

    The page must be known. `title` stands in where the text has none; else the list's title does. Two writers at once
    cannot both succeed: the second gets IntegrityError.
    """
    n = (conn.execute(select(document.c.current_n).where(document.c.id == document_id)).scalar() or 0) + 1
    save_document(conn, document_id, structure, n=n, observed=observed, title=title)
    values = {
        "document_id": document_id,
        "n": n,
        "snapshot_id": snapshot_id,
        "observed": observed,
        "recorded": recorded,
        "reader": reader,
        "key_hash": key_hash,
        "fingerprint": fingerprint,
        "edit": edit,
        "structure": pack(encode(structure)),
    }
    conn.execute(insert(version).values(values))
    rows = [_change_row(document_id, n, ordinal, value) for ordinal, value in enumerate(changes)]
    if rows:
        conn.execute(insert(change), rows)
    return n


def current_version(conn: Connection, document_id: str) -> Current | None:
    """None for a page that has no version yet."""
    newest = select(version).where(version.c.document_id == document_id).order_by(version.c.n.desc()).limit(1)
    row = conn.execute(newest).first()
    if row is None:
        return None
    return Current(row.n, _structure(row), row.key_hash, row.fingerprint, row.snapshot_id, row.reader, row.observed)


def get_version(conn: Connection, document_id: str, n: int) -> tuple[VersionRecord, Document]:
    row = conn.execute(_with_snapshots(document_id).add_columns(version.c.structure).where(version.c.n == n)).first()
    if row is None:
        raise NotFound(f"document {document_id!r} has no version {n}")
    return _record(row, _changes(conn, document_id, n, n).get(n, ())), _structure(row)


def history(conn: Connection, document_id: str, *, after: int = 0, limit: int = 250) -> tuple[VersionRecord, ...]:
    """Versions after number `after`, oldest first; empty for an unknown document."""
    query = _with_snapshots(document_id).where(version.c.n > after).order_by(version.c.n).limit(limit)
    rows = conn.execute(query).all()
    if not rows:
        return ()
    changes = _changes(conn, document_id, rows[0].n, rows[-1].n)
    return tuple(_record(row, changes.get(row.n, ())) for row in rows)


def _with_snapshots(document_id: str) -> Select[Any]:
    columns = [column for column in version.c if column.name != "structure"]
    seen = (
        select(func.max(snapshot.c.last_seen))
        .join(reading, reading.c.snapshot_id == snapshot.c.id)
        .where(and_(reading.c.document_id == version.c.document_id, reading.c.version_n == version.c.n))
        .scalar_subquery()
    )
    return (
        select(*columns, snapshot.c.sha256, snapshot.c.last_seen, seen.label("seen"))
        .join(snapshot, snapshot.c.id == version.c.snapshot_id)
        .where(version.c.document_id == document_id)
    )


def _changes(conn: Connection, document_id: str, first: int, last: int) -> dict[int, tuple[Change, ...]]:
    query = select(change.c.version_n, change.c.data).where(change.c.document_id == document_id)
    found: dict[int, tuple[Change, ...]] = {}
    between = change.c.version_n.between(first, last)
    for n, data in conn.execute(query.where(between).order_by(change.c.version_n, change.c.ordinal)):
        found[n] = (*found.get(n, ()), decode(Change, data))
    return found


def _change_row(document_id: str, n: int, ordinal: int, value: Change) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "version_n": n,
        "ordinal": ordinal,
        "type": value.type,
        "severity": value.severity,
        "direction": value.direction,
        "data": encode(value).decode(),
    }


def _structure(row: Row[Any]) -> Document:
    return decode(Document, unpack(row.structure))


def _record(row: Row[Any], changes: tuple[Change, ...]) -> VersionRecord:
    return VersionRecord(
        document=row.document_id,
        n=row.n,
        observed_from=row.observed,
        observed_until=max(row.last_seen, row.seen or row.last_seen),
        recorded=row.recorded,
        reader=row.reader,
        snapshot=row.snapshot_id,
        snapshot_sha256=row.sha256,
        edit=row.edit,
        changes=changes,
    )
