"""Who asked to be told what, and what became of telling them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.domain.change import ChangeType, Direction, Severity
from services.domain.commitment import Tier
from services.domain.document import Kind
from services.domain.event import EventType


@dataclass(frozen=True, slots=True)
class Filter:
    """What a subscription lets through; an empty field asks nothing (DESIGN §3: severity ≥ medium, tiers A and B).

    `document.published` passes `min_severity`, `tiers`, `change_types`, `directions` whatever they say.
    `actors` matches any of a change's actors or the document's agency, by short or full name.
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


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    owner: str
    url: str
    filter: Filter
    created: datetime
    status: Literal["active", "disabled"] = "active"
    note: str = ""
    #: Also tell what was found on a source's first visit.
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event owed to one subscription. `attempts` made so far, `next_attempt` when the next one is due."""

    id: int
    subscription: str
    event: str
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    created: datetime
    next_attempt: datetime | None


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
