"""Tables of a page: which of them hold data and which only lay the page out, and how a row becomes a line.

A data table gives one line a row, its cells joined by one tab; a merged cell's text stands once, where the cell
begins. A layout table (one filled cell a row at most, or tables of data inside its cells) gives its paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

#: A row of label and answer, as card-form replies have it (SPEC §17), is broken into lines from here on; a short answer
#: is, where it is dated at its end.
_CARD_PARAGRAPHS = 3
_CARD_CHARACTERS = 200
_NUMERAL = "[0-9一二三四五六七八九十]{1,3}"
_DATED = re.compile(
    rf"\s*(?:20[0-9]{{2}}|二[一二三四五六七八九〇○零]{{3}})\s*年\s*{_NUMERAL}\s*月\s*{_NUMERAL}\s*日\s*"
)


class Entry(NamedTuple):
    """A finished line inside a page or a cell."""

    text: str
    is_row: bool = False


Cell = list[Entry]


@dataclass(slots=True)
class Table:
    """A table being read. `sink` takes its lines, and what stands outside its cells."""

    sink: list[Entry]
    rows: list[list[Cell]] = field(default_factory=list)

    def open_cell(self) -> Cell:
        """A new cell at the end of the last row."""
        if not self.rows:
            self.rows.append([])
        cell: Cell = []
        self.rows[-1].append(cell)
        return cell

    def entries(self, join: Callable[[list[str]], str]) -> Iterator[Entry]:
        """The table's lines in order."""
        if self._lays_out():
            yield from (entry for row in self.rows for cell in row for entry in cell)
            return
        for row in self.rows:
            yield from _row_entries(row, join)

    def _lays_out(self) -> bool:
        widest = max((sum(map(bool, row)) for row in self.rows), default=0)
        if any(entry.is_row for row in self.rows for cell in row for entry in cell):
            return True
        filled = sum(any(row) for row in self.rows)
        return widest <= 1 and (filled <= 1 or any(len(cell) > 1 for row in self.rows for cell in row))


def _row_entries(row: list[Cell], join: Callable[[list[str]], str]) -> Iterator[Entry]:
    if _is_card(row):
        yield from (entry for cell in row for entry in cell)
        return
    line = "\t".join(join([entry.text for entry in cell]) for cell in row).strip()
    if line:
        yield Entry(line, is_row=True)


def _is_card(row: list[Cell]) -> bool:
    filled = [cell for cell in row if cell]
    if len(filled) > 2:
        return False
    return any(
        len(cell) >= _CARD_PARAGRAPHS
        and (sum(len(entry.text) for entry in cell) > _CARD_CHARACTERS or _DATED.fullmatch(cell[-1].text) is not None)
        for cell in filled
    )
