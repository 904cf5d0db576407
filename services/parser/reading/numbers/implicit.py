"""Promises of a number without digits (SPEC §8): 全覆盖 (100 %), 翻番 (×2), 三倍增 (×3), 万亿级 (at least 1 万亿元).

Inside a quotation or the name of a plan they promise nothing; neither do they inside 全面覆盖检查 or 倍增长.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.parser.lexicon import load
from services.parser.reading.patterns import alternatives
from services.parser.text.numerals import number

_VERBS = load("quantity_verbs")
_DOUBLING: dict[str, int] = {word: factor for word, factor in _VERBS["doubling"].items() if word != "reason"}
_PLAN = alternatives(_VERBS["doubling_name"]["after"])
_NUMERAL = "[二两三四五六七八九十]"
_END = "(?=[,。;、)!\n]|$|的?目标|以上|和|并|,)"
#: What any of them begins with: one look at each character of the text instead of a dozen.
_FIRST = f"(?=[翻二两三四五六七八九十百千万亿{''.join(word[0] for word in (*_DOUBLING, *_VERBS['whole']['words']))}])"
_IMPLICIT = re.compile(
    rf"{_FIRST}(?:(?<![0-9])(?P<doubling>{alternatives(_DOUBLING)}|(?P<fold>{_NUMERAL})倍增|翻(?P<times>{_NUMERAL}|[2-9])番)(?!{_PLAN}){_END}"
    rf"|(?P<whole>{alternatives(_VERBS['whole']['words'])}){_END}"
    r"|(?<![一二三四五六七八九十百千万亿0-9.])(?P<scale>(?:[0-9]{1,5}|[一二两三四五六七八九]?[十百千]?)(?:亿|万亿)级)"
    rf"(?=[^,。;、]{{0,14}}{alternatives(_VERBS['scale']['nouns'])}))"
)
#: Quotations and verbs are looked for so far before the word.
_LOOK_BACK = 60
_SCALES = {"十": 10, "百": 100, "千": 1000}
_SCALE_VERB = re.compile(alternatives(_VERBS["scale"]["verbs"]) + "|向$")


@dataclass(frozen=True, slots=True)
class Implicit:
    """`value` is the factor, the percentage, or the number in 元."""

    start: int
    end: int
    kind: Literal["doubling", "whole", "scale"]
    value: int

    def moved(self, by: int) -> Implicit:
        """The same promise `by` characters further on."""
        return Implicit(self.start + by, self.end + by, self.kind, self.value)


def find_implicit(matched: str) -> Iterator[Implicit]:
    """Every one in `matched`, in order; whether it is promised depends on where it stands."""
    for found in _IMPLICIT.finditer(matched):
        before = matched[max(found.start() - _LOOK_BACK, 0) : found.start()].rpartition("\n")[2]
        if before.rfind("“") > before.rfind("”"):
            continue
        if found["doubling"]:
            yield Implicit(*found.span(), "doubling", _factor(found))
        elif found["whole"]:
            yield Implicit(*found.span(), "whole", 100)
        elif _SCALE_VERB.search(before.rpartition("。")[2][-40:]):
            yield Implicit(*found.span(), "scale", _scale(found[0][:-1]))


def _factor(found: re.Match[str]) -> int:
    """双倍增 is ×2, 三倍增 ×3, 翻三番 ×8."""
    value = number(found["fold"] or found["times"] or "")
    if not isinstance(value, int):
        return _DOUBLING[found["doubling"]]
    return value if found["fold"] else 2**value


def _scale(word: str) -> int:
    """百 is 100, 五千 is 5000, 亿 and 万亿 follow: 千亿 is 1000·10⁸."""
    numeral = word.rstrip("万亿")
    value = number(numeral) if numeral and numeral not in _SCALES else _SCALES.get(numeral, 1)
    return int(value or 1) * (10**12 if word.endswith("万亿") else 10**8)
