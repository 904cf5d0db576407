"""Tables that every reader of RFC 4180 gets back as they were, and no spreadsheet executes."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.sheet import sheet

#: Text without what changes on the way: personal numbers and formulas have tests of their own.
_CELL = st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="\x00"), max_size=20).filter(
    lambda cell: not cell.strip().startswith(tuple("=+-@＝＋－＠")) and cell[:1] not in ("\t", "\r", "\n")
)


def back(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


@given(st.lists(st.lists(_CELL.filter(lambda cell: cell == cell.lstrip()), min_size=2, max_size=4), max_size=4))
def test_cells_come_back_as_they_were(rows: list[list[str]]) -> None:
    assert back(sheet(rows)) == rows


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_no_cell_begins_like_a_formula_and_none_is_lost(cells: list[str]) -> None:
    (row,) = back(sheet([["", *cells]]))
    assert len(row) == len(cells) + 1
    assert not any(cell.lstrip(" \u00a0\u3000").startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row)


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+86", "-5%", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠a", " =1", "\u3000=1", '=HYPERLINK("http://a")'],
)
def test_a_formula_is_defused_and_still_readable(cell: str) -> None:
    assert back(sheet([[cell, "a"]])) == [[f"'{cell}", "a"]]


def test_lines_end_as_the_standard_says_and_there_is_no_mark_in_front() -> None:
    assert sheet([["id", "text"], ["1", 'a,"b"\nc']]) == b'id,text\r\n1,"a,""b""\nc"\r\n'
    assert sheet([]) == b""


def test_personal_numbers_are_masked() -> None:
    (row,) = back(sheet([["联系电话：13812345678", "建成90个"]]))
    assert row == ["联系电话：138********", "建成90个"]
