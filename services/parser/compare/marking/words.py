"""The words and units no mark may cut, from the word lists the reader uses, and what those lists say about units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from services.parser.lexicon import load

_UNITS: dict[str, Any] = load("units")
_SCOPE: dict[str, Any] = load("scope")

#: Sections of the unit list whose words are no units.
_NO_UNITS = ("magnitude", "comparator", "comparator_after", "ceiling", "elided", "per", "large")


def _listed(table: dict[str, Any]) -> Iterable[str]:
    for name, words in table.items():
        if name != "reason" and isinstance(words, list):
            yield from words


UNITS: frozenset[str] = frozenset(
    word for name, table in _UNITS.items() if name not in _NO_UNITS for word in _listed(table)
)

_COMPARATORS = frozenset(
    word for name in ("comparator", "comparator_after") for word in _listed(_UNITS[name]) if len(word) > 1
)
_STRENGTH: dict[str, int] = {word: group["strength"] for group in load("verbs")["group"] for word in group["words"]}
_VERBS = frozenset(_STRENGTH)
_ADVERBS = frozenset(load("wording")["adverbs"]["words"])
_SCOPE_WORDS = frozenset(word for table in _SCOPE.values() for word in table["words"])

#: Words of two or three characters; a longer compound is left to its parts, or a mark would outgrow the edit.
WORDS: frozenset[str] = frozenset(
    word for word in _SCOPE_WORDS if len(word) <= 3 or word.endswith(("以上", "以下"))
) | frozenset(word for word in _VERBS | _ADVERBS | _COMPARATORS if len(word) in (2, 3) and "," not in word)

#: Verbs that say how firmly something is promised, not what: they may stand before a date and are no part of it.
_FIRMNESS = frozenset(word for word, strength in _STRENGTH.items() if strength in (3, 5))
_FIRMLY = re.compile(f"(?:{'|'.join(sorted(_FIRMNESS, key=lambda word: -len(word)))})+")


def without_firmness(words: str) -> str:
    """力争通过5年时间 → 通过5年时间."""
    return _FIRMLY.sub("", words, count=1) if _FIRMLY.match(words) else words


_TIED = re.compile("(?:使|让|将|把|地|实现|做到|达到)$")


def strength(word: str) -> int | None:
    """Level of SPEC §6, where `word` is one verb and nothing else."""
    return _STRENGTH.get(word)


def firmness(word: str) -> int | None:
    """The same for verbs that say how firmly, not what; with what ties them to the next verb: 努力使, 力争实现."""
    plain = _TIED.sub("", word)
    return _STRENGTH[plain] if plain in _FIRMNESS else None


_IS_SCOPE = re.compile(
    "|".join([*map(re.escape, sorted(_SCOPE_WORDS, key=lambda word: -len(word))), *_SCOPE["area"]["patterns"]])
)


def names_scope(words: str) -> bool:
    """Whether `words` (MATCH layer) name a level, a population or an area."""
    return _IS_SCOPE.search(words) is not None


_PASSED: list[str] = load("quantity_verbs")["threshold"]["words"]
_BOUND = re.compile("|".join(map(re.escape, sorted({*_COMPARATORS, *_PASSED}, key=len, reverse=True))))


def names_bound(words: str) -> bool:
    """Whether `words` (MATCH layer) say that a number is a floor, a ceiling or about right: 至少, 突破, 以上."""
    return _BOUND.search(words) is not None


_CHANGE = load("quantity_verbs")["change"]
_COURSE = re.compile("|".join(map(re.escape, sorted({*_CHANGE["up"], *_CHANGE["down"]}, key=len, reverse=True))))


def names_course(words: str) -> bool:
    """Whether `words` (MATCH layer) say that something grows or shrinks."""
    return _COURSE.search(words) is not None


#: Two names of one unit.
_SAME: dict[str, str] = load("unit_names")["same"]
_COUNTED: frozenset[str] = frozenset(_listed(_UNITS["count"]))


def dimension(unit: str) -> str:
    """What kind of quantity a unit measures. All classifiers count (户 = 家 = 个); any other unit stands for itself."""
    return "count" if unit in _COUNTED else _SAME.get(unit, unit)


def same_unit(a: str, b: str) -> bool:
    """Whether both are one unit, under one name or two: 公里 and 千米."""
    return _SAME.get(a, a) == _SAME.get(b, b)
