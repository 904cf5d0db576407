"""Which visit may start, and what came of it.

    next_due ─► claim: the longest waiting free host, its list before its pages, robots.txt before either
                  └► the visit (fetcher) ─► finish_robots | finish_list | finish_page | release

Politeness and leases are rows (hosts.py), so they hold over restarts and for any number of replicas. A result is
written only by who still holds the claim: `finish_…` answers False to everybody else, who must then roll back. Every
function here locks the host's row before the item's, so that no two of them wait for each other.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    ScalarSelect,
    Select,
    Table,
    Text,
    bindparam,
    exists,
    false,
    or_,
    select,
    true,
)

from services.domain.pacing import Pace, distance, take
from services.storage import hosts, pages, sources
from services.storage.claims import Claim, VisitState, state_of
from services.storage.hosts import Lease
from services.storage.pages import Finish
from services.storage.tables import backfill, document, host, page, reading, snapshot, source
from services.storage.types import UtcTime


def next_due(conn: Connection, source_id: str | None = None) -> datetime | None:
    """The earliest moment at which `claim` may succeed, perhaps past; None while nothing is to be visited.

    Exact with respect to due times, pace and leases as they stand now. `source_id`: of this source alone.
    """
    moments = []
    for row in conn.execute(_hosts_due(source_id is not None), {"only": source_id}):
        due = [moment for moment in (row.lists, row.pages, row.backlog) if moment is not None]
        if due:
            moments.append(max(min(due), row.next_request, row.claimed_until or row.next_request))
    return min(moments, default=None)


def is_due(conn: Connection, now: datetime, source_id: str | None = None) -> bool:
    """Whether `claim` may succeed at `now`; nearly every look at a long table of hosts finds that it may not."""
    asked = {"now": now, "most": 1, "only": source_id}
    return conn.execute(_free_hosts(source_id is not None, lock=False), asked).first() is not None


def claim(conn: Connection, now: datetime, lease: timedelta, pace: Pace, source_id: str | None = None) -> Claim | None:
    """One request that may start now, or None."""
    return next(iter(claim_due(conn, now, lease, pace, 1, source_id)), None)


def claim_due(
    conn: Connection, now: datetime, lease: timedelta, pace: Pace, most: int, source_id: str | None = None
) -> list[Claim]:
    """Up to `most` requests that may start now, each to another host, the longest free first.

    A host is taken until its visit is finished or `lease` is over, and gets no other request before `pace`, or what
    its robots.txt asks if that is slower, allows one. `source_id`: of this source alone.
    """
    only = source_id is not None
    free = conn.execute(_free_hosts(only), {"now": now, "most": most, "only": source_id}).all()
    items = _items_of(conn, free, now, source_id)
    turns = [_turn(host, items[host.name], now, lease, pace) for host in free if host.name in items]
    if not turns:
        return []
    hosts.lease_hosts(conn, [lease for _, lease in turns])
    claims = [claim for claim, _ in turns]
    for held in claims:
        if held.kind == "list":
            sources.lease_list(conn, held.id, held.token, held.until)
    leased = [(held.id, held.token, held.until) for held in claims if held.kind == "page"]
    if leased:
        pages.lease_pages(conn, leased)
    return claims


def _items_of(conn: Connection, free: Sequence[Row[Any]], now: datetime, source_id: str | None) -> dict[str, Row[Any]]:
    """What is to be visited first at each host: its list before its pages. By the host's name."""
    found: dict[str, Row[Any]] = {}
    lists = [host.name for host in free if _is_list(host, now)]
    backlog = {host.name: _from_backlog(host, now) for host in free if not _is_list(host, now)}
    asked = {"now": now, "only": source_id}
    if lists:
        first = _first_due(conn, source, lists, None, asked)
        found |= {row.host: row for row in conn.execute(_lists(), {"ids": first})}
    for old in (False, True):
        names = [name for name, from_backlog in backlog.items() if from_backlog is old]
        if names:
            first = _first_due(conn, page, names, old, asked)
            found |= {row.host: row for row in conn.execute(_pages(), {"ids": first})}
    return found


def _first_due(
    conn: Connection, table: Table, names: Sequence[str], backlog: bool | None, asked: Mapping[str, Any]
) -> list[str]:
    query = _first_of(table, backlog, asked["only"] is not None)
    return [id_ for id_ in conn.execute(query, {**asked, "names": names}).scalars() if id_ is not None]


def _turn(free: Row[Any], item: Row[Any], now: datetime, lease: timedelta, pace: Pace) -> tuple[Claim, Lease]:
    token, until, gap = uuid4().hex, now + lease, distance(pace, free.crawl_delay)
    taken = Lease(free.name, token, until, take(pace, now, free.paced_until, free.crawl_delay))
    if free.robots_expires is None or free.robots_expires <= now:
        return _robots_claim(free, item, token, until, gap), taken
    claim = _list_claim if _is_list(free, now) else _page_claim
    return claim(free, item, token, until, gap), taken


def _is_list(free: Row[Any], now: datetime) -> bool:
    return free.lists is not None and free.lists <= now


def _from_backlog(free: Row[Any], now: datetime) -> bool:
    """What is news goes first; where both wait, one request in four goes to the backlog, so that it gets done."""
    news, backlog = (due is not None and due <= now for due in (free.pages, free.backlog))
    return backlog and (not news or zlib.crc32(f"{free.name} {now.isoformat()}".encode()) % 4 == 0)


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
    if not hosts.free_host(conn, held.host, held.token, _later(held, wait_until)):
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
    hosts.free_host(conn, held.host, held.token, _later(held, wait_until))
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
    free_hosts(conn, [(held, wait_until)])
    return pages.finish_pages(conn, [left(held, state, now, snapshot, trouble)]) == 1


def left(
    held: Claim, state: VisitState, now: datetime, snapshot: int | None = None, trouble: str | None = None
) -> Finish:
    """What the visit of a page leaves, as `pages.finish_pages` takes it; see `finish_page`."""
    return Finish(held.id, held.canonical, held.host, held.token, state, now, snapshot, trouble)


def free_hosts(conn: Connection, held: Sequence[tuple[Claim, datetime | None]]) -> None:
    """The requests of these claims are over; with each the first moment for another one to its host (Retry-After)."""
    hosts.free_hosts(conn, [(claim.host, claim.token, _later(claim, wait)) for claim, wait in held])


def _later(held: Claim, wait_until: datetime | None) -> datetime | None:
    """A request made some time after its claim keeps the distance from itself, not from the claim."""
    return max((moment for moment in (held.free_from, wait_until) if moment is not None), default=None)


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


def _list_due(only: bool) -> ScalarSelect[Any]:
    return _waiting(source, only).with_only_columns(source.c.next_visit).limit(1).scalar_subquery()


def _page_due(only: bool, backlog: bool) -> ScalarSelect[Any]:
    return _waiting(page, only, backlog).with_only_columns(page.c.next_visit).limit(1).scalar_subquery()


def _waiting(table: Table, only: bool, backlog: bool | None = None) -> Select[Any]:
    """Lists or pages of a host that wait for a visit, the longest waiting first. Reads only the front of the index."""
    query = select(table.c.id).where(
        table.c.host == host.c.name, table.c.next_visit.is_not(None), source.c.status == "active"
    )
    if table is page:
        query = query.join(source, page.c.source_id == source.c.id)
        query = query.where(page.c.backlog == (true() if backlog else false()))
    if only:
        query = query.where(source.c.id == bindparam("only", type_=Text))
    return query.order_by(table.c.next_visit, table.c.id)


# The statements of every poll are built once: building one costs more than running it.


@cache
def _hosts_due(only: bool) -> Select[Any]:
    return select(host.c.next_request, host.c.claimed_until, *_due(only))


def _due(only: bool) -> tuple[Any, Any, Any]:
    return (
        _list_due(only).label("lists"),
        _page_due(only, False).label("pages"),
        _page_due(only, True).label("backlog"),
    )


@cache
def _free_hosts(only: bool, *, lock: bool = True) -> Select[Any]:
    now, due = bindparam("now", type_=UtcTime), _due(only)
    query = (
        select(host, *due)
        .where(host.c.next_request <= now, or_(host.c.claimed_until.is_(None), host.c.claimed_until <= now))
        .where(or_(*(moment.element <= now for moment in due)))
        .order_by(host.c.next_request, host.c.name)
        .limit(bindparam("most", type_=Integer))
    )
    return query.with_for_update(of=host, skip_locked=True, key_share=True) if lock else query


@cache
def _first_of(table: Table, backlog: bool | None, only: bool) -> Select[Any]:
    """Of each of the hosts `names`, the id of what waits longest."""
    due = _waiting(table, only, backlog).where(table.c.next_visit <= bindparam("now", type_=UtcTime)).limit(1)
    return select(due.scalar_subquery()).select_from(host).where(host.c.name.in_(bindparam("names", expanding=True)))


@cache
def _lists() -> Select[Any]:
    walking = exists().where(backfill.c.source_id == source.c.id, backfill.c.finished.is_(None))
    these = source.c.id.in_(bindparam("ids", expanding=True))
    return select(source, walking.label("walking")).where(these)


@cache
def _pages() -> Select[Any]:
    before = snapshot.c.sha256, snapshot.c.observed, snapshot.c.last_seen, reading.c.verdict
    presence = document.c.id.label("document"), document.c.absent_since, document.c.status
    return (
        select(page, source.c.every_s, *before, *presence)
        .join(source, source.c.id == page.c.source_id)
        .outerjoin(snapshot, snapshot.c.id == page.c.latest_snapshot)
        .outerjoin(reading, reading.c.snapshot_id == snapshot.c.id)
        .outerjoin(document, document.c.id == page.c.id)
        .where(page.c.id.in_(bindparam("ids", expanding=True)))
    )


def _robots_claim(free: Row[Any], item: Row[Any], token: str, until: datetime, gap: timedelta) -> Claim:
    url = f"{urlsplit(item.visit_url or item.url).scheme}://{free.name}/robots.txt"
    return Claim("robots", free.name, url, url, free.name, token, until, VisitState(None), gap=gap)


def _list_claim(free: Row[Any], item: Row[Any], token: str, until: datetime, gap: timedelta) -> Claim:
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
        gap=gap,
        every=timedelta(seconds=item.every_s),
        backfill=item.walking,
    )


def _page_claim(free: Row[Any], item: Row[Any], token: str, until: datetime, gap: timedelta) -> Claim:
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
        gap=gap,
        every=timedelta(seconds=item.every_s),
        seen=pages.seen_of(item),
        absent_since=item.absent_since,
        removed=item.status == "removed",
        document=item.document is not None,
    )
