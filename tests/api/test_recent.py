"""What changed lately: as JSON, table and feed; the log of events; what readers say about a change."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from services.storage import outbox
from services.storage.database import Database

pytestmark = pytest.mark.anyio
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(answer: httpx.Response) -> ElementTree.Element:
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own


async def test_the_lowered_target_is_found_by_what_it_is(reader: httpx.AsyncClient) -> None:
    everything = (await reader.get("/changes")).json()["items"]
    (lowered,) = [one for one in everything if one["type"] == "target_lowered"]
    document = lowered["document"]
    assert (await reader.get(lowered["links"]["comparison"])).status_code == 200
    for question in (
        {"type": "target_lowered"},
        {"direction": ["softened", "unclear"], "severity": lowered["severity"]},
        {"agency": document["agency"]},
        {"kind": document["kind"], "document": document["id"], "source": document["source"]},
        {"since": lowered["recorded"][:10], "type": ["target_lowered", "deadline_moved"]},
    ):
        answer = await reader.get("/changes", params=question)
        assert lowered in answer.json()["items"], question
    for question in (
        {"type": "deadline_moved"},
        {"direction": "strengthened"},
        {"agency": "平江市民政局"},
        {"source": "another"},
        {"since": "2100-01-01"},
        {"until": "2000-01-01"},
    ):
        assert lowered not in (await reader.get("/changes", params=question)).json()["items"], question


async def test_a_misspelt_filter_is_refused(reader: httpx.AsyncClient) -> None:
    for question in ("typ=target_lowered", "severity=grave", "since=yesterday", "limit=0", "type=target_lowerd"):
        assert (await reader.get(f"/changes?{question}")).status_code == 422


async def test_pages_of_changes_lose_and_repeat_nothing(long_reader: httpx.AsyncClient) -> None:
    everything = (await long_reader.get("/changes?limit=250")).json()["items"]
    assert len(everything) > 2
    seen: list[Any] = []
    address: str | None = "/changes?limit=1"
    while address:
        answer = await long_reader.get(address)
        seen += answer.json()["items"]
        address = answer.links.get("next", {}).get("url")
    assert seen == everything
    assert [one["recorded"] for one in seen] == sorted((one["recorded"] for one in seen), reverse=True)


async def test_the_table_has_every_row(long_reader: httpx.AsyncClient) -> None:
    answer = await long_reader.get("/changes.csv")
    header, *rows = csv.reader(io.StringIO(answer.text))
    everything = (await long_reader.get("/changes?limit=250")).json()["items"]
    assert [row[header.index("type")] for row in rows] == [one["type"] for one in everything]
    lowered = rows[[row[header.index("type")] for row in rows].index("target_lowered")]
    assert lowered[header.index("before")]
    assert lowered[header.index("after")]


async def test_a_feed_reader_understands_the_feed(reader: httpx.AsyncClient) -> None:
    answer = await reader.get("/changes.atom", params={"type": "target_lowered"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = parsed(answer)
    ids = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) > 0
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in root.iter(f"{ATOM}entry")]
    assert any("target_lowered" in title for title in titles)
    for entry in root.iter(f"{ATOM}entry"):
        assert all(entry.find(f"{ATOM}{name}") is not None for name in ("updated", "link", "content"))
    everything = parsed(await reader.get("/changes.atom"))
    assert len(list(everything.iter(f"{ATOM}entry"))) >= len(ids)
    assert (await reader.get("/changes.atom", headers={"if-none-match": "*"})).status_code == 304


async def test_events_are_the_bytes_a_webhook_brings(reader: httpx.AsyncClient, lived: Database) -> None:
    with lived.read() as conn:
        logged = [one.event for one in outbox.events_after(conn, 0, 1000) if one.event.type.startswith("document.")]
    everything = (await reader.get("/events?limit=250")).json()
    assert everything["items"] == [json.loads(event.body) for event in logged]
    later = (await reader.get("/events", params={"after": logged[0].id})).json()
    assert [one["id"] for one in later["items"]] == [event.id for event in logged[1:]]
    first = (await reader.get("/events?limit=1")).json()
    rest = (await reader.get("/events", params={"limit": 250, "cursor": first["next"]})).json()
    assert first["items"] + rest["items"] == everything["items"]
    end = (await reader.get("/events", params={"limit": 250, "cursor": rest["next"]})).json()
    assert end["items"] == []
    assert end["next"] == rest["next"]
    revised = (await reader.get("/events?type=document.revised")).json()["items"]
    assert {one["type"] for one in revised} == {"document.revised"}
    assert (await reader.get("/events?after=evt_unknown")).status_code == 404
    assert (await reader.get("/events?type=ping")).status_code == 422


async def test_a_false_alarm_is_said_and_kept(reader: httpx.AsyncClient) -> None:
    (lowered,) = (await reader.get("/changes?type=target_lowered")).json()["items"]
    address = f"/documents/{lowered['document']['id']}"
    said = {"verdict": "false_alarm", "change": lowered["ordinal"], "note": "页面上是笔误"}
    made = await reader.post(f"{address}/versions/{lowered['version']}/annotations", json=said)
    assert made.status_code == 201
    assert made.json()["own"] is True
    assert "owner" not in made.json()
    assert made.json() in (await reader.get(f"{address}/annotations")).json()["items"]
    for path, body, status in (
        (f"{address}/versions/9/annotations", said, 404),
        (f"{address}/versions/{lowered['version']}/annotations", {**said, "change": 99}, 404),
        (f"{address}/versions/{lowered['version']}/annotations", {**said, "verdict": "nonsense"}, 422),
        (f"{address}/versions/{lowered['version']}/annotations", {**said, "owner": "theirs"}, 422),
    ):
        assert (await reader.post(path, json=body)).status_code == status
    assert (await reader.get("/documents/doc_unknown/annotations")).status_code == 404
