"""What kind of document a text is (SPEC §1.1, §17; first match wins): reply, notice, work summary, other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.domain.document import Kind
from services.parser.lexicon import load
from services.parser.page.model import Page
from services.parser.reading.anatomy import letters, notices, reports
from services.parser.reading.anatomy.layout import Layout, Row
from services.parser.reading.anatomy.lines import DOC_NUMBER, is_audience
from services.parser.reading.patterns import any_of
from services.parser.reading.structure.markers import numbered
from services.parser.text.layers import match

_PROPOSAL = load("letters")["proposal"]
_CPPCC, _NPC = any_of(_PROPOSAL["cppcc"]), any_of(_PROPOSAL["npc"])
_ANSWER, _SUGGESTION = re.compile(_PROPOSAL["answer_title"]), re.compile(_PROPOSAL["suggestion_title"])
_REPLY_NUMBER = re.compile(_PROPOSAL["doc_number"])
_OPENING = re.compile(r"(?:建议|提案|议案|号)[^。]{0,24}(?:收悉|如下|交我|转至)|提出的.{0,80}(?:建议|提案|议案)")
#: What an answer to a party, or an opinion for the lead department, says at its beginning.
_TO_A_BODY = re.compile(
    r"收悉|(?:一并|统一|汇总)答复|第\s?[A-Z]{0,4}[\d-]+\s?号[^。]{0,80}(?:办理|会办|协办|分办|答复)"
)
_PROPOSAL_TITLE = re.compile(r"提案(?:的提案)?[》”]")
_TITLES = re.compile(r"《[^《》]*》|“[^“”]*”")
_HEADING = re.compile(load("notices")["title"]["heading"])
_REPORT = re.compile(load("notices")["title"]["work_report"])
_LONGEST_HEAD = 60
_NUMBER_ROWS, _TITLE_ROWS, _HEAD_ROWS, _HEADINGS = 3, 6, 12, 400


def kind_of(page: Page, layout: Layout) -> Kind:
    """The kind of the document on `page`. A reply comes before a notice: replies carry document numbers too."""
    rows = layout.content
    title = match(page.title[0]).strip() if page.title else ""
    if is_reply(rows, title, page):
        return reply_kind(rows, title)
    if _is_notice(rows, title, page):
        return "policy_notice"
    return "work_summary" if _is_summary(rows, title) else "other"


def is_reply(rows: Sequence[Row], title: str, page: Page) -> bool:
    if letters.card_of(rows):
        return True
    greeted = letters.salutation_index(rows)
    head = title_lines(rows[: _TITLE_ROWS if greeted is None else greeted])
    if any(_ANSWER.search(line) for line in (title, *head, "".join(head))):
        return True
    if greeted is None:
        return False
    person = letters.person_in(rows[greeted].text.strip()) or letters.glued_greeting(rows[greeted].text)
    return person is not None or _answers(rows, greeted, title, page)


def _answers(rows: Sequence[Row], greeted: int, title: str, page: Page) -> bool:
    """A letter to a department or a party that answers a suggestion, not a notice to it."""
    opening = "".join(row.text for row in rows[greeted + 1 : greeted + 3])[:600]
    numbers = [row.text for row in rows[:greeted]] + [match(page.catalogue.get("发文字号", ""))]
    if any(_REPLY_NUMBER.search(number) for number in numbers if DOC_NUMBER.match(number.strip())):
        return bool(_OPENING.search(opening) or _SUGGESTION.search(title))
    return bool(_TO_A_BODY.search(opening) and re.search("建议|提案|议案", opening))


def reply_kind(rows: Sequence[Row], title: str) -> Kind:
    """人大 or 政协, by the words around the suggestion's own title; its own words decide nothing (a 委员 may hand
    in what calls itself 建议)."""
    if kind := _kind_of_card(letters.card_of(rows)):
        return kind
    greeted = letters.salutation_index(rows)
    opening = [row.text[:400] for row in rows[: (greeted or 0) + 2]]
    for texts in ([title, *opening[: greeted or 1]], opening[(greeted or 0) :]):
        words = _TITLES.sub("", " ".join(texts))
        if _CPPCC.search(words):
            return "reply_cppcc"
        if _NPC.search(words):
            return "reply_npc"
    addressed = rows[greeted] if greeted is not None else None
    person = addressed and (letters.person_in(addressed.text.strip()) or letters.glued_greeting(addressed.text))
    if person:
        return "reply_cppcc" if "委" in person["role"] else "reply_npc"
    if greeted is not None and any(_PROPOSAL_TITLE.search(text) for text in (title, *opening)):
        return "reply_cppcc"  # a party or an association; deputies hand in no 提案
    around = title + " ".join(row.text[:400] for row in rows[:_HEAD_ROWS])
    return "reply_cppcc" if re.search("委员|提\\s*案\\s*人", around) and "代表" not in around else "reply_npc"


def _kind_of_card(card: Sequence[letters.Field]) -> Kind | None:
    """By who gave feedback, else by who proposed."""
    said = [each.label for each in card if each.name == "feedback"]
    said += [each.value for each in card if each.name == "proposer"]
    for word in said:
        if "委员" in word or "代表" in word:
            return "reply_cppcc" if "委员" in word else "reply_npc"
    return None


def title_lines(rows: Sequence[Row]) -> list[str]:
    """Lines short enough for a title."""
    return [row.text.strip() for row in rows if len(row.text) <= 90]


def _is_notice(rows: Sequence[Row], title: str, page: Page) -> bool:
    if any(DOC_NUMBER.match(row.text.strip()) for row in rows[:_NUMBER_ROWS]):
        return True
    if DOC_NUMBER.match(match(page.catalogue.get("发文字号", "")).strip()):
        return True
    head = title_lines(rows[:_TITLE_ROWS])
    return any(notices.TITLE.search(line) for line in (title, *head, "".join(head[:2])) if line)


def _is_summary(rows: Sequence[Row], title: str) -> bool:
    if any(_REPORT.search(line) for line in (title, *title_lines(rows[:_HEAD_ROWS]))):
        return True
    heads = [title, *(row.text.strip() for row in rows[:2] if len(row.text) <= _LONGEST_HEAD and not numbered(row))]
    if any(reports.TITLE.search(head) for head in heads) or any(is_audience(row.text) for row in rows[:_HEAD_ROWS]):
        return True
    return any(_HEADING.match(row.text.strip()) for row in rows[:_HEADINGS] if len(row.text) <= 60)
