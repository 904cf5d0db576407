"""What is remembered of a snapshot's document: loaded before the snapshot is judged. Reads, never writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from services.domain.document import Quality
from services.domain.snapshot import Snapshot
from services.domain.source import Source
from services.parser.compare.compare import body_key, carry_ids
from services.parser.compare.showing.telling import Subject
from services.parser.files.composing import described
from services.parser.gather import Gathered, file_of, gather, page_at
from services.parser.judge import Earlier, Known, Returned, Revised, recognise
from services.parser.page.model import Page
from services.parser.reading.reader import Reader
from services.storage import pages, pieces, readings, rereadings, snapshots, sources, versions
from services.storage.claims import Role
from services.storage.documents import Presence
from services.storage.versions import Current


@dataclass(frozen=True, slots=True)
class Material:
    """All that is needed to judge a snapshot and to tell of it."""

    snapshot: Snapshot
    #: The page and its pieces as the snapshot has them.
    gathered: Gathered
    source: Source
    reader: Reader
    subject: Subject
    current: Current | None
    #: The number of the newest version, 0 where there is none; and whether another reader made any of them.
    newest: int
    foreign: bool
    #: The current version as `reader` reads it; None where there is none, or where nothing was read that is not in it.
    known: Known | None
    #: The same reader read the current version of a page with the same fingerprint.
    unchanged: bool
    presence: Presence | None
    list_readable: datetime | None
    #: The address changed for good since the snapshot before.
    newly_moved: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A snapshot of a further page or of a linked file, no document of its own."""

    snapshot: Snapshot
    role: Role
    source: Source


def load(conn: Connection, snapshot_id: int, address: str, reader: Reader) -> Material | Piece:
    """Everything stored about the snapshot's document. A current version that another reader made is read anew."""
    page = pages.page_of_snapshot(conn, snapshot_id)
    snapshot = snapshots.get_snapshot(conn, snapshot_id)
    watch = sources.get_watch(conn, page.source)
    if page.role != "main":
        return Piece(snapshot, page.role, watch.source)
    name = reader.name(watch.source)
    known_of = versions.remembered(conn, page.id, name)
    current = known_of.current if known_of else None
    gathered = gather(conn, snapshot, watch.source)
    unchanged = current is not None and _says_the_same(current, gathered.page, name)
    known = as_read_by(conn, current, watch.source, reader) if current and not unchanged else None
    return Material(
        snapshot=snapshot,
        gathered=gathered,
        source=watch.source,
        reader=reader,
        subject=Subject(page.id, page.url, page.source, page.backfill, address),
        current=current,
        newest=known_of.newest if known_of else 0,
        foreign=known_of is not None and known_of.foreign,
        known=known and _with_copies(conn, known, snapshot.id),
        unchanged=unchanged,
        presence=known_of.presence if known_of else None,
        list_readable=watch.last_readable,
        newly_moved=snapshot.moved and _moved_just_now(conn, snapshot),
    )


def _moved_just_now(conn: Connection, snapshot: Snapshot) -> bool:
    before = snapshots.previous(conn, snapshot.id, snapshot.document)
    return before is None or before.url != snapshot.url or not before.moved


def _says_the_same(current: Current, page: Page | Quality, reader: str) -> bool:
    return isinstance(page, Page) and current.reader == reader and current.fingerprint == page.fingerprint


def _with_copies(conn: Connection, known: Known, snapshot_id: int) -> Known:
    """Files that came only after the version was read, with the copy before this snapshot: what replaces it is news."""
    late = [file.url for file in known.document.attachments if file.sha256 is None]
    if not late:
        return known
    before = pieces.last_shown(conn, snapshot_id)
    copies = pieces.copies(conn, late, before) if before is not None else {}
    here = {url: file_of(conn, copy) for url, copy in copies.items() if copy.sha256 is not None}
    attachments = described(known.document.attachments, here)
    return replace(known, document=replace(known.document, attachments=attachments))


def recognised(conn: Connection, material: Material, revised: Revised) -> Revised | Returned:
    """The versions that may have said the same: those of its key, and the last ones whose key another reader made."""
    document_id, source, reader = material.subject.id, material.source, material.reader
    current = material.current.n if material.current else 0
    same_key = versions.versions_of_key(conn, document_id, body_key(revised.document))
    foreign = versions.versions_of_others(conn, document_id, reader.name(source)) if material.foreign else ()
    candidates = {one.n: one for one in (*same_key, *foreign) if one.n != current}
    earlier = (Earlier(one.n, as_read_by(conn, one, source, reader)) for one in candidates.values())
    return recognise(revised, earlier, lambda: readings.shown(conn, document_id), material.snapshot)


def as_read_by(conn: Connection, version: Current, source: Source, reader: Reader) -> Known:
    """Like is compared with like: an improvement of our reader is never news to a subscriber.

    What the reader made of the snapshot when it read all of them again is used where it did. A page in which it finds
    no document any more stays as it was read.
    """
    name = reader.name(source)
    if version.reader == name:
        return Known(version.structure, version.fingerprint)
    if (kept := rereadings.find_rereading(conn, version.snapshot, name)) and kept.structure is not None:
        return Known(kept.structure, kept.fingerprint or "")
    page = page_at(conn, snapshots.get_snapshot(conn, version.snapshot), source)
    if isinstance(page, Quality):
        return Known(version.structure, version.fingerprint)
    return Known(carry_ids(version.structure, reader.read(page)), page.fingerprint)
