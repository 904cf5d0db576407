"""What is promised now: the commitments of every document's current version, to be looked up.

A commitment's id is carried from version to version, so its row is the same promise however it was reworded. One that
was withdrawn keeps its row, no longer `standing`, so that an address given out once goes on answering.

    question ─► the condition that holds for the fewest ─► its places, from the top, some at a time
             └► all other conditions ──────────────────────► judged on those rows alone

Every list goes down by `place`, one number, and every index ends with it: a page is read off the index of one
condition, and only a range of dates has to be sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    exists,
    func,
    select,
)

from services.domain.commitment import CommitmentType, Tier
from services.domain.document import Kind
from services.domain.errors import NotFound
from services.storage.codec import decode
from services.storage.documents import Status
from services.storage.promises import Promise
from services.storage.standing import Span, searched, spans_of
from services.storage.tables import COMMITMENT_TEXT, commitment, commitment_body, document

#: What is standing, by number: lists go down from the highest, and go on below the last one seen.
Position = int
Role = Literal["actor", "agency"]
#: The narrowest condition is the one whose commitment of this number stands farthest down.
_COUNTED = 200
#: More are not sorted only to find that out.
_SORTED = 10_000
#: Above every place.
_LAST = 2**63 - 1
#: Rows judged at a time at the most.
_JUDGED = 1000


@dataclass(frozen=True, slots=True)
class CommitmentRecord:
    """A promise, the document it stands in as its newest version describes it, and since when it stands."""

    id: str
    document: str
    url: str
    title: str | None
    kind: Kind
    agency: str | None
    published_at: str | None
    date: str | None
    #: Of the document: a removed page's promises stand as last read.
    status: Status
    #: The newest version the promise stands or stood in.
    version: int
    #: False: withdrawn with the version after.
    standing: bool
    stood: tuple[Span, ...]
    first_seen: datetime
    #: None where it was withdrawn and stands in no list.
    position: Position | None
    promise: Promise


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; None asks nothing, an empty collection finds nothing. Actors and agencies are keys, any of which will
    do. Dates are ISO 8601, inclusive; every one of `words`, folded like the text was, must occur in it. `status` is the
    document's.
    """

    actors: Collection[str] | None = None
    agencies: Collection[str] | None = None
    document: str | None = None
    kind: Kind | None = None
    types: Collection[CommitmentType] | None = None
    tiers: Collection[Tier] | None = None
    modalities: Collection[int] | None = None
    topic: str | None = None
    deadline_from: str | None = None
    deadline_to: str | None = None
    has_target: bool | None = None
    status: Status | None = None
    words: Sequence[str] = ()


def find_commitments(
    conn: Connection, asked: Asked, *, after: Position | None = None, limit: int = 50
) -> tuple[CommitmentRecord, ...]:
    """Standing commitments for which all that is asked holds: those of the document found last first, of one document
    as in its text. `after` is the position of the last one seen.
    """
    found: list[CommitmentRecord] = []
    steps, step = _steps(conn, asked), limit
    narrowest = min(steps, key=lambda each: _reach(conn, each, after)) if len(steps) > 1 else steps[0]
    judged = commitment_records().where(*conditions(asked)).order_by(commitment.c.place.desc())
    while len(found) < limit:
        places = _next(conn, narrowest, after, step)
        if places:
            rows = conn.execute(judged.where(commitment.c.place.in_(places)).limit(limit - len(found)))
            found += [commitment_record(row) for row in rows]
        if len(places) < step:
            break
        after, step = places[-1], min(4 * step, _JUDGED)
    return tuple(found)


def get_commitment(conn: Connection, document_id: str, id_: str) -> CommitmentRecord:
    """Standing or withdrawn."""
    one = commitment.c.document_id == document_id, commitment.c.id == id_
    row = conn.execute(commitment_records().where(*one)).first()
    if row is None:
        raise NotFound(f"document {document_id!r} has no commitment {id_!r}")
    return commitment_record(row)


@dataclass(frozen=True, slots=True)
class _Step:
    """One condition as an index answers it: a query for places, and the column they are in."""

    query: Select[Any]
    place: ColumnElement[int]
    #: Its index is in the order of places; else all it finds has to be sorted.
    ordered: bool = True


def _steps(conn: Connection, asked: Asked) -> list[_Step]:
    """The conditions that can be read off an index; where there are none, everything that stands."""
    steps = list(_of_rows(asked))
    if asked.actors is not None:
        steps.append(_Step(_bodies("actor", asked.actors), commitment_body.c.place, len(asked.actors) == 1))
    if asked.agencies is not None:
        steps.append(_Step(_bodies("agency", asked.agencies), commitment_body.c.place, len(asked.agencies) == 1))
    text = COMMITMENT_TEXT.places(conn, asked.words)
    steps += [_Step(*text)] if text else []
    return steps or [_Step(select(commitment.c.place), commitment.c.place)]


def _of_rows(asked: Asked) -> Iterator[_Step]:
    c = commitment.c
    places = select(c.place)
    for column, values in ((c.type, asked.types), (c.tier, asked.tiers), (c.modality, asked.modalities)):
        if values is not None and len(values) == 1:
            yield _Step(places.where(column == next(iter(values))), c.place)
    for column, value in ((c.kind, asked.kind), (c.topic, asked.topic), (c.has_target, asked.has_target)):
        if value is not None:
            yield _Step(places.where(column == value), c.place)
    if asked.document is not None:
        yield _Step(places.where(c.document_id == asked.document), c.place, ordered=False)
    if asked.status == "removed":
        removed = select(document.c.id).where(document.c.status == "removed")
        yield _Step(places.where(c.document_id.in_(removed)), c.place, ordered=False)
    due = [c.deadline_end >= asked.deadline_from] if asked.deadline_from is not None else []
    due += [c.deadline_end <= asked.deadline_to] if asked.deadline_to is not None else []
    if due:
        # by its bare place SQLite would go through everything in order rather than sort those of the range
        yield _Step(places.where(*due), c.place + 0, ordered=False)


def _reach(conn: Connection, step: _Step, after: Position | None) -> int:
    """How far down the list one has to go for so many that meet the condition: the farther, the fewer there are.

    Where that would take sorting very many, the condition is as good as none.
    """
    if not step.ordered:
        some = _below(step, after).limit(_SORTED).subquery()
        if conn.execute(select(func.count()).select_from(some)).scalar_one() == _SORTED:
            return _LAST
    at = _below(step, after).order_by(step.place.desc()).limit(1).offset(_COUNTED - 1)
    return int(conn.execute(at).scalar() or 0)


def _next(conn: Connection, step: _Step, after: Position | None, count: int) -> Sequence[int]:
    return [row[0] for row in conn.execute(_below(step, after).order_by(step.place.desc()).limit(count))]


def _below(step: _Step, after: Position | None) -> Select[Any]:
    """What is withdrawn has no place."""
    return step.query.where(step.place.is_not(None) if after is None else step.place < after)


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """All that is asked, to be judged row by row."""
    c = commitment.c
    given: list[tuple[object, Callable[[Any], ColumnElement[bool]]]] = [
        (asked.actors, lambda keys: _names_body("actor", keys)),
        (asked.agencies, lambda keys: _names_body("agency", keys)),
        (asked.document, c.document_id.__eq__),
        (asked.kind, c.kind.__eq__),
        (asked.types, c.type.in_),
        (asked.tiers, c.tier.in_),
        (asked.modalities, c.modality.in_),
        (asked.topic, c.topic.__eq__),
        (asked.deadline_from, c.deadline_end.__ge__),
        (asked.deadline_to, c.deadline_end.__le__),
        (asked.has_target, c.has_target.is_),
        (asked.status, document.c.status.__eq__),
    ]
    asked_for = [condition(value) for value, condition in given if value is not None]
    return asked_for + [c.searchable.contains(searched(word), autoescape=True) for word in asked.words]


def _bodies(role: Role, keys: Collection[str]) -> Select[Any]:
    """One key is read off its index in order, several have to be sorted and made one."""
    rows = commitment_body.c
    asked = select(rows.place).where(rows.role == role)
    if len(keys) == 1:
        return asked.where(rows.key == next(iter(keys)))
    return asked.where(rows.key.in_(keys)).distinct()


def _names_body(role: Role, keys: Collection[str]) -> ColumnElement[bool]:
    rows = commitment_body.c
    named = rows.place == commitment.c.place, rows.role == role, rows.key.in_(keys)
    return exists(select(rows.place).where(*named).correlate(commitment))


def commitment_records() -> Select[Any]:
    """Rows for `commitment_record`."""
    c = commitment.c
    own = c.document_id, c.id, c.version_n, c.standing, c.stood, c.place, c.data, c.kind, c.agency
    about = document.c.url, document.c.title, document.c.published_at, document.c.date, document.c.status
    return select(*own, *about, document.c.first_seen).join(document, document.c.id == c.document_id)


def commitment_record(row: Row[Any]) -> CommitmentRecord:
    return CommitmentRecord(
        id=row.id,
        document=row.document_id,
        url=row.url,
        title=row.title,
        kind=row.kind,
        agency=row.agency,
        published_at=row.published_at,
        date=row.date,
        status=row.status,
        version=row.version_n,
        standing=row.standing,
        stood=spans_of(row.stood),
        first_seen=row.first_seen,
        position=row.place,
        promise=decode(Promise, row.data),
    )
