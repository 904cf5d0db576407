"""What a document said, version by version, and what changed from each to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    null,
    select,
)

from services.domain.change import Change
from services.domain.document import Document
from services.domain.errors import NotFound
from services.storage.codec import decode, encode, pack, unpack
from services.storage.documents import PRESENCE, Presence, save_document
from services.storage.tables import change, document, reading, sighting, snapshot, version

#: `declared`: the page itself says that it was changed.
Edit = Literal["first", "declared", "silent"]
_before = snapshot.alias("before")
_other = version.alias("other")


@dataclass(frozen=True, slots=True)
class Current:
    """The version the page shows, as the next one is compared with it; the newest, except on a page that flaps."""

    n: int
    #: The structure as it is stored: most visits find nothing new and never ask for it.
    packed: bytes
    key_hash: str
    #: Of the page the structure was read from: an equal one, read by the same reader, says the same.
    fingerprint: str
    snapshot: int
    #: Version of the reader that made `structure`; where it is not today's, read the snapshot again before comparing.
    reader: str
    observed: datetime

    @property
    def structure(self) -> Document:
        """Unpacked at each call."""
        return decode(Document, unpack(self.packed))


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is asked of a document before its next snapshot is judged, at one look."""

    current: Current
    presence: Presence
    #: The number of its newest version.
    newest: int
    #: Some of its versions were made by another reader than the one named.
    foreign: bool


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
    #: The last visit that still saw another version: the edit lies between it and `observed_from`. None for the first.
    observed_after: datetime | None = None
    #: The earlier version that said the same.
    returns_to: int | None = None


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
    returns_to: int | None = None,
    newest: int | None = None,
) -> int:
    """Add the next version and its changes, describe the document by it; answers its number, 1 for the first.

    The page must be known. `title` stands in where the text has none; else the list's title does. `returns_to` is the
    earlier version that said the same, `newest` the number of the last one where that is known (0: there is none). Two
    writers at once cannot both succeed: the second gets IntegrityError.
    """
    if newest is None:
        newest = conn.execute(_newest(), {"of": document_id}).scalar() or 0
    n = newest + 1
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
        "returns_to": returns_to,
    }
    conn.execute(_VERSION, values)
    rows = [_change_row(document_id, n, recorded, ordinal, value) for ordinal, value in enumerate(changes)]
    if rows:
        conn.execute(_CHANGES, rows)
    return n


def current_version(conn: Connection, document_id: str) -> Current | None:
    """None for a page that has no version yet."""
    row = conn.execute(_shown_now(), {"of": document_id}).first()
    return None if row is None else _current(row)


def remembered(conn: Connection, document_id: str, reader: str) -> Remembered | None:
    """None for a page that has no version yet. `reader` is the one that will judge."""
    row = conn.execute(_remembered(), {"of": document_id, "reader": reader}).first()
    if row is None:
        return None
    presence = Presence(*(row._mapping[column] for column in PRESENCE))
    return Remembered(_current(row), presence, row.newest, row.foreign)


def show_version(conn: Connection, document_id: str, n: int) -> Document:
    """The page shows version `n` again: the document is described by it, and what comes next compared with it."""
    record, structure = get_version(conn, document_id, n)
    save_document(conn, document_id, structure, n=n, observed=record.observed_from, title=None)
    return structure


def versions_of_key(conn: Connection, document_id: str, key_hash: str, limit: int = 3) -> tuple[Current, ...]:
    """Versions with that key, the newest first: the candidates for having said the same."""
    asked = {"of": document_id, "key": key_hash, "limit": limit}
    return tuple(_current(row) for row in conn.execute(_of_key(), asked))


def find_version(conn: Connection, document_id: str, n: int) -> Current | None:
    """Version `n` as it would be compared; None where there is none."""
    row = conn.execute(select(version).where(version.c.document_id == document_id, version.c.n == n)).first()
    return None if row is None else _current(row)


def versions_of_others(conn: Connection, document_id: str, reader: str, limit: int = 3) -> tuple[Current, ...]:
    """The newest versions some other reader than `reader` made: their keys say nothing about what it would make."""
    asked = {"of": document_id, "reader": reader, "limit": limit}
    return tuple(_current(row) for row in conn.execute(_of_others(), asked))


def get_version(conn: Connection, document_id: str, n: int) -> tuple[VersionRecord, Document]:
    row = conn.execute(_whole(), {"of": document_id, "at": n}).first()
    if row is None:
        raise NotFound(f"document {document_id!r} has no version {n}")
    return _record(row, _changes(conn, document_id, n, n).get(n, ())), _structure(row)


def observed_until(conn: Connection, document_id: str, n: int) -> datetime:
    """The last visit that saw version `n`; there must be one."""
    seen: datetime = conn.execute(_last_seen(), {"of": document_id, "at": n}).scalar_one()
    return seen


@dataclass(frozen=True, slots=True)
class Memento:
    """A version and when it was first seen."""

    n: int
    observed: datetime


def mementos(conn: Connection, document_id: str) -> tuple[Memento, ...]:
    """Every version of a document, oldest first."""
    query = select(version.c.n, version.c.observed).where(version.c.document_id == document_id)
    return tuple(Memento(row.n, row.observed) for row in conn.execute(query.order_by(version.c.n)))


def key_of(conn: Connection, document_id: str, n: int) -> str | None:
    """What version `n` is known by; None where there is no such version."""
    query = select(version.c.key_hash).where(version.c.document_id == document_id, version.c.n == n)
    key: str | None = conn.execute(query).scalar()
    return key


def history(
    conn: Connection, document_id: str, *, known_at: datetime | None = None, after: int = 0, limit: int | None = 250
) -> tuple[VersionRecord, ...]:
    """Versions after number `after`, oldest first, all of them without `limit`; empty for an unknown document.

    With `known_at` only what was on record at that moment counts: the versions, and the visits `observed_until` goes
    by. Versions, readings and sightings are only ever added, each with the time it was: for a past moment the answer
    never changes, whatever is written later.
    """
    query = _with_snapshots(document_id, known_at).where(version.c.n > after).order_by(version.c.n).limit(limit)
    rows = conn.execute(query).all()
    if not rows:
        return ()
    changes = _changes(conn, document_id, rows[0].n, rows[-1].n)
    return tuple(_record(row, changes.get(row.n, ())) for row in rows)


# What every reading asks is built once: building a statement costs more than running it.

_VERSION = insert(version)
_CHANGES = insert(change)


@cache
def _newest() -> Select[Any]:
    return select(func.max(version.c.n)).where(_of_document())


@cache
def _shown_now() -> Select[Any]:
    shown = and_(document.c.id == version.c.document_id, document.c.current_n == version.c.n)
    return select(version).join(document, shown).where(_of_document())


@cache
def _remembered() -> Select[Any]:
    others = exists().where(_other.c.document_id == document.c.id, _other.c.reader != bindparam("reader"))
    newest = select(func.max(_other.c.n)).where(_other.c.document_id == document.c.id).scalar_subquery()
    return _shown_now().add_columns(*PRESENCE, newest.label("newest"), others.label("foreign"))


@cache
def _last_seen() -> Select[Any]:
    seen = func.coalesce(_seen(None), version.c.observed)
    later = case((seen > version.c.observed, seen), else_=version.c.observed)
    return select(later).where(_of_document(), version.c.n == bindparam("at"))


@cache
def _of_key() -> Select[Any]:
    query = select(version).where(_of_document(), version.c.key_hash == bindparam("key"))
    return query.order_by(version.c.n.desc()).limit(bindparam("limit"))


@cache
def _of_others() -> Select[Any]:
    query = select(version).where(_of_document(), version.c.reader != bindparam("reader"))
    return query.order_by(version.c.n.desc()).limit(bindparam("limit"))


@cache
def _sighted() -> Select[Any]:
    return _with_snapshots(bindparam("of")).where(version.c.n == bindparam("at"))


@cache
def _whole() -> Select[Any]:
    return _sighted().add_columns(version.c.structure)


def _of_document() -> ColumnElement[bool]:
    return version.c.document_id == bindparam("of")


def _with_snapshots(document_id: str | BindParameter[str], known_at: datetime | None = None) -> Select[Any]:
    columns = [column for column in version.c if column.name != "structure"]
    query = (
        select(*columns, snapshot.c.sha256, _shown_before().label("shown_before"), _seen(known_at).label("seen"))
        .join(snapshot, snapshot.c.id == version.c.snapshot_id)
        .where(version.c.document_id == document_id)
    )
    if known_at is None:
        return query.add_columns(null().label("seen_again"))
    query = query.add_columns(_seen_again(known_at).label("seen_again"))
    return query.where(version.c.recorded <= known_at)


def _shown_before() -> ScalarSelect[Any]:
    """A challenge or an error page in between shows nothing: it does not narrow down when an edit was made."""
    return (
        select(func.max(_before.c.last_seen))
        .join(reading, reading.c.snapshot_id == _before.c.id)
        .where(reading.c.document_id == version.c.document_id, reading.c.version_n.is_not(None))
        .where(_before.c.id < version.c.snapshot_id)
        .correlate(version)
        .scalar_subquery()
    )


def _seen(known_at: datetime | None) -> ScalarSelect[Any]:
    """The last snapshot of the version; its last visit where all that is on record counts."""
    moment = snapshot.c.last_seen if known_at is None else snapshot.c.observed
    query = select(func.max(moment)).join(reading, reading.c.snapshot_id == snapshot.c.id)
    return _of_version(query, known_at)


def _seen_again(known_at: datetime) -> ScalarSelect[Any]:
    query = select(func.max(sighting.c.seen)).join(reading, reading.c.snapshot_id == sighting.c.snapshot_id)
    return _of_version(query.where(sighting.c.recorded <= known_at), known_at)


def _of_version(query: Select[Any], known_at: datetime | None) -> ScalarSelect[Any]:
    query = query.where(reading.c.document_id == version.c.document_id, reading.c.version_n == version.c.n)
    if known_at is not None:
        query = query.where(reading.c.recorded <= known_at)
    return query.correlate(version).scalar_subquery()


def _changes(conn: Connection, document_id: str, first: int, last: int) -> dict[int, tuple[Change, ...]]:
    query = select(change.c.version_n, change.c.data).where(change.c.document_id == document_id)
    found: dict[int, tuple[Change, ...]] = {}
    between = change.c.version_n.between(first, last)
    for n, data in conn.execute(query.where(between).order_by(change.c.version_n, change.c.ordinal)):
        found[n] = (*found.get(n, ()), decode(Change, data))
    return found


def _change_row(document_id: str, n: int, recorded: datetime, ordinal: int, value: Change) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "version_n": n,
        "recorded": recorded,
        "ordinal": ordinal,
        "type": value.type,
        "severity": value.severity,
        "direction": value.direction,
        "data": encode(value).decode(),
    }


def _current(row: Row[Any]) -> Current:
    return Current(row.n, row.structure, row.key_hash, row.fingerprint, row.snapshot_id, row.reader, row.observed)


def _structure(row: Row[Any]) -> Document:
    return decode(Document, unpack(row.structure))


def _until(row: Row[Any]) -> datetime:
    moments: list[datetime] = [moment for moment in (row.observed, row.seen, row.seen_again) if moment is not None]
    return max(moments)


def _record(row: Row[Any], changes: tuple[Change, ...]) -> VersionRecord:
    return VersionRecord(
        document=row.document_id,
        n=row.n,
        observed_from=row.observed,
        observed_until=_until(row),
        recorded=row.recorded,
        reader=row.reader,
        snapshot=row.snapshot_id,
        snapshot_sha256=row.sha256,
        edit=row.edit,
        changes=changes,
        observed_after=row.shown_before,
        returns_to=row.returns_to,
    )
