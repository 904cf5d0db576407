"""The frame of a notice: title, number, addressees, cover letter, signature, annexed papers (SPEC §1.2, §17)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from services.parser.lexicon import load
from services.parser.reading.anatomy.closing import above, date_row, head_role, sign
from services.parser.reading.anatomy.layout import Layout, Row
from services.parser.reading.anatomy.lines import is_attachment, is_date, is_item, role_of
from services.parser.reading.anatomy.parts import Anatomy, furnished
from services.parser.reading.patterns import any_of
from services.parser.reading.structure.markers import numbered
from services.parser.text.layers import key

_WORDS = load("notices")
TITLE = re.compile(_WORDS["title"]["notice"])
_RECIPIENT, _COVER = re.compile(_WORDS["recipient"]["pattern"]), any_of(_WORDS["cover"]["patterns"])
#: The first paragraph of a notice that is the paper itself: why it is issued, no cover letter.
_PREAMBLE = re.compile(r"\s*(?:为|根据|按照|依据|近[期日],)")
_ANNEX = re.compile(_WORDS["annex"]["pattern"])
_CITED = re.compile(r"《([^《》\n]{2,120})》")
_ISSUED = re.compile(
    r"(?:印发|发布|公布|转发|下达|下发|批转)(?P<title>[^《》\n]{4,100}?)(?:\((?:试行|暂行)\))?的?(?:通知|公告|通告|函|决定)$"
)
_ATTACHED = re.compile(r"^(?:附\s*(?:件|表)?\s*\d{0,2}\s*:?)?\s*(?:\d{1,2}\s?[.、](?!\d)\s*)?")
_HEADER_ROWS = 14
#: Lines of one title, and rows an annex's title may be spread over.
_TITLE_LINES, _ANNEX_LINES = 5, 3
#: Likeness of a title to the one the notice names it by.
_ALIKE = 0.8
#: So many characters of a row tell with what its KEY begins, unless none of them is in it.
_TELLING = 12


def frame(layout: Layout, page_title: str | None = None) -> Anatomy:
    """The anatomy of a notice. The closing lines may stand before the annexes (SPEC §1.3)."""
    found = furnished(layout)
    rows = [row for row in layout.content if not row.table]
    begin = _header(rows, found)
    signed = _signature(rows, begin, found)
    body_end = signed if signed is not None else len(rows)
    _attachments(rows, found)
    annexes = list(_annexes(rows, begin, signed, page_title, found))
    if not annexes and signed is None:
        above(rows[begin:], found, signed_below=False)
    _cover(rows[begin:body_end], bool(annexes), found)
    above(rows, found, signed_below=False)
    return found


def _header(rows: Sequence[Row], found: Anatomy) -> int:
    """Marks title, number and addressees; returns the index of the first row behind them."""
    addressed = next((index for index, row in enumerate(rows[:_HEADER_ROWS]) if _is_recipient(row)), None)
    begin = _title_end(rows) if addressed is None else addressed
    for place, row in enumerate(rows[:begin]):
        found.mark(row, head_role(rows[:begin], place))
    if addressed is None:
        return begin
    found.mark(rows[addressed], "recipient")
    return addressed + 1


def _is_recipient(row: Row) -> bool:
    return not numbered(row) and role_of(row.text) is None and bool(_RECIPIENT.match(row.text.strip()))


def _title_end(rows: Sequence[Row]) -> int:
    """Index behind the title at the top; 0 where the text begins without one."""
    end = 0
    for index, row in enumerate(rows[: _TITLE_LINES + 3]):
        line = row.text.strip()
        if role_of(line) in ("doc_number", "date", "publicity", "classification"):
            end = index + 1 if end == index else end
            continue
        if numbered(row) or len(line) > 90 or line.endswith(("。", ":", ";", ",")):
            break
        if TITLE.search(line):
            end = index + 1
    return end


def _signature(rows: Sequence[Row], begin: int, found: Anatomy) -> int | None:
    """Marks the issuer's signature and date; returns the index of the first signature row."""
    date = date_row(rows, range(begin, len(rows)))
    if date is None or not date:
        return None
    sign(rows, date, found)
    place = date
    while place and found.roles.get(rows[place - 1].number) == "agency":
        place -= 1
    above(rows[:place], found, signed_below=True)
    for row in rows[date + 1 :]:
        role = role_of(row.text)
        if role not in ("publicity", "contact", "attachment", "agency"):
            break
        found.mark(row, role)
    return place


def _cover(rows: Sequence[Row], annexed: bool, found: Anatomy) -> None:
    """Marks the cover letter: all of it where papers are annexed and it has no sections of its own, else the
    paragraph that introduces what is notified."""
    body = [row for row in rows if row.number not in found.roles]
    first = next((index for index, row in enumerate(body) if numbered(row)), len(body))
    if first == len(body) and not annexed:
        first = min(first, 1)
    for row in body[:first]:
        if not annexed and (_PREAMBLE.match(row.text) or not _COVER.search(row.text)):
            return
        found.mark(row, "notice_body")


def _annexes(
    rows: Sequence[Row], begin: int, signed: int | None, page_title: str | None, found: Anatomy
) -> Iterator[int]:
    """Marks and yields the rows that are the title of an annexed paper."""
    titles = set(_named(rows, begin, page_title, found)) - {""}
    first = {title[0] for title in titles} | {""}
    past_signature = False
    for index in range(begin, len(rows)):
        row = rows[index]
        past_signature = past_signature or (signed is not None and index > signed and is_date(row.text))
        if row.number in found.roles or numbered(row) or len(row.text) > 90:
            continue
        lines = _spread(rows, index, titles) if _first_of_key(row.text) in first else 0
        first_behind = past_signature and found.roles.get(rows[index - 1].number) is not None
        if not lines and past_signature and _ANNEX.match(row.text.strip()):
            lines = int(first_behind or _nearly(_title_key(row.text), titles))
        for each in rows[index : index + lines]:
            found.mark(each, "annex_title")
        if lines:
            found.annexes[row.number] = rows[index + lines - 1].number
            yield index


def _first_of_key(text: str) -> str:
    """What the KEY of a row begins with; "" where its first characters say nothing."""
    return text[0] if text and "\u4e00" <= text[0] <= "\u9fff" else key(text[:_TELLING])[:1]


def _attachments(rows: Sequence[Row], found: Anatomy) -> None:
    """Marks the lists of attachments, wherever they stand: 附件:1.X and the items below it."""
    listing = False
    for row in rows:
        listing = is_attachment(row.text) or (listing and is_item(row.text))
        if listing:
            found.mark(row, "attachment")


def _spread(rows: Sequence[Row], index: int, titles: set[str]) -> int:
    """Over how many rows from `index` on a known title is spread; 0 if none begins there."""
    joined = ""
    for count, row in enumerate(rows[index : index + _ANNEX_LINES], 1):
        joined += row.text.strip()
        if _title_key(joined) in titles:
            return count
    return 0


def _nearly(title: str, titles: set[str]) -> bool:
    """Whether the notice names it by a title that is all but the same."""
    return any(SequenceMatcher(None, title, other).ratio() >= _ALIKE for other in titles)


def _named(rows: Sequence[Row], begin: int, page_title: str | None, found: Anatomy) -> Iterator[str]:
    """Keys of the papers that the title, the cover letter or the list of attachments names."""
    head = "".join(row.text.strip() for row in rows[:begin])
    for title in (head, page_title or ""):
        if issued := _ISSUED.search(title):
            yield _title_key(issued["title"])
    for row in rows:
        if found.roles.get(row.number) == "attachment":
            yield _title_key(_ATTACHED.sub("", row.text))
    for row in rows[: begin + 12]:
        yield from (_title_key(cited[1]) for cited in _CITED.finditer(row.text, 0, 4000))


def _title_key(title: str) -> str:
    return key(re.sub(r"\((?:试行|暂行|\d{4}年版?)\)$", "", title.strip()))
