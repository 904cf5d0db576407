"""The text as rows: one line each, with its place in the text and its MATCH layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from services.parser.page.model import Page
from services.parser.text.layers import match


class Row(NamedTuple):
    """One line: `text` is the MATCH layer of `document.text[start:end]`, of the same length."""

    number: int
    start: int
    end: int
    text: str
    table: bool = False
    #: The rule that calls the line furniture.
    furniture: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All rows of a text; they tile it, a newline between two. `matched` is the MATCH layer of the whole text."""

    matched: str
    rows: tuple[Row, ...]
    #: Rows that say something: no blank line and no furniture.
    content: tuple[Row, ...]


def layout_of(page: Page) -> Layout:
    matched = match(page.text)
    rows, start = [], 0
    for number, line in enumerate(page.lines):
        end = start + len(line.text)
        rows.append(Row(number, start, end, matched[start:end], line.table_row, line.furniture))
        start = end + 1
    content = tuple(row for row in rows if row.furniture is None and row.text.strip())
    return Layout(matched, tuple(rows), content)
