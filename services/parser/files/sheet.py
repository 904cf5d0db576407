"""An xlsx to lines: each sheet's rows as they are shown, the sheet's name above where there are several."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import load_workbook

#: Rows and columns beyond these hold nothing but formatting, in every table that people fill in.
MOST_ROWS = 20_000
MOST_COLUMNS = 200


def lines_of(body: bytes) -> list[str]:
    """One line a row that is not empty. Raises whatever the library raises, OverflowError for too many rows."""
    book = load_workbook(BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return [line for sheet in shown for line in _sheet(sheet, named=len(shown) > 1)]
    finally:
        book.close()


def _sheet(sheet: Any, *, named: bool) -> Iterator[str]:
    rows = sheet.iter_rows(max_col=MOST_COLUMNS)
    title = named
    for row in islice(rows, MOST_ROWS):
        cells = [_cell(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if title:
            yield sheet.title
            title = False
        yield "\t".join(cells) if sum(map(bool, cells)) > 1 else next(filter(None, cells))
    if next(rows, None) is not None:
        raise OverflowError(f"more than {MOST_ROWS} rows")


def _cell(cell: Any) -> str:
    """A share is stored as 0.6 and shown as 60%."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return _shown(float(value) * 100) + "%"
    return _shown(value)


def _shown(value: Any) -> str:
    """A value as a person reads it: whole numbers without a point, dates without a midnight."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).upper()
    if isinstance(value, float):
        return f"{value:.12g}" if value.is_integer() and abs(value) < 1e15 else repr(round(value, 10))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split())
