"""Datetime negotiation against RFC 7089: what a TimeGate, a Memento and a TimeMap must say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from services.api import memento
from services.storage.documents import DocumentRecord
from services.storage.versions import Memento

LETTER = "https://mzj.linjiang.example.gov.cn/zwgk/jytabl/202303/t20230321_4410217.html"
T0 = datetime(2023, 3, 27, 1, tzinfo=UTC)
HERE = "https://dafu.example.org"
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[a-z]+="[^"]*")*)')


def links(header: str) -> dict[str, dict[str, str]]:
    """Attributes by address of a Link header or a link-format body."""
    return {url: dict(re.findall(r'([a-z]+)="([^"]*)"', rest)) for url, rest in _LINK.findall(header)}


def by_rel(header: str, rel: str) -> dict[str, str]:
    ((url, said),) = [(url, said) for url, said in links(header).items() if rel in said["rel"].split()]
    return {"url": url, **said}


def record(url: str = LETTER) -> DocumentRecord:
    return DocumentRecord(
        "doc_a", "s", url, "答复", "reply_npc", None, None, None, None, None, None, False, "active", 3, T0
    )  # fmt: skip


def seen(count: int) -> list[Memento]:
    return [Memento(n, T0 + n * timedelta(days=1)) for n in range(1, count + 1)]


def test_a_memento_names_its_neighbours_and_the_ends() -> None:
    header = memento.headers_of(record(), 2, seen(4), HERE)["Link"]
    for rel, n in (("first", 1), ("prev", 1), ("next", 3), ("last", 4)):
        found = by_rel(header, rel)
        assert found["url"].endswith(f"/versions/{n}")
        assert "memento" in found["rel"].split()
        assert parsedate_to_datetime(found["datetime"]) == T0 + n * timedelta(days=1)
    assert links(header)[f"{HERE}/documents/doc_a/versions/2"]["rel"] == "memento"


def test_a_single_memento_is_first_and_last_and_has_no_neighbours() -> None:
    header = memento.headers_of(record(), 1, seen(1), HERE)["Link"]
    assert set(by_rel(header, "first")["rel"].split()) == {"first", "memento", "last"}
    assert not [said for said in links(header).values() if {"prev", "next"} & set(said["rel"].split())]


def test_an_address_cannot_end_its_link_or_leave_the_header() -> None:
    header = memento.headers_of(record('https://e.gov.cn/a>; rel="evil"\r\nX: 1/答复'), 1, seen(1), HERE)["Link"]
    assert header.isascii()
    assert "\n" not in header
    assert len(links(header)) == 4


def test_a_long_timemap_comes_in_parts_that_name_the_next_and_cover_all() -> None:
    found = seen(2 * memento.PAGE + 3)
    after, listed, parts = 0, [], 0
    while True:
        text = memento.timemap(record(), found, HERE, after=after)
        here = [said["datetime"] for said in links(text).values() if "memento" in said["rel"].split()]
        itself = by_rel(text, "self")
        assert (itself["from"], itself["until"]) == (here[0], here[-1])
        listed += here
        parts += 1
        more = [url for url, said in links(text).items() if said["rel"] == "timemap"]
        if not more:
            break
        after = int(more[0].partition("?after=")[2])
    assert parts == 3
    assert listed == [memento.http_date(one.observed) for one in found]


@pytest.mark.anyio
async def test_the_timegate_answers_as_the_standard_asks(reader: httpx.AsyncClient) -> None:
    (document,) = (await reader.get("/documents", params={"url": LETTER})).json()["items"]
    gate = f"/documents/{document['id']}"
    then = {"accept-datetime": "Wed, 29 Mar 2023 00:00:00 GMT"}
    for answer in (await reader.get(gate, headers=then), await reader.head(gate, headers=then)):
        assert answer.status_code == 200
        assert answer.headers["vary"] == "accept-datetime"
        assert answer.headers["content-location"].endswith(f"{gate}/versions/1")
        assert by_rel(answer.headers["link"], "original")["url"] == LETTER
        assert by_rel(answer.headers["link"], "timegate")["url"].endswith(gate)
        assert by_rel(answer.headers["link"], "timemap")["type"] == "application/link-format"
        assert by_rel(answer.headers["link"], "next")["url"].endswith(f"{gate}/versions/2")
        assert parsedate_to_datetime(answer.headers["memento-datetime"]) <= datetime(2023, 3, 29, tzinfo=UTC)
    # a Memento is fixed: it does not negotiate
    fixed = await reader.get(f"{gate}/versions/2", headers=then)
    assert "vary" not in fixed.headers
    assert fixed.headers["memento-datetime"] == by_rel(fixed.headers["link"], "last")["datetime"]
    for n in (1, 2):
        told = (await reader.get(f"{gate}/versions/{n}")).headers
        assert told["memento-datetime"] in (await reader.get(f"{gate}/timemap")).text


@pytest.mark.anyio
@pytest.mark.parametrize(
    "date",
    ["", "2023-03-29", "Wed, 29 Mar", "Wed, 99 Mar 2023 00:00:00 GMT", "Wed, 29 Mar 99999 00:00:00 GMT", "0", "GMT"],
)
async def test_a_bad_date_is_400_and_says_what_one_looks_like(reader: httpx.AsyncClient, date: str) -> None:
    (document,) = (await reader.get("/documents", params={"url": LETTER})).json()["items"]
    answer = await reader.get(f"/documents/{document['id']}", headers={"accept-datetime": date})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Sat, 01 Apr 2023 00:00:00 GMT" in answer.json()["detail"]


@pytest.mark.anyio
@pytest.mark.parametrize("date", ["Mon, 01 Jan 0001 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359"])
async def test_the_ends_of_time_are_the_first_and_the_last_version(reader: httpx.AsyncClient, date: str) -> None:
    (document,) = (await reader.get("/documents", params={"url": LETTER})).json()["items"]
    answer = await reader.get(f"/documents/{document['id']}", headers={"accept-datetime": date})
    assert answer.headers["content-location"].endswith("/versions/1" if "0001" in date else "/versions/2")
