"""Is a number of a past sentence a figure? (SPEC §9)"""

from __future__ import annotations

import re

from services.parser.reading.numbers.passages import VERBS, Passage
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.numbers.target_rules import (
    attributive,
    bare_reason,
    counts_in_chinese,
    is_index,
    label_of_time,
)
from services.parser.reading.patterns import alternatives

_PARTITION = re.compile(alternatives(VERBS["partition"]["nouns"]))
_FOLLOWING = tuple(VERBS["announcing"]["before"])
_OWN_WORK = frozenset(VERBS["announcing"]["nouns"])
_ABOUT = re.compile(r"(?:围绕|聚焦|瞄准)[^,;。]*$")


def reason_against(passage: Passage, quantity: Quantity) -> str | None:
    """Why a number of a past unit is no figure; None where it is one."""
    return passage.once(("reason", quantity.start), lambda: _reason_against(passage, quantity))


def _reason_against(passage: Passage, quantity: Quantity) -> str | None:
    if quantity.cls == "bare":
        return None if is_index(passage, quantity) else bare_reason(passage.matched, quantity)
    if quantity.cls in ("large", "age", "duration"):
        return label_of_time(passage, quantity)
    if quantity.chinese and not (is_batch(passage, quantity) or counts_in_chinese(passage, quantity)):
        return "label_count"
    if attributive(passage, quantity):
        return "attribute"
    if quantity.countable and quantity.comparator == "=" and _is_label(passage, quantity):
        return "label_count"
    return None


def _is_label(passage: Passage, quantity: Quantity) -> bool:
    return bool(
        _PARTITION.match(passage.phrase(quantity))
        or _ABOUT.search(passage.left(quantity))
        or _announced(passage, quantity)
    )


def _announced(passage: Passage, quantity: Quantity) -> bool:
    """主要做了以下3项工作: the number of what the text itself goes on to list."""
    return passage.left(quantity).endswith(_FOLLOWING) or passage.phrase(quantity) in _OWN_WORK


def is_batch(passage: Passage, quantity: Quantity) -> bool:
    """两批60个: the batches are counted beside the things (SPEC §15 D26)."""
    return quantity.unit == "批" and passage.matched[quantity.end : quantity.end + 2].lstrip(" ")[:1].isdigit()
