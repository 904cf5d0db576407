"""The time a figure belongs to (SPEC §9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.figure import FigurePeriod
from services.parser.reading.numbers.periods import Years, find_periods
from services.parser.text.layers import match

LETTER = Years(current=2023, review=None)
SUMMARY = Years(current=2024, review=2023)


def periods(text: str, years: Years = LETTER) -> list[FigurePeriod]:
    matched = match(text)
    return [period for _, period, _ in find_periods(matched, 0, len(matched), years)]


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2022年,增长", "year", "2022-01-01", "2022-12-31"),
        ("截至去年9月末,余额", "as_of", None, "2022-09-30"),
        ("截至2022年底,累计", "as_of", None, "2022-12-31"),
        ("截至2022年,我市", "as_of", None, "2022-12-31"),
        ("2020年以来,已", "since", "2020-01-01", None),
        ("今年上半年,完成", "half_year", "2023-01-01", "2023-06-30"),
        ("2021年至2023年,累计", "range", "2021-01-01", "2023-12-31"),
        ("2023年3月27日,召开", "day", "2023-03-01", "2023-03-27"),
        ("“十四五”期间,累计", "plan", "2021-01-01", "2025-12-31"),
        ("近年累计", "vague", None, None),
        ("平台上线以来,累计", "since", None, None),
        ("目前已上线", "as_of", None, None),
    ],
)
def test_a_period_is_resolved_against_the_document(text: str, kind: str, start: str | None, end: str | None) -> None:
    (period,) = periods(text)
    assert (period.type, period.start, period.end) == (kind, start, end)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("1—10月,增长", "2023-10-31"),
        ("前三季度,增长", "2023-09-30"),
        ("前三个季度,增长", "2023-09-30"),
        ("二季度,增长", "2023-06-30"),
    ],
)
def test_parts_of_a_year_take_the_year_under_review(text: str, end: str) -> None:
    (period,) = periods(text, SUMMARY)
    assert period.end == end


@pytest.mark.parametrize(
    "text",
    ["较2020年增长", "是2019年初的2.7倍", "比上年提高", "《规划(2021—2025年)》", "较上年同期增长", "“十四五”规划"],
)
def test_what_is_compared_with_or_cited_is_no_period(text: str) -> None:
    assert periods(text) == []


@given(
    st.lists(
        st.sampled_from(
            [
                "2023年",
                "9月",
                "31日",
                "去年",
                "截至",
                "底",
                "前三季度",
                "—",
                "1",
                "以来",
                "“十四五”",
                "同期",
                ",",
                "13月",
            ]
        ),
        max_size=20,
    )
)
def test_any_run_of_dates_is_read(words: list[str]) -> None:
    for period in periods("".join(words)):
        assert period.source == "explicit"
