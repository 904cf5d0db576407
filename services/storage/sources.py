"""The columns we watch, and the state of visiting their list pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, func, insert, literal, select, text, update

from services.domain.errors import Conflict, NotFound
from services.domain.identity import host_of
from services.domain.source import Source
from services.storage.claims import VisitState, state_columns, state_of
from services.storage.codec import decode, encode
from services.storage.hosts import ensure_host
from services.storage.tables import source
from services.storage.types import UtcTime

#: One process at a time looks which columns are new (PostgreSQL advisory lock).
_TURN = text("select pg_advisory_xact_lock(230821)")
#: `ended`: no longer watched, there for the documents that came from it.
Status = Literal["active", "paused", "ended"]


#: What was told of a source, see fetcher/health.py.
Health = Literal["ok", "failing", "blind", "noisy"]


@dataclass(frozen=True, slots=True)
class Noise:
    """Visits of the source's pages that brought other bytes: how many since when, and were they too many."""

    count: int = 0
    since: datetime | None = None
    noisy: bool = False


@dataclass(frozen=True, slots=True)
class Expectations:
    """What stands in the column `settings`."""

    min_length: int = 0
    must_contain: tuple[str, ...] = ()
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """A source and how watching it goes."""

    source: Source
    status: Status
    state: VisitState
    created: datetime
    last_visit: datetime | None
    #: Last visit whose list page could be read.
    last_readable: datetime | None
    #: First such visit; documents found up to then are backfill.
    first_read_at: datetime | None
    sha256: str | None
    told_health: Health | None = None
    noise: Noise = Noise()


def save_source(conn: Connection, value: Source, now: datetime) -> None:
    """Insert, or update by id. A new one, and one with a new address, is due at once; else the visits go on as they
    were, no later than `every` from now. Raises Conflict where the owner watches this address under another id.
    """
    other = select(source.c.id).where(source.c.owner == value.owner, source.c.url == value.url, source.c.id != value.id)
    existing = conn.execute(other).scalar()
    if existing is not None:
        raise Conflict(f"{value.url} is watched already as {existing!r}", existing)
    ensure_host(conn, host_of(value.url), now)
    known = conn.execute(select(source.c.url, source.c.next_visit).where(source.c.id == value.id)).first()
    if known is None:
        fresh = {"id": value.id, "created": now, "status": "active", "last_event_sequence": 0}
        fresh |= {"raw_changes": 0, "noisy": False}
        conn.execute(insert(source).values(**fresh, **_columns(value), **_unvisited(value, now)))
        return
    if known.url != value.url:
        visits = _unvisited(value, now)
    else:
        visits = {"next_visit": min(known.next_visit or now, now + value.every)}
    conn.execute(update(source).where(source.c.id == value.id).values(**_columns(value), **visits))


def take_turns(conn: Connection) -> None:
    """Until the end of this transaction nobody else who calls this adds sources (SQLite writes alone anyway)."""
    if conn.dialect.name == "postgresql":
        conn.execute(_TURN)


def add_source(conn: Connection, value: Source, now: datetime) -> None:
    """As save_source, but a new one: raises Conflict where the id is taken. One that had ended is watched again."""
    taken = conn.execute(select(source.c.status, source.c.owner).where(source.c.id == value.id)).first()
    if taken is not None and (taken.status != "ended" or taken.owner != value.owner):
        raise Conflict(f"source {value.id!r} is there already; choose another id", value.id)
    save_source(conn, value, now)
    set_status(conn, value.id, "active")


def known_ids(conn: Connection) -> frozenset[str]:
    """Of all sources, those that ended too."""
    return frozenset(conn.execute(select(source.c.id)).scalars())


def get_source(conn: Connection, source_id: str) -> Source:
    return get_watch(conn, source_id).source


def get_watch(conn: Connection, source_id: str) -> Watch:
    row = conn.execute(_SOURCE, {"of": source_id}).first()
    if row is None:
        raise NotFound(f"no source {source_id!r}: `dafu sources list` shows those there are")
    return _watch(row)


def list_sources(
    conn: Connection, *, owner: str | None = None, after: str | None = None, limit: int = 50
) -> tuple[Source, ...]:
    """By id."""
    return tuple(watch.source for watch in list_watches(conn, owner=owner, after=after, limit=limit))


def list_watches(
    conn: Connection, *, owner: str | None = None, after: str | None = None, limit: int = 50
) -> tuple[Watch, ...]:
    """By id, without those that ended."""
    query = select(source).where(source.c.status != "ended").order_by(source.c.id).limit(limit)
    if owner is not None:
        query = query.where(source.c.owner == owner)
    if after is not None:
        query = query.where(source.c.id > after)
    return tuple(_watch(row) for row in conn.execute(query))


def set_status(conn: Connection, source_id: str, status: Status) -> None:
    """A paused source and its pages are not visited."""
    conn.execute(update(source).where(source.c.id == source_id).values(status=status))


def visit_soon(conn: Connection, source_id: str, now: datetime) -> None:
    """Due now, where no visit is under way; the host's spacing stays."""
    idle = (source.c.id == source_id) & source.c.claim_token.is_(None)
    conn.execute(update(source).where(idle).values(next_visit=now))


def get_noise(conn: Connection, source_id: str) -> Noise:
    """Locks the row until the transaction ends, so that nothing is counted in vain; new rows that name it may come."""
    columns = source.c.raw_changes, source.c.raw_since, source.c.noisy
    return Noise(*conn.execute(select(*columns).where(source.c.id == source_id).with_for_update(key_share=True)).one())


def set_noise(conn: Connection, source_id: str, noise: Noise) -> None:
    values = {"raw_changes": noise.count, "raw_since": noise.since, "noisy": noise.noisy}
    conn.execute(update(source).where(source.c.id == source_id).values(values))


def set_told(conn: Connection, source_id: str, health: Health) -> None:
    conn.execute(update(source).where(source.c.id == source_id).values(told_health=health))


def next_sequence(conn: Connection, source_id: str) -> int:
    """The number of the next event about this source: 1, 2, 3 …"""
    one_up = update(source).where(source.c.id == source_id).values(last_event_sequence=source.c.last_event_sequence + 1)
    return int(conn.execute(one_up.returning(source.c.last_event_sequence)).scalar_one())


def lease_list(conn: Connection, source_id: str, token: str, until: datetime) -> None:
    """Not due again before the lease ends."""
    conn.execute(_LEASE, {"of": source_id, "token": token, "until": until})


def finish_list_visit(
    conn: Connection,
    source_id: str,
    token: str,
    state: VisitState,
    now: datetime,
    *,
    readable: bool,
    sha256: str | None,
) -> bool:
    """Store what a visit of the list page left. False when `token` no longer holds the lease: roll back."""
    values: dict[str, Any] = {"claim_token": None, "claimed_until": None, "last_visit": now, **state_columns(state)}
    address = state.visit_url or conn.execute(select(source.c.url).where(source.c.id == source_id)).scalar_one()
    values["host"] = host_of(address)
    ensure_host(conn, values["host"], now)
    if sha256 is not None:
        values["sha256"] = sha256
    if readable:
        values |= {"last_readable": now, "first_read_at": func.coalesce(source.c.first_read_at, literal(now, UtcTime))}
    held = (source.c.id == source_id) & (source.c.claim_token == token)
    return conn.execute(update(source).where(held).values(values)).rowcount == 1


def release_list(conn: Connection, source_id: str, token: str, now: datetime) -> bool:
    held = (source.c.id == source_id) & (source.c.claim_token == token)
    free = {"claim_token": None, "claimed_until": None, "next_visit": now}
    return conn.execute(update(source).where(held).values(free)).rowcount == 1


def release_all_lists(conn: Connection, now: datetime) -> None:
    free = {"claim_token": None, "claimed_until": None, "next_visit": now}
    conn.execute(update(source).where(source.c.claim_token.is_not(None)).values(free))


def _columns(value: Source) -> dict[str, Any]:
    return {
        "owner": value.owner,
        "url": value.url,
        "name": value.name,
        "agency": value.agency,
        "region": value.region,
        "kind": value.kind,
        "every_s": value.every.total_seconds(),
        "verified": value.verified,
        "settings": encode(Expectations(value.min_length, value.must_contain, value.body)).decode(),
    }


def _unvisited(value: Source, now: datetime) -> dict[str, Any]:
    nothing = dict.fromkeys(("last_visit", "last_readable", "first_read_at", "sha256", "claimed_until", "claim_token"))
    return {**nothing, **state_columns(VisitState(now)), "host": host_of(value.url)}


def _watch(row: Row[Any]) -> Watch:
    expects = decode(Expectations, row.settings)
    value = Source(
        id=row.id,
        url=row.url,
        name=row.name,
        every=timedelta(seconds=row.every_s),
        owner=row.owner,
        agency=row.agency,
        region=row.region,
        kind=row.kind,
        verified=row.verified,
        min_length=expects.min_length,
        must_contain=expects.must_contain,
        body=expects.body,
    )
    return Watch(
        source=value,
        status=row.status,
        state=state_of(row),
        created=row.created,
        last_visit=row.last_visit,
        last_readable=row.last_readable,
        first_read_at=row.first_read_at,
        sha256=row.sha256,
        told_health=row.told_health,
        noise=Noise(row.raw_changes, row.raw_since, row.noisy),
    )


# Built once: building a statement costs more than running it.
_SOURCE = select(source).where(source.c.id == bindparam("of"))
_LEASE = (
    update(source)
    .where(source.c.id == bindparam("of"))
    .values(claim_token=bindparam("token"), claimed_until=bindparam("until"), next_visit=bindparam("until"))
)
