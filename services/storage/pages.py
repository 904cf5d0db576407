"""The pages found on list pages, and the state of visiting them. A page's id is its document's id."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, false, func, insert, null, select, update

from services.domain.errors import NotFound
from services.domain.identity import canonical_url, document_id, host_of
from services.domain.recheck import Seen, one_more
from services.storage.claims import Role, VisitState, state_columns, state_of
from services.storage.hosts import ensure_host
from services.storage.many import execute_many
from services.storage.tables import page, snapshot
from services.storage.types import Serial

#: A page found on a source's first reading has stood for a while already, nobody knows how long.
BACKFILL_AGE = timedelta(days=30)
_DATE = re.compile(r"(20\d\d)\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})", re.ASCII)
#: Longest `host:port` there can be (RFC 1035: 253 characters).
_LONGEST_HOST = 253 + len(":65535")


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list page: an absolute address, and title and date as the list prints them."""

    url: str
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    id: str
    source: str
    url: str
    list_title: str | None
    list_date: str | None
    #: Found before its source had been read once.
    backfill: bool
    discovered: datetime
    last_visit: datetime | None
    latest_snapshot: int | None
    state: VisitState
    role: Role = "main"
    #: Why the last visit brought no answer about the page.
    trouble: str | None = None


def discover(
    conn: Connection, source_id: str, items: Sequence[Listed], now: datetime, backfill: bool
) -> tuple[str, ...]:
    """Add the pages not known yet, due at once, in the backlog where they are `backfill`; answers their ids in the
    order of `items`. Known ones stay untouched, whichever source found them; what was known as a piece of a document is
    one of its own from now on. What is no address a request could go to is left out.
    """
    found = {document_id(item.url): item for item in reversed(items) if reachable(item.url)}
    asked = select(page.c.id, page.c.role).where(page.c.id.in_(found))
    known = {row.id: row.role for row in conn.execute(asked)}
    new = [id_ for id_ in reversed(found) if known.get(id_) != "main"]
    for id_ in new:
        item = found[id_]
        about = {"source_id": source_id, "list_title": item.title, "list_date": item.date, "backfill": backfill}
        if id_ in known:  # its snapshots were taken of a piece: the next one is the first of a document
            anew = {"role": "main", "discovered": now, "latest_snapshot": None, "backlog": backfill}
            anew |= state_columns(VisitState(now))
            conn.execute(update(page).where(page.c.id == id_).values(**about, **anew))
        else:
            _add(conn, id_, item.url, now, role="main", backlog=backfill, **about)
    return tuple(new)


def add_piece(conn: Connection, main: Page, url: str, role: Role, now: datetime) -> str:
    """The id of the page at `url`, added as a piece of `main` and due at once where it is not known.

    One that was known and rests, because no document had it any more, is due at once too.
    """
    id_ = document_id(url)
    row = conn.execute(select(page.c.next_visit, page.c.claim_token).where(page.c.id == id_)).first()
    if row is None:
        _add(conn, id_, url, now, role=role, source_id=main.source, backfill=main.backfill)
    elif row.next_visit is None and row.claim_token is None:
        conn.execute(update(page).where(page.c.id == id_).values(next_visit=now))
    return id_


def rest(conn: Connection, page_ids: Sequence[str]) -> None:
    """Pieces that belong to nothing any more: not visited until one is added again."""
    pieces = page.c.id.in_(page_ids) & (page.c.role != "main")
    conn.execute(update(page).where(pieces).values(next_visit=None, claim_token=None, claimed_until=None))


def set_latest(conn: Connection, page_id: str, snapshot_id: int) -> None:
    conn.execute(update(page).where(page.c.id == page_id).values(latest_snapshot=snapshot_id))


def _add(conn: Connection, id_: str, url: str, now: datetime, *, backlog: bool = False, **about: Any) -> None:
    url = canonical_url(url)
    ensure_host(conn, host_of(url), now)
    visits = {"discovered": now, "host": host_of(url), **state_columns(VisitState(now))}
    conn.execute(insert(page).values(id=id_, url=url, changes=0.0, backlog=backlog, **about, **visits))


def get_page(conn: Connection, page_id: str) -> Page:
    row = conn.execute(_PAGE, {"of": page_id}).first()
    if row is None:
        raise NotFound(f"no page {page_id!r}")
    return _page(row)


def page_of_snapshot(conn: Connection, snapshot_id: int) -> Page:
    """Raises NotFound."""
    row = conn.execute(_OF_SNAPSHOT, {"of": snapshot_id}).first()
    if row is None:
        raise NotFound(f"no snapshot {snapshot_id}")
    return _page(row)


def list_pages(conn: Connection, source_id: str, *, after: str | None = None, limit: int = 50) -> tuple[Page, ...]:
    """The pages of documents, by id; no pieces."""
    query = select(page).where(page.c.source_id == source_id, page.c.role == "main").order_by(page.c.id).limit(limit)
    if after is not None:
        query = query.where(page.c.id > after)
    return tuple(_page(row) for row in conn.execute(query))


def lease_pages(conn: Connection, leases: Sequence[tuple[str, str, datetime]]) -> None:
    """Id, token and end of the lease of each: it is not due again before that. Locked in the order of their ids."""
    execute_many(conn, _LEASE, [{"of": id_, "token": token, "until": until} for id_, token, until in sorted(leases)])


@dataclass(frozen=True, slots=True)
class Finish:
    """What a visit of a page at `at` left. `host`: where it was made; `snapshot`: the one it added, None: none;
    `trouble`: why it brought no answer about the page.
    """

    id: str
    url: str
    host: str
    token: str
    state: VisitState
    at: datetime
    snapshot: int | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Whose a page is, and its newest snapshot."""

    token: str | None
    latest: int | None


def hold_pages(conn: Connection, ids: Collection[str], *, wait: bool = True) -> dict[str, Held]:
    """Locks the rows until the transaction ends. Without `wait`, those that another transaction writes are left out."""
    rows = conn.execute(_holding(wait), {"ids": list(ids)})
    return {row.id: Held(row.claim_token, row.latest_snapshot) for row in rows}


def finish_pages(conn: Connection, finishes: Sequence[Finish]) -> int:
    """Store what visits left; answers how many pages were held with their tokens still: where not all, roll back."""
    return execute_many(conn, _FINISH, [_finished(conn, one) for one in finishes])


def _finished(conn: Connection, one: Finish) -> dict[str, Any]:
    host = host_of(one.state.visit_url or one.url)
    if host != one.host:
        ensure_host(conn, host, one.at)
    state = {f"then_{name}": value for name, value in state_columns(one.state).items()}
    about = {"of": one.id, "held": one.token, "at": one.at, "why": one.trouble, "there": host, "taken": one.snapshot}
    return about | state


def release_page(conn: Connection, page_id: str, token: str, now: datetime) -> bool:
    held = (page.c.id == page_id) & (page.c.claim_token == token)
    free = {"claim_token": None, "claimed_until": None, "next_visit": now}
    return conn.execute(update(page).where(held).values(free)).rowcount == 1


def release_all_pages(conn: Connection, now: datetime) -> None:
    free = {"claim_token": None, "claimed_until": None, "next_visit": now}
    conn.execute(update(page).where(page.c.claim_token.is_not(None)).values(free))


def visit_soon(conn: Connection, page_id: str, now: datetime) -> None:
    """Due now, where no visit is under way; the host's pace stays."""
    idle = (page.c.id == page_id) & page.c.claim_token.is_(None)
    conn.execute(update(page).where(idle).values(next_visit=now))


def note_changes(conn: Connection, edits: Mapping[str, datetime]) -> None:
    """The pages said something new, as far as their visits can tell at these moments: they are looked at more often
    from now on. Locks their rows, in the order in which visits do.
    """
    rows = conn.execute(_edited(), {"ids": list(edits)}).all() if edits else ()
    if rows:
        noted = [{"of": row.id, "to": one_more(row.changes, row.changed, edits[row.id]), "at": edits[row.id]}
                 for row in rows]  # fmt: skip
        conn.execute(_CHANGED, noted)


def seen_of(row: Row[Any]) -> Seen:
    """How the page was seen to behave, of a row with the columns of `page`."""
    return Seen(_published(row), row.changes, row.changed)


def _published(row: Row[Any]) -> datetime:
    """As the list prints it, else when it was found, or some time before."""
    printed = _printed(row.list_date or "")
    known: datetime = row.discovered - BACKFILL_AGE if row.backfill else row.discovered
    return min(printed, row.discovered) if printed is not None else known


def _printed(date: str) -> datetime | None:
    told = _DATE.search(date)
    if told is None:
        return None
    year, month, day = (int(part) for part in told.groups())
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def reachable(url: str) -> bool:
    """Is `url` an address that a request could go to?"""
    try:
        return len(host_of(canonical_url(url))) <= _LONGEST_HOST
    except ValueError:
        return False


def _page(row: Row[Any]) -> Page:
    return Page(
        id=row.id,
        source=row.source_id,
        url=row.url,
        list_title=row.list_title,
        list_date=row.list_date,
        backfill=row.backfill,
        discovered=row.discovered,
        last_visit=row.last_visit,
        latest_snapshot=row.latest_snapshot,
        state=state_of(row),
        role=row.role,
        trouble=row.trouble,
    )


# Built once: building a statement costs more than running it.

_PAGE = select(page).where(page.c.id == bindparam("of"))
_OF_SNAPSHOT = select(page).join(snapshot, snapshot.c.page_id == page.c.id).where(snapshot.c.id == bindparam("of"))
_CHANGED = update(page).where(page.c.id == bindparam("of")).values(changes=bindparam("to"), changed=bindparam("at"))
_LEASE = (
    update(page)
    .where(page.c.id == bindparam("of"))
    .values(claim_token=bindparam("token"), claimed_until=bindparam("until"), next_visit=bindparam("until"))
)
_FINISH = (
    update(page)
    .where(page.c.id == bindparam("of"), page.c.claim_token == bindparam("held"))
    .values(
        claim_token=null(),
        claimed_until=null(),
        last_visit=bindparam("at"),
        trouble=bindparam("why"),
        backlog=false(),
        host=bindparam("there"),
        latest_snapshot=func.coalesce(bindparam("taken", type_=Serial), page.c.latest_snapshot),
        **{field.name: bindparam(f"then_{field.name}") for field in fields(VisitState)},
    )
)


@cache
def _edited() -> Select[Any]:
    these = page.c.id.in_(bindparam("ids", expanding=True))
    return select(page.c.id, page.c.changes, page.c.changed).where(these).order_by(page.c.id)


@cache
def _holding(wait: bool) -> Select[Any]:
    these = page.c.id.in_(bindparam("ids", expanding=True))
    query = select(page.c.id, page.c.claim_token, page.c.latest_snapshot).where(these).order_by(page.c.id)
    return query.with_for_update(skip_locked=not wait, key_share=True)
