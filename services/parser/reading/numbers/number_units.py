"""Units, approximators and bounds around a number (SPEC §8, §17): the table of units.toml and how it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from services.domain.commitment import Comparator
from services.parser.lexicon import load
from services.parser.reading.patterns import alternatives

UnitClass = Literal[
    "count", "event", "paired", "money", "measure", "size", "percent", "multiple", "tenth", "score", "duration", "age",
    "large", "bare",
]  # fmt: skip

_UNITS = load("units")
#: Where two classes claim a unit, the later one has it.
_CLASSES: tuple[UnitClass, ...] = (
    "count", "event", "paired", "money", "measure", "size", "percent", "multiple", "tenth", "score", "duration", "age",
    "large",
)  # fmt: skip


def _entries(table: str) -> dict[str, Any]:
    return {name: value for name, value in _UNITS[table].items() if name != "reason"}


def _inverted(table: str) -> dict[str, str]:
    """Word -> the name of the list it stands in."""
    return {word: name for name, words in _entries(table).items() for word in words}


def _longest(words: Iterable[str], at: int) -> dict[str, int]:
    """A character -> the length of the longest of `words` that has it at place `at`."""
    longest: dict[str, int] = {}
    for word in words:
        longest[word[at]] = max(len(word), longest.get(word[at], 0))
    return longest


UNIT_CLASS: dict[str, UnitClass] = {unit: cls for cls in _CLASSES for units in _entries(cls).values() for unit in units}
MAGNITUDES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_LONGEST_UNIT = _longest(UNIT_CLASS, 0)
_PER_UNIT = alternatives(_UNITS["per"]["units"])
_PER = re.compile(f"/{_PER_UNIT}(?:[·/.]{_PER_UNIT})?")
_PAIR = re.compile(r"\(([^()]{1,2})\)")
_NOT_UNIT: dict[str, str] = _entries("not_unit")

_BEFORE = _inverted("comparator")
_LONGEST_BEFORE = _longest(_BEFORE, -1)
_NOT_BEFORE: dict[str, str] = _entries("not_approximator")
_AFTER = _inverted("comparator_after")
_LONGEST_AFTER = _longest(_AFTER, 0)
_NOT_BOUND = tuple(_UNITS["not_bound"]["words"])
_CEILING = tuple(_UNITS["ceiling"]["words"])

_ELIDED = _inverted("elided")
_NOUNS = alternatives(_ELIDED)
_NOUN = re.compile(_NOUNS)
_AHEAD = re.compile(f"({_NOUNS})(?:数量|总数|总量|数)?(?:累计|分别|已)?(?:达到|达|为|增至|至|突破|共|有|新增)*$")
_BEHIND = re.compile("[^,。;:、()\n0-9“”]{1,14}")


def unit_at(matched: str, position: int) -> tuple[str, UnitClass]:
    """The longest unit that begins at `position`, with its class; "" and "bare" where none does."""
    for length in range(_LONGEST_UNIT.get(matched[position : position + 1], 0), 0, -1):
        unit = matched[position : position + length]
        cls = UNIT_CLASS.get(unit)
        if cls is not None and len(unit) == length and _ends(matched, unit, position + length):
            return _extended(matched, unit, cls, position + length)
    return "", "bare"


def _extended(matched: str, unit: str, cls: UnitClass, end: int) -> tuple[str, UnitClass]:
    """With the unit in brackets behind it (台(套)) or what it is counted per (立方米/日)."""
    pair = _PAIR.match(matched, end) if cls in ("count", "event") else None
    if pair and pair[1] in UNIT_CLASS:
        return unit + pair[0], "paired" if cls == "count" else cls
    per = _PER.match(matched, end) if cls not in ("percent", "duration") else None
    if per:
        return unit + per[0], "money" if cls == "money" else "measure"
    return unit, cls


def _ends(matched: str, unit: str, end: int) -> bool:
    after = matched[end : end + 1]
    if unit[-1].isascii() and unit[-1].isalnum():
        return not (after.isascii() and after.isalnum())
    return not after or after not in _NOT_UNIT.get(unit, "")


def approximator(matched: str, position: int) -> tuple[int, Comparator | None]:
    """Where the approximator directly before `position` begins, and its sign; `position` and None without one."""
    if matched[position - 1 : position] == " ":
        start, sign = approximator(matched, position - 1)
        return (start, sign) if sign else (position, None)
    for length in range(min(_LONGEST_BEFORE.get(matched[position - 1 : position], 0), position), 0, -1):
        word = matched[position - length : position]
        before = matched[max(position - length - 1, 0) : position - length]
        if word in _BEFORE and not (before and before in _NOT_BEFORE.get(word, "")):
            return position - length, _BEFORE[word]  # type: ignore[return-value]
    return position, None


def bound(matched: str, end: int) -> tuple[int, Comparator | None]:
    """以上, 以下, 左右 … at `end`, directly behind the unit: where they end, and the sign."""
    for length in range(min(_LONGEST_AFTER.get(matched[end : end + 1], 0), len(matched) - end), 0, -1):
        sign = _AFTER.get(matched[end : end + length])
        if sign and not matched.startswith(_NOT_BOUND, end + length):
            return end + length, sign  # type: ignore[return-value]
    return end, None


def is_ceiling(matched: str, position: int) -> bool:
    """Whether the words before `position` make the number an upper bound: 最高500万元."""
    return matched.endswith(_CEILING, max(position - 6, 0), position)


def elided_unit(matched: str, start: int, end: int) -> str:
    """The unit that 2.5万亿 leaves out: told by the noun behind the number, else the one before it, else money."""
    behind = _BEHIND.match(matched, end)
    noun = _NOUN.search(behind[0]) if behind else None
    if noun is not None:
        return _ELIDED[noun[0]]
    before = _AHEAD.search(matched[max(start - 14, 0) : start])
    return _ELIDED[before[1]] if before else "元"


def scale(magnitude: str) -> int:
    """万亿 is 10¹²; at most six characters count."""
    value = 1
    for character in magnitude[:6]:
        value *= MAGNITUDES[character]
    return value
