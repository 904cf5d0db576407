"""The number grammar of SPEC §8: approximator, number, magnitude, range, 余 or 多, unit, bound.

    (约|超|不低于 …)? N (—N)? (万|亿 …)? (余|多)? unit? (以上|以下|左右 …)?

`find_numbers` reads the MATCH layer once and answers every number: what names something (`number_names`) and what is
a quantity, with its value in the page's own unit and its value with 十 百 千 万 亿 multiplied out. It decides nothing
about promises or facts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from services.domain.commitment import Amount, Comparator
from services.parser.reading.memo import LONGEST, remembered
from services.parser.reading.numbers.chinese_numbers import chinese_numbers
from services.parser.reading.numbers.number_names import Name, find_names, name_at
from services.parser.reading.numbers.number_units import (
    UNIT_CLASS,
    UnitClass,
    approximator,
    bound,
    elided_unit,
    is_ceiling,
    scale,
    unit_at,
)
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.patterns import at_digits
from services.parser.text.numerals import ARABIC_DIGITS


@dataclass(frozen=True, slots=True)
class Numbers:
    """Every number of a text: quantities and names, each in order and without overlap."""

    quantities: tuple[Quantity, ...]
    names: tuple[Name, ...]


@lru_cache(maxsize=8)
def find_numbers(matched: str) -> Numbers:
    """All numbers of `matched`; kept, for targets, figures and labels all ask about a text with a long line."""
    quantities: list[Quantity] = []
    names: list[Name] = []
    start = 0
    while start <= len(matched):
        line, frame = line_at(matched, start)
        numbers = numbers_of(frame)
        quantities += [each.moved(start - 1) for each in numbers.quantities]
        names += [Name(each.start + start - 1, each.end + start - 1, each.reason) for each in numbers.names]
        start += len(line) + 1
    return Numbers(tuple(quantities), tuple(names))


def numbers_beside(matched: str, place: int) -> tuple[Numbers, int]:
    """The numbers of the line around `place`, or of more, and the shift from their places to those in `matched`."""
    at = matched.rfind("\n", 0, place) + 1
    frame = line_at(matched, at)[1]
    return (numbers_of(frame), at - 1) if len(frame) <= LONGEST else (find_numbers(matched), 0)


def line_at(matched: str, start: int) -> tuple[str, str]:
    """The line that begins at `start`, and framed: between the ends of lines it stands between, the last one without
    any behind it. Nothing that is said of a number looks beyond its line, and a place in the line is one more there."""
    end = matched.find("\n", start)
    line = matched[start:] if end < 0 else matched[start:end]
    # two line ends, for `$` would fit before a single one
    return line, f"\n{line}" if end < 0 else f"\n{line}\n\n"


@remembered(8_192)  # about 6 MB of them
def numbers_of(frame: str) -> Numbers:
    """All numbers of a framed line."""
    names = find_names(frame)
    return Numbers(find_quantities(frame, names), names)


#: Longer runs of digits are codes and account numbers.
_LONGEST_NUMBER = 18
#: 1 250万元: a space parts the thousands, where a unit follows.
_SPACED = r"[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?(?= ?[%‰\u4e00-\u9fff])"
_DIGITS = re.compile(rf"(?<![0-9.])(?:(?<!,)|(?<![0-9],))(?:{_SPACED}|{ARABIC_DIGITS})(?![0-9])")
#: 余 and 多 before or behind the magnitude; 千 of 千瓦 and 千米 is no magnitude.
_TAIL = re.compile(r"(?P<more>[余多来])?(?P<magnitude>(?:[十百万亿]|千(?![瓦米克伏卡赫帕]))+)?(?P<over>[余多])?")
#: 2.1:1, the ratio of two incomes.
_TO_ONE = re.compile(":1(?![0-9.])")
#: 2倍多, 三年多: 多 behind the unit, where the phrase ends.
_MORE = re.compile(r"[多余](?=[,。;、:)\n的]|$)")
_RANGE = re.compile(rf"[—~至到-]+({ARABIC_DIGITS})(?![0-9A-Za-z])")
_COORDINATE = re.compile(r" ?(?:[、和与及]|以及) ?")


def find_quantities(matched: str, names: tuple[Name, ...]) -> tuple[Quantity, ...]:
    """Every number of `matched` outside `names`, in order, without overlap."""
    found: list[Quantity] = []
    position = 0
    for digits in at_digits(_DIGITS, matched):
        if digits.start() < position or len(digits[0]) > _LONGEST_NUMBER or name_at(names, digits.start()):
            continue
        quantity = _read(matched, digits)
        if quantity is not None:
            found.append(quantity)
            position = quantity.end
    arabic = _coordinated(matched, found)
    return tuple(sorted([*arabic, *chinese_numbers(matched, names, arabic)], key=lambda quantity: quantity.start))


@dataclass(frozen=True, slots=True)
class _Tail:
    """What follows a number: magnitude, unit, where they end, and whether 余, 多 or 来 stand among them."""

    magnitude: str
    unit: str
    cls: UnitClass
    end: int
    extra: Comparator | None = None


def _read(matched: str, digits: re.Match[str]) -> Quantity | None:
    first = _tail(matched, digits.end())
    second = (
        None
        if matched[max(digits.start() - 1, 0) : digits.start()] in ("由", "从")
        else _RANGE.match(matched, first.end)
    )
    if second and len(second[1]) <= _LONGEST_NUMBER:
        last = _tail(matched, second.end())
        if not first.unit or first.unit == last.unit:
            return _range(matched, digits, first, second, last)
    after = matched[first.end : first.end + 1]
    if not first.unit and after.isascii() and after.isalpha():
        return None
    return _single(matched, digits, first)


def _tail(matched: str, position: int) -> _Tail:
    """What follows directly, or behind the one space that extraction from a PDF leaves (100 万元)."""
    if matched[position : position + 1] == " ":
        spaced = _tail_at(matched, position + 1)
        large = "万" in spaced.magnitude or "亿" in spaced.magnitude
        if large or (spaced.unit and spaced.cls not in ("duration", "age", "bare")):
            return spaced
    return _tail_at(matched, position)


def _tail_at(matched: str, position: int) -> _Tail:
    words = _TAIL.match(matched, position)
    more, magnitude, over = words.group("more", "magnitude", "over") if words else (None, None, None)
    unit, cls = unit_at(matched, words.end() if words else position)
    end = (words.end() if words else position) + len(unit)
    if not magnitude and not unit:
        to_one = _TO_ONE.match(matched, position)
        return _Tail("", to_one[0] if to_one else "", "bare", to_one.end() if to_one else position)
    if cls in ("multiple", "measure", "duration", "money") and _MORE.match(matched, end):
        over, end = "多", end + 1
    extra: Comparator | None = ">" if over or more in ("余", "多") else "≈" if more else None
    return _Tail(magnitude or "", unit, cls, end, extra)


def _single(matched: str, digits: re.Match[str], tail: _Tail) -> Quantity:
    before, sign = approximator(matched, digits.start())
    end, limit = _bound(matched, tail)
    ceiling: Comparator | None = "<=" if is_ceiling(matched, before) else None
    comparator = sign or limit or ceiling or tail.extra or "="
    return _quantity(matched, (before, end, digits.start()), comparator, (_decimal(digits[0]),), tail)


def _range(matched: str, digits: re.Match[str], first: _Tail, second: re.Match[str], last: _Tail) -> Quantity:
    """1—2家, 5%—6%, 8000—1万个: both ends in the unit of the second."""
    times = Decimal(scale(first.magnitude)) / scale(last.magnitude) if first.magnitude else Decimal(1)
    before, _ = approximator(matched, digits.start())
    ends = (_decimal(digits[0]) * times, _decimal(second[1]))
    return _quantity(matched, (before, _bound(matched, last)[0], digits.start()), "range", ends, last)


def _bound(matched: str, tail: _Tail) -> tuple[int, Comparator | None]:
    return bound(matched, tail.end) if tail.unit or tail.magnitude else (tail.end, None)


def _quantity(
    matched: str, place: tuple[int, int, int], comparator: Comparator, values: tuple[Decimal, ...], tail: _Tail
) -> Quantity:
    elided = bool(tail.magnitude) and not tail.unit
    unit = elided_unit(matched, place[0], place[1]) if elided else tail.unit
    times = scale(tail.magnitude) * (10 if tail.cls == "tenth" else 1)
    return Quantity(
        *place,
        comparator,
        _amount(values),
        tail.magnitude + unit,
        _amount(tuple(value * times for value in values)),
        "%" if tail.cls == "tenth" else unit,
        UNIT_CLASS[unit] if elided else tail.cls,
        unit_elided=elided,
    )


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "").replace(" ", ""))


def _amount(values: tuple[Decimal, ...]) -> Amount:
    plain = tuple(int(value) if value == value.to_integral_value() else float(value) for value in values)
    return plain[0] if len(plain) == 1 else (plain[0], plain[1])


def _coordinated(matched: str, quantities: list[Quantity]) -> list[Quantity]:
    """`16、20个`: a bare number takes the unit of the number it is coordinated with."""
    result = list(quantities)
    for index in range(len(result) - 2, -1, -1):
        this, after = result[index], result[index + 1]
        joined = this.cls == "bare" and after.cls not in ("bare", "large")
        if joined and _COORDINATE.fullmatch(matched, this.end, after.start):
            result[index] = _with_unit(this, after)
    return result


def _with_unit(quantity: Quantity, other: Quantity) -> Quantity:
    times = 1
    if isinstance(other.value, int | float) and isinstance(other.norm_value, int | float) and other.value:
        times = round(other.norm_value / other.value)
    norm = quantity.value if isinstance(quantity.value, tuple) else quantity.value * times
    return replace(
        quantity, unit=other.unit, norm_value=norm, norm_unit=other.norm_unit, cls=other.cls, unit_elided=True
    )
