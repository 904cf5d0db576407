"""Which way a new wording points, where no level, number or date says so (SPEC §12 row 19)."""

from __future__ import annotations

import re

from services.domain.change import Direction
from services.parser.lexicon import load

_WORDS = load("softening")


def _any(name: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, _WORDS[name]["words"]), key=len, reverse=True)))


_HEDGES, _FIRM, _RESULTS, _COURSES = (_any(name) for name in ("hedges", "firm", "results", "courses"))
_LASTS = re.compile(r"(\d+)\s?(?:个)?(小时|分钟|工作日|日|天|周|月|年)(?!\d|份|底|末|前)")


def pointing(before: str, after: str) -> Direction:
    """Softer by a hedge more, a firm word less, a result that became a course, a longer time; both ways is unclear."""
    weights = [
        len(_HEDGES.findall(after)) - len(_HEDGES.findall(before)),
        len(_FIRM.findall(before)) - len(_FIRM.findall(after)),
        _turned(before, after),
        _longer(before, after),
    ]
    softer, firmer = any(weight > 0 for weight in weights), any(weight < 0 for weight in weights)
    if softer == firmer:
        return "unclear"
    return "softened" if softer else "strengthened"


def _turned(before: str, after: str) -> int:
    """1 where 完成 became 推进, -1 for the reverse."""
    was, is_ = (bool(_RESULTS.search(words)) - bool(_COURSES.search(words)) for words in (before, after))
    return (was > 0 > is_) - (was < 0 < is_)


def _longer(before: str, after: str) -> int:
    """1 where 24小时 became 48小时."""
    old, new = _LASTS.search(before), _LASTS.search(after)
    if old is None or new is None or old[2] != new[2]:
        return 0
    return (int(new[1]) > int(old[1])) - (int(new[1]) < int(old[1]))
