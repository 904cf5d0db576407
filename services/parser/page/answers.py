"""List answers which are no pages: Hanweb's dataproxy XML, and the JSON of jpaas, gkmlpt, nea.gov.cn and their kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from services.parser.lexicon import load
from services.parser.text.dates import iso_date

_KEYS = load("listing")["json"]
_HREF = re.compile(r"href\s*=\s*[\"']([^\"']+)[\"']")
_CALLBACK = re.compile(r"\s*[\w$.]{1,60}\s*\(\s*([\[{].*[\]}])\s*\)\s*;?\s*", re.DOTALL)
_JPAAS, _PARAMETERS = "/jpaas-publish-server/", "paramJson"
_PAGE_NAMES = frozenset(("page", "pageno", "pageindex", "pagenum", "pagenumber", "currentpage", "curpage", "pn"))
_PAGE_NUMBER = re.compile(r"(\"pageNo\"\s*:\s*\"?)(\d{1,5})")
_TOTAL_RECORDS = re.compile(r"<totalrecord>\s*(?:<!\[CDATA\[)?\s*(\d{1,7})")
#: How the HTML inside a JSON answer says how many pages or items there are.
_PAGES_INSIDE = re.compile(
    r"\b(?:totalpage|pagecount|countpage|total_page)[\"']?\s*[=:]\s*[\"']?(\d{1,5})", re.IGNORECASE
)
_ITEMS_INSIDE = re.compile(
    r"\b(?:totalcount|totalrecord|recordcount|count)[\"']?\s*[=:]\s*[\"']?(\d{1,7})", re.IGNORECASE
)
_CHINA = timezone(timedelta(hours=8))
#: JSON nested deeper, or with more values, is no list answer.
_DEEPEST = 12
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as a JSON answer names it; `url` as written."""

    url: str
    title: str
    date: str | None


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    entries: tuple[Entry, ...]
    #: HTML strings inside the answer (jpaas).
    html: str
    pages: int | None
    items: int | None


def records(text: str) -> str | None:
    """The HTML of all records of a dataproxy answer, or of one embedded in a page; None where there is none."""
    found = [_cdata(part) for part in text.split("<record>")[1:]]
    return "\n".join(found) if found else None


def _cdata(text: str) -> str:
    """The content of the CDATA section `text` begins with."""
    return text.partition("<![CDATA[")[2].partition("]]>")[0]


def next_group(text: str) -> str | None:
    """The address of the next group of records, as written."""
    _, found, rest = text.partition("<nextgroup>")
    address = _HREF.search(_cdata(rest)[:4_000]) if found else None
    return address[1].replace("&amp;", "&") if address else None


def read_json(text: str) -> JsonAnswer | None:
    """A JSON list answer, also inside the call of a script (JSONP); None for what is no JSON."""
    if called := _CALLBACK.fullmatch(text):
        text = called[1]
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    entries: list[Entry] = []
    html: list[str] = []
    counts: dict[str, int] = {}
    for key, value in _walk(data):
        if isinstance(value, dict):
            if entry := _entry(value):
                entries.append(entry)
        elif isinstance(value, str) and "<" in value and "href" in value:
            html.append(value)
        elif isinstance(value, int | str) and str(value).isdigit() and len(str(value)) < 9:
            counts.setdefault(key, int(value))
    inside = "\n".join(html)
    pages = _count(counts, "page_count") or _inside(_PAGES_INSIDE, inside)
    return JsonAnswer(tuple(entries), inside, pages, _count(counts, "item_count") or _inside(_ITEMS_INSIDE, inside))


def _inside(pattern: re.Pattern[str], html: str) -> int | None:
    found = pattern.search(html)
    return int(found[1]) if found else None


def following(url: str, answer: JsonAnswer, found: int) -> tuple[str, ...]:
    """The answers after this one, where the answer says how many there are.

    The page stands in the address as a parameter of its own, or, with jpaas, inside the JSON of `paramJson`; the first
    jpaas address has none yet.
    """
    total = answer.pages or (-(-answer.items // found) if answer.items and found else 0)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if _JPAAS in parts.path and not any(name == _PARAMETERS for name, _ in query):
        query.append((_PARAMETERS, json.dumps({"pageNo": 1, "pageSize": found}, separators=(",", ":"))))
    for at, (name, value) in enumerate(query):
        if (now := _page_in(name, value)) is not None:
            return tuple(
                urlunsplit(parts._replace(query=urlencode([*query[:at], (name, _at(value, n)), *query[at + 1 :]])))
                for n in range(now + 1, min(total, 1_000) + 1)
            )
    return ()


def following_records(url: str, text: str) -> tuple[str, ...]:
    """The answers after a dataproxy answer without a next group: the address counts records, the answer their total."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    total = _TOTAL_RECORDS.search(text)
    first, last = query.get("startrecord", ""), query.get("endrecord", "")
    if not total or not (first.isdigit() and last.isdigit()) or int(last) < int(first):
        return ()
    step = int(last) - int(first) + 1
    return tuple(
        urlunsplit(parts._replace(query=urlencode(query | {"startrecord": str(at), "endrecord": str(at + step - 1)})))
        for at in range(int(first) + step, min(int(total[1]), int(first) + 1_000 * step) + 1, step)
    )


def _page_in(name: str, value: str) -> int | None:
    """The page a parameter of the address counts; None where it counts none."""
    if name == _PARAMETERS:
        found = _PAGE_NUMBER.search(value)
        return int(found[2]) if found else None
    return int(value) if name.lower() in _PAGE_NAMES and value.isdigit() else None


def _at(value: str, page: int) -> str:
    return str(page) if value.isdigit() else _PAGE_NUMBER.sub(rf"\g<1>{page}", value, count=1)


def _walk(data: Any) -> Iterator[tuple[str, Any]]:
    """Every keyed value, in document order, without recursion."""
    pending: list[tuple[str, Any, int]] = [("", data, 0)]
    for _ in range(_MOST):
        if not pending:
            return
        key, value, depth = pending.pop()
        yield key, value
        if depth > _DEEPEST:
            continue
        if isinstance(value, dict):
            pending.extend((str(name), each, depth + 1) for name, each in reversed(value.items()))
        elif isinstance(value, list):
            pending.extend((key, each, depth + 1) for each in reversed(value))


def _entry(value: dict[str, Any]) -> Entry | None:
    title = next((value[key] for key in _KEYS["title"] if isinstance(value.get(key), str) and value[key].strip()), None)
    url = next((value[key] for key in _KEYS["url"] if isinstance(value.get(key), str) and value[key].strip()), None)
    if not title or not url:
        return None
    date = next((found for key in _KEYS["date"] if (found := _date(value.get(key)))), None)
    return Entry(url.strip(), title, date)


def _date(value: object) -> str | None:
    if isinstance(value, str) and not value.isdigit():
        return iso_date(value)
    if isinstance(value, int | str) and not isinstance(value, bool):
        seconds = int(value)
        seconds = seconds // 1000 if seconds > 10_000_000_000 else seconds
        if 500_000_000 < seconds < 5_000_000_000:
            return datetime.fromtimestamp(seconds, _CHINA).date().isoformat()
    return None


def _count(counts: dict[str, int], name: str) -> int | None:
    return next((counts[key] for key in _KEYS[name] if key in counts), None)
