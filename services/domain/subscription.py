"""Who asked to be told what, and what became of telling them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from services.domain.change import ChangeType, Direction, Severity
from services.domain.commitment import Tier
from services.domain.document import Kind
from services.domain.event import EventType

#: `pending` until the receiver answered its challenge.
SubscriptionStatus = Literal["pending", "active", "disabled"]
#: `pending`: due at `next_attempt`, or held where that is None; `bundled`: part of a digest that is owed instead.
DeliveryStatus = Literal["pending", "bundled", "delivered", "failed"]
Every = Literal["hour", "day", "week"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True, slots=True)
class Keywords:
    """Words that all, any, or none may occur; traditional and simplified script, full and half width are one."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all or self.any or self.none)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a subscription lets through; an empty field asks nothing (DESIGN §3: severity ≥ medium, tiers A and B).

    `document.published` passes `min_severity`, `tiers`, `change_types`, `directions` whatever they say.
    `actors` matches any of a change's actors or the document's agency, by short or full name.
    `keywords` are looked for in a change's own words and the document's title, and in the whole text of a document that
    is told as a whole; `has_target` and `deadline_before` (the day itself not included) likewise ask the change, or any
    commitment of the document.
    """

    event_types: tuple[EventType, ...] = ()
    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    actors: tuple[str, ...] = ()
    change_types: tuple[ChangeType, ...] = ()
    directions: tuple[Direction, ...] = ()
    tiers: tuple[Tier, ...] = ("A", "B")
    min_severity: Severity = "medium"
    keywords: Keywords = Keywords()
    has_target: bool | None = None
    deadline_before: date | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """One message instead of many: every full hour, or every day or week at `at` (HH:MM) in the time zone `zone`."""

    every: Every
    at: str = "08:00"
    weekday: Weekday = "monday"
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    owner: str
    url: str
    filter: Filter
    created: datetime
    status: SubscriptionStatus = "active"
    note: str = ""
    #: Also tell what was found on a source's first visit.
    backfill: bool = False
    digest: Digest | None = None
    #: Most requests a minute this receiver wants; None: as they come.
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event owed to one subscription. `attempts` made so far, `next_attempt` when the next one is due.

    `spent` of the attempts were made before it was last resent; `bundle` is the digest's event that carries it.
    """

    id: int
    subscription: str
    event: str
    status: DeliveryStatus
    attempts: int
    created: datetime
    next_attempt: datetime | None
    spent: int = 0
    bundle: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request on the wire; the row is written before the socket opens."""

    id: int
    delivery: int
    number: int
    started: datetime
    finished: datetime | None = None
    status: int | None = None
    error: str | None = None
    #: First 4 KiB of the receiver's answer, control characters escaped.
    answer: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
