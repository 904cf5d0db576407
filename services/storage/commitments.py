"""What is promised now: the commitments of every document's current version, to be looked up.

A commitment's id is carried from version to version, so its row is the same promise however it was reworded. One that
was withdrawn keeps its row, no longer `standing`, so that an address given out once goes on answering.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from services.domain.commitment import Commitment, Tier
from services.domain.document import Document, Kind
from services.domain.errors import NotFound
from services.storage.codec import decode, encode
from services.storage.documents import Status
from services.storage.promises import Promise, promises_of
from services.storage.tables import commitment, commitment_actor, document

#: Version numbers, both inclusive.
Span = tuple[int, int]
#: `first_seen` of the document, its id, place in the text: where a list goes on.
Position = tuple[datetime, str, int]


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
    ordinal: int
    promise: Promise

    @property
    def position(self) -> Position:
        return self.first_seen, self.document, self.ordinal


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; None asks nothing. Names as `actor_names` and `agency_names` give them: an empty collection finds
    nothing. Dates are ISO 8601, inclusive; every one of `words`, folded like the text was, must occur in it.
    """

    actors: Collection[str] | None = None
    agencies: Collection[str] | None = None
    kind: Kind | None = None
    tiers: Collection[Tier] | None = None
    deadline_from: str | None = None
    deadline_to: str | None = None
    has_target: bool | None = None
    words: Sequence[str] = ()


def save_commitments(
    conn: Connection,
    document_id: str,
    n: int,
    structure: Document,
    *,
    folded: Callable[[str], str],
    short: Callable[[str], str],
) -> None:
    """Let what `structure`, version `n` of the document, promises stand, and nothing else of that document.

    To be called once a version, in its transaction, after it was saved. `folded` makes the form text is searched in,
    `short` the short name of a body: storage knows neither.
    """
    about = conn.execute(select(document).where(document.c.id == document_id)).one()
    described = {
        "document_id": document_id,
        "version_n": n,
        "standing": True,
        "first_seen": about.first_seen,
        "kind": about.kind,
        "agency": about.agency,
        "agency_short": short(about.agency) if about.agency else None,
    }
    stood = _withdraw_all(conn, document_id)
    rows = [
        {**described, **_own(promise), "ordinal": ordinal, "stood": _and_in(stood.get(promise.commitment.id), n)}
        | {"searchable": _searched(folded(promise.commitment.text))}
        for ordinal, promise in enumerate(promises_of(structure))
    ]
    if rows:
        same = commitment.c.document_id == document_id, commitment.c.id == bindparam("of")
        conn.execute(delete(commitment).where(*same), [{"of": row["id"]} for row in rows])
        conn.execute(insert(commitment), rows)
    actors = [row for one in structure.commitments for row in _actor_rows(document_id, one, short)]
    if actors:
        conn.execute(insert(commitment_actor), actors)


def find_commitments(
    conn: Connection, asked: Asked, *, after: Position | None = None, limit: int = 50
) -> tuple[CommitmentRecord, ...]:
    """Standing commitments for which all that is asked holds: those of the document found last first, of one document
    as in its text. `after` is the position of the last one seen.
    """
    query = _records().where(commitment.c.standing, *_conditions(asked))
    if after is not None:
        query = query.where(*_behind(after))
    order = commitment.c.first_seen.desc(), commitment.c.document_id.desc(), commitment.c.ordinal
    return tuple(_record(row) for row in conn.execute(query.order_by(*order).limit(limit)))


def get_commitment(conn: Connection, document_id: str, id_: str) -> CommitmentRecord:
    """Standing or withdrawn."""
    one = commitment.c.document_id == document_id, commitment.c.id == id_
    row = conn.execute(_records().where(*one)).first()
    if row is None:
        raise NotFound(f"document {document_id!r} has no commitment {id_!r}")
    return _record(row)


def actor_names(conn: Connection, shorts: Collection[str]) -> tuple[str, ...]:
    """Every actor's name, as the documents have it, whose short name is one of `shorts`."""
    names = select(commitment_actor.c.name).where(commitment_actor.c.short.in_(shorts))
    return tuple(conn.execute(names.distinct()).scalars())


def agency_names(conn: Connection, shorts: Collection[str]) -> tuple[str, ...]:
    """The same for the agencies that signed or published."""
    names = select(commitment.c.agency).where(commitment.c.agency_short.in_(shorts))
    return tuple(conn.execute(names.distinct()).scalars())


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    given: list[tuple[object, Callable[[Any], ColumnElement[bool]]]] = [
        (asked.actors, _acted_by),
        (asked.agencies, commitment.c.agency.in_),
        (asked.kind, commitment.c.kind.__eq__),
        (asked.tiers, commitment.c.tier.in_),
        (asked.deadline_from, commitment.c.deadline_end.__ge__),
        (asked.deadline_to, commitment.c.deadline_end.__le__),
        (asked.has_target, commitment.c.has_target.is_),
    ]
    asked_for = [condition(value) for value, condition in given if value is not None]
    return asked_for + [commitment.c.searchable.contains(_searched(word), autoescape=True) for word in asked.words]


def _acted_by(names: Collection[str]) -> ColumnElement[bool]:
    theirs = select(commitment_actor.c.document_id, commitment_actor.c.commitment_id)
    key = tuple_(commitment.c.document_id, commitment.c.id)
    return key.in_(theirs.where(commitment_actor.c.name.in_(names)))


def _behind(position: Position) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The first condition alone would do for the index, the second is exact."""
    first_seen, document_id, ordinal = position
    same_time, same_document = commitment.c.first_seen == first_seen, commitment.c.document_id == document_id
    return commitment.c.first_seen <= first_seen, or_(
        commitment.c.first_seen < first_seen,
        and_(same_time, commitment.c.document_id < document_id),
        and_(same_time, same_document, commitment.c.ordinal > ordinal),
    )


def _records() -> Select[Any]:
    c = commitment.c
    own = c.document_id, c.id, c.version_n, c.standing, c.stood, c.first_seen, c.ordinal, c.data
    about = document.c.url, document.c.title, document.c.published_at, document.c.date, document.c.status
    return select(*own, c.kind, c.agency, *about).join(document, document.c.id == c.document_id)


def _record(row: Row[Any]) -> CommitmentRecord:
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
        stood=_spans(row.stood),
        first_seen=row.first_seen,
        ordinal=row.ordinal,
        promise=decode(Promise, row.data),
    )


def _withdraw_all(conn: Connection, document_id: str) -> dict[str, str]:
    """Nothing of the document stands any more; answers what its commitments have in `stood`."""
    of_document = commitment.c.document_id == document_id
    stood = select(commitment.c.id, commitment.c.stood).where(of_document)
    known = {row.id: row.stood for row in conn.execute(stood)}
    conn.execute(delete(commitment_actor).where(commitment_actor.c.document_id == document_id))
    conn.execute(update(commitment).where(of_document).values(standing=False))
    return known


def _own(promise: Promise) -> dict[str, Any]:
    one = promise.commitment
    return {
        "id": one.id,
        "tier": one.tier,
        "deadline_end": one.deadline.end if one.deadline else None,
        "has_target": bool(promise.targets),
        "data": encode(promise).decode(),
    }


def _actor_rows(document_id: str, one: Commitment, short: Callable[[str], str]) -> list[dict[str, Any]]:
    key = {"document_id": document_id, "commitment_id": one.id}
    return [{**key, "ordinal": at, "name": name, "short": short(name)} for at, name in enumerate(one.actors)]


def _searched(text: str) -> str:
    return text.casefold()


def _and_in(stood: str | None, n: int) -> str:
    """The versions a commitment stood in, and `n`, as spans in JSON."""
    spans = list(_spans(stood)) if stood else []
    if any(first <= n <= last for first, last in spans):  # the page went back to a version it had
        return json.dumps(spans)
    if spans and spans[-1][1] == n - 1:
        spans[-1] = (spans[-1][0], n)
    else:
        spans.append((n, n))
    return json.dumps(spans)


def _spans(stood: str) -> tuple[Span, ...]:
    return tuple((first, last) for first, last in json.loads(stood))
