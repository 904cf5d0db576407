"""Times and strangers' text come back from both databases as they should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, Integer, MetaData, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import StatementError

from services.storage.database import Database
from services.storage.types import PageText, UtcTime

times = st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.timezones())  # noqa: DTZ001
DIALECTS: list[Dialect] = [sqlite.dialect(), postgresql.dialect()]  # type: ignore[no-untyped-call]

_metadata = MetaData()
sample = Table(
    "sample",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime),
    Column("says", PageText),
)


@given(times)
def test_a_time_comes_back_equal_and_in_utc(moment: datetime) -> None:
    for dialect in DIALECTS:
        back = UtcTime().process_result_value(UtcTime().process_bind_param(moment, dialect), dialect)
        assert back == moment.astimezone(UTC)
        assert back is not None
        assert back.tzinfo is UTC


@given(times, times)
def test_stored_order_is_order_in_time(one: datetime, other: datetime) -> None:
    kept = [UtcTime().process_bind_param(moment, DIALECTS[0]) for moment in (one, other)]
    assert kept[0] is not None
    assert kept[1] is not None
    assert (kept[0] < kept[1]) == (one.astimezone(UTC) < other.astimezone(UTC))


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        UtcTime().process_bind_param(datetime(2023, 3, 27), DIALECTS[0])  # noqa: DTZ001  # that is the point


@given(st.text(st.characters(), max_size=20))
def test_page_text_can_always_be_stored(said: str) -> None:
    kept = PageText().process_bind_param(said, DIALECTS[0])
    assert kept is not None
    kept.encode()
    assert "\x00" not in kept
    if "\x00" not in said and not any("\ud800" <= character <= "\udfff" for character in said):
        assert kept == said


def test_a_label_is_cut_in_the_row_and_in_the_question() -> None:
    assert PageText(3).process_bind_param("重庆市经济", DIALECTS[0]) == "重庆市"


def test_both_databases_give_back_what_they_took(database: Database) -> None:
    moment = datetime(2023, 3, 27, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with database.engine.connect() as conn:
        _metadata.create_all(conn)
        conn.execute(insert(sample), [{"at": moment, "says": "制造\x00业\ud83d 𠮷"}, {"at": None, "says": None}])
        rows = conn.execute(select(sample.c.at, sample.c.says).order_by(sample.c.id)).all()
        with pytest.raises(StatementError, match="without a zone"):
            conn.execute(insert(sample), {"at": datetime(2023, 3, 27)})  # noqa: DTZ001
        conn.rollback()
    assert [tuple(row) for row in rows] == [(moment, "制造\ufffd业\ufffd 𠮷"), (None, None)]
