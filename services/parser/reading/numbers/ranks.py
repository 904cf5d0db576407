"""Places in a list: 全国首批, 全市第5位 (SPEC §9, §15 D25)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.parser.reading.numbers.passages import VERBS
from services.parser.reading.patterns import alternatives

_RANK = re.compile(
    alternatives(VERBS["ranks"]["areas"])
    + r"[^,;。、“”0-9]{0,8}?(?:首"
    + alternatives(VERBS["ranks"]["first"])
    + "|第 ?[0-9一二三四五六七八九十]{1,3}(?:位|名)?)"
)
_RANK_VALUE = re.compile(r"首.|第 ?[0-9一二三四五六七八九十]+")


def find_ranks(matched: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Every rank in `matched[start:end]`: its span, and the place as written (第5, 首批)."""
    for found in _RANK.finditer(matched, start, end):
        yield *found.span(), _RANK_VALUE.findall(found[0])[-1]
