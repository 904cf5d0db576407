"""The time a figure belongs to (SPEC §9): 2022年, 1—5月, 前两季度, 截至去年3月末, 2019年以来, 近年, 同期.

Relative words are resolved against the document's own date; without a date they keep their raw text and no dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.domain.document import Document
from services.domain.figure import FigurePeriod
from services.parser.text.spacing import without_date_spaces

_NUMERALS = {word: value for value, word in enumerate("一二三四五六七八九十", start=1)}
_CARDINAL = "[0-9]{1,2}|[一二三四五六七八九十]"
_YEAR = "(?P<year>(?:19|20)[0-9]{2})年度?|(?P<relative>今年|本年度?|去年|上年度?|前年)"
_PART = (
    r"(?P<from>[0-9]{1,2})月?[—至到](?P<to>[0-9]{1,2})月份?"
    rf"|前(?P<quarters>{_CARDINAL})个?季度|前(?P<months>{_CARDINAL})个月|(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度"
    r"|(?P<month>[0-9]{1,2})月(?:份|(?P<day>[0-9]{1,2})[日号])?"
)
_PLAN = r"“?(?P<plan>十[一二三四五六])五(?!”?(?:规划|纲要|计划))”?"
#: A year, a part of one, or both; the look-ahead keeps the empty match out.
_CALENDAR = rf"(?={re.sub('[?]P<[a-z]+>', '?:', f'{_YEAR}|{_PART}')})(?:{_YEAR})?(?:{_PART})?"
_VAGUE = (
    "(?:截至)?目前|近年来?|近[0-9一二三四五六七八九十]年来?|近几年来?|多年来"
    "|过去[0-9一二三四五六七八九十]年|[0-9一二两三四五六七八九十]年来"
)
_NAMED = (
    rf"(?P<asof>截至到|截至|截止到?|到)?(?:(?P<low>(?:19|20)[0-9]{{2}})年?[—至到](?P<high>(?:19|20)[0-9]{{2}})年"
    rf"|{_PLAN}|{_CALENDAR})(?P<end>底|末|初)?(?P<tail>以来|至今|起|期间|时期|全年)?|(?P<same>同期)"
)
#: One of these stands in every period but 平台上线以来.
_SIGN = re.compile("[年月季五期目]")
#: And with one of these it begins.
_FIRST = "(?=[0-9一二两三四五六七八九十今本去上下前第近多过目截到同“])"
_PERIOD = re.compile(rf"{_FIRST}(?:{_NAMED}|(?P<vague>{_VAGUE}))")
#: 平台上线以来: tried at every character, so only where 以来 stands.
_PERIOD_SINCE = re.compile(rf"{_NAMED}|(?P<vague>{_VAGUE}|[^,。;:、\n]{{1,10}}以来)")
#: A period in these surroundings is what something is compared with, or a name, not the time of the figure.
_COMPARED = re.compile(r"(?:较|比|与|是|于|相当于|相比|对比|占|为|“)$")
#: 较上年同期 compares; 同期 alone names the period once more.
_SAME_AS = re.compile("[较比与同年]")
_RATIO = re.compile(r"的?(?:[0-9.]+倍|水平|同期|年均)")
_FIVE_YEARS = {"十": 2001, "十一": 2006, "十二": 2011, "十三": 2016, "十四": 2021, "十五": 2026, "十六": 2031}


@dataclass(frozen=True, slots=True)
class Years:
    """What relative words mean: the year of the document's date, and the year a summary reviews."""

    current: int | None
    review: int | None


def years_of(document: Document) -> Years:
    date, review = document.metadata.date, document.metadata.review_year
    written = (date.iso or date.reading) if date else None
    written = written or document.metadata.published_at
    current = int(written[:4]) if written and written[:4].isdigit() else None
    return Years(current or (review + 1 if review else document.metadata.plan_year), review)


def document_period(years: Years) -> FigurePeriod | None:
    """The year a summary reviews, for figures that name no time."""
    if years.review is None:
        return None
    return FigurePeriod(f"{years.review}年", "year", f"{years.review}-01-01", f"{years.review}-12-31", "document")


def find_periods(matched: str, start: int, end: int, years: Years) -> Iterator[tuple[int, FigurePeriod, bool]]:
    """Every period named in `matched[start:end]` outside 《》: its place, and whether it holds for one number only.

    由2020年的30%提高到40%: the year belongs to the starting point alone.
    """
    spaced = without_date_spaces(matched, start, end)
    if spaced is None:
        yield from _find_periods(matched, start, end, years)
        return
    tight, places = spaced
    for at, period, once in _find_periods(tight, 0, len(tight), years):
        yield places[at], period, once


def _find_periods(matched: str, start: int, end: int, years: Years) -> Iterator[tuple[int, FigurePeriod, bool]]:
    since = matched.find("以来", start, end) >= 0
    if not since and not _SIGN.search(matched, start, end):
        return
    pattern = _PERIOD_SINCE if since else _PERIOD
    for found in pattern.finditer(matched, start, end):
        if matched.rfind("《", start, found.start()) > matched.rfind("》", start, found.start()):
            continue
        before, after = matched[max(start, found.start() - 4) : found.start()], matched[found.end() : found.end() + 6]
        if _COMPARED.search(before) or _RATIO.match(after) or (found["asof"] == "到" and not found["end"]):
            continue
        if found["same"] and _SAME_AS.search(matched, max(start, found.start() - 10), found.start()):
            continue
        period = _read(found, years)
        if period:
            yield found.start(), period, before[-1:] in ("由", "从")


def resolve_same(period: FigurePeriod, antecedent: FigurePeriod | None) -> FigurePeriod:
    """同期 is the period last named."""
    if period.type != "same" or antecedent is None:
        return period
    return replace(antecedent, raw=period.raw, source="explicit")


def _read(found: re.Match[str], years: Years) -> FigurePeriod | None:
    if found["same"]:
        return FigurePeriod(found[0], "same", None, None, "explicit")
    if found["vague"]:
        kind = "as_of" if found[0].endswith("目前") else "since" if found[0].endswith("以来") else "vague"
        return FigurePeriod(found[0], kind, None, None, "explicit")
    if found["low"]:
        return _period(found, "range", f"{found['low']}-01-01", f"{found['high']}-12-31")
    if found["plan"]:
        first = _FIVE_YEARS.get(found["plan"])
        return _period(found, "plan", f"{first}-01-01", f"{first + 4}-12-31") if first else None
    return _calendar(found, _year(found, years))


def _year(found: re.Match[str], years: Years) -> int | None:
    if found["year"]:
        return int(found["year"])
    if found["relative"]:
        back = {"今": 0, "本": 0, "去": 1, "上": 1, "前": 2}[found["relative"][0]]
        return years.current - back if years.current else None
    return years.review or years.current


def _calendar(found: re.Match[str], year: int | None) -> FigurePeriod | None:
    kind, first, last, day = _months(found)
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return None
    start = f"{year}-{first:02d}-01" if year else None
    end = f"{year}-{last:02d}-{day or monthrange(year, last)[1]:02d}" if year and (day or 0) <= 31 else None
    return _period(found, kind, start, end)


def _months(found: re.Match[str]) -> tuple[str, int, int, int | None]:
    """Type, first month, last month and last day."""
    if found["from"]:
        return "year_to_month", int(found["from"]), int(found["to"]), None
    if found["quarters"]:
        return "quarters", 1, 3 * _cardinal(found["quarters"]), None
    if found["months"]:
        return "year_to_month", 1, _cardinal(found["months"]), None
    if found["half"]:
        return "half_year", *((1, 6) if found["half"] == "上" else (7, 12)), None
    if found["quarter"]:
        last = 3 * _cardinal(found["quarter"])
        return "quarter", last - 2, last, None
    if found["month"]:
        return (
            ("day" if found["day"] else "month"),
            int(found["month"]),
            int(found["month"]),
            int(found["day"] or 0) or None,
        )
    return "year", 1, 12, None


def _cardinal(word: str) -> int:
    return int(word) if word.isdigit() else _NUMERALS[word]


def _period(found: re.Match[str], kind: str, start: str | None, end: str | None) -> FigurePeriod:
    """`截至…`, `…底` and `…末` are points in time, `…以来` has no end."""
    if found["tail"] in ("以来", "至今", "起"):
        return FigurePeriod(found[0], "since", start, None, "explicit")
    if found["asof"] or found["end"] in ("底", "末"):
        return FigurePeriod(found[0], "as_of", None, end, "explicit")
    if found["end"] == "初":
        return FigurePeriod(found[0], "as_of", None, start, "explicit")
    return FigurePeriod(found[0], kind, start, end, "explicit")
