"""A snapshot of a piece: is it a good copy, and which documents does it make different?

snapshot.taken of a part or a file ─► good copy or not (reading) ─► each document that has it, once it is complete
                                                                       └► a snapshot of its own ─► snapshot.taken
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.bus.interface import Bus
from services.domain.document import Quality
from services.domain.event import snapshot_taken
from services.domain.snapshot import Snapshot
from services.domain.source import Source
from services.parser.gather import FILES, text_of
from services.parser.page.extract import read_page
from services.storage import files, pages, pieces, readings, snapshots
from services.storage.claims import Role
from services.storage.database import Database

#: Bytes of an answer below which something without a known mark is a message, no file.
_MESSAGE = 2048


def quality_of(database: Database, snapshot: Snapshot, role: Role, source: Source) -> Quality:
    """ok: read; suspect: a good copy that cannot be read; anything else is no copy of the piece."""
    if snapshot.status in pieces.GONE:
        return Quality("absent", "gone", f"HTTP {snapshot.status}")
    if role == "attachment":
        return _file(database, snapshot)
    content_type = snapshot.headers.get("content-type")
    return read_page(snapshot.body, url=snapshot.url, content_type=content_type, selector=source.body).quality


def _file(database: Database, snapshot: Snapshot) -> Quality:
    with database.read() as conn:
        found = text_of(conn, snapshot)
    with database.write() as conn:  # at once: reading it again might take as long again
        files.save_file(conn, snapshot.sha256, FILES, found)
    if found.kind == "html" or (found.kind == "unknown" and len(snapshot.body) < _MESSAGE):
        return Quality("blocked", "not_a_file", found.evidence)
    return Quality(
        "ok" if found.text is not None else "suspect", found.unreadable, found.evidence, container=found.kind
    )


def tell_documents(conn: Connection, bus: Bus, snapshot: Snapshot, now: datetime) -> None:
    """After the reading of `snapshot` is written: documents that wait for it or are different with it are read again.

    A page that nothing has as a piece, which is nearly every one, costs one look into an index.
    """
    for main_id in pieces.mains_of(conn, snapshot.document):
        if pieces.ready(conn, main_id) and (pieces.waits(conn, main_id) or _differs(conn, snapshot)):
            take_again(conn, bus, main_id, snapshot.observed, now)


def take_again(conn: Connection, bus: Bus, main_id: str, observed: datetime, now: datetime) -> None:
    """A snapshot of the document as it stands, where its own page was readable last."""
    latest = pages.get_page(conn, main_id).latest_snapshot
    read = readings.find_reading(conn, latest) if latest is not None else None
    if latest is None or read is None or (read.verdict not in pieces.GOOD and read.reason != pieces.WAITING):
        return
    taken = snapshots.take_again(conn, latest, observed)
    pages.set_latest(conn, main_id, taken)
    bus.publish(conn, snapshot_taken(main_id, taken, now))


def _differs(conn: Connection, snapshot: Snapshot) -> bool:
    """Is there another copy now than before `snapshot`, or none where there was one?"""
    before = pieces.copy_of(conn, snapshot.document, snapshot.id)
    after = pieces.copy_of(conn, snapshot.document, snapshot.id + 1)
    return (before.sha256, before.gone) != (after.sha256, after.gone)
