"""What a newer reader makes of snapshots that were read before, beside the reading on record, which stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from services.domain.document import Document
from services.storage.codec import decode, encode, pack, unpack
from services.storage.tables import rereading


@dataclass(frozen=True, slots=True)
class Rereading:
    snapshot: int
    reader: str
    recorded: datetime
    #: `Quality.verdict` and its reason.
    verdict: str
    reason: str | None
    #: None where this reader finds no document; else with the ids of the version the snapshot is or repeats.
    structure: Document | None = None
    key_hash: str | None = None
    fingerprint: str | None = None


def save_rereading(conn: Connection, value: Rereading) -> None:
    """A reader reads a snapshot again once: a second time raises IntegrityError."""
    row = {
        "snapshot_id": value.snapshot,
        "reader": value.reader,
        "recorded": value.recorded,
        "verdict": value.verdict,
        "reason": value.reason,
        "key_hash": value.key_hash,
        "fingerprint": value.fingerprint,
        "structure": pack(encode(value.structure)) if value.structure else None,
    }
    conn.execute(insert(rereading).values(row))


def find_rereading(conn: Connection, snapshot_id: int, reader: str) -> Rereading | None:
    query = select(rereading).where(rereading.c.snapshot_id == snapshot_id, rereading.c.reader == reader)
    row = conn.execute(query).first()
    if row is None:
        return None
    structure = decode(Document, unpack(row.structure)) if row.structure is not None else None
    return Rereading(
        row.snapshot_id,
        row.reader,
        row.recorded,
        row.verdict,
        row.reason,
        structure,
        row.key_hash,
        row.fingerprint,
    )
