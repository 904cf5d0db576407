"""Events that were told before: what a filter would have sent of them, and sending them again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.api.webhooks.facts import facts_of
from services.api.webhooks.match import asks_content, wants
from services.domain.event import EVENT_TYPES, Event
from services.domain.subscription import Filter, Subscription
from services.storage import deliveries, outbox
from services.storage.database import Database

#: What everybody may be told; the rest is told to one subscription or its owner.
TYPES = tuple(type_ for type_ in EVENT_TYPES if type_.startswith(("document.", "source.")))
#: Events that are gone through for a feed.
LOOKED_AT = 5_000
_PAGE = 250


@dataclass(slots=True)
class Preview:
    """What a filter lets through of `events` events; `by_month` by when they were told, in UTC."""

    events: int = 0
    matched: int = 0
    by_month: dict[str, int] = field(default_factory=dict)
    by_type: dict[str, int] = field(default_factory=dict)
    first: list[dict[str, Any]] = field(default_factory=list)


def preview(
    database: Database, asked: Filter, backfill: bool, since: datetime | None, until: datetime | None, first: int
) -> Preview:
    """Over all that is stored, or what of it lies between; the `first` matches whole."""
    found = Preview()
    for page in _pages(database):
        with database.read() as conn:
            for event in _within(page, since, until):
                found.events += 1
                if not _passes(conn, asked, backfill, event):
                    continue
                found.matched += 1
                month = event.time.strftime("%Y-%m")
                found.by_month[month] = found.by_month.get(month, 0) + 1
                found.by_type[event.type] = found.by_type.get(event.type, 0) + 1
                if found.matched <= first:
                    found.first.append(json.loads(event.body))
    return found


def newest(conn: Connection, subscription: Subscription, most: int) -> list[Event]:
    """The last `most` events its filter lets through, the newest first, of the last LOOKED_AT that were told."""
    found: list[Event] = []
    last: int | None = None
    for _ in range(LOOKED_AT // _PAGE):
        logged = outbox.events_before(conn, last, _PAGE, types=TYPES)
        for one in logged:
            if len(found) < most and _passes(conn, subscription.filter, subscription.backfill, one.event):
                found.append(one.event)
        if len(found) == most or len(logged) < _PAGE:
            break
        last = logged[-1].seq
    return found


def replay(
    database: Database, subscription: Subscription, since: datetime, until: datetime, now: datetime, *, dry_run: bool
) -> int:
    """Owe the subscription everything its filter lets through, told before or not: same ids, same bytes. Answers how
    much that is; what is under way just now is left alone.
    """
    count = 0
    for page in _pages(database):
        with database.read() as conn:
            events = _within(page, since, until)
            wanted = [one for one in events if _passes(conn, subscription.filter, subscription.backfill, one)]
        count += len(wanted)
        if wanted and not dry_run:
            with database.write() as conn:
                for event in wanted:
                    deliveries.owe_again(conn, subscription.id, event, now)
    return count


def _passes(conn: Connection, asked: Filter, backfill: bool, event: Event) -> bool:
    return wants(asked, backfill, facts_of(conn, event, content=asks_content(asked)))


def _within(events: Sequence[Event], since: datetime | None, until: datetime | None) -> list[Event]:
    return [one for one in events if (since is None or one.time >= since) and (until is None or one.time < until)]


def _pages(database: Database) -> Iterator[tuple[Event, ...]]:
    last = 0
    while True:
        with database.read() as conn:
            logged = outbox.events_after(conn, last, _PAGE, types=TYPES)
        if not logged:
            return
        last = logged[-1].seq
        yield tuple(one.event for one in logged)
