"""Politeness as data, shared by all replicas: one request in flight per host, spaced, as robots.txt asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, null, select, update

from services.domain.errors import NotFound
from services.domain.pacing import Pace, Turn, take
from services.storage.many import execute_many
from services.storage.tables import host
from services.storage.types import UtcTime
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


@dataclass(frozen=True, slots=True)
class Lease:
    """A host is held with `token` until `until`; `turn`: what that leaves of its budget."""

    name: str
    token: str
    until: datetime
    turn: Turn


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
    row = conn.execute(select(host).where(host.c.name == name).with_for_update(key_share=True)).one()
    free_at: datetime = max(row.next_request, row.claimed_until or row.next_request)
    if free_at > now:
        return free_at
    lease_host(conn, name, token, now + lease, take(pace, now, row.paced_until, row.crawl_delay))
    return None


def lease_host(conn: Connection, name: str, token: str, until: datetime, turn: Turn) -> None:
    lease_hosts(conn, [Lease(name, token, until, turn)])


def lease_hosts(conn: Connection, leases: Sequence[Lease]) -> None:
    rows = [
        {
            "of": lease.name,
            "token": lease.token,
            "until": lease.until,
            "next": lease.turn.next_request,
            "used": lease.turn.used_until,
        }
        for lease in leases
    ]
    execute_many(conn, _LEASE, rows)


def free_host(conn: Connection, name: str, token: str, wait_until: datetime | None) -> bool:
    """End the lease held with `token`; `wait_until` puts off the next request (Retry-After). False: not held."""
    return conn.execute(_FREE, {"of": name, "held": token, "later": wait_until}).rowcount == 1


def free_hosts(conn: Connection, held: Sequence[tuple[str, str, datetime | None]]) -> None:
    """The same for many, in the order of their names, so that two transactions never wait for each other."""
    execute_many(conn, _FREE, [{"of": name, "held": token, "later": later} for name, token, later in sorted(held)])


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
        "of": name,
        "text": text,
        "status": status,
        "fetched": fetched,
        "expires": expires,
        "delay": crawl_delay,
    }
    conn.execute(_ROBOTS, values)


def free_all_hosts(conn: Connection) -> None:
    conn.execute(update(host).where(host.c.claim_token.is_not(None)).values(claim_token=None, claimed_until=None))


# Built once: building a statement costs more than running it.

_LEASE = (
    update(host)
    .where(host.c.name == bindparam("of"))
    .values(
        claim_token=bindparam("token"),
        claimed_until=bindparam("until"),
        next_request=bindparam("next"),
        paced_until=bindparam("used"),
    )
)
_LATER = bindparam("later", type_=UtcTime)
_FREE = (
    update(host)
    .where(host.c.name == bindparam("of"), host.c.claim_token == bindparam("held"))
    .values(
        claim_token=null(),
        claimed_until=null(),
        next_request=case((host.c.next_request < _LATER, _LATER), else_=host.c.next_request),
    )
)
_ROBOTS = (
    update(host)
    .where(host.c.name == bindparam("of"))
    .values(
        robots=bindparam("text"),
        robots_status=bindparam("status"),
        robots_fetched=bindparam("fetched"),
        robots_expires=bindparam("expires"),
        crawl_delay=bindparam("delay"),
    )
)
