"""Every stored snapshot read again by the reader of today, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.domain.change import Change
from services.domain.clock import Clock
from services.domain.document import Document, Quality
from services.domain.snapshot import Snapshot
from services.domain.source import Source
from services.parser.compare.compare import body_key, carry_ids
from services.parser.gather import page_at
from services.parser.reading.reader import Reader
from services.parser.upgrade.differing import Part, differing
from services.storage import pages, readings, rereadings, snapshots, sources, versions
from services.storage.database import Database
from services.storage.rereadings import Rereading

_BATCH = 25


@dataclass(frozen=True, slots=True)
class Reread:
    """One snapshot read again. `parts` and `changes` are what the two readings of a version do not share: of the
    snapshot the version was read from, not of those that repeat it.
    """

    snapshot: int
    document: str
    url: str
    observed: datetime
    #: The version the snapshot is or repeats.
    version: int | None
    reader_before: str
    reader: str
    verdict_before: str
    verdict: str
    parts: tuple[Part, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def differs(self) -> bool:
        return bool(self.parts or self.changes) or self.verdict_before != self.verdict


def reread(
    database: Database, reader: Reader, clock: Clock, *, document: str | None = None, keep: bool = True
) -> Iterator[Reread]:
    """Every snapshot that another reader read, oldest first, as `reader` reads it.

    With `keep` the readings are stored, a batch in one transaction, beside those on record; what an earlier run stored
    is not read again, and comes in the answer all the same. Nothing else is written and nobody is told.
    """
    after = 0
    while True:
        with database.read() as conn:
            ids = snapshots.snapshot_ids(conn, document, after=after, limit=_BATCH)
            if not ids:
                return
            batch = [one for one in (_read_again(conn, id_, reader, clock()) for id_ in ids) if one]
        if keep and any(new for _, _, new in batch):
            with database.write() as conn:
                for _, value, new in batch:
                    if new and rereadings.find_rereading(conn, value.snapshot, value.reader) is None:
                        rereadings.save_rereading(conn, value)
        yield from (answer for answer, _, _ in batch)
        after = ids[-1]


def _read_again(
    conn: Connection, snapshot_id: int, reader: Reader, now: datetime
) -> tuple[Reread, Rereading, bool] | None:
    """None where the snapshot was read by this reader, or never, or its bytes went with retention; else the answer,
    the reading, whether that is new.
    """
    record = readings.find_reading(conn, snapshot_id)
    try:
        snapshot = snapshots.get_snapshot(conn, snapshot_id)
    except snapshots.Pruned:
        return None
    page = pages.get_page(conn, snapshot.document)
    source = sources.get_source(conn, page.source)
    name = reader.name(source)
    if record is None or record.reader == name or page.role != "main":
        return None
    version = versions.get_version(conn, record.document, record.version) if record.version is not None else None
    kept = rereadings.find_rereading(conn, snapshot_id, name)
    value = kept or _read(conn, snapshot, source, reader, name, version[1] if version else None, now)
    parts: tuple[Part, ...] = ()
    changes: tuple[Change, ...] = ()
    if version and version[0].snapshot == snapshot_id and value.structure:
        parts, changes = differing(version[1], value.structure)
    answer = Reread(
        snapshot_id, record.document, page.url, snapshot.observed, record.version,
        record.reader, name, record.verdict, value.verdict, parts, changes,
    )  # fmt: skip
    return answer, value, kept is None


def _read(
    conn: Connection,
    snapshot: Snapshot,
    source: Source,
    reader: Reader,
    name: str,
    version: Document | None,
    now: datetime,
) -> Rereading:
    page = page_at(conn, snapshot, source)
    if isinstance(page, Quality):
        return Rereading(snapshot.id, name, now, page.verdict, page.reason)
    read = reader.read(page)
    document = carry_ids(version, read) if version else read
    return Rereading(snapshot.id, name, now, "ok", None, document, body_key(document), page.fingerprint)
