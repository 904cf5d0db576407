"""Politeness as data, shared by all replicas: one request in flight per host, spaced, as robots.txt asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from services.domain.errors import NotFound
from services.domain.pacing import Pace, Turn, take
from services.storage.tables import host
from services.storage.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    #: First moment another request may start.
    next_request: datetime
    claimed_until: datetime | None
    #: robots.txt as fetched; None with a `robots_status` of 4xx: there is none.
    robots: str | None
    robots_status: int | None
    robots_fetched: datetime | None
    robots_expires: datetime | None
    #: Seconds between two requests that robots.txt asks for.
    crawl_delay: float | None
    #: Its budget is used up to this moment.
    paced_until: datetime | None


def get_host(conn: Connection, name: str) -> Host:
    columns = [column for column in host.c if column.name != "claim_token"]
    row = conn.execute(select(*columns).where(host.c.name == name)).first()
    if row is None:
        raise NotFound(f"no host {name!r} is known")
    return Host(**row._mapping)


def ensure_host(conn: Connection, name: str, now: datetime) -> None:
    """A host never seen before may be asked at once."""
    insert_new(conn, host, {"name": name, "next_request": now})


def take_host(conn: Connection, name: str, token: str, now: datetime, lease: timedelta, pace: Pace) -> datetime | None:
    """Lease a host for one request outside the visits; None when it is ours, else the moment to ask again."""
    row = conn.execute(select(host).where(host.c.name == name).with_for_update()).one()
    free_at: datetime = max(row.next_request, row.claimed_until or row.next_request)
    if free_at > now:
        return free_at
    lease_host(conn, name, token, now + lease, take(pace, now, row.paced_until, row.crawl_delay))
    return None


def lease_host(conn: Connection, name: str, token: str, until: datetime, turn: Turn) -> None:
    leased = {
        "claim_token": token,
        "claimed_until": until,
        "next_request": turn.next_request,
        "paced_until": turn.used_until,
    }
    conn.execute(update(host).where(host.c.name == name).values(leased))


def free_host(conn: Connection, name: str, token: str, wait_until: datetime | None) -> bool:
    """End the lease held with `token`; `wait_until` puts off the next request (Retry-After). False: not held."""
    held = (host.c.name == name) & (host.c.claim_token == token)
    if wait_until is not None:
        later = update(host).where(held, host.c.next_request < wait_until).values(next_request=wait_until)
        conn.execute(later)
    return conn.execute(update(host).where(held).values(claim_token=None, claimed_until=None)).rowcount == 1


def save_robots(
    conn: Connection,
    name: str,
    *,
    text: str | None,
    status: int | None,
    fetched: datetime,
    expires: datetime,
    crawl_delay: float | None,
) -> None:
    values = {
        "robots": text,
        "robots_status": status,
        "robots_fetched": fetched,
        "robots_expires": expires,
        "crawl_delay": crawl_delay,
    }
    conn.execute(update(host).where(host.c.name == name).values(values))


def free_all_hosts(conn: Connection) -> None:
    conn.execute(update(host).where(host.c.claim_token.is_not(None)).values(claim_token=None, claimed_until=None))
