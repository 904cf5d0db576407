"""How a source does, judged at each visit of its list page, and what there is to tell about it. Pure.

failing   no answer about the list page, FAILING times in a row; or robots.txt says no
blind     it answers, and nothing can be read from it, twice in a row
noisy     its pages bring other bytes more than NOISY times a day: counters, tokens, a template that never rests
ok        none of these; after one of them that is told as a recovery
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.domain.event import Event, EventType, envelope
from services.domain.identity import event_id
from services.domain.snapshot import Blocked, Outcome, Unreachable
from services.fetcher.decide import Decision
from services.storage.claims import Claim
from services.storage.sources import Health, Noise, Watch

#: Visits in a row without an answer that make a source failing; one or two are the weather.
FAILING = 3
#: Raw changes a day that are too many.
NOISY = 30
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Checkup:
    """`reason`: why it fails or is blind, one word."""

    health: Health
    reason: str | None = None


def checkup(claim: Claim, outcome: Outcome, decision: Decision, noisy: bool, told: Health | None) -> Checkup:
    """After a visit of a list page. What one visit cannot tell stays as it was told."""
    reason = outcome.reason if isinstance(outcome, Blocked | Unreachable) else decision.refused
    if reason == "robots" or decision.state.failures >= FAILING:
        return Checkup("failing", reason or "no_answer")
    if decision.blind:
        twice = claim.last_visit is not None and (claim.last_seen is None or claim.last_seen < claim.last_visit)
        return Checkup("blind", decision.blind) if twice or told == "blind" else Checkup(told or "ok")
    if decision.state.failures > 0:
        return Checkup(told or "ok", reason)
    return Checkup("noisy") if noisy else Checkup("ok")


def news(told: Health | None, found: Health) -> EventType | None:
    """The event that a change of health is; a first ok is none."""
    if found == (told or "ok"):
        return None
    return "source.recovered" if found == "ok" else _EVENTS[found]


_EVENTS: dict[Health, EventType] = {
    "failing": "source.failing",
    "blind": "source.blind",
    "noisy": "source.noisy",
}


def counted(noise: Noise, now: datetime, more: int) -> Noise:
    """`more` raw changes at `now`. A day of counting that is over says whether the source is noisy still."""
    if noise.since is None or now - noise.since >= DAY:
        noise = Noise(0, now, noise.count > NOISY)
    count = noise.count + more
    return Noise(count, noise.since, noise.noisy or count > NOISY)


def told_of(watch: Watch, type_: EventType, found: Checkup, sequence: int, now: datetime, address: str) -> Event:
    """The event as it is sent. `watch` as it stands after the visit."""
    source = watch.source
    about = {
        "id": source.id,
        "name": source.name,
        "url": source.url,
        "agency": source.agency,
        "region": source.region,
        "kind": source.kind,
    }
    data: dict[str, Any] = {
        "source": {key: value for key, value in about.items() if value is not None},
        "health": found.health,
        "before": watch.told_health,
        "reason": found.reason,
        "failures": watch.state.failures,
        "raw_changes": watch.noise.count,
        "last_visit": _moment(watch.last_visit),
        "last_readable": _moment(watch.last_readable),
        "next_visit": _moment(watch.state.next_visit),
        "links": {"source": f"{address}/sources/{source.id}"},
    }
    urn = f"urn:dafu:source:{source.id}"
    id_ = event_id(type_, source.id, sequence)
    return envelope(id_, type_, source=urn, subject=source.id, time=now, sequence=sequence, data=data)


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
