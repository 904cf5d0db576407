"""Numbers in Chinese numerals: 六成, 百分之三十, 三分之一, 三百家, 一千五百张, 三到五家 (SPEC §8).

They are weak evidence, for a numeral is as often part of a word; what they count decides (`target_rules`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.domain.commitment import Amount
from services.parser.reading.numbers.number_names import Name, name_at
from services.parser.reading.numbers.number_units import UnitClass, approximator, bound, scale, unit_at
from services.parser.reading.numbers.quantity import Quantity
from services.parser.text.numerals import ARABIC_DIGITS, CHINESE_DIGITS, number

_NUMERAL = re.compile(rf"{CHINESE_DIGITS}(?![0-9])")
#: 百分之三十, 千分之五, 三分之一.
_FRACTION = re.compile(
    rf"(?P<whole>[二两三四五六七八九十][十百千]?|百|千|万)分之(?P<part>{ARABIC_DIGITS}|{CHINESE_DIGITS})(?![0-9])"
)
_OUT_OF = {"百": "%", "千": "‰"}
_MAGNITUDES_ONLY = re.compile("[百千万亿]+")
_MOST_TENTHS = 10
#: Longer numerals are codes or lists.
_LONGEST_NUMERAL = 12
_CHINESE_CLASSES = ("count", "event", "paired", "money", "measure", "tenth", "percent")
#: 三到五家: where the range goes on.
_CHINESE_RANGE = re.compile(f"[到至—]({CHINESE_DIGITS})")
#: 一 before these is a number; before everything else it may be any word's beginning.
_ONE = re.compile("一(?:个百分点|[到至—][二两三四五]|成(?=[,。;、)多以左上的和]|$))")
#: Before a numeral: an ordinal, a vague number, or the end of an Arabic one.
_NO_NUMERAL = "第数几每.余多"


def chinese_numbers(matched: str, names: tuple[Name, ...], arabic: list[Quantity]) -> Iterator[Quantity]:
    """Every number of `matched` in Chinese numerals outside `names` and the numbers in digits."""
    taken = {place for quantity in arabic for place in range(quantity.number, quantity.end)}
    for fraction in _FRACTION.finditer(matched) if "分之" in matched else ():
        if fraction.start("part") not in taken:
            yield from _share(matched, fraction)
    over = 0
    for numeral in _NUMERAL.finditer(matched):
        if numeral.start() < over or numeral.start() in taken or name_at(names, numeral.start()):
            continue
        if numeral[0] == "一" and not _ONE.match(matched, numeral.start()):
            continue
        for quantity in _numeral(matched, numeral) if len(numeral[0]) <= _LONGEST_NUMERAL else ():
            over = quantity.end
            yield quantity


def _share(matched: str, fraction: re.Match[str]) -> Iterator[Quantity]:
    """百分之八十 is 80 %, 千分之三 3 ‰, 四分之三 75 %."""
    part, whole = number(fraction["part"]), fraction["whole"]
    if part is None:
        return
    unit, exact = _OUT_OF.get(whole, "%"), part
    if whole not in _OUT_OF:
        parts = 10**4 if whole == "万" else number(whole)
        if not parts or part > parts:
            return
        exact = round(100 * part / parts, 2)
    value = int(exact) if exact == int(exact) else exact
    start, sign = approximator(matched, fraction.start())
    end, limit = bound(matched, fraction.end())
    yield Quantity(
        start, end, fraction.start(), sign or limit or "=", value, unit, value, unit, "percent", chinese=True
    )


def _numeral(matched: str, numeral: re.Match[str]) -> Iterator[Quantity]:
    """六成, 两批, 三百家, 近百家."""
    start, end = numeral.span()
    before = matched[max(start - 2, 0) : start].rstrip(" ")[-1:]
    if before.isdigit() or (before and before in _NO_NUMERAL):
        return
    second = _CHINESE_RANGE.match(matched, end)
    end = second.end() if second else end
    over = matched[end : end + 1] in ("余", "多")
    unit, cls = unit_at(matched, end + over)
    if cls not in _CHINESE_CLASSES or (cls == "percent" and unit == "%"):
        return
    values = [_written(each) for each in ((numeral[0], second[1]) if second else (numeral[0],))]
    plain = [value for value in values if value and _plausible(value, cls, ranged=second is not None)]
    if len(plain) < len(values):
        return
    first, sign = approximator(matched, start)
    last, limit = bound(matched, end + over + len(unit))
    comparator = "range" if second else sign or limit or (">" if over else "=")
    amount = _amount(plain)
    norm, norm_unit = (_amount([10 * value for value in plain]), "%") if cls == "tenth" else (amount, unit)
    yield Quantity(first, last, start, comparator, amount, unit, norm, norm_unit, cls, chinese=True)


def _written(numeral: str) -> int | float | None:
    return scale(numeral) if _MAGNITUDES_ONLY.fullmatch(numeral) else number(numeral)


def _plausible(value: float, cls: UnitClass, *, ranged: bool) -> bool:
    """1 is too often part of a word; tenths go to nine."""
    return value < _MOST_TENTHS if cls == "tenth" else ranged or cls == "percent" or value > 1


def _amount(values: list[int | float]) -> Amount:
    return values[0] if len(values) == 1 else (values[0], values[1])
