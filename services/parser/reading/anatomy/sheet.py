"""What metadata is read from: the text with its anatomy, and the page around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.domain.document import Kind, Role, Value
from services.parser.page.model import Page
from services.parser.reading.anatomy.layout import Layout, Row
from services.parser.reading.anatomy.letters import Field
from services.parser.reading.anatomy.parts import Anatomy
from services.parser.text.script import to_simplified


@dataclass(frozen=True, slots=True)
class Sheet:
    text: str
    layout: Layout
    anatomy: Anatomy
    page: Page
    kind: Kind
    #: The fields of a card; empty for anything but a reply in card form.
    card: tuple[Field, ...] = ()
    #: The labelled lines at the end of a letter that is no card.
    foot: tuple[Field, ...] = ()

    @property
    def is_reply(self) -> bool:
        return self.kind in ("reply_npc", "reply_cppcc")

    def rows(self, *roles: Role) -> list[Row]:
        return self.anatomy.rows(self.layout, *roles)

    def plain(self, start: int, end: int) -> str:
        """`text[start:end]` in simplified script: read with the characters beside it, which decide about some."""
        begin = max(0, start - 1)
        return to_simplified(self.text[begin : end + 1])[start - begin : end - begin]

    def value(self, start: int, end: int, normalised: str | None = None, lines: int | None = None) -> Value:
        """The text `[start, end)` without white space at its ends, simplified unless `normalised` is given."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        end = max(start, end - (len(piece) - len(piece.rstrip())))
        plain = self.plain(start, end) if normalised is None else normalised
        return Value(plain, self.text[start:end], start, end, lines)

    def found(self, row: Row, match: re.Match[str], group: str | int = 0) -> Value:
        """What a pattern found in a row's text."""
        return self.value(row.start + match.start(group), row.start + match.end(group))

    def opening(self) -> Sequence[Row]:
        """The rows that say what is answered: the opening, or the row whose head is the opening."""
        numbers = {row.number for row in self.rows("intro")} | self.anatomy.begins.keys()
        return [self.layout.rows[number] for number in sorted(numbers)] or list(self.layout.content[:2])

    def opening_end(self, row: Row) -> int:
        """How far into `row` the opening reaches."""
        return self.anatomy.begins.get(row.number, row.end) - row.start
