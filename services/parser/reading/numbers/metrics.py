"""Metric names compared: the same thing under two spellings, and which way is better (SPEC §13)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from services.parser.lexicon import load
from services.parser.reading.patterns import alternatives
from services.parser.text.layers import key, match

_WORDS = load("metrics")
_SPELLINGS: dict[str, str] = {word: plain for word, plain in _WORDS["spellings"].items() if word != "reason"}
_SPELLING = re.compile(alternatives(_SPELLINGS))
_DROPPED = re.compile(alternatives(_WORDS["dropped"]["words"]))
_OPTIONAL = re.compile(alternatives(_WORDS["optional"]["words"]))
_LOWER = re.compile(
    "|".join([alternatives(_WORDS["lower_is_better"]["words"]), *_WORDS["lower_is_better"]["patterns"]])
)
_NEITHER = re.compile(alternatives(_WORDS["neither"]["words"]))


@lru_cache(maxsize=4096)
def metric_key(metric: str) -> str:
    """The name that two spellings of one metric share (SPEC §13): an equality key, not for reading.

    规模以上 and 规上, 国家级 and 国家, 户 and 家 are one; quotation marks, 数 and 全市 drop out; parts joined by + are
    a set; `.` and `·` are one sign. Different levels, populations and flows (新增…) keep different keys.
    """
    plain = _SPELLING.sub(lambda word: _SPELLINGS[word[0]], match(metric).replace(".", "·"))
    plain = key(_DROPPED.sub("", _OPTIONAL.sub(_WORDS["optional"]["plain"], plain)))
    return "+".join(sorted(part for part in plain.split("+") if part))


def polarity(metric: str, direction: str) -> Literal["higher", "lower", "unknown"]:
    """Which value of a target is the more ambitious one: the higher, the lower, or nobody can tell.

    `direction` is the target's: `decrease` says the value is itself the reduction (下降9%), so a higher one asks more;
    with `increase` and `maintain` the value is the level, and a lower level of what should be small asks more.
    """
    if direction == "decrease":
        return "higher"
    plain = match(metric)
    if _NEITHER.search(plain):
        return "unknown"
    return "lower" if _LOWER.search(plain) else "higher"
