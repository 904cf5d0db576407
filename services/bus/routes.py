"""Who gets what: event type to consumer groups."""

from __future__ import annotations

from services.domain.event import EVENT_TYPES

ROUTES: dict[str, tuple[str, ...]] = {
    "snapshot.taken": ("parser",),
    **dict.fromkeys(EVENT_TYPES, ("webhooks",)),
}


def types_of(group: str) -> tuple[str, ...]:
    """The event types routed to `group`."""
    return tuple(type_ for type_, groups in ROUTES.items() if group in groups)


def groups() -> tuple[str, ...]:
    """Every consumer group an event is routed to."""
    return tuple(dict.fromkeys(group for routed in ROUTES.values() for group in routed))
