"""What changed lately, over all documents, newest first: changes one by one, and versions with theirs. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Subquery,
    Table,
    and_,
    case,
    desc,
    func,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    union,
    union_all,
)

from services.domain.change import SEVERITIES, Change, Severity, rank
from services.storage.codec import decode
from services.storage.tables import change, document, version
from services.storage.types import EPOCH, UtcTime
from services.storage.versions import Edit

#: Below this many documents, they are looked for rather than met on the way down.
_FEW = 500
#: The narrowest condition is the one whose change of this number stands farthest back.
_COUNTED = 200
#: Where a list goes on: recorded, document, version, ordinal of the change.
Position = tuple[datetime, str, int, int]
Condition = tuple[ColumnElement[str], tuple[str, ...]]
#: What orders a list, of a change as of a version.
_VERSION = (change.c.recorded, change.c.document_id, change.c.version_n.label("n"))


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
    told = _first(
        _walks(conn, asked, (*_VERSION, change.c.ordinal), after), (*_newest(change), change.c.ordinal), limit
    )
    query: Select[Any] = select(*_ABOUT, change.c.ordinal, change.c.data).select_from(told)
    query = query.join(version, (version.c.document_id == told.c.document_id) & (version.c.n == told.c.n))
    query = query.join(change, (_of_version()) & (change.c.ordinal == told.c.ordinal))
    query = query.join(document, document.c.id == told.c.document_id)
    rows = conn.execute(query.order_by(*_newest(version), change.c.ordinal))
    return tuple(RecentChange(_about(row), row.ordinal, decode(Change, row.data)) for row in rows)


def find_gravest(conn: Connection, asked: Asked, *, skip: int = 0, limit: int = 50) -> tuple[RecentChange, ...]:
    """Changes, the most serious first, among equals the version recorded last; `skip` of them left out."""
    query = _changes(select(*_ABOUT, change.c.ordinal, change.c.data), asked)
    weight = case({name: rank(name) for name in SEVERITIES}, value=change.c.severity)
    rows = conn.execute(query.order_by(weight.desc(), *_newest(version), change.c.ordinal).offset(skip).limit(limit))
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
    seen = select(version.c.recorded, version.c.document_id, version.c.n).join(document)
    seen = seen.where(*_about_documents(asked), *_between(version, asked))
    news: Select[Any] | CompoundSelect[Any]
    news = whole = (
        seen.where(document.c.backfill.is_(False) | (version.c.n > 1)).order_by(*_newest(version)).limit(limit)
    )
    if _conditions(asked):
        firsts = whole.where(version.c.n == 1)
        told = _first([each.distinct() for each in _walks(conn, asked, _VERSION)], _newest(change), limit)
        news = union_all(select(told), select(firsts.subquery())).order_by(*map(desc, ("recorded", "document_id", "n")))
    found = news.limit(limit).subquery()
    query: Select[Any] = select(*_ABOUT).join(
        found, (found.c.document_id == version.c.document_id) & (found.c.n == version.c.n)
    )
    rows = conn.execute(query.join(document, document.c.id == version.c.document_id).order_by(*_newest(version))).all()
    changes = _changes_of(conn, {(row.document_id, row.n) for row in rows})
    return tuple(RecentVersion(_about(row), tuple(changes[row.document_id, row.n])) for row in rows)


def agency_names(conn: Connection, shorts: Collection[str]) -> tuple[str, ...]:
    """The agencies of documents that have one of these short names."""
    names = select(document.c.agency).where(document.c.agency_short.in_(shorts), document.c.agency.is_not(None))
    return tuple(conn.execute(names.distinct()).scalars())


def _changes(query: Select[Any], asked: Asked) -> Select[Any]:
    query = (
        query.select_from(version).join(document, document.c.id == version.c.document_id).join(change, _of_version())
    )
    told = [column.in_(values) for column, values in _conditions(asked)]
    return query.where(*_about_documents(asked), *_between(version, asked), *told)


def _walks(
    conn: Connection, asked: Asked, columns: Sequence[ColumnElement[Any]], after: Position | None = None
) -> list[Select[Any]]:
    """Queries that together find all changes asked for, each one going down an index that is in the order of lists.

    Of the conditions the narrowest is read off its index, a query a value; what else is asked is judged row by row, and
    must not be looked for: an index that finds very many would be worse than none. Where few documents are asked about,
    their changes are looked for and sorted.
    """
    rows = select(*columns).where(*_between(change, asked), *_below(after))
    conditions, about = _conditions(asked), _about_documents(asked, indexed=False)
    few = _few_documents(conn, asked)
    if few is not None:
        return [rows.where(change.c.document_id.in_(few), *_judged(conditions))]
    if about:
        rows = rows.join(document, document.c.id == change.c.document_id).where(*about)
    if not conditions:
        return [rows]
    column, values = narrowest = min(conditions, key=lambda each: _reach(conn, each, after))
    rows = rows.where(*_judged([each for each in conditions if each is not narrowest]))
    return [rows.where(column == value) for value in values]


def _first(walks: Sequence[Select[Any]], order: Sequence[ColumnElement[Any]], limit: int) -> Subquery:
    """The first rows of all queries together."""
    heads = [each.order_by(*order).limit(limit).subquery() for each in walks]
    if len(heads) == 1:
        return heads[0]
    together = union(*map(select, heads)).subquery()  # a version stands under each value one of its changes has
    ordered: list[ColumnElement[Any]] = [together.c.recorded.desc(), together.c.document_id.desc(), together.c.n.desc()]
    ordered += [together.c.ordinal] if "ordinal" in together.c else []
    return select(together).order_by(*ordered).limit(limit).subquery()


def _reach(conn: Connection, condition: Condition, after: Position | None) -> datetime:
    """How far back one has to go for so many that meet it: the farther, the fewer there are."""
    column, values = condition
    rows = select(change.c.recorded).where(*_below(after)).order_by(change.c.recorded.desc()).limit(1).offset(_COUNTED)
    return max(conn.execute(rows.where(column == value)).scalar() or EPOCH for value in values)


def _below(after: Position | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    recorded, document_id, n, ordinal = after
    here = tuple_(*_VERSION)
    there = tuple_(literal(recorded, UtcTime), literal(document_id), literal(n))
    return [change.c.recorded <= recorded, here <= there, or_(here < there, change.c.ordinal > ordinal)]


def _few_documents(conn: Connection, asked: Asked) -> Sequence[str] | None:
    """Their ids, where few documents are asked about."""
    about = _about_documents(asked)
    if not about:
        return None
    ids = conn.execute(select(document.c.id).where(*about).limit(_FEW)).scalars().all()
    return ids if len(ids) < _FEW else None


def _about_documents(asked: Asked, *, indexed: bool = True) -> list[ColumnElement[bool]]:
    c = document.c
    equal = {c.id: asked.document, c.source_id: asked.source, c.kind: asked.kind}
    about = [_column(column, indexed) == value for column, value in equal.items() if value is not None]
    return about if asked.agencies is None else [*about, _column(c.agency, indexed).in_(asked.agencies)]


def _conditions(asked: Asked) -> list[Condition]:
    """What is asked of a change: columns, and the values any of which will do."""
    least = SEVERITIES[rank(asked.severity) :] if asked.severity != "none" else ()
    given = ((change.c.type, asked.types), (change.c.direction, asked.directions), (change.c.severity, least))
    return [(column, tuple(dict.fromkeys(values))) for column, values in given if values]


def _judged(conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    return [_column(column, indexed=False).in_(values) for column, values in conditions]


def _column(column: ColumnElement[str], indexed: bool) -> ColumnElement[str]:
    """Without `indexed`, an expression of the same value that no database looks up in an index."""
    return column if indexed else column.concat("")


def _between(of: Table, asked: Asked) -> list[ColumnElement[bool]]:
    given = [of.c.recorded >= asked.since] if asked.since is not None else []
    return given + ([of.c.recorded < asked.before] if asked.before is not None else [])


def _of_version() -> ColumnElement[bool]:
    return and_(change.c.document_id == version.c.document_id, change.c.version_n == version.c.n)


def _newest(of: Table) -> tuple[ColumnElement[Any], ...]:
    n = of.c.n if "n" in of.c else of.c.version_n
    return (of.c.recorded.desc(), of.c.document_id.desc(), n.desc())


def _changes_of(conn: Connection, of: Set[tuple[str, int]]) -> defaultdict[tuple[str, int], list[Change]]:
    """By document and number of a version: its changes in their order.

    Documents and numbers are looked up apart, for SQLite would read the whole table to find pairs.
    """
    among = change.c.document_id.in_({document_id for document_id, _ in of}), change.c.version_n.in_({n for _, n in of})
    query = select(change.c.document_id, change.c.version_n, change.c.data).where(*among).order_by(change.c.ordinal)
    found: defaultdict[tuple[str, int], list[Change]] = defaultdict(list)
    for document_id, n, data in conn.execute(query):
        if (document_id, n) in of:
            found[document_id, n].append(decode(Change, data))
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
