"""What kind of fact a number reports (SPEC §9), decided by the words directly around it.

Order of the questions: forecast, threshold, distance to somebody else, multiple, change or share, then flow or level.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from services.domain.figure import FigureKind
from services.parser.reading.numbers.passages import VERBS, Passage
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.patterns import alternatives

_UP, _DOWN = VERBS["change"]["up"], VERBS["change"]["down"]
_FILLER = "(?:分别|同比|环比|均|实际|年均|了|约|近|超过|超|逾|达到|达|为|名义)*"
_CHANGE = re.compile(rf"(?:(?P<up>{alternatives(_UP)})|(?P<down>{alternatives(_DOWN)})){_FILLER}$")
_VERBS_OF_CHANGE = alternatives({*_UP, *_DOWN} - set(VERBS["change_nouns"]["words"]))
_REACHED = re.compile(rf"{_VERBS_OF_CHANGE}了?[{''.join(VERBS['to']['words'])}]{_FILLER}$")
_NAMED_CHANGE = re.compile(alternatives(VERBS["change_nouns"]["words"]) + "[^,;。]{0,6}$")
_DIFF = re.compile(
    rf"(?:(?P<up>{alternatives(VERBS['diff']['up'])})|(?P<down>{alternatives(VERBS['diff']['down'])}))[^,;。0-9]{{0,16}}$"
)
_HIGHER = re.compile("(?:(?P<up>高)|(?P<down>低))(?:出)?$")
_MORE_BY = re.compile("(?:增加|减少|增长|下降|提高|降低|提升|上升)了?(?:约|近|超过|超)?$")
#: 较去年减少6天 is a change; 减少到6天 and a bare 缩短6天 tell the time itself.
_AGAINST = re.compile("(?:同比|环比|较[^,。;]{1,10}|比[^,。;]{1,10})(?:增加|减少|缩短|延长|提前)$")
#: 按每公里40万元: a rate.
_PER_UNIT = re.compile(VERBS["rate"]["patterns"][1])
_THRESHOLD = re.compile(alternatives(VERBS["threshold"]["words"]) + "了?$")
_FORECAST = re.compile(alternatives(VERBS["forecast"]["words"], {"拟": "虚模"}))
_RATIO = re.compile(r"(?:是|为|达|相当于|相比|达到)[^,;。]{0,16}$")
_LEVEL = re.compile(alternatives(VERBS["level"]["words"]))
_RATE = re.compile(alternatives(VERBS["rate_level"]["words"]) + "[^,;。]{0,8}$")
_CUMULATIVE = re.compile(alternatives(VERBS["cumulative"]["words"]))
_FLOW_WORDS, _STOCK_WORDS = set(VERBS["promise"]["flow"]), set(VERBS["promise"]["stock"])
_LISTING = alternatives(VERBS["listing"]["words"])
_VERB = re.compile(f"{alternatives(_FLOW_WORDS | _STOCK_WORDS, {'新': '创更革'})}(?!{_LISTING})")
_AND = re.compile(" ?(?:[、和及与]|以及) ?")
_NEAR = 3
_LONGEST_LIST = 20
_NEW = re.compile(f"(?<![创更革刷])新{alternatives(VERBS['new']['behind'])}|{alternatives(VERBS['new']['words'])}")
_TOTAL = re.compile("(?:累计|总计|合计|共计|总数)(?:达到|达|为|已达|有)?$")
_HAVING = re.compile(alternatives(VERBS["having"]["words"]) + "$")
_BASIS = re.compile(
    "同比|环比|较上年同期|(?:较|比|与)[^,;。、分增下提高上降减]{1,14}?(?=分别|增|下|提|高|上|降|减|低|翻|均|相比|$)"
    "|(?:高于|低于|快于)[^,;。0-9]{1,10}"
)

Stock = Literal["flow", "level"]


@dataclass(frozen=True, slots=True)
class Reading:
    kind: FigureKind
    direction: Literal["up", "down"] | None = None
    basis: str | None = None
    #: 同比 was not written but is what a bare 增长 means in statistics.
    basis_default: bool = False

    @property
    def basis_source(self) -> Literal["explicit", "default"] | None:
        if self.basis is None:
            return None
        return "default" if self.basis_default else "explicit"


def read_kind(passage: Passage, index: int, inherited: Stock | None) -> Reading:
    return passage.once((index, inherited), lambda: _read_kind(passage, index, inherited))


def _read_kind(passage: Passage, index: int, inherited: Stock | None) -> Reading:
    quantity = passage.quantities[index]
    left = passage.left(quantity)
    if _FORECAST.search(passage.before(first_of_run(passage, index))):
        return Reading("forecast")
    if _THRESHOLD.search(left) and quantity.cls not in ("duration", "age"):
        return Reading("threshold")
    if quantity.cls in ("percent", "tenth"):
        return _percentage(passage, index, left)
    if quantity.cls == "multiple":
        return _multiple(passage, index, left)
    if quantity.cls == "duration":
        return (_change(passage, index) if _AGAINST.search(left) else None) or Reading("level")
    if quantity.cls == "money" and _PER_UNIT.search(left):
        return Reading("level")
    if _MORE_BY.search(left):
        return _change(passage, index) or Reading("change")
    return Reading(_stock_or_flow(passage, index, inherited))


def _percentage(passage: Passage, index: int, left: str) -> Reading:
    quantity = passage.quantities[index]
    if quantity.norm_unit != "%":
        return _points(passage, index, left)
    if _RATE.search(left):
        return Reading("level")
    return _change(passage, index) or Reading("share")


def _points(passage: Passage, index: int, left: str) -> Reading:
    """高于全国2个百分点 is a distance, 提高2个百分点 a change."""
    distance = _DIFF.search(left)
    if distance is None and (change := _change(passage, index)):
        return change
    distance = distance or _HIGHER.search(left)
    if distance is None:
        return Reading("share")
    return Reading("diff", "up" if distance["up"] else "down", _compared(distance[0]))


def _multiple(passage: Passage, index: int, left: str) -> Reading:
    change = _change(passage, index)
    if change:
        return change
    base = _RATIO.search(left)
    return Reading("ratio", basis=re.sub("^(?:是|为|达到|达|相当于)|的$", "", base[0]) or None if base else None)


def _change(passage: Passage, index: int) -> Reading | None:
    """增长N%, 分别增长x和y: coordinated values share the verb before the first."""
    first = first_of_run(passage, index)
    left = passage.left(passage.quantities[first])
    change = _CHANGE.search(left)
    if _REACHED.search(left) or not (change or _NAMED_CHANGE.search(left) or left.endswith(("同比", "环比"))):
        return None
    direction: Literal["up", "down"] = "down" if (change and change["down"]) or "降幅" in left[-8:] else "up"
    basis = _basis(left)
    return Reading("change", direction, basis or "同比", basis is None)


def first_of_run(passage: Passage, index: int) -> int:
    """The first of the numbers joined by 、 or 和 to number `index`, a list's length away at the most."""
    last = index
    while (
        index
        and last - index < _LONGEST_LIST
        and _AND.fullmatch(passage.matched, passage.quantities[index - 1].end, passage.quantities[index].start)
    ):
        index -= 1
    return index


def _basis(left: str) -> str | None:
    named = _BASIS.findall(left)
    return _compared(named[-1]) if named else None


def _compared(text: str) -> str:
    """高于全国 → 全国; 较上年同期 and 同比 stay as written."""
    for word in (*VERBS["diff"]["up"], *VERBS["diff"]["down"]):
        if text.startswith(word):
            return text[len(word) :] or text
    return text


def _stock_or_flow(passage: Passage, index: int, inherited: Stock | None) -> Stock:
    quantity = passage.quantities[index]
    own = passage.before(index)
    if _TOTAL.search(own):
        return "level"
    if _NEW.search(own):
        return "flow"
    verb = _own_verb(own)
    if inherited and index == 0 and verb not in _FLOW_WORDS and passage.matched.startswith("其中", passage.start):
        return inherited
    if _HAVING.search(own):
        return "level"
    if quantity.cls == "event" and verb not in _STOCK_WORDS:
        return "flow"
    if _LEVEL.search(own):
        return "level"
    if verb:
        return "flow" if verb in _FLOW_WORDS else "level"
    return inherited or "level"


def _own_verb(text: str) -> str | None:
    """The verb that governs the number: the first one, for in 提出…奖励等举措9条 it is 提出.

    Behind 、 only a verb right at the start counts: in A6家、境内外上市企业3家 上市 is part of a name.
    """
    found = _VERB.search(text)
    if found is None or (text[:1] in ("、", "和", "及", "与") and found.start() > _NEAR):
        return None
    return found[0]


def is_cumulative(passage: Passage, quantity: Quantity) -> bool:
    """累计 covers everything coordinated after it in the sentence (SPEC §9)."""
    return bool(_CUMULATIVE.search(passage.ahead(quantity)))
