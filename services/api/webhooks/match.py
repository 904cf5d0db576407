"""Does a subscription want this event? Pure; the event's `data` is what the subscriber would read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.domain.change import rank
from services.domain.subscription import Filter
from services.parser.reading.bodies import same_body

#: Told about the service itself: only to those who name the type.
_ON_REQUEST = ("source.", "subscription.")
#: What passes a filter's demands on changes, because it is a change of everything.
_WHOLE = ("document.published", "document.restored")


def wants(asked: Filter, backfill: bool, type_: str, data: Mapping[str, Any]) -> bool:
    """Whether `asked` lets the event through (DESIGN §3, default filter)."""
    if asked.event_types and type_ not in asked.event_types:
        return False
    if type_.startswith(_ON_REQUEST):
        return bool(asked.event_types)
    if data.get("backfill") and not backfill:
        return False
    document = data.get("document", {})
    return _about(asked, document) and _says(asked, type_, document, data.get("changes", ()))


def _about(asked: Filter, document: Mapping[str, Any]) -> bool:
    return (
        (not asked.documents or document.get("id") in asked.documents)
        and (not asked.sources or document.get("source") in asked.sources)
        and (not asked.kinds or document.get("kind") in asked.kinds)
        and (not asked.agencies or _any_body(asked.agencies, [document.get("agency")]))
    )


def _says(asked: Filter, type_: str, document: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> bool:
    agency = document.get("agency")
    if type_ in _WHOLE:
        return not asked.actors or _any_body(asked.actors, [agency, *document.get("actors", ())])
    return any(_change_passes(asked, agency, change) for change in changes)


def _change_passes(asked: Filter, agency: str | None, change: Mapping[str, Any]) -> bool:
    return (
        rank(change["severity"]) >= rank(asked.min_severity)
        and (not asked.tiers or change.get("tier") is None or change["tier"] in asked.tiers)
        and (not asked.change_types or change["type"] in asked.change_types)
        and (not asked.directions or change["direction"] in asked.directions)
        and (not asked.actors or _any_body(asked.actors, [*change.get("actors", ()), agency]))
    )


def _any_body(asked: Sequence[str], named: Sequence[str | None]) -> bool:
    return any(name is not None and same_body(wish, name) for wish in asked for name in named)
