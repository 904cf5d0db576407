"""Documents: the row one looks things up by. What they say is in versions.py, how it was read in readings.py."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, or_, select, update

from services.domain.document import Document, Kind
from services.domain.errors import NotFound
from services.domain.identity import document_id
from services.storage.tables import document, page, source
from services.storage.upsert import insert_or_update
from services.storage.words import find_by_words

Status = Literal["active", "removed"]
#: The columns of a `Presence`, in its order.
PRESENCE = document.c["status", "absent_since", "absent_count", "absent_kind"]


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as its newest version describes it."""

    id: str
    source: str
    url: str
    title: str | None
    kind: Kind
    agency: str | None
    agency_short: str | None
    doc_number: str | None
    suggestion_number: str | None
    #: As printed on the page, ISO 8601 without a zone.
    published_at: str | None
    #: Written under the document, ISO 8601.
    date: str | None
    backfill: bool
    status: Status
    current_n: int
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether the page is there (SPEC §12 row 1); while it is not: since when, seen so how often, and in what way."""

    status: Status = "active"
    absent_since: datetime | None = None
    absent_count: int = 0
    absent_kind: str | None = None


def get_document(conn: Connection, id_: str) -> DocumentRecord:
    row = conn.execute(select(document).where(document.c.id == id_)).first()
    if row is None:
        raise NotFound(f"no document {id_!r}")
    return document_record(row)


def find_documents(
    conn: Connection,
    *,
    url: str | None = None,
    doc_number: str | None = None,
    suggestion: str | None = None,
    agencies: Collection[str] | None = None,
    kind: str | None = None,
    words: Sequence[str] = (),
    source_id: str | None = None,
    owner: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[DocumentRecord, ...]:
    """Documents for which all that is asked holds, the last found first; `after` is the id of the last one seen.

    `agencies` are names as stored, any of which will do; every one of `words`, folded like the text was, must occur in
    title, agency, numbers or text. An `url` that is no address finds nothing.
    """
    equal = {"doc_number": doc_number, "suggestion_number": suggestion, "kind": kind, "source_id": source_id}
    asked = [document.c[name] == value for name, value in equal.items() if value is not None]
    if url is not None:
        asked.append(document.c.id == _id_of(url))
    if agencies is not None:
        asked.append(document.c.agency.in_(agencies))
    if owner is not None:
        asked.append(document.c.source_id.in_(_sources_of(owner)))
    if words:
        return tuple(document_record(row) for row in find_by_words(conn, words, asked, after=after, limit=limit))
    if after is not None:
        asked.append(_older_than(after))
    query = select(document).where(*asked).order_by(document.c.first_seen.desc(), document.c.id.desc())
    return tuple(document_record(row) for row in conn.execute(query.limit(limit)))


def save_document(
    conn: Connection, id_: str, structure: Document, *, n: int, observed: datetime, title: str | None
) -> None:
    """Describe the document `id_` as its version `n` does; `title` where the text has none. Its page must be known."""
    about = structure.metadata
    described = {
        "title": (about.title.normalised if about.title else None) or title,
        "kind": about.kind,
        "agency": (about.agency.normalised if about.agency else None) or about.publisher,
        "agency_short": about.agency.short if about.agency else None,
        "doc_number": about.doc_number.normalised if about.doc_number else None,
        "suggestion_number": _suggestion_number(structure),
        "published_at": about.published_at,
        "date": about.date.iso if about.date else None,
        "current_n": n,
    }
    if n > 1 and described["title"] and conn.execute(_DESCRIBED, {"of": id_, **_to(described)}).rowcount:
        return
    known = conn.execute(_PAGE, {"of": id_}).one()
    described["title"] = described["title"] or known.list_title
    once = {
        "source_id": known.source_id,
        "url": known.url,
        "backfill": known.backfill,
        "first_seen": observed,
        "status": "active",
        "absent_count": 0,
        "last_event_sequence": 0,
    }
    insert_or_update(conn, document, {"id": id_}, described, once)


def next_sequence(conn: Connection, id_: str) -> int:
    """The number of the next event about this document: 1, 2, 3 … Locks its row until the transaction ends, so events
    about one document enter the outbox in the order of their numbers.
    """
    return int(conn.execute(_ONE_UP, {"of": id_}).scalar_one())


def get_presence(conn: Connection, id_: str) -> Presence:
    """Raises NotFound for a page that never was a document."""
    row = conn.execute(_PRESENCE, {"of": id_}).first()
    if row is None:
        raise NotFound(f"no document {id_!r}")
    return Presence(**row._mapping)


def set_presence(conn: Connection, id_: str, presence: Presence) -> None:
    conn.execute(update(document).where(document.c.id == id_).values(asdict(presence)))


def _id_of(url: str) -> str | None:
    try:
        return document_id(url)
    except ValueError:
        return None


def _sources_of(owner: str) -> Select[Any]:
    return select(source.c.id).where(source.c.owner == owner)


def _older_than(id_: str) -> ColumnElement[bool]:
    that = select(document.c.first_seen).where(document.c.id == id_).scalar_subquery()
    return or_(document.c.first_seen < that, and_(document.c.first_seen == that, document.c.id < id_))


def _to(described: Mapping[str, Any]) -> dict[str, Any]:
    return {f"to_{name}": value for name, value in described.items()}


def _suggestion_number(structure: Document) -> str | None:
    suggestion = structure.metadata.suggestion
    return suggestion.number.normalised if suggestion and suggestion.number else None


def document_record(row: Row[Any]) -> DocumentRecord:
    return DocumentRecord(
        id=row.id,
        source=row.source_id,
        url=row.url,
        title=row.title,
        kind=row.kind,
        agency=row.agency,
        agency_short=row.agency_short,
        doc_number=row.doc_number,
        suggestion_number=row.suggestion_number,
        published_at=row.published_at,
        date=row.date,
        backfill=row.backfill,
        status=row.status,
        current_n=row.current_n,
        first_seen=row.first_seen,
    )


# Built once: building a statement costs more than running it.

_PAGE = select(page.c.source_id, page.c.url, page.c.backfill, page.c.list_title).where(page.c.id == bindparam("of"))
_SAID = (
    "title",
    "kind",
    "agency",
    "agency_short",
    "doc_number",
    "suggestion_number",
    "published_at",
    "date",
    "current_n",
)
_DESCRIBED = (
    update(document).where(document.c.id == bindparam("of")).values({name: bindparam(f"to_{name}") for name in _SAID})
)
_ONE_UP = (
    update(document)
    .where(document.c.id == bindparam("of"))
    .values(last_event_sequence=document.c.last_event_sequence + 1)
    .returning(document.c.last_event_sequence)
)
_PRESENCE = select(*PRESENCE).where(document.c.id == bindparam("of"))
