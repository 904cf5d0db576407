"""The number grammar of SPEC §8: approximator, number, magnitude, range, 余 or 多, unit, bound.

    (约|超|不低于 …)? N (—N)? (万|亿 …)? (余|多)? unit? (以上|以下|左右 …)?

`find_quantities` reads the MATCH layer once and answers every number that is not a name, with its value in the
page's own unit and its value with 十 百 千 万 亿 multiplied out. It decides nothing about promises or facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from services.domain.commitment import Amount, Comparator
from services.parser.lexicon import load
from services.parser.reading.number_names import Name, alternatives, find_names, name_at
from services.parser.text.numerals import ARABIC_DIGITS, CHINESE_DIGITS, number

UnitClass = Literal[
    "count", "event", "paired", "money", "measure", "size", "percent", "multiple", "tenth", "score", "duration", "age",
    "large", "bare",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """`matched[start:end]` is the quoted number, `number` where its first digit stands.

    `value` is in `unit` (万家), `norm_value` in `norm_unit` (家). `chinese` numerals are weak evidence: 三大, 两地.
    """

    start: int
    end: int
    number: int
    comparator: Comparator
    value: Amount
    unit: str
    norm_value: Amount
    norm_unit: str
    cls: UnitClass
    unit_elided: bool = False
    chinese: bool = False

    @property
    def countable(self) -> bool:
        return self.cls in ("count", "event", "paired")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Every number of a text: quantities and names, each in order and without overlap."""

    quantities: tuple[Quantity, ...]
    names: tuple[Name, ...]


@lru_cache(maxsize=8)
def find_numbers(matched: str) -> Numbers:
    """All numbers of `matched`; kept for the next caller, for targets, figures and labels ask about the same text."""
    names = find_names(matched)
    return Numbers(find_quantities(matched, names), names)


_UNITS = load("units")
_CLASSES: tuple[UnitClass, ...] = (
    "count", "event", "paired", "money", "measure", "size", "percent", "multiple", "tenth", "score", "duration", "age",
    "large",
)  # fmt: skip


def _units() -> dict[str, UnitClass]:
    """Unit -> class; where two classes claim a unit the later one has it."""
    return {
        unit: cls for cls in _CLASSES for words in _UNITS[cls].values() if isinstance(words, list) for unit in words
    }


UNIT_CLASS = _units()
_LONGEST_UNIT = max(map(len, UNIT_CLASS))
_PER = re.compile(f"/{alternatives(_UNITS['per']['units'])}(?:[·/.]{alternatives(_UNITS['per']['units'])})?")
_PAIR = re.compile("\\(([^()]{1,2})\\)")
_MAGNITUDE = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_BEFORE: dict[str, Comparator] = {word: sign for sign, words in _UNITS["comparator"].items() if sign != "reason" for word in words}  # fmt: skip
_LONGEST_BEFORE = max(map(len, _BEFORE))
_AFTER: dict[str, Comparator] = {word: sign for sign, words in _UNITS["comparator_after"].items() if sign != "reason" for word in words}  # fmt: skip
_LONGEST_AFTER = max(map(len, _AFTER))
_CEILING = tuple(_UNITS["ceiling"]["words"])
_ELIDED: dict[str, str] = {noun: unit for unit, nouns in _UNITS["elided"].items() if unit != "reason" for noun in nouns}  # fmt: skip

_NOUNS = re.compile(alternatives(_ELIDED))
_AHEAD = re.compile(
    f"({_NOUNS.pattern})(?:数量|总数|总量|数)?(?:累计|分别|已)?(?:达到|达|为|增至|至|突破|共|有|新增)*$"
)
_BEHIND = re.compile("[^,。;:、()\n0-9“”]{1,14}")
_DIGITS = re.compile(rf"(?<![0-9.])(?:(?<!,)|(?<![0-9],)){ARABIC_DIGITS}(?![0-9])")
#: 余 and 多 before or behind the magnitude; 千 of 千瓦 and 千米 is no magnitude.
_TAIL = re.compile(r"(?P<more>[余多来])?(?P<magnitude>(?:[十百万亿]|千(?![瓦米克伏卡赫帕]))+)?(?P<over>[余多])?")
#: 2.1:1, the ratio of two incomes.
_TO_ONE = re.compile(":1(?![0-9.])")
#: 2倍多, 三年多: 多 behind the unit, where the phrase ends.
_MORE = re.compile(r"[多余](?=[,。;、:)\n的]|$)")
_RANGE = re.compile(rf"[—~至到-]+({ARABIC_DIGITS})(?![0-9A-Za-z])")
_COORDINATE = re.compile(r"[、和与及]|以及")
#: Words that end in what looks like an approximator: 签约250个, 节约200万元, 附近100米.
_NO_APPROXIMATOR = {
    "约": "签节制预公条合履违续集大租特失邀赴简缔俭",
    "近": "最附远邻临靠亲就切走拉贴",
    "超": "赶反高",
    "不足": "",
}
_NOT_BOUND = ("简称", "统称", "称", "方面", "几", "问题", "措施", "工作", "内容")
_NOT_UNIT: dict[str, str] = {"分": "之", "方": "面案向", "成": "为立效果功员长熟都品就本交绩因", "度": "假", "面": "积", "人": "均", "名": "录", "条": "件例", "次": "第", "家": "庭", "门": "诊", "块": "钱", "户": "均", "点": "", "面子": "", "里": "面", "天": "然津", "单": "位", "道": "路", "例": "如", "口": "岸", "组": "织"}  # fmt: skip


def find_quantities(matched: str, names: tuple[Name, ...]) -> tuple[Quantity, ...]:
    """Every number of `matched` outside `names`, in order, without overlap."""
    found: list[Quantity] = []
    position = 0
    for digits in _DIGITS.finditer(matched):
        if digits.start() < position or len(digits[0]) > _LONGEST_NUMBER or name_at(names, digits.start()):
            continue
        quantity = _read(matched, digits)
        if quantity is not None:
            found.append(quantity)
            position = quantity.end
    arabic = _coordinated(matched, found)
    return tuple(sorted([*arabic, *_chinese(matched, names, arabic)], key=lambda quantity: quantity.start))


def _read(matched: str, digits: re.Match[str]) -> Quantity | None:
    first = _tail(matched, digits.end())
    second = None if _changes(matched, digits.start()) else _RANGE.match(matched, first.end)
    if second and len(second[1]) <= _LONGEST_NUMBER:
        last = _tail(matched, second.end())
        if not first.unit or first.unit == last.unit:
            return _range(matched, digits, first, second, last)
    if (
        first.unit == ""
        and matched[first.end : first.end + 1].isascii()
        and matched[first.end : first.end + 1].isalpha()
    ):
        return None
    return _single(matched, digits.start(), digits[0], first)


@dataclass(frozen=True, slots=True)
class _Tail:
    """What follows a number: 余, magnitude, unit, and where it ends."""

    over: bool
    about: bool
    magnitude: str
    unit: str
    cls: UnitClass
    end: int


def _tail(matched: str, position: int) -> _Tail:
    words = _TAIL.match(matched, position)
    assert words is not None
    unit, cls = unit_at(matched, words.end())
    end = words.end() + len(unit)
    if not words["magnitude"] and not unit:
        to_one = _TO_ONE.match(matched, position)
        return _Tail(False, False, "", to_one[0] if to_one else "", "bare", to_one.end() if to_one else position)
    over = words["more"] in ("余", "多") or bool(words["over"])
    if cls in ("multiple", "measure", "duration", "money") and _MORE.match(matched, end):
        over, end = True, end + 1
    return _Tail(over, words["more"] == "来", words["magnitude"] or "", unit, cls, end)


def unit_at(matched: str, position: int) -> tuple[str, UnitClass]:
    """The longest unit that begins at `position`, with its class; "" and "bare" where none does."""
    for length in range(_LONGEST_UNIT, 0, -1):
        unit = matched[position : position + length]
        cls = UNIT_CLASS.get(unit)
        if cls is None or len(unit) < length or not _ends(matched, unit, position + length):
            continue
        pair = _PAIR.match(matched, position + length) if cls in ("count", "event") else None
        if pair and pair[1] in UNIT_CLASS:
            return unit + pair[0], "paired" if cls == "count" else cls
        per = _PER.match(matched, position + length)
        if per and cls not in ("percent", "duration"):
            return unit + per[0], "measure" if cls != "money" else "money"
        return unit, cls
    return "", "bare"


def _ends(matched: str, unit: str, end: int) -> bool:
    after = matched[end : end + 1]
    if unit[-1].isascii() and unit[-1].isalnum():
        return not (after.isascii() and after.isalnum())
    return not after or after not in _NOT_UNIT.get(unit, "")


def _changes(matched: str, start: int) -> bool:
    """由20个到30个 is a change, not a range."""
    return matched[max(start - 1, 0) : start] in ("由", "从")


def _single(matched: str, start: int, digits: str, tail: _Tail) -> Quantity:
    value = Decimal(digits.replace(",", ""))
    before, sign = approximator(matched, start)
    end, bound = _bound(matched, tail)
    comparator = sign or bound or _ceiling(matched, before) or (">" if tail.over else "≈" if tail.about else "=")
    return _quantity(matched, before, end, start, comparator, (value,), tail)


def _range(matched: str, digits: re.Match[str], first: _Tail, second: re.Match[str], last: _Tail) -> Quantity | None:
    low, high = (Decimal(text.replace(",", "")) for text in (digits[0], second[1]))
    scale = Decimal(_scale(first.magnitude)) / _scale(last.magnitude) if first.magnitude else Decimal(1)
    before, _ = approximator(matched, digits.start())
    end, _ = _bound(matched, last)
    return _quantity(matched, before, end, digits.start(), "range", (low * scale, high), last)


def _quantity(
    matched: str, start: int, end: int, at: int, comparator: Comparator, values: tuple[Decimal, ...], tail: _Tail
) -> Quantity:
    unit, elided = tail.unit, False
    if tail.magnitude and not unit:
        unit, elided = _elided_unit(matched, start, end), True
    scale = _scale(tail.magnitude) * (10 if tail.cls == "tenth" else 1)
    cls: UnitClass = tail.cls if not elided else UNIT_CLASS.get(unit, "bare")
    return Quantity(
        start, end, at, comparator, _amount(values), tail.magnitude + unit, _amount(tuple(v * scale for v in values)),
        "%" if tail.cls == "tenth" else unit, cls, unit_elided=elided,
    )  # fmt: skip


def _scale(magnitude: str) -> int:
    scale = 1
    for character in magnitude[:6]:
        scale *= _MAGNITUDE[character]
    return scale


def _amount(values: tuple[Decimal, ...]) -> Amount:
    plain = tuple(int(value) if value == value.to_integral_value() else float(value) for value in values)
    return plain[0] if len(plain) == 1 else (plain[0], plain[1])


def approximator(matched: str, position: int) -> tuple[int, Comparator | None]:
    """Where the approximator directly before `position` begins, and its sign; `position` and None without one."""
    for length in range(min(_LONGEST_BEFORE, position), 0, -1):
        word = matched[position - length : position]
        sign = _BEFORE.get(word)
        if sign and matched[max(position - length - 1, 0) : position - length] not in _reject(word):
            return position - length, sign
    return position, None


def _reject(word: str) -> tuple[str, ...]:
    return tuple(_NO_APPROXIMATOR.get(word, ""))


def _bound(matched: str, tail: _Tail) -> tuple[int, Comparator | None]:
    """以上, 以下, 左右 … directly behind the unit: the new end and the sign."""
    for length in range(_LONGEST_AFTER, 0, -1):
        sign = _AFTER.get(matched[tail.end : tail.end + length])
        if sign and (tail.cls != "bare" or tail.unit) and not matched.startswith(_NOT_BOUND, tail.end + length):
            return tail.end + length, sign
    return tail.end, None


def _ceiling(matched: str, position: int) -> Comparator | None:
    return "<=" if matched.endswith(_CEILING, max(position - 6, 0), position) else None


def _elided_unit(matched: str, start: int, end: int) -> str:
    """The unit that 1.3万亿 leaves out (SPEC §8): told by the noun behind the number, else before it, else money."""
    behind = _BEHIND.match(matched, end)
    found = _NOUNS.search(behind[0]) if behind else None
    if found is None:
        before = _AHEAD.search(matched[max(start - 14, 0) : start])
        return _ELIDED[before[1]] if before else "元"
    return _ELIDED[found[0]]


def _coordinated(matched: str, quantities: list[Quantity]) -> list[Quantity]:
    """`16、20个`: a bare number takes the unit of the number it is coordinated with."""
    result = list(quantities)
    for index in range(len(result) - 2, -1, -1):
        this, after = result[index], result[index + 1]
        if (
            this.cls == "bare"
            and after.cls not in ("bare", "large")
            and _COORDINATE.fullmatch(matched, this.end, after.start)
        ):
            scale = 1
            if isinstance(after.value, int | float) and isinstance(after.norm_value, int | float) and after.value:
                scale = round(after.norm_value / after.value)
            norm = this.value if isinstance(this.value, tuple) else this.value * scale
            result[index] = replace(
                this, unit=after.unit, norm_value=norm, norm_unit=after.norm_unit, cls=after.cls, unit_elided=True
            )
    return result


_NUMERAL = re.compile(rf"{CHINESE_DIGITS}(?![0-9])")
_HUNDREDTH = re.compile(rf"百分之({ARABIC_DIGITS}|{CHINESE_DIGITS})")
_MAGNITUDES_ONLY = re.compile("[十百千万亿]+")
#: Longer runs of digits are codes and account numbers.
_LONGEST_NUMBER = 18
#: 三百 of 三百六十行 and the like are read as far as `number` can; longer runs are codes.
_LONGEST_NUMERAL = 12
_CHINESE_CLASSES = ("count", "event", "paired", "money", "measure", "tenth")


def _chinese(matched: str, names: tuple[Name, ...], arabic: list[Quantity]) -> Iterator[Quantity]:
    taken = {quantity.number for quantity in arabic}
    for hundredth in _HUNDREDTH.finditer(matched):
        value = number(hundredth[1])
        if value is not None and hundredth.start(1) not in taken:
            start, sign = approximator(matched, hundredth.start())
            yield Quantity(start, hundredth.end(), start, sign or "=", value, "%", value, "%", "percent", chinese=True)
    for numeral in _NUMERAL.finditer(matched):
        if numeral[0] != "一" and len(numeral[0]) <= _LONGEST_NUMERAL and not name_at(names, numeral.start()):
            yield from _numeral(matched, numeral)


def _numeral(matched: str, numeral: re.Match[str]) -> Iterator[Quantity]:
    """六成, 两批, 三百家, 近百家; a magnitude alone counts only behind an approximator."""
    start, text = numeral.start(), numeral[0]
    if start and (matched[start - 1].isdigit() or matched[start - 1] in "第数几每.余多"):
        return
    before, sign = approximator(matched, start)
    bare = _MAGNITUDES_ONLY.fullmatch(text)
    value = _scale(text) if bare and text != "十" else number(text)
    unit, cls = unit_at(matched, numeral.end() + (matched[numeral.end() : numeral.end() + 1] in ("余", "多")))
    if value is None or value < 2 or cls not in _CHINESE_CLASSES or (cls == "tenth" and not 0 < value < 10):
        return
    tail = _Tail(matched[numeral.end()] in "余多", False, "", unit, cls, numeral.end() + len(unit) + (matched[numeral.end()] in "余多"))  # fmt: skip
    end, bound = _bound(matched, tail)
    comparator: Comparator = sign or bound or (">" if tail.over else "=")
    scale = 10 if cls == "tenth" else 1
    yield Quantity(before, end, start, comparator, value, unit, value * scale, "%" if cls == "tenth" else unit, cls, chinese=True)  # fmt: skip
