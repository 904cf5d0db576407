"""Written dates (PAGES §1 and §8, SPEC §17)."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.text.dates import damaged_date, iso_date, iso_datetime
from services.parser.text.layers import match

DATES = st.dates(date(1950, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2023年3月27日",
        "2023-03-27",
        "2023/3/27",
        "2023.3.27",
        "2023. 3. 27",
        "2023 年 3 月 27 日",
        "2 0 2 3 年 3 月 2 7 日",
        "２０２３年３月２７日",
        "二〇二三年三月二十七日",
        "二○二三年三月廿七日",
        "二零二三年三月二十七日",
        "二O二三年三月二十七日",
        "重庆市经济和信息化委员会 2023年3月27日",
        "自2023年3月27日起至2024年1月1日",
        "2023年3月27号",
    ],
)
def test_a_full_date(text: str) -> None:
    assert iso_date(match(text)) == "2023-03-27"


@pytest.mark.parametrize(
    "text",
    ["2023年2月30日", "2023年3月", "3月27日", "2023.3.27.1", "12023年3月27日", "第0843号", "", "2022—2025", "20230327"],
)
def test_no_full_date_or_an_impossible_one(text: str) -> None:
    assert iso_date(match(text)) is None


def test_a_given_year_completes_month_and_day() -> None:
    assert iso_date("于12月31日前", 2022) == "2022-12-31"
    assert iso_date("2021年1月2日,12月31日前", 2022) == "2021-01-02"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023-06-12 09:51", "2023-06-12T09:51"),
        ("2023-06-12\u00a009:51", "2023-06-12T09:51"),
        ("2023-06-12  09:51", "2023-06-12T09:51"),
        ("2023-06-12 09∶51", "2023-06-12T09:51"),
        ("2023-06-12 09:51:30", "2023-06-12T09:51:30"),
        ("2023-06-12T09:51:30+08:00", "2023-06-12T09:51:30"),
        ("2023-06-12T01:51:30Z", "2023-06-12T09:51:30"),
        ("2023-06-12 09:51:30.0", "2023-06-12T09:51:30"),
        ("2023-06-12-09:51:30", "2023-06-12T09:51:30"),
        ("2023年06月12日 星期一 09:51", "2023-06-12T09:51"),
        ("2023年6月12日9时51分", "2023-06-12T09:51"),
        ("2023-06-12 下午3:20", "2023-06-12T15:20"),
        ("2023-06-12", "2023-06-12"),
        ("2023-06-12 25:61", "2023-06-12"),
        ("2023-02-30 09:51", None),
        ("昨天", None),
    ],
)
def test_publication_times(text: str, iso: str | None) -> None:
    assert iso_datetime(text) == iso
    assert iso_datetime(match(text)) == iso


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("2020824", "2020-08-24"),
        ("2023717", "2023-07-17"),
        ("2023111", None),
        ("20200824", "2020-08-24"),
        ("20238月24日", "2023-08-24"),
        ("2023年824日", "2023-08-24"),
        ("2023年3月27", "2023-03-27"),
        ("2023 3 27", "2023-03-27"),
        ("2023年12日", None),
        ("20164月", None),
        ("2023年月27日", None),
        ("2023年3月日", None),
        ("年  月  日", None),
        ("202年3月27日", None),
        ("2023年3月271日", None),
        ("2023年2月30日", None),
        ("二〇二年三月二十七日", None),
    ],
)
def test_a_damaged_date_has_at_most_one_reading(text: str, reading: str | None) -> None:
    assert damaged_date(text) == (True, reading)


@pytest.mark.parametrize(
    "text",
    [
        "2023年3月27日",
        "(2023年3月27日)",
        "2023.03.27",
        "2023年3月",
        "2023年",
        "2022—2025",
        "2022-12",
        "3月27日",
        "第2020824号",
        "二〇二三年三月",
        "023-63895333",
        "",
        "特此答复。",
    ],
)
def test_whole_dates_and_other_text_are_not_damaged(text: str) -> None:
    assert damaged_date(text) == (False, None)


@given(DATES)
def test_every_way_of_writing_a_date_gives_it_back(day: date) -> None:
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat(),
        day.strftime("%Y/%m/%d"),
        day.strftime("%Y.%m.%d"),
    ):
        assert iso_date(match(text)) == day.isoformat()
        assert damaged_date(match(text)) == (False, None)


@given(DATES)
def test_a_reading_of_fused_digits_is_the_date_or_nothing(day: date) -> None:
    damaged, reading = damaged_date(f"{day.year}{day.month}{day.day}日")
    assert damaged
    assert reading in (None, day.isoformat())


@given(st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - pages print no zone
def test_a_printed_time_is_read_to_the_second(moment: datetime) -> None:
    assert iso_datetime(moment.strftime("%Y-%m-%d %H:%M:%S")) == moment.isoformat(timespec="seconds")


@given(st.text(st.characters() | st.sampled_from("0123456789年月日二〇三十-/.: T\ud800")))
def test_any_text_is_read_without_an_error(text: str) -> None:
    iso_date(text, 2023)
    iso_datetime(text)
    damaged, reading = damaged_date(text)
    assert damaged or reading is None
