"""What changed lately, over all documents, newest first: changes one by one, and versions with theirs. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
)

from services.domain.change import SEVERITIES, Change, Severity, rank
from services.storage.codec import decode
from services.storage.tables import change, document, version
from services.storage.types import EPOCH, UtcTime
from services.storage.versions import Edit

#: Below this many changes, or documents, they are looked for rather than met on the way down.
_FEW, _FEW_DOCUMENTS = 1_000, 200
#: Where a list goes on: recorded, document, version, ordinal of the change.
Position = tuple[datetime, str, int, int]


@dataclass(frozen=True, slots=True)
class About:
    """The document a version belongs to, and where the version stands."""

    document: str
    n: int
    url: str
    title: str | None
    kind: str
    agency: str | None
    source: str
    backfill: bool
    observed: datetime
    recorded: datetime
    edit: Edit


@dataclass(frozen=True, slots=True)
class RecentChange:
    about: About
    ordinal: int
    change: Change

    @property
    def position(self) -> Position:
        return (self.about.recorded, self.about.document, self.about.n, self.ordinal)


@dataclass(frozen=True, slots=True)
class RecentVersion:
    """`changes` is empty for a document's first version."""

    about: About
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """All that is given must hold. `agencies` are names as stored; `since` and `before` are moments of recording."""

    document: str | None = None
    source: str | None = None
    agencies: tuple[str, ...] | None = None
    kind: str | None = None
    types: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    severity: Severity = "none"
    since: datetime | None = None
    before: datetime | None = None


_ABOUT = (
    version.c.document_id, version.c.n, version.c.observed, version.c.recorded, version.c.edit,
    document.c.url, document.c.title, document.c.kind, document.c.agency, document.c.source_id, document.c.backfill,
)  # fmt: skip


def find_changes(
    conn: Connection, asked: Asked, *, after: Position | None = None, limit: int = 50
) -> tuple[RecentChange, ...]:
    """Changes, the version recorded last first, within it as they are told: most serious first."""
    told = _told(conn, asked)
    query = _among_few(conn, _asked(select(*_ABOUT, told.c.ordinal, told.c.data), asked), asked)
    query = query.join(told, (told.c.document_id == version.c.document_id) & (told.c.version_n == version.c.n))
    if after is not None:
        recorded, document_id, n, ordinal = after
        here = tuple_(version.c.recorded, version.c.document_id, version.c.n)
        there = tuple_(literal(recorded, UtcTime), literal(document_id), literal(n))
        query = query.where(here <= there, or_(here < there, told.c.ordinal > ordinal))
    rows = conn.execute(query.order_by(*_newest(), told.c.ordinal).limit(limit))
    return tuple(RecentChange(_about(row), row.ordinal, decode(Change, row.data)) for row in rows)


def find_gravest(conn: Connection, asked: Asked, *, skip: int = 0, limit: int = 50) -> tuple[RecentChange, ...]:
    """Changes, the most serious first, among equals the version recorded last; `skip` of them left out."""
    query = _changes(select(*_ABOUT, change.c.ordinal, change.c.data), asked)
    weight = case({name: rank(name) for name in SEVERITIES}, value=change.c.severity)
    rows = conn.execute(query.order_by(weight.desc(), *_newest(), change.c.ordinal).offset(skip).limit(limit))
    return tuple(RecentChange(_about(row), row.ordinal, decode(Change, row.data)) for row in rows)


def count_changes(conn: Connection, asked: Asked, start: datetime, width: timedelta) -> dict[tuple[int, str], int]:
    """How many changes, by stretch of time (0 begins at `start`, each is `width` long) and severity."""
    since = type_coerce(version.c.recorded, BigInteger) - (start - EPOCH) // timedelta(microseconds=1)
    stretch = (since // (width // timedelta(microseconds=1))).label("stretch")
    query = _changes(select(stretch, change.c.severity, func.count()), asked).where(version.c.recorded >= start)
    return {(int(at), severity): int(n) for at, severity, n in conn.execute(query.group_by(stretch, change.c.severity))}


def oldest_recorded(conn: Connection) -> datetime | None:
    """When the first version was recorded."""
    found: datetime | None = conn.execute(select(func.min(version.c.recorded))).scalar()
    return found


def find_versions(conn: Connection, asked: Asked, *, limit: int = 50) -> tuple[RecentVersion, ...]:
    """Versions with their changes, the one recorded last first; a first version passes whatever asks about changes."""
    query = _among_few(conn, _asked(select(*_ABOUT), asked), asked)
    of_changes = _of_changes(asked)
    if of_changes:
        same = (change.c.document_id == version.c.document_id) & (change.c.version_n == version.c.n)
        has_one = select(change.c.ordinal).where(same, *of_changes).correlate(version).exists()
        query = query.where(or_(version.c.edit == "first", has_one))
    query = query.where(document.c.backfill.is_(False) | (version.c.n > 1)).order_by(*_newest()).limit(limit)
    rows = conn.execute(query).all()
    changes = _changes_of(conn, [(row.document_id, row.n) for row in rows])
    return tuple(RecentVersion(_about(row), tuple(changes[row.document_id, row.n])) for row in rows)


def agency_names(conn: Connection, shorts: Collection[str]) -> tuple[str, ...]:
    """The agencies of documents that have one of these short names."""
    names = select(document.c.agency).where(document.c.agency_short.in_(shorts), document.c.agency.is_not(None))
    return tuple(conn.execute(names.distinct()).scalars())


def _changes(query: Select[Any], asked: Asked) -> Select[Any]:
    query = _asked(query, asked)
    query = query.join(change, (change.c.document_id == version.c.document_id) & (change.c.version_n == version.c.n))
    return query.where(*_of_changes(asked))


def _told(conn: Connection, asked: Asked) -> Subquery:
    """The changes asked for. Where there are few they are found by what they are; else versions are gone through from
    the newest until there are enough, which is soon.
    """
    conditions = _of_changes(asked)
    matching = select(change.c.document_id, change.c.version_n, change.c.ordinal, change.c.data)
    if conditions and len(conn.execute(select(change.c.ordinal).where(*conditions).limit(_FEW)).all()) < _FEW:
        return matching.where(*conditions).limit(_FEW).subquery("told")  # the limit makes databases begin here
    return matching.where(*_of_changes(asked, indexed=False)).subquery("told")


def _among_few(conn: Connection, query: Select[Any], asked: Asked) -> Select[Any]:
    """Where few documents are asked about, their versions are looked for; else those are soon met on the way down."""
    about = _about_documents(asked)
    if not about:
        return query
    ids = conn.execute(select(document.c.id).where(*about).limit(_FEW_DOCUMENTS)).scalars().all()
    return query.where(version.c.document_id.in_(ids)) if len(ids) < _FEW_DOCUMENTS else query


def _about_documents(asked: Asked) -> list[ColumnElement[bool]]:
    equal = {document.c.id: asked.document, document.c.source_id: asked.source, document.c.kind: asked.kind}
    about = [column == value for column, value in equal.items() if value is not None]
    return about if asked.agencies is None else [*about, document.c.agency.in_(asked.agencies)]


def _asked(query: Select[Any], asked: Asked) -> Select[Any]:
    query = query.select_from(version).join(document, document.c.id == version.c.document_id)
    query = query.where(*_about_documents(asked))
    if asked.since is not None:
        query = query.where(version.c.recorded >= asked.since)
    if asked.before is not None:
        query = query.where(version.c.recorded < asked.before)
    return query


def _of_changes(asked: Asked, *, indexed: bool = True) -> list[ColumnElement[bool]]:
    """Without `indexed` they are judged row by row: an index that finds very many would be worse than none."""
    least: Collection[str] = SEVERITIES[rank(asked.severity) :]

    def of(column: ColumnElement[str]) -> ColumnElement[str]:
        return column if indexed else column.concat("")

    lists = ((change.c.type, asked.types), (change.c.direction, asked.directions))
    found: list[ColumnElement[bool]] = [of(column).in_(values) for column, values in lists if values]
    if asked.severity != "none":
        found.append(of(change.c.severity).in_(least))
    return found


def _newest() -> tuple[Any, ...]:
    return (version.c.recorded.desc(), version.c.document_id.desc(), version.c.n.desc())


def _changes_of(conn: Connection, versions: Sequence[tuple[str, int]]) -> defaultdict[tuple[str, int], list[Change]]:
    """By document and number of a version: its changes in their order."""
    of = tuple_(change.c.document_id, change.c.version_n)
    query = select(change.c.document_id, change.c.version_n, change.c.data).where(of.in_(versions))
    found: defaultdict[tuple[str, int], list[Change]] = defaultdict(list)
    for row in conn.execute(query.order_by(change.c.ordinal)):
        found[row.document_id, row.version_n].append(decode(Change, row.data))
    return found


def _about(row: Row[Any]) -> About:
    return About(
        document=row.document_id,
        n=row.n,
        url=row.url,
        title=row.title,
        kind=row.kind,
        agency=row.agency,
        source=row.source_id,
        backfill=row.backfill,
        observed=row.observed,
        recorded=row.recorded,
        edit=row.edit,
    )
