"""Metadata of a document from its text, and where the text is silent from its page (SPEC §1, §17).

    text (by the roles of its lines) → what only the page says → where the two disagree

Nothing is resolved silently: `Metadata.sources` says where each value was found, and disagreements become warnings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Literal, cast

from services.domain.document import (
    Agency,
    Approval,
    DocumentDate,
    Furniture,
    Metadata,
    Period,
    Publicity,
    Recipient,
    Value,
)
from services.parser.lexicon import load
from services.parser.reading.anatomy.layout import Row
from services.parser.reading.anatomy.letters import Field
from services.parser.reading.anatomy.lines import DAMAGED_DOC_NUMBER, DOC_NUMBER, is_date, is_month, signed
from services.parser.reading.anatomy.reports import SPEAKER, SPEECH_DATE
from services.parser.reading.anatomy.sheet import Sheet
from services.parser.reading.bodies import bodies_in, short_name
from services.parser.reading.metadata import letter_fields
from services.parser.reading.metadata.references import normal_number
from services.parser.text.dates import damaged_date, iso_date
from services.parser.text.script import script_of

_NOTICES = load("notices")
_APPROVED, _VAGUE_APPROVAL = re.compile(_NOTICES["approval"]["pattern"]), set(_NOTICES["approval"]["vague"])
_APART, _LISTED = re.compile(r",(?![^(]*\))"), re.compile(r"、(?![^(]*\))")
_LEVELS = re.compile(
    r"各?(?:有关)?(?:(?:省|自治区|直辖市|地级|市|州|盟|县|市辖|区|旗|自治[州县旗]|地区|乡|镇|街道|开发区|功能区|园区)+)(?:\([^()]*\))?"
)
_PERIOD = re.compile(_NOTICES["period"]["pattern"])
_GOVERNMENT = re.compile(_NOTICES["speech"]["government"])
_ANSWER = re.compile(load("letters")["proposal"]["answer_title"] + "$")
_DATE_IN_ROW = re.compile(r"[^\s()].*[^\s()]")
_ISSUER = re.compile(r"\s*(?P<bodies>[^。《》,;:]{4,60}?)\s*(?=关于|对[市县省区州全十第])")
_PUBLIC_BESIDE = re.compile(r"(?P<value>主动公开|依申请公开|不予公开|不公开|(?<![主动依申请予不])公开)(?!\w*:)")
#: How far into the text the plan period and the approval are looked for.
_DEEP = 40


def metadata_of(sheet: Sheet) -> Metadata:
    """What the text itself says."""
    found = Metadata(
        kind=sheet.kind,
        script=script_of(sheet.text),
        title=(title := _title(sheet)),
        title_source="text" if title else "absent",
        doc_number=_doc_number(sheet),
        agency=_agency(sheet),
        date=_date(sheet),
        publicity=_publicity(sheet),
        boilerplate=tuple(_furniture(sheet)),
    )
    if sheet.is_reply:
        found = _of_letter(sheet, found)
    if sheet.kind == "policy_notice":
        found = replace(
            found, recipient=_addressees(sheet), approval=_approval(sheet), implementation_period=_period(sheet)
        )
    return replace(found, sources=_sources(found))


def _of_letter(sheet: Sheet, found: Metadata) -> Metadata:
    return replace(
        found,
        recipient=letter_fields.recipient(sheet),
        suggestion=letter_fields.suggestion(sheet),
        co_departments=letter_fields.co_departments(sheet),
        approver=letter_fields.approver(sheet),
        feedback=letter_fields.feedback(sheet),
        handling=cast(Literal["co_handler"] | None, letter_fields.handling(sheet)),
        result_class=letter_fields.result_class(sheet),
    )


def _title(sheet: Sheet) -> Value | None:
    """The title, joined over its lines; of a card, the suggestion's own title names the paper, unless a line of its own
    says that it is an answer."""
    rows = sheet.rows("title")
    if sheet.card:
        labelled = {each.row.number for each in sheet.card}
        rows = [row for row in rows if row.number not in labelled and _ANSWER.search(row.text)]
    if not rows:
        return None
    run = _run(rows, rows[0])
    joined = "".join(sheet.plain(row.start, row.end).strip() for row in run)
    return sheet.value(run[0].start, run[-1].end, joined, len(run))


def _doc_number(sheet: Sheet) -> Value | None:
    """The number; one that lost its brackets or digits keeps its text and has no normalised form."""
    for row in sheet.rows("doc_number"):
        line = row.text.strip()
        if found := DOC_NUMBER.match(line):
            start = row.start + row.text.index(line) + found.start("number")
            return sheet.value(start, start + len(found["number"]), normal_number(found["number"]).replace(":", ""))
        if DAMAGED_DOC_NUMBER.match(line):
            where = sheet.value(row.start, row.end)
            return Value(None, where.text, where.start, where.end)
    return None


def _agency(sheet: Sheet) -> Agency | None:
    """Who signed; a joint signature keeps all names, joined by 、."""
    if labelled := _labelled(sheet, sheet.card) or _labelled(sheet, sheet.card, "co_agency"):
        return labelled  # where no one leads, those who share the work answer
    rows = _signatures(sheet)
    if not rows and (tail := _tail(sheet)):
        where = sheet.value(tail[0], tail[0] + len(tail[1]))
        signers = bodies_in(tail[1])
        return Agency("、".join(signers), "、".join(map(short_name, signers)), where.text, where.start, where.end)
    if not rows:
        return _labelled(sheet, sheet.foot) or _in_title(sheet)
    line = rows[0].text.strip()
    if speaker := SPEAKER.match(line):
        return _speakers(sheet, rows[0], speaker)
    both = signed(line)
    names = [name for row in rows for name in bodies_in(both[0] if both else row.text)]
    if not names and (labelled := _labelled(sheet, sheet.foot)):
        return labelled
    end = rows[-1].start + rows[-1].text.index(both[0]) + len(both[0]) if both else rows[-1].end
    where = sheet.value(rows[0].start, end)
    return Agency("、".join(names), "、".join(map(short_name, names)), where.text, where.start, where.end)


def _labelled(sheet: Sheet, fields: Sequence[Field], label: str = "agency") -> Agency | None:
    """Who answers, where a label says so."""
    for each in fields:
        if each.name == label and each.value:
            where = sheet.value(each.start, each.end)
            name = "、".join(bodies_in(each.value)) or each.value  # without a seal behind it
            return Agency(name, "、".join(map(short_name, name.split("、"))), where.text, where.start, where.end)
    return None


def _tail(sheet: Sheet) -> tuple[int, str, str] | None:
    """Place, signature and date of what signs at the end of the last paragraph, glued to it."""
    for row in sheet.layout.rows:
        if row.number in sheet.anatomy.ends:
            end = sheet.anatomy.ends[row.number]
            if both := signed(row.text[end - row.start :]):
                return row.start + row.text.index(both[0], end - row.start), *both
    return None


def _in_title(sheet: Sheet) -> Agency | None:
    """Who answers or issues, where only the title says so (X局对第3号建议的答复, X办公厅关于印发…的通知)."""
    for row in sheet.rows("title")[:1]:
        if (found := _ISSUER.match(row.text)) and bodies_in(found["bodies"]):
            names = bodies_in(found["bodies"])
            where = sheet.found(row, found, "bodies")
            return Agency("、".join(names), "、".join(map(short_name, names)), where.text, where.start, where.end)
    return None


def _signatures(sheet: Sheet) -> list[Row]:
    """The rows that sign: those next to a date, else the last ones; a letter head only where nothing else signs."""
    rows = sheet.rows("agency")
    dates = {row.number for row in sheet.rows("date")}
    for row in rows[:_DEEP] if sheet.kind == "policy_notice" else rows[: -_DEEP - 1 : -1]:
        if signed(row.text):
            return [row]
        run = _run(rows, row)
        if {run[0].number - 1, run[-1].number + 1} & dates or SPEAKER.match(row.text.strip()):
            return run
    return _run(rows, rows[-1]) if rows else []


def _run(rows: list[Row], row: Row) -> list[Row]:
    """The rows of `rows` directly around `row`, itself included."""
    by_number = {each.number: each for each in rows}
    first = last = row.number
    while first - 1 in by_number:
        first -= 1
    while last + 1 in by_number:
        last += 1
    return [by_number[number] for number in range(first, last + 1)]


def _speakers(sheet: Sheet, row: Row, speaker: re.Match[str]) -> Agency:
    """The government a speaker heads; its region in the words of the title where the line names none (自治区主席)."""
    where = sheet.value(row.start, row.start + row.text.index(speaker["body"]) + len(speaker["body"]))
    name = speaker["body"]
    if not name.endswith("政府"):
        titles = [each.text for each in sheet.rows("title")]
        region = next((found["region"] for title in titles if (found := _GOVERNMENT.search(title))), name)
        name = (region if region.endswith(name) else name) + "人民政府"
    return Agency(name, short_name(name), where.text, where.start, where.end)


def _date(sheet: Sheet) -> DocumentDate | None:
    """The date the paper bears: a letter's last date line, a notice's and a report's first."""
    if labelled := _labelled_date(sheet, sheet.card):
        return labelled
    rows = [row for row in sheet.rows("date", "agency") if _dates(sheet, row)]
    for row in reversed(rows) if sheet.is_reply else rows:
        line = row.text
        begin = 0
        if both := signed(line):
            begin = line.index(both[1], line.index(both[0]) + len(both[0]))
            line = both[1]
        elif spoken := _speech(sheet, row):
            begin, line = spoken.start("date"), spoken["date"]
        elif bare := _DATE_IN_ROW.search(line):
            begin, line = bare.start(), bare[0]
        where = sheet.value(row.start + begin, row.start + begin + len(line))
        damaged, reading = damaged_date(line)
        if iso_date(line) is None and not damaged and not is_month(line):
            continue
        return DocumentDate(None if damaged else iso_date(line), where.text, where.start, where.end, damaged, reading)
    if tail := _tail(sheet):
        begin = sheet.layout.matched.index(tail[2], tail[0])
        where = sheet.value(begin, begin + len(tail[2]))
        return DocumentDate(iso_date(tail[2]), where.text, where.start, where.end)
    return _labelled_date(sheet, sheet.foot)


def _labelled_date(sheet: Sheet, fields: Sequence[Field]) -> DocumentDate | None:
    for each in fields:
        if each.name == "date" and iso_date(each.value):
            where = sheet.value(each.start, each.end)
            return DocumentDate(iso_date(each.value), where.text, where.start, where.end)
    return None


def _dates(sheet: Sheet, row: Row) -> bool:
    return bool(is_date(row.text) or is_month(row.text) or signed(row.text) or _speech(sheet, row))


def _speech(sheet: Sheet, row: Row) -> re.Match[str] | None:
    return SPEECH_DATE.match(row.text) if not sheet.is_reply and sheet.kind != "policy_notice" else None


def _publicity(sheet: Sheet) -> Publicity | None:
    for row in sheet.rows("publicity"):
        where = sheet.value(row.start, row.end)
        words = (where.normalised or "").strip("()").split(":")[-1].strip().strip("()")
        value = next((form for form in ("不予公开", "不公开", "依申请公开", "主动公开") if form in words), None)
        return Publicity(value or ("不公开" if words == "否" else "公开"), where.text, where.start, where.end)
    for row in sheet.rows("classification"):
        if found := _PUBLIC_BESIDE.search(row.text):  # A类 公开: two marks on one line
            where = sheet.found(row, found, "value")
            return Publicity(where.normalised or "公开", where.text, where.start, where.end)
    return None


def _addressees(sheet: Sheet) -> Recipient | None:
    for row in sheet.rows("recipient"):
        where = sheet.value(row.start, row.end)
        names = [
            name
            for part in _APART.split((where.normalised or "").rstrip(":").strip())
            for name in _each_addressee(part)
        ]
        return Recipient(None, None, tuple(names), where.text, where.start, where.end)
    return None


def _each_addressee(listed: str) -> Iterator[str]:
    """The addressees between two commas; levels that share one name stay together (各市、县(区)人民政府)."""
    levels = ""
    for name in filter(None, map(str.strip, _LISTED.split(listed))):
        if _LEVELS.fullmatch(name):
            levels += name + "、"
        else:
            yield levels + name
            levels = ""
    if levels:
        yield levels.removesuffix("、")


def _approval(sheet: Sheet) -> Approval | None:
    for row in [*sheet.rows("notice_body"), *sheet.layout.content[:_DEEP]]:
        for found in _APPROVED.finditer(row.text, 0, 2000):
            if found["by"] not in _VAGUE_APPROVAL:
                where = sheet.found(row, found, "text")
                return Approval(found["by"], where.text, where.start, where.end)
    return None


def _period(sheet: Sheet) -> Period | None:
    for row in sheet.layout.content[:_DEEP]:
        if found := _PERIOD.search(row.text):
            return Period(int(found["start"]), int(found["end"]))
    return None


def _furniture(sheet: Sheet) -> list[Furniture]:
    return [
        Furniture(sheet.text[row.start : row.end], row.start, row.end, row.furniture or "header line")
        for row in sheet.rows("boilerplate")
    ]


def _sources(found: Metadata) -> dict[str, str]:
    """Every field the text gave."""
    skipped = {"kind", "script", "title_source", "sources", "boilerplate"}
    values = {each.name: getattr(found, each.name) for each in fields(found) if each.name not in skipped}
    return {name: "text" for name, value in values.items() if value is not None and not _empty(value)}


def _empty(value: object) -> bool:
    return getattr(value, "title", value) is None and getattr(value, "number", value) is None
