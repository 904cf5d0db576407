"""What is remembered of a snapshot's document: loaded before the snapshot is judged. Reads, never writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.domain.errors import NotFound
from services.domain.snapshot import Snapshot
from services.domain.source import Source
from services.parser.compare.compare import body_key, carry_ids
from services.parser.compare.showing.telling import Subject
from services.parser.judge import Earlier, Known, Returned, Revised, page_of, recognise
from services.parser.reading.read import READER, read
from services.storage import documents, pages, readings, snapshots, sources, versions
from services.storage.documents import Presence
from services.storage.versions import Current


@dataclass(frozen=True, slots=True)
class Material:
    """All that is needed to judge a snapshot and to tell of it."""

    snapshot: Snapshot
    source: Source
    subject: Subject
    current: Current | None
    #: The current version as today's reader reads it.
    known: Known | None
    presence: Presence | None
    list_readable: datetime | None
    #: The address changed for good since the snapshot before.
    newly_moved: bool


def load(conn: Connection, snapshot_id: int, address: str) -> Material:
    """Everything stored about the snapshot's document. An outdated reading of the current version is made anew."""
    snapshot = snapshots.get_snapshot(conn, snapshot_id)
    page = pages.get_page(conn, snapshot.document)
    watch = sources.get_watch(conn, page.source)
    current = versions.current_version(conn, page.id)
    before = snapshots.previous(conn, snapshot.id, page.id)
    return Material(
        snapshot=snapshot,
        source=watch.source,
        subject=Subject(page.id, page.url, page.source, page.backfill, address),
        current=current,
        known=_as_read_today(conn, current, watch.source) if current else None,
        presence=_presence(conn, page.id),
        list_readable=watch.last_readable,
        newly_moved=snapshot.moved and (before is None or before.url != snapshot.url or not before.moved),
    )


def recognised(conn: Connection, material: Material, revised: Revised) -> Revised | Returned:
    document_id, key = material.subject.id, body_key(revised.document)
    current = material.current.n if material.current else 0
    candidates = (one for one in versions.versions_of_key(conn, document_id, key) if one.n != current)
    earlier = (Earlier(one.n, _as_read_today(conn, one, material.source)) for one in candidates)
    return recognise(revised, earlier, readings.shown(conn, document_id), material.snapshot)


def _as_read_today(conn: Connection, current: Current, source: Source) -> Known:
    """Like is compared with like: an improvement of our reader is never news to a subscriber."""
    if current.reader == READER:
        return Known(current.structure, current.fingerprint)
    page = page_of(snapshots.get_snapshot(conn, current.snapshot), source)
    document = carry_ids(current.structure, read(page)) if page.quality.verdict == "ok" else current.structure
    return Known(document, page.fingerprint)


def _presence(conn: Connection, document_id: str) -> Presence | None:
    try:
        return documents.get_presence(conn, document_id)
    except NotFound:
        return None
