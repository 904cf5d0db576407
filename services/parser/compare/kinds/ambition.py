"""Which number asks more: the higher, the lower, or nobody can tell (SPEC §12 row 11)."""

from __future__ import annotations

import re

from services.domain.commitment import Target
from services.parser.compare.marking.pair import Pair
from services.parser.lexicon import load
from services.parser.reading.numbers.metrics import polarity
from services.parser.text.layers import match

_WORDS = load("ambition")
#: Before a number these make it a level to come down to, not a size to come down by.
_DOWN_TO = re.compile(f"(?:(?:{'|'.join(_WORDS['down']['words'])})[至到在为]|{'|'.join(_WORDS['below']['words'])})$")
#: A metric of these counts what is done about something, or how large something good is.
_MENDED = re.compile(f"(?:{'|'.join(_WORDS['mended']['words'])})")
_SIZE = re.compile(f"(?:{'|'.join(_WORDS['size']['words'])})$")
_CLAUSE_END = re.compile("[,;。]")
_CEILINGS = ("<=", "<")


def lower_is_better(pair: Pair, old: Target, new: Target) -> bool:
    """Whether a smaller number is the harder promise: a ceiling, a level to come down to, too much of a bad thing."""
    if old.comparator in _CEILINGS and new.comparator in (*_CEILINGS, "=", "≈"):
        return True
    before = pair.frame.old.matched[max(pair.old_start, old.start - 8) : old.start]
    if _DOWN_TO.search(_CLAUSE_END.split(before)[-1]):
        return True
    return polarity(old.metric, old.direction) == "lower" and not _of_good(old.metric)


def unclear(target: Target) -> bool:
    """Whether no one can tell which value of the target asks more."""
    return polarity(target.metric, target.direction) == "unknown"


def _of_good(metric: str) -> bool:
    """隐患整改率, 投诉办结率, 新材料产业规模: the bad thing is named, something better is counted."""
    plain = match(metric)
    return _MENDED.search(plain) is not None or _SIZE.search(plain) is not None
