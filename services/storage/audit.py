"""Does what is stored hold together? Reads everything, changes nothing. What it means is checked in services.parser.

Each function answers its faults, one line each; an intact database answers none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, select
from sqlalchemy.exc import DBAPIError

from services.domain.identity import event_id
from services.storage.codec import unpack
from services.storage.retention import needed_and_empty
from services.storage.tables import (
    attempt,
    body,
    change,
    delivery,
    document,
    inbox,
    outbox,
    page,
    queue,
    reading,
    snapshot,
    subscription,
    suppression,
    version,
)


def bodies(conn: Connection) -> Iterator[str]:
    """Every stored body is the bytes its name is the SHA-256 of, and every snapshot has its body.

    An empty one is at fault only where something rests on it: see retention.py.
    """
    for row in conn.execute(select(body)).yield_per(50):
        if row.data == b"":
            continue
        try:
            data = unpack(row.data)
        except (ValueError, TypeError) as error:
            yield f"body {row.sha256}: cannot be unpacked ({error})"
            continue
        if (found := hashlib.sha256(data).hexdigest()) != row.sha256:
            yield f"body {row.sha256}: its bytes are {found}"
        elif len(data) != row.length:
            yield f"body {row.sha256}: {len(data)} bytes, said to be {row.length}"
    missing = select(snapshot.c.id, snapshot.c.sha256).where(~exists().where(body.c.sha256 == snapshot.c.sha256))
    for row in conn.execute(missing):
        yield f"snapshot {row.id}: its body {row.sha256} is missing"
    for sha256 in conn.execute(needed_and_empty()).scalars():
        yield f"body {sha256}: is empty, and a version, a piece or what is still to be read rests on it"


def snapshots(conn: Connection) -> Iterator[str]:
    """Every page's newest snapshot is there, and each follows the one before."""
    newest = select(page.c.id, page.c.latest_snapshot).where(
        page.c.latest_snapshot.is_not(None), ~exists().where(snapshot.c.id == page.c.latest_snapshot)
    )
    for id_, latest in conn.execute(newest):
        yield f"page {id_}: its newest snapshot {latest} is missing"
    before: dict[str, datetime] = {}
    for row in conn.execute(select(snapshot.c.id, snapshot.c.page_id, snapshot.c.observed).order_by(snapshot.c.id)):
        if row.observed < before.get(row.page_id, row.observed):
            yield f"snapshot {row.id}: seen before the one it follows"
        before[row.page_id] = row.observed


def version_rows(conn: Connection) -> Iterator[str]:
    """Versions are numbered 1, 2, 3 …, each with its snapshot, its reading and its changes; a document shows one."""
    numbers = select(version.c.document_id, func.count().label("count"), func.max(version.c.n).label("last"))
    for row in conn.execute(numbers.group_by(version.c.document_id)):
        if row.count != row.last:
            yield f"document {row.document_id}: {row.count} versions, the last is number {row.last}"
    shown = and_(version.c.document_id == document.c.id, version.c.n == document.c.current_n)
    for row in conn.execute(select(document.c.id, document.c.current_n).where(~exists().where(shown))):
        yield f"document {row.id}: shows version {row.current_n}, which is missing"
    for row in conn.execute(_without(version, snapshot.c.id == version.c.snapshot_id)):
        yield f"document {row.document_id} version {row.n}: its snapshot {row.snapshot_id} is missing"
    made = and_(
        reading.c.snapshot_id == version.c.snapshot_id,
        reading.c.document_id == version.c.document_id,
        reading.c.version_n == version.c.n,
    )
    for row in conn.execute(_without(version, made)):
        yield f"document {row.document_id} version {row.n}: no reading of snapshot {row.snapshot_id} says so"
    said = and_(version.c.document_id == reading.c.document_id, version.c.n == reading.c.version_n)
    for row in conn.execute(_without(reading, said).where(reading.c.version_n.is_not(None))):
        yield f"snapshot {row.snapshot_id}: read as version {row.version_n} of {row.document_id}, which is missing"
    of = change.c.document_id, change.c.version_n
    rows = select(*of, func.count().label("count"), func.max(change.c.ordinal).label("last")).group_by(*of)
    for row in conn.execute(rows):
        if row.count != row.last + 1:
            yield f"document {row.document_id} version {row.version_n}: a change is missing"
    changes = and_(change.c.document_id == version.c.document_id, change.c.version_n == version.c.n)
    for row in conn.execute(_without(version, changes).where(version.c.edit != "first")):
        yield f"document {row.document_id} version {row.n}: no change leads to it"
    changed = and_(version.c.document_id == change.c.document_id, version.c.n == change.c.version_n)
    for row in conn.execute(_without(change, changed)):
        yield f"document {row.document_id}: a change of version {row.version_n}, which is missing"
    for row in conn.execute(_without(suppression, reading.c.snapshot_id == suppression.c.snapshot_id)):
        yield f"snapshot {row.snapshot_id}: a difference held back, and no reading"


def events(conn: Connection) -> Iterator[str]:
    """Every event is what its row says, ids are unique, and about a document they are numbered without a gap."""
    last: dict[str, int] = {}
    ids: set[str] = set()
    for row in conn.execute(select(outbox).order_by(outbox.c.seq)).yield_per(250):
        if row.id in ids:
            yield f"event {row.id}: logged twice"
        ids.add(row.id)
        try:
            told = json.loads(row.body)
        except ValueError:
            yield f"event {row.id}: its body is no JSON"
            continue
        if (told.get("id"), told.get("type"), told.get("subject")) != (row.id, row.type, row.key):
            yield f"event {row.id}: its body tells of {told.get('id')} {told.get('type')} {told.get('subject')}"
        if not row.type.startswith("document."):
            continue
        number = int(told.get("sequence", 0))
        if row.id != event_id(row.type, row.key, number):
            yield f"event {row.id}: its id is not that of number {number} about {row.key}"
        if number != (expected := last.get(row.key, 0) + 1):
            yield f"event {row.id}: number {number} about {row.key}, {expected} was to come"
        last[row.key] = number
    for row in conn.execute(select(document.c.id, document.c.last_event_sequence)):
        if row.last_event_sequence != last.get(row.id, 0):
            yield f"document {row.id}: {row.last_event_sequence} events counted, {last.get(row.id, 0)} logged"


def deliveries(conn: Connection) -> Iterator[str]:
    """What is owed, done and delivered names events that were logged; attempts are numbered without a gap."""
    for table in (queue, inbox, delivery):
        for row in conn.execute(_without(table, outbox.c.id == table.c.event_id)):
            yield f"{table.name}: event {row.event_id} was never logged"
    for row in conn.execute(_without(delivery, subscription.c.id == delivery.c.subscription_id)):
        yield f"delivery {row.id}: its subscription {row.subscription_id} is missing"
    tried = select(attempt.c.delivery_id, func.count().label("count"), func.max(attempt.c.number).label("last"))
    for row in conn.execute(tried.group_by(attempt.c.delivery_id)):
        if row.count != row.last:
            yield f"delivery {row.delivery_id}: {row.count} attempts, the last is number {row.last}"


def _without(table: Table, match: ColumnElement[bool]) -> Select[Any]:
    """Rows of `table` for which no row of the other table matches."""
    return select(table).where(~exists().where(match))


def guarded(conn: Connection, check: Callable[[Connection], Iterator[str]]) -> list[str]:
    """The faults of one check; what the database itself cannot read is one of them."""
    found: list[str] = []
    try:
        found.extend(check(conn))
    except DBAPIError as error:
        found.append(f"the database cannot be read: {' '.join(str(error.orig).split())}")
        conn.rollback()
    return found


CHECKS: dict[str, Callable[[Connection], Iterator[str]]] = {
    "bodies": bodies,
    "snapshots": snapshots,
    "versions": version_rows,
    "events": events,
    "deliveries": deliveries,
}
