"""What readers say about a change: a false alarm, a missed one, a note. Kept as material for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Row, insert, select

from services.domain.errors import NotFound
from services.storage.tables import annotation, change, version

Verdict = Literal["false_alarm", "missed", "note"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """About change `ordinal` of version `n`, or, with no ordinal, about the version as a whole."""

    id: int
    document: str
    n: int
    ordinal: int | None
    owner: str
    verdict: Verdict
    note: str
    created: datetime


def add_annotation(
    conn: Connection,
    document: str,
    n: int,
    *,
    ordinal: int | None,
    owner: str,
    verdict: Verdict,
    note: str,
    now: datetime,
) -> Annotation:
    """Raises NotFound where there is no such version, or no such change in it."""
    there = select(version.c.n).where(version.c.document_id == document, version.c.n == n)
    if ordinal is not None:
        same = (change.c.document_id == version.c.document_id) & (change.c.version_n == version.c.n)
        there = there.join(change, same & (change.c.ordinal == ordinal))
    if conn.execute(there).first() is None:
        what = f"version {n}" if ordinal is None else f"change {ordinal} of version {n}"
        raise NotFound(f"document {document!r} has no {what}")
    values = {"document_id": document, "version_n": n, "ordinal": ordinal, "owner": owner}
    row = insert(annotation).values(**values, verdict=verdict, note=note, created=now)
    return _annotation(conn.execute(row.returning(annotation)).one())


def list_annotations(
    conn: Connection, *, document: str | None = None, after: int = 0, limit: int = 50
) -> tuple[Annotation, ...]:
    """In the order in which they were made; everybody's, as they are about what everybody sees."""
    query = select(annotation).where(annotation.c.id > after).order_by(annotation.c.id).limit(limit)
    if document is not None:
        query = query.where(annotation.c.document_id == document)
    return tuple(_annotation(row) for row in conn.execute(query))


def _annotation(row: Row[tuple[object, ...]]) -> Annotation:
    about = (row.id, row.document_id, row.version_n, row.ordinal)
    return Annotation(*about, row.owner, row.verdict, row.note, row.created)
