"""Which visit may start, and what came of it.

    next_due ─► claim: the longest waiting free host, its list before its pages, robots.txt before either
                  └► the visit (fetcher) ─► finish_robots | finish_list | finish_page | release

Politeness and leases are rows (hosts.py), so they hold over restarts and for any number of replicas. A result is
written only by who still holds the claim: `finish_…` answers False to everybody else, who must then roll back. Every
function here locks the host's row before the item's, so that no two of them wait for each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import Connection, Row, ScalarSelect, Select, bindparam, or_, select

from services.storage import hosts, pages, sources
from services.storage.claims import Claim, VisitState, state_of
from services.storage.tables import host, page, reading, snapshot, source
from services.storage.types import UtcTime


def next_due(conn: Connection) -> datetime | None:
    """The earliest moment at which `claim` may succeed, perhaps past; None while nothing is to be visited.

    Exact with respect to due times, spacing and leases as they stand now.
    """
    moments = []
    for row in conn.execute(_hosts_due()):
        due = [moment for moment in (row.lists, row.pages) if moment is not None]
        if due:
            moments.append(max(min(due), row.next_request, row.claimed_until or row.next_request))
    return min(moments, default=None)


def claim(conn: Connection, now: datetime, lease: timedelta, spacing: timedelta) -> Claim | None:
    """One request that may start now, or None. Its host is taken until the visit is finished or `lease` is over, and
    gets no other request before `spacing`, or what its robots.txt asks if that is longer.
    """
    free = conn.execute(_free_host(), {"now": now}).first()
    if free is None:
        return None
    is_list = free.lists is not None and free.lists <= now
    item = conn.execute(_next_list() if is_list else _next_page(), {"name": free.name, "now": now}).one()
    token, until = uuid4().hex, now + lease
    gap = max(spacing, timedelta(seconds=free.crawl_delay or 0))
    hosts.lease_host(conn, free.name, token, until, now + gap)
    if free.robots_expires is None or free.robots_expires <= now:
        return _robots_claim(free, item, token, until)
    if is_list:
        sources.lease_list(conn, item.id, token, until)
        return _list_claim(free, item, token, until)
    pages.lease_page(conn, item.id, token, until)
    return _page_claim(free, item, token, until)


def finish_robots(
    conn: Connection,
    held: Claim,
    now: datetime,
    *,
    text: str | None,
    status: int | None,
    expires: datetime,
    crawl_delay: float | None = None,
    wait_until: datetime | None = None,
) -> bool:
    """Keep a host's robots.txt until `expires`. `text` None: it has none, or (`status` None or 5xx) did not answer."""
    if not hosts.free_host(conn, held.host, held.token, wait_until):
        return False
    hosts.save_robots(conn, held.host, text=text, status=status, fetched=now, expires=expires, crawl_delay=crawl_delay)
    return True


def finish_list(
    conn: Connection,
    held: Claim,
    state: VisitState,
    now: datetime,
    *,
    readable: bool,
    sha256: str | None = None,
    wait_until: datetime | None = None,
) -> bool:
    """`sha256` of a body that was read, None: as before. `wait_until`: no request to this host before (Retry-After)."""
    hosts.free_host(conn, held.host, held.token, wait_until)
    return sources.finish_list_visit(conn, held.id, held.token, state, now, readable=readable, sha256=sha256)


def finish_page(
    conn: Connection,
    held: Claim,
    state: VisitState,
    now: datetime,
    *,
    snapshot: int | None = None,
    trouble: str | None = None,
    wait_until: datetime | None = None,
) -> bool:
    """`snapshot` the visit added, None: none; `trouble`: why it brought no answer about the page.

    `wait_until`: no request to this host before (Retry-After).
    """
    hosts.free_host(conn, held.host, held.token, wait_until)
    return pages.finish_page_visit(conn, held.id, held.token, state, now, snapshot=snapshot, trouble=trouble)


def release(conn: Connection, held: Claim, now: datetime) -> bool:
    """Give a claim back unused: due again at `now`; the host's spacing stays."""
    freed = hosts.free_host(conn, held.host, held.token, None)
    if held.kind == "robots":
        return freed
    give_back = sources.release_list if held.kind == "list" else pages.release_page
    return give_back(conn, held.id, held.token, now)


def release_all(conn: Connection, now: datetime) -> None:
    """Give back every claim. Only for a process that owns the database alone, before it starts."""
    sources.release_all_lists(conn, now)
    pages.release_all_pages(conn, now)
    hosts.free_all_hosts(conn)


def _list_due() -> ScalarSelect[Any]:
    return _items(source, source.c.next_visit).where(source.c.host == host.c.name).limit(1).scalar_subquery()


def _page_due() -> ScalarSelect[Any]:
    return _items(page, page.c.next_visit).where(page.c.host == host.c.name).limit(1).scalar_subquery()


def _items(table: Any, *columns: Any) -> Select[Any]:
    """Lists or pages that wait for a visit, the longest waiting first. Reads only the front of the index."""
    query = select(*columns).where(table.c.next_visit.is_not(None), source.c.status == "active")
    if table is page:
        query = query.join(source, page.c.source_id == source.c.id)
    return query.order_by(table.c.next_visit, table.c.id)


# The statements of every poll are built once: building one costs more than running it.


@cache
def _hosts_due() -> Select[Any]:
    lists, pages_ = _list_due(), _page_due()
    return select(host.c.next_request, host.c.claimed_until, lists.label("lists"), pages_.label("pages"))


@cache
def _free_host() -> Select[Any]:
    lists, pages_, now = _list_due(), _page_due(), bindparam("now", type_=UtcTime)
    return (
        select(host, lists.label("lists"), pages_.label("pages"))
        .where(host.c.next_request <= now, or_(host.c.claimed_until.is_(None), host.c.claimed_until <= now))
        .where(or_(lists <= now, pages_ <= now))
        .order_by(host.c.next_request, host.c.name)
        .limit(1)
        .with_for_update(of=host, skip_locked=True, key_share=True)
    )


@cache
def _next_list() -> Select[Any]:
    return _first_due(source)


@cache
def _next_page() -> Select[Any]:
    before = snapshot.c.sha256, snapshot.c.observed, snapshot.c.last_seen, reading.c.verdict
    return (
        _first_due(page)
        .add_columns(*before)
        .outerjoin_from(page, snapshot, snapshot.c.id == page.c.latest_snapshot)
        .outerjoin(reading, reading.c.snapshot_id == snapshot.c.id)
    )


def _first_due(table: Any) -> Select[Any]:
    on_host = table.c.host == bindparam("name"), table.c.next_visit <= bindparam("now")
    return _items(table, table).where(*on_host).limit(1)


def _robots_claim(free: Row[Any], item: Row[Any], token: str, until: datetime) -> Claim:
    url = f"{urlsplit(item.visit_url or item.url).scheme}://{free.name}/robots.txt"
    return Claim("robots", free.name, url, url, free.name, token, until, VisitState(None))


def _list_claim(free: Row[Any], item: Row[Any], token: str, until: datetime) -> Claim:
    return Claim(
        kind="list",
        id=item.id,
        url=item.visit_url or item.url,
        canonical=item.url,
        host=free.name,
        token=token,
        until=until,
        state=state_of(item),
        source=item.id,
        sha256=item.sha256,
        last_seen=item.last_readable,
        last_visit=item.last_visit,
        first_read_at=item.first_read_at,
        robots=free.robots,
        robots_status=free.robots_status,
    )


def _page_claim(free: Row[Any], item: Row[Any], token: str, until: datetime) -> Claim:
    return Claim(
        kind="page",
        id=item.id,
        url=item.visit_url or item.url,
        canonical=item.url,
        host=free.name,
        token=token,
        until=until,
        state=state_of(item),
        source=item.source_id,
        role=item.role,
        snapshot=item.latest_snapshot,
        sha256=item.sha256,
        verdict=item.verdict,
        observed=item.observed,
        last_seen=item.last_seen,
        last_visit=item.last_visit,
        robots=free.robots,
        robots_status=free.robots_status,
    )
