"""Readings which a conversion to traditional script left behind characters: 現(xiàn)答復(fù)如下 (PAGES §9)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.parser.page.lines import Row

_READING = re.compile(
    r"(?<=[\u4e00-\u9fff])[(（][a-z]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{0,4}[)）]"
)
#: Without one of these vowels there is none: what is quickest to ask.
_TONED = re.compile("[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]")
#: A document may give the reading of a rare character or two; a conversion leaves many.
_FEWEST = 3
WARNING = "readings_left_out"


def without_readings(rows: Sequence[Row]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows without such readings, and the warning that there were some."""
    text = "\n".join([row.source for row in rows])
    if not _TONED.search(text) or len(_READING.findall(text)) < _FEWEST:
        return list(rows), ()
    return [row._replace(source=_READING.sub("", row.source)) for row in rows], (WARNING,)
