"""Metadata of a reply: to whom, about what, with whom, signed off by whom (SPEC §17, PAGES §5–7)."""

from __future__ import annotations

import re
from dataclasses import replace

from services.domain.document import (
    Approver,
    CoDepartments,
    Feedback,
    Recipient,
    ResultClass,
    Suggestion,
    Value,
)
from services.parser.lexicon import load
from services.parser.reading.anatomy.layout import Row
from services.parser.reading.anatomy.letters import BODY, Field, glued_greeting, person_in
from services.parser.reading.anatomy.lines import DOC_NUMBER
from services.parser.reading.anatomy.sheet import Sheet
from services.parser.reading.bodies import is_body
from services.parser.reading.patterns import any_of
from services.parser.text.layers import match
from services.parser.text.numerals import number as numeral

_WORDS = load("letters")
_NUMBERS = [re.compile(pattern) for pattern in _WORDS["suggestion"]["numbers"]]
_BARE_TITLE = re.compile(_WORDS["suggestion"]["bare_title"])
_QUOTED = re.compile(r"《(?P<title>[^《》\n]{2,200}(?:《[^《》\n]*》[^《》\n]*)?)》|“(?P<quoted>[^“”\n]{4,120})”")
_WITH = [re.compile(pattern) for pattern in _WORDS["handling"]["with"]]
_VAGUE = set(_WORDS["handling"]["vague"])
_CO_HANDLER = any_of(_WORDS["handling"]["co_handler"])
_SIGNED_OFF, _SIGNER = re.compile(_WORDS["approver"]["inside"]), re.compile(_WORDS["approver"]["label"])
_FEEDBACK = any_of(_WORDS["feedback"]["patterns"])
_CLASS = re.compile(
    r"(?:(?:类\s*别|结\s*果|分类|类\s*型|程度|等级)\s*:\s*[(【\[]?|^[(【\[]?)(?P<letter>[A-D甲乙丙丁])\d?\s?类?[)】\]]?"
    r"\s?[(、,:—-]?(?P<meaning>(?![\s\d)】\]。类]|主动公开|公开)[^()。:]{2,40}?)?[)】\]。]{0,2}"
    r"(?:\s*[/、,]?\s*(?:主动)?公开|\s+\S{2,12}:.{1,20})?$"
)
_CARD_CLASS = re.compile(r"[(【]?(?P<letter>[A-D甲乙丙丁])\d?\s?类?[)】]?")
#: A class and what it stands for in a legend: A类为…;  A—…;  A:…;  “A”表示….
_MEANING = (
    r"(?:^|[\s,、;:(。“]){letter}”?(?:类|(?=\s?[、:.,—为指是表]))[件]?\s?[、:.,—-]*\s?"
    r"(?:表示|是指|为|指|是|即)?[:]?\s?(?P<meaning>[^\s;:。()A-D“”]{{4,40}})"
)
_BARE_NUMBER = re.compile(r"(?:第\s?)?(?P<number>[A-Z]{0,4}\d[\d-]*)\s?号?(?:建议|提案|议案)?")
_CHINESE = re.compile("[一二三四五六七八九十百零〇]+")
#: 和 parts names only behind the end of one: 市财政局和县公路中心, but 市自然资源和规划局.
_PARTS = re.compile(r"[、,]|以及|(?<=[局委办厅部院府心会司队镇乡道处署])(?:和|及|与)(?=[\u4e00-\u9fff]{3})")
_BETWEEN_PERSONS = re.compile(r"\s*(?:代表|委员)(?=[、,\s])")
#: A shorter proposer is a person, whatever the name ends in.
_SHORTEST_BODY = 5
_CITED = re.compile(r"《[^《》\n]{0,300}(?:《[^《》\n]{0,200}》[^《》\n]{0,100})?》|“[^“”\n]{0,200}”")


def recipient(sheet: Sheet) -> Recipient | None:
    """The person addressed, or the department or party; the first of several names stands for `等N名`."""
    for each in sheet.card:
        if each.name == "proposer" and each.value:
            return _proposer(sheet, each)
    for row in sheet.rows("salutation"):
        line = row.text.strip()
        where = sheet.value(row.start, row.end)
        if found := person_in(line):
            return _person(found, where)
        if found := BODY.match(line):
            bodies = tuple(part.strip() for part in re.split("[、,]", found["bodies"]) if part.strip())
            return Recipient(None, None, bodies, where.text, where.start, where.end)
    for row in sheet.opening()[:1]:
        if found := glued_greeting(row.text):
            return _person(found, sheet.value(row.start, row.start + row.text.index(":") + 1))
    return None


def _person(found: re.Match[str], where: Value) -> Recipient:
    names = _BETWEEN_PERSONS.sub("", found["names"])
    names = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", names).strip()
    return Recipient(names, re.sub(r"\s", "", found["role"]), None, where.text, where.start, where.end)


def _proposer(sheet: Sheet, each: Field) -> Recipient:
    where = sheet.value(each.start, each.end)
    if len(each.value) >= _SHORTEST_BODY and (found := BODY.match(f"{each.value}:")):
        bodies = tuple(part.strip() for part in re.split("[、,]", found["bodies"]) if part.strip())
        return Recipient(None, None, bodies, where.text, where.start, where.end)
    found = re.match(r"(?P<names>.+?)(?:等)?(?:\d+[名位])?(?P<role>代表|委员)?$", each.value)
    names = re.sub(r"\s", "", found["names"]) if found else each.value
    role = found["role"] if found and found["role"] else ("委员" if sheet.kind == "reply_cppcc" else "代表")
    return Recipient(names, role, None, where.text, where.start, where.end)


def suggestion(sheet: Sheet) -> Suggestion:
    """Title and number of what is answered, from the card, the opening, the letter's title or the page."""
    title = _card_value(sheet, "title") or _title(sheet)
    return Suggestion(title, _card_number(sheet) or _number(sheet))


def _card_number(sheet: Sheet) -> Value | None:
    """The number behind a card's label, without 第 and 号 around it."""
    value = _card_value(sheet, "number")
    bare = _BARE_NUMBER.fullmatch(value.normalised or "") if value else None
    return replace(value, normalised=bare["number"]) if value and bare else value


def _card_value(sheet: Sheet, name: str) -> Value | None:
    return next((sheet.value(each.start, each.end) for each in sheet.card if each.name == name and each.value), None)


def _title(sheet: Sheet) -> Value | None:
    for row in [*sheet.opening(), *sheet.rows("title")]:
        if found := _QUOTED.search(row.text, 0, min(400, sheet.opening_end(row))):
            group = "title" if found["title"] else "quoted"
            inner = sheet.plain(row.start + found.start(group), row.start + found.end(group))
            return sheet.value(row.start + found.start(), row.start + found.end(), inner)
        if found := _BARE_TITLE.search(row.text, 0, min(400, sheet.opening_end(row))):
            return sheet.found(row, found, "title")
    return None


def _number(sheet: Sheet) -> Value | None:
    for row in [*sheet.opening(), *sheet.rows("title"), *_card_rows(sheet)]:
        text = _without_titles(row)
        for pattern in _NUMBERS:
            if found := pattern.search(text, 0, min(400, sheet.opening_end(row))):
                group = next(name for name, value in found.groupdict().items() if value)
                written = sheet.plain(row.start + found.start(group), row.start + found.end(group))
                return sheet.value(row.start + found.start(), row.start + found.end(), _in_digits(written))
    return _number_of_page(sheet)


def _without_titles(row: Row) -> str:
    """The row's text with quoted titles blanked out: what they say is not about this paper."""
    return _CITED.sub(lambda cited: f"《{' ' * (len(cited[0]) - 2)}》", row.text)


def _in_digits(written: str) -> str:
    """第一百二十三号 is 123; a number in digits keeps its zeros."""
    value = numeral(written) if _CHINESE.fullmatch(written) else None
    return str(value) if isinstance(value, int) else written


def _card_rows(sheet: Sheet) -> list[Row]:
    return [each.row for each in sheet.card][:1]


def _number_of_page(sheet: Sheet) -> Value | None:
    for text in (sheet.page.title[0] if sheet.page.title else "", sheet.page.meta.get("keywords", "")):
        if number := number_in(text):
            return Value(number)
    return None


def number_in(text: str) -> str | None:
    """The number of the suggestion that a title or a keyword names."""
    for pattern in _NUMBERS:
        if found := pattern.search(_CITED.sub("《》", match(text))):
            return _in_digits(next(value for value in found.groupdict().values() if value))
    return None


def co_departments(sheet: Sheet) -> CoDepartments | None:
    """Who handled it together with the writer (经与X共同研究办理)."""
    for each in sheet.card:
        if each.name == "co_agency" and (units := _units(each.value)):
            where = sheet.value(each.start, each.end)
            return CoDepartments(units, where.text, where.start, where.end)
    for row in sheet.opening():
        for pattern in _WITH:
            if found := pattern.search(_without_titles(row), 0, min(600, sheet.opening_end(row))):
                group = next(name for name, value in found.groupdict().items() if value)
                units = _units(found[group])
                if units and (group in ("a", "b") or any(map(is_body, units))):
                    where = sheet.found(row, found, group)
                    return CoDepartments(units, where.text, where.start, where.end)
    return None


def _units(names: str) -> tuple[str, ...]:
    units = tuple(part.strip() for part in _PARTS.split(names) if part.strip())
    return tuple(unit for unit in units if unit not in _VAGUE)


def handling(sheet: Sheet) -> str | None:
    """co_handler for an opinion that goes to the lead department."""
    addressed = next((row for row in sheet.rows("salutation")), None)
    to_body = addressed is not None and not person_in(addressed.text.strip())
    rows = [*sheet.rows("title", "approval_feedback"), *sheet.opening(), *sheet.layout.content[-6:]]
    texts = [row.text[:600] for row in rows] + [match(sheet.page.title[0]) if sheet.page.title else ""]
    said = any(_CO_HANDLER.search(text) for text in texts)
    return "co_handler" if said and (to_body or addressed is None or "协办" in texts[-1] + texts[0]) else None


def approver(sheet: Sheet) -> Approver | None:
    for row in sheet.rows("approval_feedback"):
        if found := _SIGNED_OFF.search(row.text):
            start = _sentence_start(row.text, found.start())
            where = sheet.value(row.start + start, row.start + found.end())
            return Approver(found["name"], found["title"], where.text, where.start, where.end)
    for row in sheet.rows("contact", "doc_number"):
        if found := _SIGNER.search(row.text.strip()):
            where = sheet.value(row.start, row.end)
            return Approver(re.sub(r"\s", "", found["name"]), None, where.text, where.start, where.end)
    return None


def _sentence_start(text: str, place: int) -> int:
    return max(text.rfind(sign, 0, place) for sign in "。,;!\n") + 1


def feedback(sheet: Sheet) -> Feedback | None:
    for row in sheet.rows("approval_feedback"):
        if found := _FEEDBACK.search(row.text):
            where = sheet.found(row, found, "text" if found["text"] else "text2")
            return Feedback(found["to"], where.text, where.start, where.end)
    return None


def result_class(sheet: Sheet) -> ResultClass | None:
    """The class mark; its meaning only where the page itself prints one."""
    for each in sheet.card:
        if each.name == "feedback" and (marked := _CARD_CLASS.fullmatch(each.value)):
            where = sheet.value(each.start, each.end)
            return ResultClass(marked["letter"], None, where.text, where.start, where.end)
    for row in sheet.rows("classification"):
        if found := _CLASS.search(row.text.strip()):
            meaning = found["meaning"] or _printed_meaning(sheet, found["letter"])
            where = sheet.value(row.start, row.end)
            return ResultClass(found["letter"], meaning, where.text, where.start, where.end)
    for row in sheet.rows("doc_number"):
        if (found := DOC_NUMBER.match(row.text.strip())) and found["mark"]:  # 某商提案〔2025〕18号 A
            where = sheet.found(row, found, "mark")
            return ResultClass(
                found["mark"], _printed_meaning(sheet, found["mark"]), where.text, where.start, where.end
            )
    return None


def _printed_meaning(sheet: Sheet, letter: str) -> str | None:
    pattern = re.compile(_MEANING.format(letter=letter))
    marks = {row.number for row in sheet.rows("classification")}
    for row in sheet.layout.rows[-12:]:
        if row.number not in marks and len(row.text) < 400 and (found := pattern.search(row.text)):
            return found["meaning"].rstrip(",、")
    return None
