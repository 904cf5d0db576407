"""What a line around the body is: number, date, signature, contact, closing (SPEC §1.3, PAGES §5–7).

Each line alone; where such lines may stand is decided by `letters`, `notices` and `closing`.
"""

from __future__ import annotations

import re

from services.domain.document import Role
from services.parser.lexicon import load
from services.parser.reading.bodies import bodies_in
from services.parser.reading.patterns import any_of
from services.parser.text.dates import damaged_date, iso_date

_WORDS = load("lines")
DOC_NUMBER = re.compile(_WORDS["doc_number"]["line"])
DAMAGED_DOC_NUMBER = re.compile(_WORDS["doc_number"]["damaged"])
_PUBLICITY, _CLASSIFICATION = any_of(_WORDS["publicity"]["patterns"]), any_of(_WORDS["classification"]["patterns"])
_CONTACT, _CLOSING = any_of(_WORDS["contact"]["patterns"]), any_of(_WORDS["closing"]["patterns"])
_ATTACHMENT, _ITEM = any_of(_WORDS["attachment"]["patterns"]), re.compile(_WORDS["attachment"]["item"])
_AUDIENCE = re.compile(_WORDS["addressed_all"]["pattern"])
_PROMISE = re.compile(r"(?:我|本)[^,。;]{0,6}将|下一?步")

_YEAR = "(?:(?:19|20)[0-9]{2}|[一二][〇○零Oo0一二三四五六七八九]{3})"
_PART = "(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_DATE = re.compile(rf"{_YEAR}\s?年\s?{_PART}\s?月\s?{_PART}\s?[日号]|{_YEAR}[-./][0-9]{{1,2}}[-./][0-9]{{1,2}}")
_MONTH = re.compile(rf"{_YEAR}\s?年\s?{_PART}\s?月")
_DATE_ENDS = tuple("日号0123456789)")
_PASSED = re.compile(r"(?:19|20)\d\d年\d{1,2}月\d{1,2}日[^。;]{2,60}(?:通过|批准|会议)")
_SIGNED = re.compile(r"(?P<bodies>\S.{2,80}?)\s*(?P<date>" + _DATE.pattern + r")\)?$")
#: Longest line that is looked at as a line around the body.
_LONGEST = 300


def is_date(line: str) -> bool:
    """The line is a date and nothing else, whole or damaged, or says when an assembly passed the paper."""
    bare = line.strip().strip("()").strip()
    if _PASSED.fullmatch(bare):
        return True
    return len(bare) <= 24 and (bool(_DATE.fullmatch(bare)) or damaged_date(bare)[0])


def is_month(line: str) -> bool:
    """The line is a year and a month, as a paper without its day is dated; only below a signature is that its date."""
    return bool(_MONTH.fullmatch(line.strip().strip("()").strip()))


def signed(line: str) -> tuple[str, str] | None:
    """Signature and date of a line that holds both (XX局 2023年5月4日), else None."""
    bare = line.strip()
    found = _SIGNED.fullmatch(bare) if len(line) <= _LONGEST and bare.endswith(_DATE_ENDS) else None
    return (found["bodies"], found["date"]) if found and bodies_in(found["bodies"]) else None


def is_signature(line: str) -> bool:
    return len(line) <= 120 and bool(bodies_in(line))


def is_audience(line: str) -> bool:
    return len(line) <= 40 and bool(_AUDIENCE.match(line.strip()))


def is_item(line: str) -> bool:
    """A numbered name in a list of attachments."""
    return bool(_ITEM.match(line.strip()))


def is_attachment(line: str) -> bool:
    """`role_of(line)` is `attachment`, asked of every line of a notice."""
    return bool(_ATTACHMENT.search(line.strip())) and role_of(line) == "attachment"


def role_of(line: str) -> Role | None:
    """The role a line claims by its own words; None where it may be body. Signatures need their place: `closing`."""
    bare = line.strip()
    if len(bare) > _LONGEST:
        return None
    if DOC_NUMBER.match(bare) or DAMAGED_DOC_NUMBER.match(bare):
        return "doc_number"
    if is_date(bare):
        return "date"
    for role, pattern in _ROLES:
        if pattern.search(bare):
            return role
    if _CLOSING.search(bare) and not _PROMISE.search(bare) and iso_date(bare) is None:
        return "approval_feedback"
    return None


_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("classification", _CLASSIFICATION),
    ("publicity", _PUBLICITY),
    ("contact", _CONTACT),
    ("attachment", _ATTACHMENT),
)
