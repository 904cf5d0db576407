"""What may go after a time, and what never may.

    bodies        of snapshots that made no version: repeats, challenges, error pages. The row stays, with its hash and
                  its times, so that no answer about the past changes; only the bytes go.
    attempts      of deliveries that are settled: requests made, answers read. The delivery stays.
    suppressions  of snapshots that made no version: differences held back in a repeat.

Never: a version, the snapshot it was read from and its body, what was held back in making it, a page's newest
snapshot, the pages and files that documents are made of, an event, what is owed, a snapshot nobody has read yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from services.storage import deliveries, readings, snapshots
from services.storage.tables import attempt, body, delivery, page, reading, snapshot, suppression, version

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Keep:
    """How long each is kept; None: for ever."""

    bodies: timedelta | None = None
    attempts: timedelta | None = None
    suppressions: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Rows, and for bodies the bytes they take."""

    bodies: int = 0
    bytes: int = 0
    attempts: int = 0
    suppressions: int = 0


def may_go(conn: Connection, keep: Keep, now: datetime) -> Gone:
    """What `prune` would take; changes nothing."""
    bodies, size = (0, 0)
    if keep.bodies is not None:
        idle = _idle_bodies(now - keep.bodies).subquery()
        measured = select(func.count(), func.coalesce(func.sum(func.length(body.c.data)), 0)).join(
            idle, idle.c.sha256 == body.c.sha256
        )
        bodies, size = conn.execute(measured.select_from(body)).one()
    return Gone(
        bodies,
        int(size),
        _count(conn, _attempts_of(_quiet_deliveries(now - keep.attempts))) if keep.attempts is not None else 0,
        _count(conn, _old_suppressions(now - keep.suppressions)) if keep.suppressions is not None else 0,
    )


def prune(conn: Connection, keep: Keep, now: datetime) -> Gone:
    """Take a batch of each away; call it again, each time in a transaction of its own, until it answers `Gone()`."""
    bodies: list[str] = []
    size = 0
    if keep.bodies is not None:
        bodies = list(conn.execute(_idle_bodies(now - keep.bodies).limit(_BATCH)).scalars())
        among = body.c.sha256.in_(bodies)
        size = int(conn.execute(select(func.coalesce(func.sum(func.length(body.c.data)), 0)).where(among)).scalar_one())
        snapshots.empty_bodies(conn, bodies)
    attempts = suppressions = 0
    if keep.attempts is not None:
        quiet = list(conn.execute(_quiet_deliveries(now - keep.attempts).limit(_BATCH)).scalars())
        attempts = deliveries.drop_attempts(conn, quiet)
    if keep.suppressions is not None:
        rows = conn.execute(_old_suppressions(now - keep.suppressions).limit(_BATCH))
        suppressions = readings.drop_suppressions(conn, [(row.snapshot_id, row.ordinal) for row in rows])
    return Gone(len(bodies), size, attempts, suppressions)


def _idle_bodies(before: datetime) -> Select[Any]:
    """Hashes of bodies that nothing rests on any more and nobody has seen since."""
    young = select(snapshot.c.sha256).where(snapshot.c.last_seen >= before)
    idle = func.length(body.c.data) > 0, body.c.sha256.not_in(_needed()), body.c.sha256.not_in(young)
    return select(body.c.sha256).where(*idle).order_by(body.c.sha256)


def needed_and_empty() -> Select[Any]:
    """Hashes of bodies that were never to go and are gone."""
    return select(body.c.sha256).where(func.length(body.c.data) == 0, body.c.sha256.in_(_needed()))


def _needed() -> Select[Any]:
    """Hashes that a version, a piece of documents, a page's newest snapshot or the next reading rests on."""
    of_page = select(snapshot.c.sha256).join(page, page.c.id == snapshot.c.page_id)
    read = of_page.outerjoin(reading, reading.c.snapshot_id == snapshot.c.id)
    return read.where(
        or_(
            page.c.role != "main",
            page.c.latest_snapshot == snapshot.c.id,
            reading.c.snapshot_id.is_(None),
            _made_a_version(snapshot.c.id),
        )
    )


def _quiet_deliveries(before: datetime) -> Select[Any]:
    """Settled, with attempts, all of them old: of a delivery all go or none, so that no number is missing."""
    settled = delivery.c.status != "pending", delivery.c.token.is_(None)
    query = select(delivery.c.id).join(attempt, attempt.c.delivery_id == delivery.c.id).where(*settled)
    return query.group_by(delivery.c.id).having(func.max(attempt.c.started) < before).order_by(delivery.c.id)


def _attempts_of(deliveries: Select[Any]) -> Select[Any]:
    return select(attempt.c.id).where(attempt.c.delivery_id.in_(deliveries.order_by(None)))


def _old_suppressions(before: datetime) -> Select[Any]:
    query = select(suppression.c.snapshot_id, suppression.c.ordinal)
    query = query.join(reading, reading.c.snapshot_id == suppression.c.snapshot_id)
    old = reading.c.recorded < before, ~_made_a_version(suppression.c.snapshot_id)
    return query.where(*old).order_by(suppression.c.snapshot_id, suppression.c.ordinal)


def _made_a_version(id_: ColumnElement[int]) -> ColumnElement[bool]:
    return select(version.c.n).where(version.c.snapshot_id == id_).exists()


def _count(conn: Connection, rows: Select[Any]) -> int:
    return int(conn.execute(select(func.count()).select_from(rows.subquery())).scalar_one())
