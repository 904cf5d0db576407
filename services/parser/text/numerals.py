"""Written numbers to values: `8,600`, `4.5`, `1.3万`, `一千五百`, `二〇二三`, `两万亿`."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True)) | {"〇": 0, "○": 0, "两": 2, "俩": 2}
_DIGITS |= dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True))
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_TENS = str.maketrans({"廿": "二十", "卅": "三十"})

#: One Chinese digit, as a pattern.
CHINESE_DIGIT = "[〇○零一二两三四五六七八九]"
#: A whole Chinese numeral, as a pattern; also matches what `number` refuses (一二三).
CHINESE_DIGITS = "[〇○零一二两三四五六七八九十百千万亿廿卅]+"
#: A number in Arabic digits, with thousands commas or a decimal part, as a pattern.
ARABIC_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"

_ARABIC = re.compile(rf"([-+]?)({ARABIC_DIGITS})([十百千]?)(万?亿?)")
_CHINESE = re.compile("[" + "".join([*_DIGITS, *_SMALL, *_LARGE]) + "]+")
#: Longer runs of digits are no quantity but a code.
_LONGEST = 30


def number(text: str) -> int | float | None:
    """The value of `text` (MATCH layer) if the whole of it is one number, else None.

    Magnitudes 十百千万亿 count, units do not (五成 is None). Neighbouring digits without a magnitude are read as
    positions only where nothing else is possible: 二〇二三 is 2023, 三五 (three to five) is None.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    arabic = _ARABIC.fullmatch(text)
    return _arabic(*arabic.groups()) if arabic else _chinese(text.translate(_TENS))


def _arabic(sign: str, digits: str, small: str, large: str) -> int | float:
    value = Decimal(sign + digits.replace(",", ""))
    for magnitude in (*small, *large):
        value *= {**_SMALL, **_LARGE}[magnitude]
    if (small or large or "." not in digits) and value == value.to_integral_value():
        return int(value)
    return float(value)


def _chinese(text: str) -> int | float | None:
    whole, point, decimals = text.partition("点")
    if point:
        value, fraction = _chinese(whole), [_DIGITS.get(digit) for digit in decimals]
        if not isinstance(value, int) or not fraction or None in fraction:
            return None
        return float(f"{value}.{''.join(map(str, fraction))}")
    if not _CHINESE.fullmatch(text):
        return None
    return _positions(text) if all(character in _DIGITS for character in text) else _magnitudes(text)


def _positions(text: str) -> int | None:
    if len(text) > 1 and len(text) < 4 and not set(text) & set("〇○零"):
        return None
    return int("".join(str(_DIGITS[character]) for character in text))


def _magnitudes(text: str) -> int | None:
    """Positional reading with magnitudes; None where magnitudes stand in an impossible order (百十, 一二百)."""
    for magnitude in ("亿", "万"):
        head, found, tail = text.rpartition(magnitude)
        if found:
            return _join(_magnitudes(head) if head else None, _LARGE[magnitude], tail)
    return _below_ten_thousand(text)


def _join(head: int | None, magnitude: int, tail: str) -> int | None:
    rest = _after(tail, magnitude)
    return None if head is None or head >= magnitude or rest is None else head * magnitude + rest


def _after(tail: str, magnitude: int) -> int | None:
    """What follows a magnitude: nothing, `零五` (5), or a digit alone, which counts the next lower place (三万五)."""
    if not tail:
        return 0
    if len(tail) == 1 and tail in _DIGITS:
        return _DIGITS[tail] * magnitude // 10
    value = _magnitudes(tail)
    return value if value is not None and value < magnitude else None


def _below_ten_thousand(text: str) -> int | None:
    for written, magnitude in _SMALL.items():
        head, found, tail = text.partition(written)
        if found and magnitude == _largest(text):
            if not head:
                return _join(1, magnitude, tail) if magnitude == 10 else None
            return _join(_digit(head), magnitude, tail)
    return _digit(text)


def _largest(text: str) -> int:
    return max(_SMALL.get(character, 1) for character in text)


def _digit(text: str) -> int | None:
    """One digit, with the 零 that may stand before it."""
    return _DIGITS.get(text.lstrip("零〇○") or "零") if len(text) <= 2 else None
