"""One block a line: its role, and the section of the first node on it (SCHEMA: blocks)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from services.domain.document import Block, Role, Section
from services.parser.lexicon import load
from services.parser.reading.anatomy.layout import Layout, Row
from services.parser.reading.anatomy.parts import Anatomy
from services.parser.reading.patterns import any_of
from services.parser.reading.structure.markers import ARTICLE
from services.parser.reading.structure.outline import Part

_WORDS = load("headings")
_LEAD, _PURPOSE = any_of(_WORDS["lead_paragraph"]["patterns"]), any_of(_WORDS["purpose"]["patterns"])


def blocks_of(
    layout: Layout,
    anatomy: Anatomy,
    sections: Sequence[Section],
    lists: Mapping[int, str | None],
    background: Collection[int],
) -> tuple[Block, ...]:
    """The blocks of all rows; they tile the text.

    `lists` are the rows that consist of a responsible-unit list, with its section; `background` the rows of preambles.
    """
    owners = sorted((start, section.id) for section in sections for start, _ in section.body)
    starts = [start for start, _ in owners]
    headings = [section.start for section in sections]
    blocks: list[Block] = []
    for row in layout.rows:
        place = bisect_left(headings, row.start)
        here = sections[place : bisect_right(headings, row.end, place)]
        role = anatomy.roles.get(row.number) or _role(row, here, row.number in lists, row.number in background)
        section = here[0].id if here else lists.get(row.number)
        if section is None and (owner := bisect_left(starts, row.start)) < len(starts) and starts[owner] <= row.end:
            section = owners[owner][1]
        if role == "annex_title" and section is None:  # a title's second line
            section = blocks[-1].section
        blocks.append(Block(row.number, row.start, row.end, role, section))
    return tuple(blocks)


def _role(row: Row, here: Sequence[Section], listed: bool, background: bool) -> Role:
    if listed:
        return "units"
    if background:
        return "preamble"
    if here and not row.text[: here[0].start - row.start].strip():
        if here[0].form == "next_step":
            return "next_step"
        if len(here) == 1 and not here[0].run_in:
            return "heading"
    return "body"


def background_of(parts: Sequence[Part], sections: Sequence[Section]) -> Iterator[Part]:
    """Paragraphs before the first section, of the document or of an annex, that say why or look back (SPEC §3.5).

    They follow each other: the first paragraph of another kind ends them.
    """
    waiting = bool(sections) and sections[0].form not in ("next_step", "annex_title")
    heads = {section.start: section for section in sections}
    parents = {section.parent for section in sections}
    plain = False
    for part in parts:
        opened = next((heads[place] for place in range(part.start, part.start + 1) if place in heads), None)
        if opened is not None:
            waiting = opened.form == "annex_title"
            plain = waiting and opened.id not in parents
        elif waiting and part.what == "body":
            if not (_PURPOSE.search(part.row.text, 0, 2000) if plain else _leads(part)):
                waiting = ARTICLE.match(part.row.text) is not None and plain
                continue
            yield part
            waiting = not plain


def _leads(part: Part) -> bool:
    text = part.row.text.lstrip()
    return bool(_LEAD.match(text) or _PURPOSE.search(text, 0, 2000))
