"""The end of a paper: approval, signature, date, publicity, contacts, attachments (SPEC §1.3, §17, PAGES §7)."""

from __future__ import annotations

from collections.abc import Sequence

from services.domain.document import Role
from services.parser.page.plain import furniture
from services.parser.reading.anatomy.layout import Row
from services.parser.reading.anatomy.lines import (
    is_attachment,
    is_date,
    is_item,
    is_month,
    is_signature,
    role_of,
    signed,
)
from services.parser.reading.anatomy.parts import Anatomy
from services.parser.reading.structure.markers import numbered

#: Lines further up than this from the end are part of the text.
_DEEPEST = 40
#: A line of no known kind below the date is a contact line when it is not longer.
_SHORT = 60
#: What a title goes on with below the names of its issuers.
_TITLE_GOES_ON = ("关于", "对", "印发", "转发", "答复")


def close(rows: Sequence[Row], found: Anatomy) -> None:
    """Marks the closing lines at the end of `rows` (content rows). The date need not be the last of them."""
    date = date_row(rows, range(len(rows) - 1, max(-1, len(rows) - _DEEPEST), -1))
    if date is not None and not any(_is_text(row) for row in rows[date + 1 :]):
        below(rows[date + 1 :], found)
        sign(rows, date, found)
        above(rows[:date], found, signed_below=True)
    else:
        above(rows, found, signed_below=False)
        _glued(rows, found)


def _glued(rows: Sequence[Row], found: Anatomy) -> None:
    """Where extraction glued signature and date, or the page's furniture, to the last paragraph, the body ends before
    them."""
    last = next((row for row in reversed(rows[-_DEEPEST:]) if row.number not in found.roles), None)
    if last is None or any(role in ("agency", "date") for role in found.roles.values()):
        return
    end = max(last.text.rfind(sign, 0, len(last.text) - 1) for sign in "。!") + 1
    tail = last.text[end:].split()
    if end and tail and (signed(last.text[end:]) or all(furniture(piece) for piece in tail)):
        found.ends[last.number] = last.start + end


def head_role(rows: Sequence[Row], place: int) -> Role:
    """The role of a row above the addressee. A body's name there is a letter head, but where the title goes on below
    it (X局 / 关于…的通知) it is the title's first line."""
    line = rows[place].text.strip()
    if role := role_of(line):
        return role
    if not is_signature(line):
        return "title"
    below = next((row.text.strip() for row in rows[place + 1 :] if not is_signature(row.text)), "")
    return "title" if below.startswith(_TITLE_GOES_ON) and not line.endswith("件") else "agency"


def date_row(rows: Sequence[Row], indices: Sequence[int] | range) -> int | None:
    """The first of `indices` whose row is a date line that signs: a signature stands above it, below it or in it."""
    bare = None
    for index in indices:
        if signed(rows[index].text):
            return index
        if index and is_month(rows[index].text) and is_signature(rows[index - 1].text):
            return index
        if is_date(rows[index].text):
            if index and is_signature(rows[index - 1].text):
                return index
            bare = index if bare is None else bare
    return bare


def sign(rows: Sequence[Row], date: int, found: Anatomy) -> None:
    """Marks the date line and the signatures directly above it, or below it where none stands above."""
    if signed(rows[date].text):
        found.mark(rows[date], "agency")
        return
    found.mark(rows[date], "date")
    place = date - 1
    while place >= 0 and is_signature(rows[place].text):
        found.mark(rows[place], "agency")
        place -= 1
    if place == date - 1 and date + 1 < len(rows) and is_signature(rows[date + 1].text):
        found.roles[rows[date + 1].number] = "agency"


def above(rows: Sequence[Row], found: Anatomy, signed_below: bool) -> None:
    """Marks the closing lines that end `rows`, upwards until the text begins."""
    for place in range(len(rows) - 1, max(0, len(rows) - _DEEPEST), -1):
        if rows[place].number in found.roles:
            continue
        role = role_of(rows[place].text) or _listed(rows, place)
        if role is None and not signed_below and _signs(rows, place):
            role = "agency"
        if role is None or role == "doc_number":
            return
        found.mark(rows[place], role)


def _signs(rows: Sequence[Row], place: int) -> bool:
    return is_signature(rows[place].text) and not numbered(rows[place])


def _listed(rows: Sequence[Row], place: int) -> Role | None:
    """`2.X` below `附件:1.X` is one more attachment."""
    lowest = max(0, place - _DEEPEST)
    while place > lowest and is_item(rows[place].text):
        place -= 1
        if is_attachment(rows[place].text):
            return "attachment"
    return None


def below(rows: Sequence[Row], found: Anatomy) -> None:
    """Marks what stands below the date: contacts, copies, publicity; attached texts to the end."""
    attached = False
    for row in rows:
        role = role_of(row.text)
        attached = attached or role == "attachment"
        if attached:
            found.mark(row, "attachment")
        else:
            found.mark(row, role or "contact")


def _is_text(row: Row) -> bool:
    return len(row.text) > _SHORT and role_of(row.text) is None
