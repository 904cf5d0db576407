"""When a promise is due (SPEC §7, §17).

    explicit          到2025年, 2022年10月底前, “十五五”期间, 通过5年时间, 今年 against the document's own date
    carried           the segment before in the same sentence named it
    section_heading   2024年工作任务, 2026年重点工作
    plan_period       实施期限为2021—2025年, in the preamble of the same annex

A year inside 《》, a past year with 以前 (2000年以前建成的), a year compared with (较2020年) and the age of a statistic
are no deadlines.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.domain.commitment import Deadline
from services.parser.lexicon import load
from services.parser.reading.commitments.clauses import Span, covered, inside
from services.parser.reading.commitments.modality import ADVERBS, STRICT
from services.parser.reading.patterns import alternatives
from services.parser.text.numerals import CHINESE_DIGIT, number
from services.parser.text.spacing import without_date_spaces

_LISTS = load("deadlines")
_PLAN_NUMBERS: dict[str, int] = _LISTS["five_year_plan"]["number"]
_COMPARED = tuple(_LISTS["baseline"]["before"])
_DATED = re.compile(alternatives(_LISTS["baseline"]["after"]))
_DUE_BEFORE = tuple(_LISTS["goal_verbs"]["before"])
_DUE_AFTER = re.compile(alternatives(_LISTS["goal_verbs"]["after"]))

#: 2024年打造…: what is done in the year.
_ACTS = re.compile(rf"(?:{ADVERBS})*(?:{STRICT})(?!的)")
#: 2024年至2026年 is how long it takes.
_TO_YEAR = re.compile("(?:—|至|到)20[0-9]{2}年")

_YEAR = r"(?P<year>20[0-9]{2}(?<![0-9][0-9]{4}))年"
_RELATIVE = (
    r"(?P<relative>今年|明年|后年|本年度?"
    r"|年内(?<![0-9一二三四五六七八九十两几数今明后本]年内)|年底(?<![0-9今明后本]年底)(?=前)|年末(?<![0-9今明后本]年末))"
)
_PART = (
    r"(?P<part>(?:(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
    r"(?:(?P<day>3[01]|[12][0-9]|0?[1-9]|[一二三四五六七八九十]{1,3})日)?"
    r"|(?P<half>上半年|下半年)|第?(?P<quarter>[一二三四1-4])季度|年底|底|末)?)"
)
_ABSOLUTE = re.compile(rf"{_YEAR}{_PART}(?P<edge>底|末|初|内|中)?(?P<before>之?以?前|前)?")
_NEAR = re.compile(rf"{_RELATIVE}{_PART}(?P<edge>底|末|内)?(?P<before>之?以?前|前)?")
#: A year in characters: 二〇二五年.
_WRITTEN_YEAR = re.compile("二[〇○零][一二三四五六七八九〇○零]{2}(?=年)")
#: 三十个工作日内, 六个月内 from some event.
_DAYS = re.compile(
    "(?<![0-9.月—至])(?:[0-9]{1,3}|[一二两三四五六七八九十百]{1,5})(?:个?(?:工作|自然)?[日天]|个月)(?:之|以)?内(?!的)"
)
#: 6月底前: the next June, seen from the document's date.
_MONTH = re.compile(
    r"(?<![0-9年])(?<!年度)(?P<month>1[0-2]|0?[1-9]|十[一二]?|(?<![十个])[一二三四五六七八九])月(?:(?P<day>3[01]|[12][0-9]|0?[1-9])日|底|末|份)?之?以?前"
)
#: 上半年, 三季度末, 月底前, 本季度末: a part of the year the document was written in, or of the next where it is over.
_PART_ALONE = re.compile(
    r"(?:力争|争取|确保|计划|拟|预计|于|到|至|在|(?<![^,。;:、\s])|(?<=[一二三四五六七八九十]是))(?P<raw>(?:今年|本年)?(?:(?P<half>[上下]半年)|第?(?P<quarter>[一二三四1-4])季度|(?P<this>本季度)|(?P<days>本?月[底末](?=前)|本月内?))"
    r"(?:底|末|内)?(?:之?以?前)?)"
)
_MONTHS = re.compile(
    r"(?P<year>20[0-9]{2})年(?P<first>1[0-2]|0?[1-9])月(?:—|至|到)(?P<last>1[0-2]|0?[1-9])月(?!底|末|前)"
)
_RANGE = re.compile(r"(?<![0-9])(20[0-9]{2})年?(?:—|至|到)(20[0-9]{2})年(?!.{0,3}\))")
_PLAN = re.compile(rf"“({alternatives(_PLAN_NUMBERS)})五”(时期|期间|末|期末)?")
_DURATION = re.compile(
    rf"(?:通过|利用|用|经过|(?:力争|争取)(?!通过|利用|用)|(?:未来|今后)(?=[^,。;]{{1,4}}年(?![度份来是]))"
    rf"|(?:(?<![^,。;:\s])|(?<=计划)|(?<=[拟在于]))(?=[0-9一二三四五六七八九十两]{{1,2}}年(?:时间)?内(?!的)))"
    rf"[^,。;0-9一二三四五六七八九十两]{{0,4}}?"
    rf"(?P<n>[0-9]{{1,2}}|{CHINESE_DIGIT}{{1,2}}|十)(?:[到至—](?P<most>[0-9]{{1,2}}|{CHINESE_DIGIT}{{1,2}}|十))?年(?:左右)?(?:的?时间|内|左右)?"
)
_TERM = tuple(re.compile(pattern) for pattern in _LISTS["plan_period"]["patterns"])
_HEADED = re.compile(
    rf"(?:{_YEAR}|“(?P<plan>{alternatives(_PLAN_NUMBERS)})五”|(?P<relative>今年|明年))"
    rf"[^,。;]*{_LISTS['year_heading']['pattern']}[^,。;]*"
)
_PLAN_NAME = re.compile(rf"“({alternatives(_PLAN_NUMBERS)})五”")
_YEAR_NAME = re.compile("(20[0-9]{2})年")
_MARKER = re.compile(r"^(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)|[0-9]+\.)\s*")
_UNTIL = "到至在于"
_EDGES = ("年底", "底", "末", "内")
_QUARTER = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline and where its words stand."""

    deadline: Deadline
    start: int
    end: int


def explicit_deadline(matched: str, start: int, end: int, document_date: date | None) -> Deadline | None:
    """The deadline the words of `matched[start:end]` name, or None; relative years count from `document_date`."""
    due = explicit_due(matched, start, end, document_date)
    return due.deadline if due else None


def explicit_due(matched: str, start: int, end: int, document_date: date | None) -> Due | None:
    """As `explicit_deadline`, with its place. A point in time goes before a period, an earlier word before a later."""
    if _WRITTEN_YEAR.search(matched, start, end):
        due = explicit_due(_WRITTEN_YEAR.sub(_in_digits, matched), start, end, document_date)
        return due and replace(due, deadline=replace(due.deadline, raw=matched[due.start : due.end]))
    spaced = without_date_spaces(matched, start, end)
    if spaced is None:
        return _explicit_due(matched, start, end, document_date)
    tight, places = spaced
    due = _explicit_due(tight, 0, len(tight), document_date)
    return due and Due(due.deadline, places[due.start], places[due.end - 1] + 1)


def _in_digits(year: re.Match[str]) -> str:
    """二〇二五 is 2025: as long as before, so that all places stay."""
    return str(number(year.group()))


def _explicit_due(matched: str, start: int, end: int, document_date: date | None) -> Due | None:
    if all(matched.find(word, start, end) < 0 for word in ("年", "五”", "月", "季度", "日", "天")):
        return None
    titles: tuple[Span, ...] | None = None
    for read in (_points, _months, _parts, _plans, _durations, _ranges, _days):
        for due in read(matched, start, end, document_date):
            titles = covered(matched, start, end, "《(〔", "》)〕") if titles is None else titles
            if not inside(titles, due.start):
                return due
    return None


def heading_deadline(heading: str, document_date: date | None) -> Deadline | None:
    """The year a heading gives to everything below it: `2024年工作任务`; `heading` on the MATCH layer."""
    spaced = without_date_spaces(heading, 0, len(heading))
    title = _MARKER.sub("", (spaced[0] if spaced else heading).strip()).rstrip("。:")
    found = _HEADED.match(title)
    if not found:
        return None
    if found["plan"]:  # “十四五”时期发展成就和“十五五”时期主要目标任务: what is promised is for the later period
        first, last = max(_plan_years(numeral) for numeral in _PLAN_NAME.findall(title))
    else:
        years = [int(year) for year in _YEAR_NAME.findall(title)]
        year = max(years) if found["year"] else _relative_year(found["relative"], document_date)
        if year is None:
            return None
        first = last = year
    return Deadline(found.group(), "section_heading", f"{first}-01-01", f"{last}-12-31")


def plan_deadline(matched: str, start: int, end: int) -> Deadline | None:
    """The term a plan sets itself in `matched[start:end]`, its preamble or its own title."""
    for term in _TERM:
        found = term.search(matched, start, end)
        if found and int(found[1]) <= int(found[2]):
            return Deadline(found.group(), "plan_period", f"{found[1]}-01-01", f"{found[2]}-12-31")
    return None


def _points(matched: str, start: int, end: int, today: date | None) -> Iterator[Due]:
    found = [each for pattern in (_ABSOLUTE, _NEAR) for each in pattern.finditer(matched, start, end)]
    bare: list[Due] = []
    for date_words in sorted(found, key=lambda each: each.start()):
        begin = date_words.start() - (date_words.start() > start and matched[date_words.start() - 1] in _UNTIL)
        due = _point(matched, begin, date_words, today) if _is_due(matched, start, begin, end, date_words) else None
        if due and due.deadline.start is None:
            yield due
        elif due:
            bare.append(due)
    yield from bare


def _is_due(matched: str, start: int, begin: int, end: int, found: re.Match[str]) -> bool:
    """Whether a date is one to be met: told by 到 … 前 底, by the words around it, or by opening the sentence."""
    before = matched[max(start, begin - 4) : begin]
    if (
        before.endswith(_COMPARED)
        or _DATED.match(matched, found.end(), end)
        or _TO_YEAR.match(matched, found.end(), end)
    ):
        return False
    words = found.groupdict()
    if matched[begin] in "到至" or words["before"] or words["edge"] in _EDGES or words["part"] in _EDGES:
        return True
    if (words.get("relative") or "").startswith("年"):
        return True
    opens = begin == start or matched[begin - 1] in ",;:。、\n"
    leads = (
        opens and (_DUE_AFTER.match(matched, found.end(), end) or _ACTS.match(matched, found.end(), end)) is not None
    )
    return leads or before.endswith(_DUE_BEFORE) or (begin < found.start() and matched[begin] == "于")


def _point(matched: str, begin: int, found: re.Match[str], today: date | None) -> Due | None:
    words = found.groupdict()
    year = int(words["year"]) if words.get("year") else _relative_year(words.get("relative") or "", today)
    if year is None:  # a document that bears no date: what it says is kept as it stands
        return Due(Deadline(matched[begin : found.end()], "explicit"), begin, found.end())
    last = _last_day(year, words)
    if last is None or (words["before"] in ("以前", "之前") and today is not None and last.year < today.year):
        return None
    whole = begin == found.start() and not (words["part"] or words["before"] or words["edge"])
    raw = matched[begin : found.end()]
    deadline = Deadline(raw, "explicit", f"{year}-01-01" if whole else None, last.isoformat())
    return Due(deadline, begin, found.end())


def _last_day(year: int, groups: dict[str, str | None]) -> date | None:
    if groups["half"]:
        return date(year, 6, 30) if groups["half"] == "上半年" else date(year, 12, 31)
    if groups["quarter"]:
        month = 3 * _QUARTER[groups["quarter"]]
        return date(year, month, calendar.monthrange(year, month)[1])
    month = int(number(groups["month"] or "12") or 12)
    last = calendar.monthrange(year, month)[1]
    day = int(number(groups["day"] or str(last)) or last)
    return date(year, month, day) if day <= last else None


def _months(matched: str, start: int, end: int, today: date | None) -> Iterator[Due]:
    """6月底前 counts from the document's date, unless it comes every year; 2025年1月至6月 is how long it takes."""
    yearly = matched.find("每年", start, end) >= 0
    for found in _MONTH.finditer(matched, start, end) if today and not yearly else ():
        month, day = _month(found["month"]), int(found["day"] or 0)
        year = today.year + (month < today.month) if today else 0
        last = calendar.monthrange(year, month)[1]
        if day <= last:
            deadline = Deadline(found.group(), "explicit", None, date(year, month, day or last).isoformat())
            yield Due(deadline, *found.span())
    for found in _MONTHS.finditer(matched, start, end):
        year, first, last = int(found["year"]), int(found["first"]), int(found["last"])
        if first <= last:
            until = date(year, last, calendar.monthrange(year, last)[1]).isoformat()
            yield Due(Deadline(found.group(), "explicit", date(year, first, 1).isoformat(), until), *found.span())


def _month(word: str) -> int:
    return int(word) if word.isdigit() else int(number(word) or 1)


def _parts(matched: str, start: int, end: int, today: date | None) -> Iterator[Due]:
    """下半年, 三季度末, 月底前 count from the document's date, unless they come every year."""
    if matched.find("每", start, end) >= 0 or matched.find("去年", start, end) >= 0:
        return
    for found in _PART_ALONE.finditer(matched, start, end):
        at, over = found.span("raw")
        last = None
        if today is not None:
            month = 3 * ((today.month + 2) // 3) if found["this"] else today.month
            if found["half"]:
                month = 6 if found["half"] == "上半年" else 12
            elif found["quarter"]:
                month = 3 * _QUARTER[found["quarter"]]
            year = today.year + (month < today.month)
            last = date(year, month, calendar.monthrange(year, month)[1]).isoformat()
        bound = found["days"] or found["this"] or matched[over - 1] in "底末内前"
        if bound or _DUE_AFTER.match(matched, over, end) or _ACTS.match(matched, over, end):
            yield Due(Deadline(matched[at:over], "explicit", None, last), at, over)


def _plans(matched: str, start: int, end: int, _: date | None) -> Iterator[Due]:
    for found in _PLAN.finditer(matched, start, end):
        before = matched[max(start, found.start() - 4) : found.start()]
        led = found.start() == start or before.endswith((*",;:。、\n在", *_DUE_BEFORE))
        if found[2] in ("时期", "期间") and led:
            first, last = _plan_years(found[1])
            yield Due(Deadline(found.group(), "explicit", f"{first}-01-01", f"{last}-12-31"), *found.span())
        elif found[2] and led:
            yield Due(Deadline(found.group(), "explicit", None, f"{_plan_years(found[1])[1]}-12-31"), *found.span())
        elif found[2] and matched[found.start() - 1 : found.start()] in ("到", "至"):
            last = _plan_years(found[1])[1]
            yield Due(Deadline(f"到{found.group()}", "explicit", None, f"{last}-12-31"), found.start() - 1, found.end())


def _plan_years(numeral: str) -> tuple[int, int]:
    """The first “五” ran from 1953 to 1957; from the tenth on they follow each other without a gap."""
    last = 2005 + 5 * (_PLAN_NUMBERS[numeral] - 10)
    return last - 4, last


def _durations(matched: str, start: int, end: int, _: date | None) -> Iterator[Due]:
    for found in _DURATION.finditer(matched, start, end):
        years = number(found["most"] or found["n"])
        if isinstance(years, int) and years:
            yield Due(Deadline(found.group(), "explicit", duration_years=years), *found.span())


def _ranges(matched: str, start: int, end: int, _: date | None) -> Iterator[Due]:
    for found in _RANGE.finditer(matched, start, end):
        if found[1] <= found[2]:
            deadline = Deadline(found.group(), "explicit", f"{found[1]}-01-01", f"{found[2]}-12-31")
            yield Due(deadline, *found.span())


def _days(matched: str, start: int, end: int, _: date | None) -> Iterator[Due]:
    """三十个工作日内 counts from an event that bears no date: the words are kept."""
    for found in _DAYS.finditer(matched, start, end):
        yield Due(Deadline(found.group(), "explicit"), *found.span())


def _relative_year(word: str, today: date | None) -> int | None:
    if today is None:
        return None
    return today.year + {"明": 1, "后": 2}.get(word[:1], 0)
