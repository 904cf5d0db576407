"""Written dates to ISO 8601: full dates, the standard's PubDate, and dates that lost characters (PAGES §1, §8)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from services.parser.text.numerals import number

_DASH = r"\-‐‑‒–—－"
_ZERO = "〇○◯零0OoΟ"
_ZEROS = str.maketrans(dict.fromkeys(_ZERO, "零"))
_ARABIC_YEAR = "(?:1 ?9|2 ?0) ?[0-9] ?[0-9]"  # letter-spaced, as PDF extraction leaves it
_CHINESE_YEAR = f"[一二][{_ZERO}一二三四五六七八九]{{3}}"
_PART = "(?:[0-9] ?[0-9]?|[一二三四五六七八九十廿卅]{1,4})"
_MONTH_AND_DAY = rf"(?P<month>{_PART})\s*月\s*(?P<day>{_PART})\s*[日号]"

_WRITTEN = re.compile(
    rf"(?<![0-9{_ZERO}一二三四五六七八九])(?P<year>{_ARABIC_YEAR}|{_CHINESE_YEAR})\s*年\s*{_MONTH_AND_DAY}"
)
_WITHOUT_YEAR = re.compile(rf"(?<![0-9一二三四五六七八九十年]){_MONTH_AND_DAY}")
_SEPARATED = re.compile(
    rf"(?<![0-9])(?P<year>(?:19|20)[0-9]{{2}}) ?(?P<mark>[{_DASH}./]) ?(?P<month>[0-9]{{1,2}}) ?"
    rf"(?P=mark) ?(?P<day>[0-9]{{1,2}})(?![0-9]|[./][0-9])"
)
_TIME = re.compile(
    r"(?:[\sT,\-—()]|星期.|周.)*(?P<half>上午|下午|晚上)?\s*(?P<hour>[0-9]{1,2})\s*[:∶:时点]\s*(?P<minute>[0-9]{1,2})"
    r"(?:\s*[:∶:分]\s*(?P<second>[0-9]{1,2}))?(?:\.[0-9]+)?\s*(?P<zone>Z|[-+][0-9]{2}:?[0-9]{2})?"
)
_CHINA = timezone(timedelta(hours=8))

#: Longer text is no bare date.
_LONGEST = 40
_AROUND = " \t\n()[]【】。,"
_YEAR_OR_MONTH = re.compile(rf"(?:{_ARABIC_YEAR}|{_CHINESE_YEAR})\s*年\s*(?:{_PART}\s*月)?")
_FUSED = re.compile(
    rf"(?P<year>(?:19|20)[0-9]{{2}})(?P<first>[年{_DASH}./ ]*)(?P<digits>[0-9]{{1,4}})"
    rf"(?:(?P<second>[月{_DASH}./ ]+)(?P<day>[0-9]{{1,2}}))?\s*(?P<end>[日号]?)"
)
_LOST = re.compile(r"[0-9]{0,6}\s*年\s*[0-9]{0,4}\s*月(?:\s*[0-9]{0,4}\s*[日号]?)?|(?:19|20)[0-9]{2}\s*[0-9]{1,2}月")
_LOST_CHINESE = re.compile(
    rf"[{_ZERO}一二三四五六七八九十]+年[一二三四五六七八九十廿卅]*月[一二三四五六七八九十廿卅]*[日号]?"
)


def iso_date(text: str, year: int | None = None) -> str | None:
    """The first full date in `text` as `2023-03-27`; None where there is none or the first one is impossible.

    `year`, where given, completes dates that have only month and day.
    """
    found = _first(text, with_year=year is None)
    return _day(found, year) if found else None


def iso_datetime(text: str) -> str | None:
    """The first date of `text` with its time, as precise as written: `2023-06-12`, `…T09:51` or `…T09:51:30`.

    Without a zone, as the pages write it (a zone that is written is converted to China's). An impossible time leaves
    the date alone; an impossible date leaves None.
    """
    found = _first(text, with_year=True)
    day = _day(found, None) if found else None
    if found is None or day is None:
        return None
    time = _TIME.match(text, found.end())
    return (_moment(day, time) if time else None) or day


def damaged_date(text: str) -> tuple[bool, str | None]:
    """Whether `text`, as a whole, is a date that lost characters; and its only possible reading as a full date.

    Where separators are lost, a reading is given if one month and day fit (2020824 is 2020-08-24; 2023111 might be two
    dates). Lost digits leave none: nothing is guessed. Whole dates, months, years and other text are not damaged.
    """
    bare = text.strip(_AROUND)
    if len(bare) > _LONGEST or _is_whole(bare):
        return False, None
    fused = _FUSED.fullmatch(bare)
    readings = _readings(fused) if fused else None
    if readings is not None:
        return True, readings[0] if len(readings) == 1 else None
    return bool(_LOST.fullmatch(bare) or _LOST_CHINESE.fullmatch(bare)), None


def _first(text: str, *, with_year: bool) -> re.Match[str] | None:
    shapes = (_WRITTEN, _SEPARATED) if with_year else (_WRITTEN, _SEPARATED, _WITHOUT_YEAR)
    found = [match for shape in shapes if (match := shape.search(text))]
    return min(found, key=lambda match: match.start(), default=None)


def _day(found: re.Match[str], year: int | None) -> str | None:
    written = found.groupdict()
    return _iso(_year(written["year"]) if "year" in written else year, _part(written["month"]), _part(written["day"]))


def _year(written: str) -> int | None:
    value = number(written.replace(" ", "") if written[0].isascii() else written.translate(_ZEROS))
    return value if isinstance(value, int) else None


def _part(written: str) -> int | None:
    value = number(written.replace(" ", ""))
    return value if isinstance(value, int) else None


def _iso(year: int | None, month: int | None, day: int | None) -> str | None:
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _moment(day: str, time: re.Match[str]) -> str | None:
    hour, minute, second = (int(time[name] or 0) for name in ("hour", "minute", "second"))
    if time["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    try:
        moment = datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}:{second:02}{_zone(time['zone'])}")
        moment = moment.astimezone(_CHINA).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds" if time["second"] else "minutes")


def _zone(written: str | None) -> str:
    return "+00:00" if written == "Z" else written or ""


def _is_whole(text: str) -> bool:
    """A full date that exists, or no more than a year or a month."""
    full = _WRITTEN.fullmatch(text) or _SEPARATED.fullmatch(text)
    return _day(full, None) is not None if full else bool(_YEAR_OR_MONTH.fullmatch(text))


def _readings(fused: re.Match[str]) -> list[str] | None:
    """Every full date that `fused` can be, None where it need not be a date at all."""
    year, digits = int(fused["year"]), fused["digits"]
    if fused["day"]:
        return [iso] if (iso := _iso(year, _short(digits), int(fused["day"]))) else []
    splits = [_iso(year, _short(digits[:at]), _short(digits[at:])) for at in range(1, len(digits))]
    readings = [iso for iso in splits if iso]
    if len(digits) <= 2 and int(digits) <= 31:  # 2023年12日 may as well have lost its month
        return [] if fused["end"] else None
    certain = fused["end"] or (readings and len(digits) > 2)
    return readings if certain else None


def _short(digits: str) -> int | None:
    return int(digits) if 1 <= len(digits) <= 2 else None
