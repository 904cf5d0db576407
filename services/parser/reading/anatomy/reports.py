"""The frame of a work summary or report, and of any other text: title, date line, speaker, audience (SPEC §17)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.domain.document import Role
from services.parser.lexicon import load
from services.parser.reading.anatomy.closing import close
from services.parser.reading.anatomy.layout import Layout, Row
from services.parser.reading.anatomy.lines import is_audience, role_of
from services.parser.reading.anatomy.parts import Anatomy, furnished
from services.parser.reading.structure.markers import numbered
from services.parser.text.layers import key, match

_NOTICES = load("notices")
TITLE = re.compile(_NOTICES["title"]["report"])
SPEECH_DATE, SPEAKER = re.compile(_NOTICES["speech"]["date"]), re.compile(_NOTICES["speech"]["speaker"])
_INTRO = re.compile(_NOTICES["speech"]["intro"])
_APPENDIX = set(load("headings")["appendix"]["rows"])
_HEADER_ROWS = 30
_LONGEST_TITLE = 80


def frame(layout: Layout, page_title: str | None = None) -> Anatomy:
    """The anatomy of a report. Lines above 各位代表: that are neither title, date nor speaker are furniture."""
    found = furnished(layout)
    rows = [row for row in layout.content if not row.table]
    rows = rows[: _appendix(rows, found)]
    audience = next((index for index, row in enumerate(rows[:_HEADER_ROWS]) if is_audience(row.text)), None)
    begin = _plain_head(rows, page_title, found) if audience is None else _speech_head(rows, audience, found)
    close(rows[begin:], found)
    return found


def _appendix(rows: Sequence[Row], found: Anatomy) -> int:
    """Marks a glossary at the end; returns where it begins."""
    for index, row in enumerate(rows):
        if index and row.text.strip() in _APPENDIX:
            for each in rows[index:]:
                found.mark(each, role_of(each.text) or "attachment")
            return index
    return len(rows)


def _speech_head(rows: Sequence[Row], audience: int, found: Anatomy) -> int:
    for row in rows[:audience]:
        found.mark(row, _head_role(row) or "boilerplate")
    found.mark(rows[audience], "salutation")
    following = audience + 1
    if following < len(rows) and not numbered(rows[following]) and _INTRO.search(rows[following].text, 0, 300):
        found.mark(rows[following], "intro")
        following += 1
    return following


def _plain_head(rows: Sequence[Row], page_title: str | None, found: Anatomy) -> int:
    for index, row in enumerate(rows[:6]):
        line = row.text.strip()
        is_title = not index and len(line) <= _LONGEST_TITLE and (_is(line, page_title) or bool(TITLE.search(line)))
        role: Role | None = "title" if is_title and not numbered(row) else _head_role(row) if index else None
        if role is None or role in ("approval_feedback", "attachment", "contact"):
            return index
        found.mark(row, role)
    return min(6, len(rows))


def _head_role(row: Row) -> Role | None:
    line = row.text.strip()
    if len(line) > _LONGEST_TITLE:
        return None
    if SPEECH_DATE.match(line):
        return "date"
    if SPEAKER.match(line):
        return "agency"
    return "title" if TITLE.search(line) else role_of(line)


def _is(line: str, page_title: str | None) -> bool:
    return bool(page_title) and key(line) == key(match(page_title or ""))
