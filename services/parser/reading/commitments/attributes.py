"""What qualifies a promise: recurrence, indefinite quantity, condition, inline topic (SPEC §4, §17)."""

from __future__ import annotations

import re

from services.parser.lexicon import load
from services.parser.reading.commitments.clauses import covered, inside
from services.parser.reading.patterns import alternatives

_LISTS = load("attributes")
_RECURRENCE = re.compile("|".join(_LISTS["recurrence"]["patterns"]))
_INDEFINITE = re.compile(alternatives(_LISTS["indefinite"]["words"]))
_CONDITION = re.compile("|".join(f"(?:{pattern})" for pattern in _LISTS["condition"]["patterns"]))
_TOPIC = re.compile(_LISTS["topic"]["pattern"])
#: How far back the list of topics may stand.
_WINDOW = 4000
_LISTED = "、,和及等。“"


def recurrence(matched: str, start: int, end: int) -> tuple[str, ...]:
    """How often, in the order written, each word once: 每季度, 定期, 常态化."""
    return _words(_RECURRENCE, matched, start, end)


def indefinite(matched: str, start: int, end: int) -> tuple[str, ...]:
    """Quantities that cannot be checked: 一批, 若干, 更多."""
    return _words(_INDEFINITE, matched, start, end)


def condition(matched: str, start: int, end: int) -> str | None:
    """The first condition the promise depends on, as written: 待…后, 条件成熟后, 符合…的."""
    found = list(_CONDITION.finditer(matched, start, end))
    titles = covered(matched, start, end) if found else ()
    return next((each.group() for each in found if not inside(titles, each.start())), None)


def topic(matched: str, section_start: int, start: int, end: int) -> str | None:
    """The inline topic a unit opens with (SPEC §4), known by having been listed before in the same section
    (推动…、高端装备、新材料等领域… then 高端装备,加快…) or by what is done about it (消费品重点聚焦…)."""
    found = _TOPIC.match(matched, start, end)
    if not found:
        return None
    if not found.group().endswith(","):
        return found[1]
    return found[1] if _listed(matched, section_start, start, found[1]) else None


def _listed(matched: str, start: int, end: int, name: str) -> bool:
    at = matched.find(name[:6], max(start, end - _WINDOW), end)
    return at > start and (matched[at - 1] in _LISTED or matched[at + len(name) : at + len(name) + 1] == "、")


def _words(pattern: re.Pattern[str], matched: str, start: int, end: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_outside_names(pattern, matched, start, end)))


def _outside_names(pattern: re.Pattern[str], matched: str, start: int, end: int) -> list[str]:
    found = list(pattern.finditer(matched, start, end))
    names = covered(matched, start, end, "“《", "”》") if found else ()
    return [match.group() for match in found if not inside(names, match.start())]
