"""Readings which a conversion to traditional script left behind characters: 現(xiàn)答復(fù)如下 (PAGES §9)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.parser.page.lines import Row

_READING = re.compile(
    r"(?<=[\u4e00-\u9fff])[(（][a-z]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{0,4}[)）]"
)
#: A document may give the reading of a rare character or two; a conversion leaves many.
_FEWEST = 3
WARNING = "readings_left_out"


def without_readings(rows: Sequence[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows without such readings, and the warning that there were some."""
    if sum(len(_READING.findall(row.source)) for row in rows if "(" in row.source or "（" in row.source) < _FEWEST:
        return list(rows), ()
    return [row._replace(source=_READING.sub("", row.source)) for row in rows], (WARNING,)
