"""Walks through whole columns that somebody asked for: which list pages were read, how it stands. Restarts do not end
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from services.storage.sources import visit_soon
from services.storage.tables import backfill, backfill_page, page
from services.storage.upsert import insert_or_update


@dataclass(frozen=True, slots=True)
class Backfill:
    """`finished` None: under way. `stopped`: why it ended before the column did."""

    started: datetime
    finished: datetime | None
    stopped: str | None
    #: List pages read, and how many further ones the last of them names.
    lists: int
    following: int
    #: Articles these pages name, and how many of them were not known.
    items: int
    new: int
    #: Pages of the source, and how many of them no visit was made to yet.
    pages: int
    waiting: int

    @property
    def done(self) -> bool:
        return self.finished is not None and self.waiting == 0


def begin(conn: Connection, source_id: str, now: datetime) -> bool:
    """Walk through the column from its first page on, as soon as its host allows. False: one is under way, or its pages
    are still to be fetched, and it goes on.
    """
    known = get_backfill(conn, source_id)
    if known is not None and not known.done and known.stopped is None:
        return False
    conn.execute(delete(backfill_page).where(backfill_page.c.source_id == source_id))
    values = {"started": now, "finished": None, "stopped": None}
    insert_or_update(conn, backfill, {"source_id": source_id}, values)
    visit_soon(conn, source_id, now)
    return True


def get_backfill(conn: Connection, source_id: str) -> Backfill | None:
    """None where nobody ever asked for one."""
    row = conn.execute(select(backfill).where(backfill.c.source_id == source_id)).first()
    if row is None:
        return None
    of_source = backfill_page.c.source_id == source_id
    sums = func.count(), func.sum(backfill_page.c["items"]), func.sum(backfill_page.c.new)
    lists, items, new = conn.execute(select(*sums).where(of_source)).one()
    last = select(backfill_page.c.following).where(of_source).order_by(backfill_page.c.read.desc()).limit(1)
    own = select(func.count()).select_from(page).where(page.c.source_id == source_id, page.c.role == "main")
    waiting = select(func.count()).select_from(page)
    waiting = waiting.where(page.c.source_id == source_id, page.c.last_visit.is_(None), page.c.next_visit.is_not(None))
    return Backfill(
        started=row.started,
        finished=row.finished,
        stopped=row.stopped,
        lists=lists,
        following=conn.execute(last).scalar() or 0,
        items=items or 0,
        new=new or 0,
        pages=conn.execute(own).scalar_one(),
        waiting=conn.execute(waiting).scalar_one(),
    )


def lists_read(conn: Connection, source_id: str) -> frozenset[str]:
    """Addresses of the list pages this walk has read: it never goes in circles."""
    query = select(backfill_page.c.url).where(backfill_page.c.source_id == source_id)
    return frozenset(conn.execute(query).scalars())


def note_list(
    conn: Connection, source_id: str, url: str, now: datetime, *, items: int, new: int, following: int
) -> None:
    values = {"read": now, "items": items, "new": new, "following": following}
    if url in lists_read(conn, source_id):
        row = (backfill_page.c.source_id == source_id) & (backfill_page.c.url == url)
        conn.execute(update(backfill_page).where(row).values(values))
    else:
        conn.execute(insert(backfill_page).values(source_id=source_id, url=url, **values))


def end(conn: Connection, source_id: str, now: datetime, stopped: str | None = None) -> None:
    open_ = (backfill.c.source_id == source_id) & backfill.c.finished.is_(None)
    conn.execute(update(backfill).where(open_).values(finished=now, stopped=stopped))
