"""Does a subscription want this event? Pure; facts.py gathers what is asked here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.domain.change import rank
from services.domain.subscription import Filter, Keywords
from services.parser.reading.bodies import same_body
from services.parser.text.layers import canonical, key, match

#: Told about the service itself: only to those who name the type.
_ON_REQUEST = ("source.", "subscription.")
#: What passes a filter's demands on changes, because it is a change of everything.
_WHOLE = ("document.published", "document.restored")
#: A change's own words.
_WORDS = ("metric", "before", "after", "context_before", "context_after", "field", "deadline")


@dataclass(frozen=True, slots=True)
class Facts:
    """An event as filters see it: all its changes, though the message may carry the first ones only.

    `text`, `targets` and `deadlines` (ISO dates) are of the document, for events about it as a whole: published,
    removed, restored, moved. They stay empty for a revision, whose changes are asked one by one.
    """

    type: str
    data: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]] = ()
    text: str = ""
    targets: bool = False
    deadlines: tuple[str, ...] = ()

    @property
    def document(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.data.get("document", {})
        return found

    @property
    def source(self) -> str | None:
        """Of an event about a source, its id."""
        told = self.data.get("source")
        return told.get("id") if isinstance(told, Mapping) else None


def wants(asked: Filter, backfill: bool, facts: Facts) -> bool:
    """Whether `asked` lets the event through (DESIGN §3, default filter)."""
    if asked.event_types and facts.type not in asked.event_types:
        return False
    if facts.type.startswith(_ON_REQUEST):
        return bool(asked.event_types) and (not asked.sources or facts.source in (None, *asked.sources))
    if facts.data.get("backfill") and not backfill:
        return False
    return _about(asked, facts.document) and _says(asked, facts)


def asks_content(asked: Filter) -> bool:
    """Whether the filter asks what only the document itself can answer."""
    return bool(asked.keywords) or asked.deadline_before is not None or asked.has_target is not None


def _about(asked: Filter, document: Mapping[str, Any]) -> bool:
    return (
        (not asked.documents or document.get("id") in asked.documents)
        and (not asked.sources or document.get("source") in asked.sources)
        and (not asked.kinds or document.get("kind") in asked.kinds)
        and (not asked.agencies or _any_body(asked.agencies, [document.get("agency")]))
    )


def _says(asked: Filter, facts: Facts) -> bool:
    agency = facts.document.get("agency")
    if facts.type in _WHOLE:
        return (
            (not asked.actors or _any_body(asked.actors, [agency, *facts.document.get("actors", ())]))
            and _in_words(asked.keywords, [facts.document.get("title"), facts.text])
            and asked.has_target in (None, facts.targets)
            and _ends_before(asked, facts.deadlines)
        )
    return any(_change_passes(asked, facts, change) for change in facts.changes)


def _change_passes(asked: Filter, facts: Facts, change: Mapping[str, Any]) -> bool:
    document = facts.document
    return (
        rank(change["severity"]) >= rank(asked.min_severity)
        and (not asked.tiers or change.get("tier") is None or change["tier"] in asked.tiers)
        and (not asked.change_types or change["type"] in asked.change_types)
        and (not asked.directions or change["direction"] in asked.directions)
        and (not asked.actors or _any_body(asked.actors, [*change.get("actors", ()), document.get("agency")]))
        and asked.has_target in (None, facts.targets or _has_target(change))
        and _ends_before(asked, [change.get("deadline"), *_moved(change), *facts.deadlines])
        and _in_words(asked.keywords, [document.get("title"), *_words(change), facts.text])
    )


def _has_target(change: Mapping[str, Any]) -> bool:
    return bool(change.get("has_target") or change.get("target") or str(change["type"]).startswith("target_"))


def _moved(change: Mapping[str, Any]) -> list[Any]:
    return [change.get("before"), change.get("after")] if change["type"] == "deadline_moved" else []


def _ends_before(asked: Filter, deadlines: Iterable[Any]) -> bool:
    """Whether one of the dates, ISO 8601 and perhaps only a year or month long, ends before the day asked."""
    if asked.deadline_before is None:
        return True
    day = asked.deadline_before.isoformat()
    return any(isinstance(one, str) and one[:4].isdigit() and one + "-12-31"[len(one) - 4 :] < day for one in deadlines)


def _words(change: Mapping[str, Any]) -> list[str]:
    quotes = [change[side]["text"] for side in ("old", "new") if change.get(side)]
    return [*map(str, change.get("path", ())), *quotes, *(str(change[name]) for name in _WORDS if change.get(name))]


def _in_words(asked: Keywords, texts: Iterable[str | None]) -> bool:
    if not asked:
        return True
    said = "\n".join(folded(text) for text in texts if text)
    return (
        all(folded(word) in said for word in asked.all)
        and (not asked.any or any(folded(word) in said for word in asked.any))
        and not any(folded(word) in said for word in asked.none)
    )


def folded(text: str) -> str:
    """Simplified, half-width, without white space, quotation marks and brackets, of one case."""
    return key(match(canonical(text))).casefold()


def _any_body(asked: Sequence[str], named: Sequence[str | None]) -> bool:
    return any(name is not None and same_body(wish, name) for wish in asked for name in named)
