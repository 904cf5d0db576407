"""What became of each snapshot: the reader's verdict, the version it is or repeats, and what was held back.

A snapshot is read once for the record. A better reader may read it again and report what it would say; nothing here is
rewritten for it, because what was known at a past moment must not change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, insert, or_, select, tuple_

from services.domain.change import Suppression
from services.storage.codec import decode, encode
from services.storage.many import execute_many
from services.storage.tables import reading, sighting, snapshot, suppression, version


@dataclass(frozen=True, slots=True)
class Reading:
    snapshot: int
    document: str
    recorded: datetime
    reader: str
    #: `Quality.verdict` and its reason.
    verdict: str
    reason: str | None
    #: The version this snapshot is, or repeats; None where it is no version.
    version: int | None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A difference held back, and the observation it was found in. (snapshot, ordinal) is the key of its row."""

    snapshot: int
    ordinal: int
    suppression: Suppression
    #: When the page showed it, and since when we know.
    observed: datetime
    recorded: datetime
    #: The version the snapshot is or repeats.
    version: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A snapshot that was a version. `news`: the words were new, not those of an earlier version."""

    at: datetime
    version: int
    news: bool


def save_reading(conn: Connection, value: Reading, suppressed: Sequence[Suppression] = ()) -> None:
    """Keep what was made of a snapshot. It has one reading: a second raises IntegrityError."""
    save_readings(conn, [(value, suppressed)])


def save_readings(conn: Connection, read: Sequence[tuple[Reading, Sequence[Suppression]]]) -> None:
    """The same for many, each with what was held back."""
    rows = [
        {
            "snapshot_id": value.snapshot,
            "document_id": value.document,
            "recorded": value.recorded,
            "reader": value.reader,
            "verdict": value.verdict,
            "reason": value.reason,
            "version_n": value.version,
        }
        for value, _ in read
    ]
    execute_many(conn, _READ, rows)
    held_back = [_row(value, ordinal, held) for value, each in read for ordinal, held in enumerate(each)]
    execute_many(conn, _HELD_BACK, held_back)


def find_reading(conn: Connection, snapshot_id: int) -> Reading | None:
    row = conn.execute(select(reading).where(reading.c.snapshot_id == snapshot_id)).first()
    if row is None:
        return None
    return Reading(row.snapshot_id, row.document_id, row.recorded, row.reader, row.verdict, row.reason, row.version_n)


def suppressed(
    conn: Connection, document_id: str, *, after: tuple[int, int] = (0, -1), limit: int = 250
) -> tuple[Suppressed, ...]:
    """Oldest first; `after` is snapshot and ordinal of the last one seen."""
    snapshot_id, ordinal = after
    later = or_(
        suppression.c.snapshot_id > snapshot_id,
        (suppression.c.snapshot_id == snapshot_id) & (suppression.c.ordinal > ordinal),
    )
    query = (
        select(suppression, snapshot.c.observed, reading.c.recorded, reading.c.version_n)
        .join(snapshot, snapshot.c.id == suppression.c.snapshot_id)
        .join(reading, reading.c.snapshot_id == suppression.c.snapshot_id)
        .where(suppression.c.document_id == document_id, later)
        .order_by(suppression.c.snapshot_id, suppression.c.ordinal)
        .limit(limit)
    )
    return tuple(
        Suppressed(
            snapshot=row.snapshot_id,
            ordinal=row.ordinal,
            suppression=decode(Suppression, row.data),
            observed=row.observed,
            recorded=row.recorded,
            version=row.version_n,
        )
        for row in conn.execute(query)
    )


def shown(conn: Connection, document_id: str, *, limit: int = 500) -> tuple[Shown, ...]:
    """The versions the page showed, snapshot by snapshot, the last `limit` of them, oldest first."""
    first_sight = and_(version.c.snapshot_id == reading.c.snapshot_id, version.c.returns_to.is_(None))
    query = _visible(document_id, snapshot.c.observed.label("at"), first_sight.label("news"))
    rows = conn.execute(query.order_by(snapshot.c.id.desc()).limit(limit)).all()
    return tuple(Shown(row.at, row.version_n, bool(row.news)) for row in reversed(rows))


@dataclass(frozen=True, slots=True)
class ShownBefore:
    version: int
    #: Of the version.
    reader: str


def shown_before(conn: Connection, document_id: str, snapshot_id: int) -> ShownBefore | None:
    """The version the page showed last before that snapshot."""
    query = _visible(document_id, version.c.reader).where(snapshot.c.id < snapshot_id)
    row = conn.execute(query.order_by(snapshot.c.id.desc()).limit(1)).first()
    return None if row is None else ShownBefore(row.version_n, row.reader)


def suppressed_at(conn: Connection, snapshot_id: int) -> tuple[Suppression, ...]:
    """What was held back of that snapshot."""
    query = select(suppression.c.data).where(suppression.c.snapshot_id == snapshot_id)
    return tuple(decode(Suppression, data) for data in conn.execute(query.order_by(suppression.c.ordinal)).scalars())


def version_at(conn: Connection, document_id: str, as_of: datetime, known_at: datetime | None = None) -> int | None:
    """The version that the last visit up to `as_of` saw, as far as that was on record at `known_at` (None: now).

    None where no visit up to then had seen any. With `known_at` past, nothing written later changes the answer.
    """
    first = _visible(document_id, snapshot.c.id, snapshot.c.observed.label("at")).where(snapshot.c.observed <= as_of)
    again = (
        _visible(document_id, snapshot.c.id, sighting.c.seen.label("at"))
        .join(sighting, sighting.c.snapshot_id == snapshot.c.id)
        .where(sighting.c.seen <= as_of)
    )
    if known_at is not None:
        first = first.where(reading.c.recorded <= known_at)
        again = again.where(reading.c.recorded <= known_at, sighting.c.recorded <= known_at)
    last = (
        query.order_by(query.selected_columns["at"].desc(), snapshot.c.id.desc()).limit(1) for query in (first, again)
    )
    rows = [row for row in (conn.execute(query).first() for query in last) if row is not None]
    return max(rows, key=lambda row: (row.at, row.id)).version_n if rows else None


def drop_suppressions(conn: Connection, keys: Collection[tuple[int, int]]) -> int:
    """By snapshot and ordinal; answers how many (retention.py says which may go)."""
    named = tuple_(suppression.c.snapshot_id, suppression.c.ordinal).in_(keys)
    return conn.execute(delete(suppression).where(named)).rowcount if keys else 0


def _visible(document_id: str, *columns: Any) -> Select[Any]:
    """Readings of a document that were a version of it, with their snapshot and that version."""
    return (
        select(reading.c.version_n, *columns)
        .join(snapshot, snapshot.c.id == reading.c.snapshot_id)
        .join(version, and_(version.c.document_id == reading.c.document_id, version.c.n == reading.c.version_n))
        .where(reading.c.document_id == document_id)
    )


def _row(value: Reading, ordinal: int, held: Suppression) -> dict[str, Any]:
    return {
        "snapshot_id": value.snapshot,
        "ordinal": ordinal,
        "document_id": value.document,
        "type": held.type,
        "severity": held.severity,
        "direction": held.direction,
        "data": encode(held).decode(),
    }


# Built once: building a statement costs more than running it.

_READ = insert(reading).values({column.name: bindparam(column.name) for column in reading.c})
_HELD_BACK = insert(suppression).values({column.name: bindparam(column.name) for column in suppression.c})
