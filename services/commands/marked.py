"""A document as text with its promises marked: on a terminal by colour, elsewhere by brackets.

⟦C-001 …⟧ a commitment      [ … ] a target      { … } a deadline
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.domain.document import Document

What = Literal["commitment", "target", "deadline"]
_OPENS: dict[What, str] = {"commitment": "⟦", "target": "[", "deadline": "{"}
_CLOSES: dict[What, str] = {"commitment": "⟧", "target": "]", "deadline": "}"}
_STYLES: dict[What, str] = {"commitment": "\x1b[1m", "target": "\x1b[32m", "deadline": "\x1b[33m"}
_RESET = "\x1b[0m"
#: Other control characters of a page must not reach the terminal.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Outermost first.
_DEPTH: tuple[What, ...] = ("commitment", "deadline", "target")


@dataclass(frozen=True, slots=True)
class Mark:
    start: int
    end: int
    what: What
    label: str = ""


def marks_of(document: Document) -> tuple[Mark, ...]:
    """What is marked in the document, by place and outermost first; a deadline named once is marked once."""
    dates = {each.verifiability.date for each in document.commitments if each.verifiability.date}
    marks = [Mark(each.start, each.end, "commitment", each.id) for each in document.commitments]
    marks += [Mark(each.start, each.end, "target") for each in document.targets]
    marks += [Mark(start, end, "deadline") for start, end in dates]
    return tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end, _DEPTH.index(mark.what))))


def marked_lines(document: Document, *, colour: bool) -> list[str]:
    """The lines of the document's text with the marks in them."""
    pieces = _coloured(document) if colour else _bracketed(document)
    return "".join(pieces).split("\n")


def _bracketed(document: Document) -> Iterator[str]:
    signs: list[tuple[int, int, int, str]] = []
    for order, mark in enumerate(marks_of(document)):
        label = f"{mark.label} " if mark.label else ""
        signs.append((mark.start, 1, order, _OPENS[mark.what] + label))
        signs.append((mark.end, 0, -order, _CLOSES[mark.what]))
    place = 0
    for at, _, _, sign in sorted(signs):
        yield _plain(document.text[place:at])
        yield sign
        place = at
    yield _plain(document.text[place:])


def _coloured(document: Document) -> Iterator[str]:
    edges = sorted(
        [edge for mark in marks_of(document) for edge in ((mark.start, 1, mark.what), (mark.end, -1, mark.what))]
    )
    active = dict.fromkeys(_DEPTH, 0)
    place = 0
    for at, step, what in edges:
        yield _styled(_plain(document.text[place:at]), active)
        active[what] += step
        place = at
    yield _styled(_plain(document.text[place:]), active)


def _styled(text: str, active: dict[What, int]) -> str:
    """`text` in the style of what it lies in; a style ends with its line."""
    style = "".join(_STYLES[what] for what in _DEPTH if active[what])
    if not style or not text:
        return text
    return "\n".join(f"{style}{line}{_RESET}" if line else line for line in text.split("\n"))


def _plain(text: str) -> str:
    return _CONTROL.sub("·", text)
