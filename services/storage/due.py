"""What is promised, in the order in which it is due. Reads only."""

from __future__ import annotations

from sqlalchemy import Connection, and_, func, or_, select

from services.storage.commitments import Asked, CommitmentRecord, commitment_record, commitment_records, conditions
from services.storage.tables import commitment, document

#: Where the list goes on: the date, the commitment's place.
After = tuple[str, int]


def find_due(
    conn: Connection, asked: Asked, *, after: After | None = None, limit: int = 50
) -> tuple[CommitmentRecord, ...]:
    """Standing commitments with a deadline for which all that is asked holds, the one due first first."""
    c = commitment.c
    query = commitment_records().where(c.place.is_not(None), c.deadline_end.is_not(None), *conditions(asked))
    if after is not None:
        day, place = after
        query = query.where(
            c.deadline_end >= day, or_(c.deadline_end > day, and_(c.deadline_end == day, c.place < place))
        )
    rows = conn.execute(query.order_by(c.deadline_end, c.place.desc()).limit(limit))
    return tuple(commitment_record(row) for row in rows)


def count_due(conn: Connection, asked: Asked) -> dict[str, int]:
    """How many are due in each month, `2025-12`; a deadline of a whole year counts for that year alone: `2025`."""
    c = commitment.c
    month = func.substr(c.deadline_end, 1, 7).label("month")
    query = select(month, func.count()).where(c.place.is_not(None), c.deadline_end.is_not(None), *conditions(asked))
    if asked.status is not None:
        query = query.join(document, document.c.id == c.document_id)
    return {row[0]: int(row[1]) for row in conn.execute(query.group_by(month).order_by(month))}
