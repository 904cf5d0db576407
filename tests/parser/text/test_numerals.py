"""Written numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.text.numerals import ARABIC_DIGITS, CHINESE_DIGITS, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8,600", 8600),
        ("1,234,567.5", 1234567.5),
        ("4.5", 4.5),
        ("-3", -3),
        ("1.3万", 13000),
        ("5.5万亿", 5_500_000_000_000),
        ("3千", 3000),
        ("两", 2),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("廿一", 21),
        ("一百零五", 105),
        ("一百五", 150),
        ("一千五百", 1500),
        ("一千零五", 1005),
        ("一万零五百", 10500),
        ("三万五", 35000),
        ("两万亿", 2_000_000_000_000),
        ("一亿二千万", 120_000_000),
        ("二〇二三", 2023),
        ("二○二三", 2023),
        ("三点五", 3.5),
        ("零", 0),
    ],
)
def test_a_number(text: str, value: float) -> None:
    assert number(text) == value
    assert isinstance(number(text), type(value))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "五成",
        "三五",
        "一二三",
        "百",
        "万",
        "亿万",
        "百十",
        "一二百",
        "一万一万",
        "1,2",
        "1,0000",
        "1e5",
        "٣",
        "三点",
        "9" * 5000,
    ],
)
def test_no_number_or_more_than_one_reading(text: str) -> None:
    assert number(text) is None


@given(st.integers(0, 9_999_999))
def test_arabic_digits_with_and_without_commas(value: int) -> None:
    assert number(str(value)) == number(f"{value:,}") == value
    assert re.fullmatch(ARABIC_DIGITS, f"{value:,}")


def written(value: int) -> str:
    """`value` as Chinese writes it."""
    digits, places = "零一二三四五六七八九", ["", "十", "百", "千"]
    if value >= 10_000:
        rest = value % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return written(value // 10_000) + "万" + gap + (written(rest) if rest else "")
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit:
            text += ("零" if zero and text else "") + digits[digit] + places[place]
        zero = not digit
    return text


@given(st.integers(1, 99_999_999))
def test_chinese_numerals_are_read_as_they_are_written(value: int) -> None:
    assert number(written(value)) == value
    assert re.fullmatch(CHINESE_DIGITS, written(value))


@given(st.text(st.characters() | st.sampled_from("零一二三十百千万亿两点0123456789,.-\ud800")))
def test_anything_is_a_number_or_none(text: str) -> None:
    assert number(text) is None or isinstance(number(text), int | float)
