"""What visits brought back: the bytes once per SHA-256, compressed, and a row for every visit that brought others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from services.domain.errors import NotFound
from services.domain.snapshot import Fetched, Gone, Snapshot
from services.storage.codec import pack, unpack
from services.storage.many import execute_many
from services.storage.tables import body, page, sighting, snapshot
from services.storage.upsert import insert_all_new


@dataclass(frozen=True, slots=True)
class Taken:
    """What a visit of a page brought at `observed`. `moved`: the page redirects to `answer.url` for good."""

    page: str
    observed: datetime
    answer: Fetched | Gone
    moved: bool = False


def add_snapshot(
    conn: Connection, page_id: str, observed: datetime, answer: Fetched | Gone, *, moved: bool = False
) -> int:
    """Keep a visit's body and headers; answers the snapshot's id."""
    (id_,) = add_snapshots(conn, [Taken(page_id, observed, answer, moved)])
    return id_


def add_snapshots(conn: Connection, taken: Sequence[Taken]) -> list[int]:
    """Keep bodies and headers of different pages; answers the snapshots' ids, in their order.

    A page that goes A, B, A has three snapshots and two bodies.
    """
    hashes = _keep(conn, [one.answer.body for one in taken])
    before = {row.page_id: row.last_seen for row in conn.execute(_newest(), {"pages": [one.page for one in taken]})}
    rows = [
        {
            "page_id": one.page,
            "observed": one.observed,
            "last_seen": one.observed,
            "previous_seen": before.get(one.page),
            "status": one.answer.status,
            "url": one.answer.url,
            "headers": json.dumps(one.answer.headers),
            "sha256": sha256,
            "moved": one.moved,
        }
        for one, sha256 in zip(taken, hashes, strict=True)
    ]
    return [int(id_) for id_ in conn.execute(_TAKE, rows).scalars()]


def touch(conn: Connection, snapshot_id: int, seen: datetime, recorded: datetime | None = None) -> None:
    """The page still says the same at `seen`, and we know it since `recorded` (None: at once)."""
    touch_all(conn, [(snapshot_id, seen)], recorded or seen)


def touch_all(conn: Connection, seen: Sequence[tuple[int, datetime]], recorded: datetime) -> None:
    """Snapshots and the moments at which their pages still said the same.

    Never moves `last_seen` back; every visit stays on record, so that what was known when can be told later.
    """
    rows = [{"snapshot_id": id_, "seen": at, "recorded": recorded} for id_, at in seen]
    insert_all_new(conn, sighting, rows)
    execute_many(conn, _SEEN, [{"of": id_, "at": at} for id_, at in seen])


class Pruned(NotFound):
    """The snapshot is on record, its bytes went with retention: no version rests on them."""


def get_snapshot(conn: Connection, snapshot_id: int) -> Snapshot:
    """Raises NotFound, and Pruned where only the bytes are gone."""
    row = conn.execute(_WITH_BODY, {"of": snapshot_id}).first()
    if row is None:
        raise NotFound(f"no snapshot {snapshot_id}")
    if not row.data:
        raise Pruned(f"snapshot {snapshot_id}: its bytes were pruned; only its hash and times are kept")
    return Snapshot(
        id=row.id,
        document=row.page_id,
        observed=row.observed,
        last_seen=row.last_seen,
        previous_seen=row.previous_seen,
        status=row.status,
        url=row.url,
        headers=json.loads(row.headers),
        sha256=row.sha256,
        body=unpack(row.data),
        moved=row.moved,
    )


def take_again(conn: Connection, snapshot_id: int, observed: datetime) -> int:
    """The document as it stands at `observed`: its page as `snapshot_id` has it, and a piece of it has changed since.

    What a document says is its page with the pieces as they were when a snapshot was taken (pieces.py): each change
    of one is an observation with a snapshot of its own, so that the history needs no second kind.
    """
    row = conn.execute(select(snapshot).where(snapshot.c.id == snapshot_id)).one()
    copied = {name: getattr(row, name) for name in ("page_id", "status", "url", "headers", "sha256", "moved")}
    times = {"observed": observed, "last_seen": observed, "previous_seen": row.last_seen}
    return int(conn.execute(insert(snapshot).values(**copied, **times).returning(snapshot.c.id)).scalar_one())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a snapshot was taken."""

    url: str
    moved: bool


def previous(conn: Connection, snapshot_id: int, page_id: str) -> Place | None:
    """Where the snapshot of the page before this one was taken; None for its first."""
    row = conn.execute(_BEFORE, {"of": page_id, "before": snapshot_id}).first()
    return None if row is None else Place(row.url, row.moved)


def snapshot_ids(conn: Connection, page_id: str | None = None, *, after: int = 0, limit: int = 250) -> tuple[int, ...]:
    """Oldest first; of one page, or of all."""
    query = select(snapshot.c.id).where(snapshot.c.id > after).order_by(snapshot.c.id).limit(limit)
    if page_id is not None:
        query = query.where(snapshot.c.page_id == page_id)
    return tuple(conn.execute(query).scalars())


def find_snapshots(
    conn: Connection,
    *,
    source_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
    limit: int = 250,
) -> tuple[int, ...]:
    """Ids, oldest first, of those taken from `since` on and before `until`; of one source or of all."""
    query = select(snapshot.c.id).where(snapshot.c.id > after).order_by(snapshot.c.id).limit(limit)
    if source_id is not None:
        query = query.join(page, page.c.id == snapshot.c.page_id).where(page.c.source_id == source_id)
    if since is not None:
        query = query.where(snapshot.c.observed >= since)
    if until is not None:
        query = query.where(snapshot.c.observed < until)
    return tuple(conn.execute(query).scalars())


def seen_again(conn: Connection, snapshot_id: int) -> tuple[datetime, ...]:
    """The visits after its first that saw the same bytes."""
    query = select(sighting.c.seen).where(sighting.c.snapshot_id == snapshot_id).order_by(sighting.c.seen)
    return tuple(conn.execute(query).scalars())


def count_snapshots(conn: Connection, page_id: str | None = None) -> int:
    """Of one page, or of all."""
    query = select(func.count()).select_from(snapshot)
    if page_id is not None:
        query = query.where(snapshot.c.page_id == page_id)
    return int(conn.execute(query).scalar_one())


def empty_bodies(conn: Connection, hashes: Collection[str]) -> None:
    """Only the bytes go: the rows stay, with their hashes (retention.py says which may)."""
    conn.execute(update(body).where(body.c.sha256.in_(hashes)).values(data=b""))


def _keep(conn: Connection, bodies: Sequence[bytes]) -> list[str]:
    """The hash of each body, which is on record afterwards."""
    hashes = [hashlib.sha256(data).hexdigest() for data in bodies]
    known = {row.sha256: row.kept for row in conn.execute(_kept(), {"hashes": hashes})}
    by_hash = dict(zip(hashes, bodies, strict=True))
    new = [{"sha256": sha256, "data": pack(data), "length": len(data)}
           for sha256, data in by_hash.items() if sha256 not in known]  # fmt: skip
    if new:
        insert_all_new(conn, body, new)
    for sha256, data in by_hash.items():
        if known.get(sha256) is False:  # retention emptied it, and here it is again
            conn.execute(update(body).where(body.c.sha256 == sha256).values(data=pack(data)))
    return hashes


# Built once: building a statement costs more than running it.

_WITH_BODY = (
    select(snapshot, body.c.data).join(body, body.c.sha256 == snapshot.c.sha256).where(snapshot.c.id == bindparam("of"))
)
_BEFORE = (
    select(snapshot.c.url, snapshot.c.moved)
    .where(snapshot.c.page_id == bindparam("of"), snapshot.c.id < bindparam("before"))
    .order_by(snapshot.c.id.desc())
    .limit(1)
)
_TAKE = insert(snapshot).returning(snapshot.c.id, sort_by_parameter_order=True)
_SEEN = (
    update(snapshot)
    .where(snapshot.c.id == bindparam("of"), snapshot.c.last_seen < bindparam("at"))
    .values(last_seen=bindparam("at"))
)


@cache
def _kept() -> Select[Any]:
    these = body.c.sha256.in_(bindparam("hashes", expanding=True))
    return select(body.c.sha256, (func.length(body.c.data) > 0).label("kept")).where(these)


@cache
def _newest() -> Select[Any]:
    """The newest snapshot of each of `pages` that has one."""
    these = snapshot.c.page_id.in_(bindparam("pages", expanding=True))
    newest = select(func.max(snapshot.c.id)).where(these).group_by(snapshot.c.page_id)
    return select(snapshot.c.page_id, snapshot.c.last_seen).where(snapshot.c.id.in_(newest))
