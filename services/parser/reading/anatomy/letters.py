"""The frame of a reply: title, salutation, opening or card, and closing (SPEC §1.2, §17; PAGES §5–7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.domain.document import Role
from services.parser.lexicon import load
from services.parser.reading.anatomy.closing import close, head_role
from services.parser.reading.anatomy.layout import Layout, Row
from services.parser.reading.anatomy.lines import is_audience, role_of
from services.parser.reading.anatomy.parts import Anatomy, furnished
from services.parser.reading.bodies import is_body
from services.parser.reading.memo import remembered
from services.parser.reading.patterns import any_of, any_word
from services.parser.reading.structure.markers import numbered

_WORDS = load("letters")
_PERSON = re.compile(_WORDS["salutation"]["person"])
_OFFICE_FIRST = re.compile(_WORDS["salutation"]["office_first"])
BODY = re.compile(_WORDS["salutation"]["body"])
_BARE_NAMES = re.compile(_WORDS["salutation"]["bare_names"])
_NOT_NAMES = re.compile(any_word(_WORDS["salutation"]["not_names"]))
_INTRO, _INTRO_ENDS = any_of(_WORDS["intro"]["cues"]), re.compile(_WORDS["intro"]["ends"])
#: How a letter goes on behind its salutation.
_ADDRESS = re.compile(r"\s*(?:您|你|贵|首先|非常|第\s?[A-Z\d]|在.{2,30}(?:会议|次会)|关于|《)")
_GREETING = re.compile(_WORDS["intro"]["greeting"])

#: label -> what its value is, blanks inside the label allowed (案 由).
_LABELS = {label: name for name, labels in _WORDS["card"].items() if name != "reason" for label in labels}
#: Too common a word to be a label, but in a box: 【答复】.
_BOXED_ANSWER = ("答复", "回复")
_LABEL = re.compile(
    "(?P<label>"
    + "|".join(r"\s*".join(label) for label in sorted(_LABELS, key=len, reverse=True))
    + r")\s*[:\t]\s*|【\s*(?P<boxed>"
    + "|".join(sorted([*_LABELS, *_BOXED_ANSWER], key=len, reverse=True))
    + r")\s*】\s*:?\s*"
)
_CARD_ROLES: dict[str, Role] = {
    "title": "title", "number": "title", "proposer": "salutation", "agency": "agency", "co_agency": "agency",
    "date": "date", "feedback": "classification", "question": "intro", "answer": "intro",
}  # fmt: skip
#: A department alone on its line: (县农业农村局).
_IN_BRACKETS = re.compile(r"\s*[(【](?P<body>[\u4e00-\u9fff]{3,20})[)】]:?\s*")
_SECTION = re.compile(r"(?<=[。:;!])\s*(?:[一二三1][、.是]|\([一1]\))")
#: How deep the header is looked for, and where the opening of a letter must end at the latest.
_LONGEST_GREETING = 160
_HEADER_ROWS, _CARD_CHARACTERS, _INTRO_CHARACTERS = 14, 900, 400
#: Text behind the opening's 如下: in the same paragraph is body from this length on.
_BODY_BEHIND = 25
_FOOT_ROWS = 8
#: A longer row between the labels of a card is text, not a value that ran over.
_LONGEST_VALUE = 60
_LONGEST_LABEL = 12


@dataclass(frozen=True, slots=True)
class Field:
    """One label of a card and its value, `text[start:end]`."""

    label: str
    name: str
    row: Row
    start: int
    end: int
    value: str


def frame(layout: Layout, page_title: str | None = None) -> Anatomy:
    """The anatomy of a reply: a card's labels, else salutation and opening; then the closing lines."""
    del page_title
    found = furnished(layout)
    rows = layout.content
    card = card_of(rows)
    begin = _card(rows, card, found) if card else _letter(rows, found)
    for each in () if card else foot_of(rows[begin:]):
        found.mark(each.row, _CARD_ROLES[each.name])
    close([row for row in rows[begin:] if not row.table], found)
    _turns(rows[begin:], found)
    return found


def _turns(rows: Sequence[Row], found: Anatomy) -> None:
    """Marks the rows that name the department whose answer follows, in a letter several answer in turn (SPEC §17)."""
    for row in rows:
        name = _IN_BRACKETS.fullmatch(row.text)
        if name and row.number not in found.roles and is_body(name["body"]):
            found.mark(row, "heading")
            found.turns.add(row.number)


def salutation_index(rows: Sequence[Row]) -> int | None:
    """The row that addresses the proposer or the department that answers; None where no line does."""
    for index, row in enumerate(rows[:_HEADER_ROWS]):
        if numbered(row):
            return None
        if _greets(row):
            return index
        if len(row.text.strip()) > _LONGEST_GREETING:
            return None
    return None


def _greets(row: Row) -> bool:
    return _is_greeting(row.text)


@remembered(1_024)  # three steps ask it of the first rows
def _is_greeting(text: str) -> bool:
    line = text.strip()
    if glued_greeting(text):
        return True
    if len(line) > _LONGEST_GREETING or is_audience(line):
        return False
    return _addresses_person(line) or BODY.match(line) is not None


def person_in(line: str) -> re.Match[str] | None:
    """Groups `names` and `role` of a line that addresses deputies or members: 王芳代表:, 省人大代表王芳:."""
    return _PERSON.match(line) or _OFFICE_FIRST.match(line)


def glued_greeting(text: str) -> re.Match[str] | None:
    """The salutation a row opens with, where the opening stands in the same row: 王芳代表:您提出的…收悉。"""
    head, colon, rest = text[:_LONGEST_GREETING].partition(":")
    found = person_in((head + colon).strip()) if colon else None
    if found is None or _NOT_NAMES.search(head) or not _ADDRESS.match(rest):
        return None
    return found


def _addresses_person(line: str) -> bool:
    found = person_in(line)
    if not found or _NOT_NAMES.search(line):
        return False
    return line.endswith(":") or bool(_BARE_NAMES.match(found["names"].strip()))


def card_of(rows: Sequence[Row]) -> list[Field]:
    """The fields of a card; empty where fewer than two different labels stand at the head of the text, above its
    salutation and its sections."""
    fields: list[Field] = []
    for row in rows[: _HEADER_ROWS * 2]:
        here = [*_fields(row)] or _answer_alone(row, fields)
        if not here and not fields and (numbered(row) or _greets(row) or len(row.text) > _LONGEST_GREETING):
            break
        fields += here
    names = {each.name for each in fields}
    return (
        fields
        if len(names) > 1 and names & {"proposer", "agency", "answer"} and names != {"agency", "co_agency"}
        else []
    )


def foot_of(rows: Sequence[Row]) -> list[Field]:
    """The labelled lines at the end of a letter that is no card: 承办单位:X局, 办复日期:2024年5月4日."""
    return [each for row in rows[-_FOOT_ROWS:] if len(row.text) <= _LONGEST_VALUE for each in _fields(row)]


def _answer_alone(row: Row, above: Sequence[Field]) -> list[Field]:
    """The label of the answer on a line of its own, below labels that say what is answered or who proposed it."""
    label = re.sub(r"\s", "", row.text) if len(row.text) <= _LONGEST_LABEL else ""
    if _LABELS.get(label) != "answer" or not {each.name for each in above} & {"title", "proposer"}:
        return []
    return [Field(label, "answer", row, row.end, row.end, "")]


def _fields(row: Row) -> Iterator[Field]:
    if ":" not in row.text and "\t" not in row.text and "】" not in row.text:
        return
    labels = list(_LABEL.finditer(row.text, 0, _CARD_CHARACTERS))
    for label, following in zip(labels, [*labels[1:], None], strict=False):
        end = following.start() if following else len(row.text)
        value = row.text[label.end() : end].strip()
        written = re.sub(r"\s", "", label["label"] or label["boxed"])
        name = _LABELS.get(written, "answer")
        yield Field(written, name, row, row.start + label.end(), row.start + end, value)
        if name == "answer":
            return


def _card(rows: Sequence[Row], card: Sequence[Field], found: Anatomy) -> int:
    """Marks a card's rows; the answer's own text is body. Returns where the text behind the card begins."""
    last = _card_end(rows, card)
    for each in card:
        if each.name == "answer" and each.value:
            found.begins[each.row.number] = each.start + _letter_inside(each.row.text[each.start - each.row.start :])
        else:
            found.roles[each.row.number] = _CARD_ROLES[each.name]
    for row in rows[: last + 1]:
        if row.number in found.begins:
            found.roles.pop(row.number, None)
        elif (
            not row.table and not numbered(row) and row.number not in found.roles and len(row.text) <= _CARD_CHARACTERS
        ):
            found.mark(row, role_of(row.text) or "title")
    if not any(each.name in ("answer", "question") for each in card) and salutation_index(rows[last + 1 :]) is not None:
        return last + 1 + _letter(rows[last + 1 :], found)  # a card above the letter itself
    answered = rows[last].number not in found.begins and any(each.row is rows[last] for each in card)
    if not answered:
        return last
    below = rows[last + 1 :]
    return last + 1 + (_letter(below, found) if below and _greets(below[0]) else _opening(below, 0, found))


def _letter_inside(text: str) -> int:
    """How far a letter's salutation and opening reach in the text behind a card's label."""
    end = _intro_end(text)
    opened = end <= _LONGEST_GREETING and _INTRO.search(text, 0, end) is not None
    return end if opened or glued_greeting(text.lstrip()) else 0


def _card_end(rows: Sequence[Row], card: Sequence[Field]) -> int:
    """The last row of the card's head: its answer label, else the last label before the text. A result or a feedback
    label may stand behind the text again."""
    answer = next((each.row for each in card if each.name == "answer"), None)
    if answer is not None:
        return rows.index(answer)
    labelled = {each.row.number for each in card}
    last = rows.index(card[0].row)
    asked = False
    for index in range(last, len(rows)):
        row = rows[index]
        if row.number in labelled:
            last = index
            asked = any(each.row is row and each.name == "question" for each in card)
        elif not asked and len(row.text) > _LONGEST_VALUE:
            break
    return last


def _letter(rows: Sequence[Row], found: Anatomy) -> int:
    """Marks title, number, salutation and opening; returns the index of the first row that may be body."""
    greeted = salutation_index(rows)
    begin = _head(rows, found) if greeted is None else greeted
    for place, row in enumerate(rows[:begin]):
        found.mark(row, head_role(rows[:begin], place))
    if greeted is not None and not glued_greeting(rows[greeted].text):
        found.mark(rows[greeted], "salutation")
        begin = greeted + 1
    return _opening(rows, begin, found)


def _head(rows: Sequence[Row], found: Anatomy) -> int:
    """Rows of title and number at the top of a letter without a salutation."""
    for index, row in enumerate(rows[:_HEADER_ROWS]):
        line = row.text.strip()
        if (
            numbered(row)
            or row.table
            or len(line) > 90
            or line.endswith(("。", ":", ",", ";"))
            or _GREETING.match(line)
        ):
            return index
    return 0


def _opening(rows: Sequence[Row], begin: int, found: Anatomy) -> int:
    """Marks the greeting and the paragraph that says what is answered; text behind it in its row is body."""
    for index in range(begin, min(begin + 3, len(rows))):
        row = rows[index]
        line = row.text.strip()
        if numbered(row) or row.number in found.roles:
            return index
        if _GREETING.match(line) or (index < begin + 2 and role_of(line) == "approval_feedback"):
            found.mark(row, "intro")  # 您好! and thanks, before it says what is answered
            continue
        if not _INTRO.search(row.text, 0, _INTRO_CHARACTERS):
            return index
        end = _intro_end(row.text)
        if len(row.text) - end >= _BODY_BEHIND:
            found.begins[row.number] = row.start + end
            return index
        found.mark(row, "intro")
        if _INTRO_ENDS.search(row.text):
            return index + 1
    return min(begin + 3, len(rows))


def _intro_end(text: str) -> int:
    """Where the opening ends inside its paragraph: behind the first 如下: of its first sentences, else behind the last
    of 收悉。 and the like before a section begins."""
    end = None
    for found in _INTRO_ENDS.finditer(text, 0, _INTRO_CHARACTERS):
        if end is not None and _SECTION.search(text, end, found.start()):
            break
        end = found.end()
        if found[0].endswith(":"):
            break
    return len(text) if end is None else end
