"""Numbers that are names: dates, document numbers, markers, products, lists (SPEC §8, §9, §14).

`find_names` answers once per text with every stretch whose digits are neither figure nor target, and why. Patterns
run on the MATCH layer, only around digits, and look a bounded number of characters ahead: the time is linear in the
text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from services.parser.lexicon import load
from services.parser.reading.patterns import alternatives

_WORDS = load("number_names")


@dataclass(frozen=True, slots=True)
class Name:
    """`matched[start:end]` names something; `reason` goes to numeric_labels."""

    start: int
    end: int
    reason: str


_YEAR = "(?:19|20)[0-9]{2}"
_DOCUMENT = alternatives(_WORDS["numbered"]["document"])
_CIRCLES = alternatives(_WORDS["circles"]["after"])
_ANNIVERSARY = alternatives(_WORDS["anniversaries"]["after"])
_GRADES = alternatives(_WORDS["grades"]["after"])
_LISTS = alternatives(_WORDS["lists"]["before"])
_STRONG = "".join(_WORDS["lists"]["after"])
#: 前10, but not 目前10户.
_FRONT = "(?<![目之以年日月当此先提])前"

#: In this order: an earlier pattern takes a stretch before a later one sees it.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("doc_number", rf"[〔\[(]{_YEAR}[〕\])]第?[0-9]{{1,5}}号|第 ?[0-9]{{1,6}} ?号|[0-9]{{1,6}}号(?={_DOCUMENT})"),
    ("contact", r"(?<![0-9])(?:1[3-9][0-9]{9}|0[0-9]{2,3}[—-][0-9]{7,8}(?:[—-][0-9]{1,5})?)(?![0-9])"),
    ("date_or_period", rf"{_YEAR}[—./][0-9]{{1,2}}[—./][0-9]{{1,2}}(?![0-9])"),
    (
        "date_or_period",
        rf"(?<![0-9.]){_YEAR}"
        rf"(?: ?年?[—至到、和与及](?={_YEAR}(?:[年)》]|—))| ?年度?|(?=以来|财年|学年)|(?=[—至到]{_YEAR}))"
        r"(?:[0-9]{1,2}(?: ?月份?)?[—至到][0-9]{1,2} ?月份?"
        r"|[0-9]{1,2} ?月份?(?:[0-9]{1,2}[日号]?(?:[—至到、][0-9]{1,2}[日号])?)?|第?[0-9]季度)?",
    ),
    ("date_or_period", rf"(?<=[—至到、和与及]){_YEAR}(?=[)》])"),
    ("date_or_period", r"(?<![0-9.])[0-9]{1,2}(?: ?月份?)?[—至到、和][0-9]{1,2} ?月份?"),
    ("date_or_period", r"(?<![0-9.])[0-9]{1,2} ?月(?:份|[0-9]{1,2}[日号])?|第[0-9]季度|(?<![0-9.])[1-4]季度"),
    ("date_or_period", r"(?<![0-9])[0-9]{1,2}:[0-9]{2}(?![0-9])|[0-9]{1,2}时(?:[0-9]{1,2}分)?"),
    ("date_or_period", rf"(?:近|过去|未来|今后|最近|{_FRONT}|后|这|随后)[0-9]{{1,3}}[余多]?个?(?:年|月|天|季度|周)"),
    ("rank_list_name", rf"{_LISTS} ?[0-9]{{1,4}}|{_FRONT}[0-9]{{1,3}}(?=[名位强列,。;、)])|[0-9]{{1,4}}[{_STRONG}]"),
    ("product_or_technology", alternatives(_WORDS["universities"]["names"]) + "(?=工程|高校|院校|、|[”和])"),
    ("section_number", r"(?:\A|(?<=\n))[(]?[0-9]{1,2}(?:[.、](?![0-9])|\))"),
    ("section_number", r"(?<=[。;:(])[0-9]{1,2}(?:\)|[.、](?![0-9]))"),
    ("ordinal", r"第 ?[0-9]{1,4}[—至、]?[0-9]{0,4}"),
    ("denominator", r"每[0-9][0-9.]{0,8}[百千万亿]?(?!年|季|月|周|天|日|小时)|(?<=[0-9])分之[0-9]+"),
    ("product_or_technology", r"(?<=[A-Za-z])[—-]?[0-9][0-9.]*[A-Za-z0-9+-]*|PM[0-9.]+"),
    ("code_name", r"[0-9]{1,9}(?:[+×*][0-9A-Za-z]{1,9})+|(?<=[+])[0-9]{1,9}|[0-9]{1,9}(?=[+N])"),
    ("code_name", r"(?<![0-9.])[0-9]{1,2}·[0-9]{1,2}(?![0-9])"),
    ("event_or_list_year", rf"[0-9]{{2,4}}(?={_ANNIVERSARY})"),
    ("hotline", rf"[0-9]{{3,5}}(?={alternatives(_WORDS['hotlines']['after'])})"),
    ("duration", rf"[0-9]{{1,3}}(?:分钟|小时|公里)(?={_CIRCLES})|7[×xX*]24"),
    ("product_or_technology", rf"(?<![0-9])[0-9][0-9.]{{0,5}}(?={_GRADES})"),
    ("product_or_technology", r"(?<![0-9.])[0-9]{1,5}号"),
)  # fmt: skip
_MASTER = re.compile("|".join(f"(?P<p{index}>{pattern})" for index, (_, pattern) in enumerate(_PATTERNS)))

_RUN = re.compile("[0-9]+")
#: What a name may begin with, by the patterns above.
_OPENINGS = frozenset(
    "0123456789〔[(第近过未今最前后这随每P—-" + "".join(word[0] for word in _WORDS["lists"]["before"])
)
#: 最近3年, TOP 10, 第 12 号: so many characters of a name may stand before its digits.
_LONGEST_PREFIX = 4
_ADDRESS = re.compile(r"(?:https?://|www\.)[!-~]{3,200}|(?<![A-Za-z0-9._-])[A-Za-z0-9._-]{1,60}@[A-Za-z0-9.-]{3,60}")
_TITLE = re.compile(r"《[^《》\n]{0,150}》")
_QUOTE = re.compile(r"“([^“”\n]{1,40})”|‘([^‘’\n]{1,40})’")
_CODE = re.compile(r"[0-9A-Za-z+×*·.—xX-]+")
_POLICY = re.compile(r"[0-9]+(?:条|项|款)(?:措施)?")
_LATIN_RUN = re.compile(r"[0-9]G|[0-9][A-Za-z]")
_WISH = re.compile(
    alternatives(_WORDS["wish"]["before"]) + r"[^。\n“]{0,30}“[^“”\n]{1,600}”"
    rf"|关于[^。,;\n]{{1,120}}?{alternatives(_WORDS['wish']['about'])}"
)  # fmt: skip


def find_names(matched: str) -> tuple[Name, ...]:
    """Stretches with digits that name something, in order, without overlap."""
    found = [*_addresses(matched), *_wishes(matched), *_quotes(matched), *_patterned(matched), *_titles(matched)]
    return tuple(_apart(found))


def name_at(names: tuple[Name, ...], position: int) -> Name | None:
    """The name that covers `position`, if one does."""
    index = bisect_right(names, position, key=lambda name: name.start) - 1
    return names[index] if index >= 0 and position < names[index].end else None


def _apart(found: list[Name]) -> Iterator[Name]:
    """Sorted by start, the longer first; what overlaps an earlier one is cut to what is left of it."""
    end = 0
    for name in sorted(found, key=lambda name: (name.start, -name.end)):
        if name.end > end:
            yield Name(max(name.start, end), name.end, name.reason)
            end = name.end


def _patterned(matched: str) -> Iterator[Name]:
    """Patterns are tried only around digits: at the run itself and at the few characters a name may begin before it."""
    end = 0
    for run in _RUN.finditer(matched):
        if run.start() < end:
            continue
        for start in range(max(end, run.start() - _LONGEST_PREFIX), run.start() + 1):
            if start < run.start() and matched[start] not in _OPENINGS:
                continue
            found = _MASTER.match(matched, start)
            if found and found.end() > run.start():
                yield Name(start, found.end(), _PATTERNS[int((found.lastgroup or "p0")[1:])][0])
                end = found.end()
                break


def _addresses(matched: str) -> Iterator[Name]:
    if "://" not in matched and "www." not in matched and "@" not in matched:
        return
    for found in _ADDRESS.finditer(matched):
        yield Name(found.start(), found.end(), "address")


def _titles(matched: str) -> Iterator[Name]:
    for match in _TITLE.finditer(matched):
        yield Name(match.start(), match.end(), "title")


def _wishes(matched: str) -> Iterator[Name]:
    for match in _WISH.finditer(matched):
        yield Name(match.start(), match.end(), "requested_amount")


def _quotes(matched: str) -> Iterator[Name]:
    """Short quotations with digits: a code (“3+5”), a nickname (“18条”) or a name with a number in it."""
    for match in _QUOTE.finditer(matched):
        inner = match[1] or match[2]
        if any("0" <= character <= "9" for character in inner):
            yield Name(match.start(), match.end(), _quoted_reason(inner))


def _quoted_reason(inner: str) -> str:
    if _POLICY.fullmatch(inner):
        return "policy_nickname"
    if _CODE.fullmatch(inner):
        return "code_name"
    return "product_or_technology" if _LATIN_RUN.search(inner) else "code_name"
