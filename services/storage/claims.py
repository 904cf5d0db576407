"""What a visit is given when it is claimed, and what it leaves for the next one."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row

from services.domain.recheck import Seen

#: main: a document's own page; part: a further page of an article; attachment: a file linked on one.
Role = Literal["main", "part", "attachment"]


@dataclass(frozen=True, slots=True)
class VisitState:
    """What the next visit of an address needs. A visit replaces fields of its claim's state and hands it to finish."""

    #: First moment the next visit may start; None: never.
    next_visit: datetime | None
    etag: str | None = None
    last_modified: str | None = None
    #: Where redirects have led so far; None: the address itself. The next request goes here.
    visit_url: str | None = None
    #: Redirects followed to get there.
    hops: int = 0
    #: Every one of them was permanent.
    moved: bool = False
    #: Visits in a row that brought no answer about the page.
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one request. Valid until the lease ends or `finish_…` or `release` was called with it."""

    kind: Literal["robots", "list", "page"]
    #: Host name, source id or page id.
    id: str
    #: What to request now.
    url: str
    #: The canonical address of the list or page, whatever redirects say; for robots the same as `url`.
    canonical: str
    host: str
    #: The fencing token: who holds an older one can no longer write.
    token: str
    #: The lease: give up the request before this moment.
    until: datetime
    state: VisitState
    source: str | None = None
    #: What a page is: a document's own, or a piece of others.
    role: Role = "main"
    #: Body of the visit before, where one was kept: `snapshot` for a page, `sha256` for both.
    snapshot: int | None = None
    sha256: str | None = None
    #: What the parser made of that snapshot; None while it has not read it.
    verdict: str | None = None
    #: When that body was seen first and last; for a list `last_seen` is its last readable visit.
    observed: datetime | None = None
    last_seen: datetime | None = None
    last_visit: datetime | None = None
    #: When a list was read first, None until then: what is found before is backfill.
    first_read_at: datetime | None = None
    #: The host's robots.txt; None where it has none (see `robots_status`).
    robots: str | None = None
    robots_status: int | None = None
    #: Least time between two requests to the host, and the first moment for the next one, once this one is made.
    gap: timedelta = timedelta(0)
    free_from: datetime | None = None
    #: Time between two visits of the source's list.
    every: timedelta = timedelta(hours=1)
    #: How a page was seen to behave; None for a list.
    seen: Seen | None = None
    #: While a document is not there: since when, and whether its removal was told.
    absent_since: datetime | None = None
    removed: bool = False
    #: The page is a document, not only an address.
    document: bool = False
    #: A list that is read to its end because somebody asked for it.
    backfill: bool = False


def state_of(row: Row[Any]) -> VisitState:
    """The state kept in a row of `source` or `page`."""
    return VisitState(*(getattr(row, name) for name in _STATE))


def state_columns(state: VisitState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in _STATE}


_STATE = tuple(field.name for field in fields(VisitState))
