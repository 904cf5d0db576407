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
    """A JSON list answer; None for what is no JSON."""
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
    return JsonAnswer(tuple(entries), "\n".join(html), _count(counts, "page_count"), _count(counts, "item_count"))


def following(url: str, answer: JsonAnswer, found: int) -> tuple[str, ...]:
    """The answers after this one, where the address counts pages and the answer says how many there are."""
    total = answer.pages or (-(-answer.items // found) if answer.items and found else 0)
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for at, (name, value) in enumerate(query):
        if name.lower() in ("page", "pageno", "pageindex", "pagenum") and value.isdigit():
            return tuple(
                urlunsplit(parts._replace(query=urlencode([*query[:at], (name, str(n)), *query[at + 1 :]])))
                for n in range(int(value) + 1, min(total, 1_000) + 1)
            )
    return ()


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
