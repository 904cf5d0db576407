"""Lists of documents with what a reader wants to know of each, and the whole in numbers. Reads only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from services.domain.change import Severity, rank
from services.storage.documents import DocumentRecord, document_record
from services.storage.tables import change, commitment, document, page, source, version


@dataclass(frozen=True, slots=True)
class Totals:
    documents: int
    #: Those that stand.
    commitments: int
    sources: int


@dataclass(frozen=True, slots=True)
class LastChange:
    """The newest version of a document that is not its first; `worst` is the severity of its gravest change."""

    n: int
    observed: datetime
    worst: Severity


@dataclass(frozen=True, slots=True)
class Gone:
    """A document whose page is not there any more, and since when it was seen missing."""

    record: DocumentRecord
    since: datetime | None


def totals(conn: Connection) -> Totals:
    counted = (
        select(func.count()).select_from(document),
        select(func.count(commitment.c.place)),
        select(func.count()).select_from(source).where(source.c.status != "ended"),
    )
    return Totals(*(int(conn.execute(query).scalar_one()) for query in counted))


def standing(conn: Connection, ids: Collection[str]) -> dict[str, int]:
    """How many commitments stand in each of these documents; one without any is not in the answer."""
    query = select(commitment.c.document_id, func.count(commitment.c.place)).where(commitment.c.document_id.in_(ids))
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(commitment.c.document_id))}


def version_counts(conn: Connection, ids: Collection[str]) -> dict[str, int]:
    query = select(version.c.document_id, func.count()).where(version.c.document_id.in_(ids))
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(version.c.document_id))}


def last_changes(conn: Connection, ids: Collection[str]) -> dict[str, LastChange]:
    """One that never changed is not in the answer."""
    newest = (
        select(version.c.document_id, func.max(version.c.n).label("n"))
        .where(version.c.document_id.in_(ids), version.c.n > 1)
        .group_by(version.c.document_id)
        .subquery()
    )
    same = (version.c.document_id == newest.c.document_id) & (version.c.n == newest.c.n)
    told = (change.c.document_id == newest.c.document_id) & (change.c.version_n == newest.c.n)
    query = select(newest.c.document_id, newest.c.n, version.c.observed, change.c.severity).join(version, same)
    found: dict[str, LastChange] = {}
    for id_, n, observed, severity in conn.execute(query.outerjoin(change, told)):
        worst: Severity = severity or "none"
        if id_ not in found or rank(worst) > rank(found[id_].worst):
            found[id_] = LastChange(n, observed, worst)
    return found


def newly_found(conn: Connection, since: datetime, limit: int) -> tuple[DocumentRecord, ...]:
    """Documents published since then, the last one first; what a source held on its first visit is no news."""
    query = select(document).where(document.c.first_seen >= since, document.c.backfill.is_(False))
    rows = conn.execute(query.order_by(document.c.first_seen.desc(), document.c.id.desc()).limit(limit))
    return tuple(document_record(row) for row in rows)


def gone(conn: Connection, since: datetime, limit: int) -> tuple[Gone, ...]:
    """Documents whose page was seen missing since then, the last one first."""
    query = select(document).where(document.c.status == "removed", document.c.absent_since >= since)
    rows = conn.execute(query.order_by(document.c.absent_since.desc(), document.c.id).limit(limit))
    return tuple(Gone(document_record(row), row.absent_since) for row in rows)


def troubles(conn: Connection, source_id: str) -> dict[str, int]:
    """Why the last visits of a source's pages brought no answer, and how many pages that is."""
    query = select(page.c.trouble, func.count()).where(page.c.source_id == source_id, page.c.trouble.is_not(None))
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(page.c.trouble))}


@dataclass(frozen=True, slots=True)
class Visited:
    """A page's last visit; `trouble` says why it brought no answer about the page, None where it did."""

    document: str
    url: str
    at: datetime
    trouble: str | None


def last_visits(conn: Connection, source_id: str, limit: int) -> tuple[Visited, ...]:
    """Of the source's pages, the last one first."""
    query = select(page.c.id, page.c.url, page.c.last_visit, page.c.trouble)
    query = query.where(page.c.source_id == source_id, page.c.last_visit.is_not(None))
    rows = conn.execute(query.order_by(page.c.last_visit.desc()).limit(limit))
    return tuple(Visited(row.id, row.url, row.last_visit, row.trouble) for row in rows)


def count_documents(conn: Connection, source_id: str) -> int:
    query = select(func.count()).select_from(document).where(document.c.source_id == source_id)
    return int(conn.execute(query).scalar_one())
