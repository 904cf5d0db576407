"""What became of each snapshot: the reader's verdict, the version it is or repeats, and what was held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from services.domain.change import Suppression
from services.storage.codec import decode, encode
from services.storage.tables import reading, suppression
from services.storage.upsert import insert_or_update


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
    """A difference held back, and the snapshot it was found in. (snapshot, ordinal) is the key of its row."""

    snapshot: int
    ordinal: int
    suppression: Suppression


def save_reading(conn: Connection, value: Reading, suppressed: Sequence[Suppression] = ()) -> None:
    """A snapshot has one reading: reading it again replaces what was known, suppressions included."""
    read = {
        "document_id": value.document,
        "recorded": value.recorded,
        "reader": value.reader,
        "verdict": value.verdict,
        "reason": value.reason,
        "version_n": value.version,
    }
    insert_or_update(conn, reading, {"snapshot_id": value.snapshot}, read)
    conn.execute(delete(suppression).where(suppression.c.snapshot_id == value.snapshot))
    rows = [_row(value, ordinal, held) for ordinal, held in enumerate(suppressed)]
    if rows:
        conn.execute(insert(suppression), rows)


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
    query = select(suppression).where(suppression.c.document_id == document_id, later)
    rows = conn.execute(query.order_by(suppression.c.snapshot_id, suppression.c.ordinal).limit(limit))
    return tuple(Suppressed(row.snapshot_id, row.ordinal, decode(Suppression, row.data)) for row in rows)


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
