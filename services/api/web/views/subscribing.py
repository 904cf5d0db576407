"""A subscription as its form has it, and what its filter asks in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.api.web.form import Form
from services.api.web.words import Words
from services.domain.subscription import Filter

#: Fields of the filter that are lists, written one a line.
LINES = ("agencies", "actors", "sources", "documents")
#: Fields of which any number of boxes is ticked.
BOXES = ("kinds", "directions", "tiers", "change_types", "event_types")
_KEYWORDS = ("all", "any", "none")
#: Names of the filters of other pages, and what they are called here.
_ELSEWHERE = {
    "agency": "agencies", "kind": "kinds", "direction": "directions", "type": "change_types", "source": "sources",
    "document": "documents", "severity": "min_severity",
}  # fmt: skip


def asked_of(form: Form) -> dict[str, Any]:
    """The body of `POST /subscriptions`, without the address."""
    wanted: dict[str, Any] = {name: form.lines(name) for name in LINES if form.lines(name)}
    wanted |= {name: form.many(name) for name in BOXES if form.many(name)}
    words = {name: form.lines(f"keywords_{name}") for name in _KEYWORDS if form.lines(f"keywords_{name}")}
    if words:
        wanted["keywords"] = words
    if severity := form.one("min_severity"):
        wanted["min_severity"] = severity
    if due := form.one("deadline_before"):
        wanted["deadline_before"] = due
    if target := form.one("has_target"):
        wanted["has_target"] = target == "true"
    asked: dict[str, Any] = {"filter": wanted, "backfill": form.ticked("backfill")}
    if note := form.one("note"):
        asked["note"] = note
    if every := form.one("digest"):
        asked["digest"] = {"every": every, "at": form.one("at") or "08:00"}
    return asked


def written(form: Form) -> dict[str, Any]:
    """The fields as they were filled in, to be shown again."""
    fields = {name: "\n".join(form.lines(name)) for name in (*LINES, *(f"keywords_{one}" for one in _KEYWORDS))}
    single = {
        name: form.one(name) or ""
        for name in ("url", "note", "min_severity", "deadline_before", "has_target", "digest", "at")
    }
    return {**fields, **single, **{name: form.many(name) for name in BOXES}, "backfill": form.ticked("backfill")}


def prefilled(given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """An empty form with what another page's filter asks already in it."""
    fields: dict[str, list[str]] = {}
    for name, values in given.items():
        if name in _ELSEWHERE:
            fields.setdefault(_ELSEWHERE[name], []).extend(values)
    fields.setdefault("tiers", ["A", "B"])
    fields.setdefault("min_severity", ["medium"])
    return written(Form(fields))


def told(filter_: Filter, words: Words) -> list[tuple[str, str]]:
    """What a filter asks, line by line; what it does not ask is left out."""
    groups = {
        "kinds": "kind",
        "directions": "direction",
        "tiers": "tier",
        "change_types": "type",
        "event_types": "event",
    }
    found = []
    for name, value in asdict(filter_).items():
        if name == "keywords":
            found += [(words(f"subscribe.keywords_{one}"), "、".join(value[one])) for one in _KEYWORDS if value[one]]
        elif name == "min_severity":
            found.append((words("home.severity"), words.of("severity", value)))
        elif name == "has_target" and value is not None:
            found.append((words("promises.has_target"), words("site.yes" if value else "site.no")))
        elif value not in ((), None):
            values = value if isinstance(value, tuple) else (value,)
            found.append(
                (words(f"subscribe.{name}"), "、".join(words.of(groups.get(name, ""), str(one)) for one in values))
            )
    return found
