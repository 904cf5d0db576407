"""Columns through the API: a first look, then watching, changing, ending."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from api.conftest import ADDRESS, NOW

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.domain.source import Source
from services.domain.trial import Trial, TrialArticle, TrialItem
from services.line.line import watch_new
from services.line.serve import api_context
from services.storage import sources
from services.storage.database import Database

pytestmark = pytest.mark.anyio
COLUMN = "https://www.linjiang.example.gov.cn/zwgk/jytabl/"
GOOD = Trial(
    COLUMN,
    None,
    (TrialItem(f"{COLUMN}t1.html", "关于第1号建议的答复", "2023-03-01"),),
    article=TrialArticle(f"{COLUMN}t1.html", None, "答复", "reply_npc", "临江市民政局", None, 3),
    proposed={"id": "linjiang", "url": COLUMN, "every": "1h", "kind": "reply_npc", "agency": "临江市民政局"},
)


async def look(url: str) -> Trial:
    return GOOD if url == COLUMN else Trial(url, "no_article_links")


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    context = api_context(database, lambda: NOW, SecretBox(bytes(32)), (), ADDRESS, trials=look)
    transport = httpx.ASGITransport(app=create_app(context), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {new_token(database, 'ours', '', ('admin',), NOW)[1]}"}
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        yield client


async def test_a_column_is_watched_with_what_the_first_look_proposes(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/sources", json={"url": COLUMN.upper().replace("HTTPS", "https").lower()})
    assert made.status_code == 201
    body = made.json()
    assert made.headers["location"] == body["links"]["self"]
    assert (body["id"], body["every_seconds"], body["kind"], body["agency"]) == (
        "linjiang", 3600.0, "reply_npc", "临江市民政局",
    )  # fmt: skip
    assert (body["health"], body["status"]) == ("new", "active")
    assert body["trial"]["article"]["commitments"] == 3
    (listed,) = (await admin.get("/sources")).json()["items"]
    assert listed == (await admin.get("/sources/linjiang")).json()
    assert "owner" not in listed
    again = await admin.post("/sources", json={"url": COLUMN, "id": "other"})
    assert (again.status_code, again.json()["code"]) == (409, "exists_already")


async def test_what_is_given_counts_more_than_what_is_proposed(admin: httpx.AsyncClient) -> None:
    asked = {"url": COLUMN, "id": "mz", "every_seconds": 7200, "agency": "市民政局", "must_contain": ["答复"]}
    body = (await admin.post("/sources", json=asked)).json()
    assert {key: body[key] for key in asked} == asked


async def test_a_column_without_links_is_refused_unless_one_insists(admin: httpx.AsyncClient) -> None:
    empty = {"url": "https://www.linjiang.example.gov.cn/about/", "id": "about"}
    refused = await admin.post("/sources", json=empty)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_column")
    assert refused.json()["trial"]["reason"] == "no_article_links"
    assert (await admin.get("/sources")).json()["items"] == []
    assert (await admin.post("/sources", json={**empty, "unread": True})).status_code == 201


async def test_a_first_look_alone_watches_nothing(admin: httpx.AsyncClient) -> None:
    assert (await admin.post("/sources/trial", json={"url": COLUMN})).json()["proposed"]["id"] == "linjiang"
    assert (await admin.get("/sources")).json()["items"] == []


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://2130706433/", "file:///etc/passwd", "http://[::1]/", "http://example.com:22/", "x"],
)
async def test_an_address_inside_is_refused(admin: httpx.AsyncClient, url: str) -> None:
    for path in ("/sources", "/sources/trial"):
        answer = await admin.post(path, json={"url": url})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


async def test_settings_change_only_as_one_saw_them(admin: httpx.AsyncClient) -> None:
    await admin.post("/sources", json={"url": COLUMN})
    seen = await admin.get("/sources/linjiang")
    tag = {"if-match": seen.headers["etag"]}
    changed = await admin.patch("/sources/linjiang", json={"name": "民政", "paused": True, "kind": None}, headers=tag)
    assert changed.status_code == 200
    assert changed.json() == {**seen.json(), "name": "民政", "status": "paused", "health": "paused", "kind": None}
    late = await admin.patch("/sources/linjiang", json={"paused": False}, headers=tag)
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    fresh = {"if-match": changed.headers["etag"]}
    assert (await admin.patch("/sources/linjiang", json={"paused": False}, headers=fresh)).status_code == 200
    for bad in ({"url": COLUMN}, {"id": "x"}, {"owner": "x"}, {"every_seconds": 1}, {"kind": "poem"}):
        assert (await admin.patch("/sources/linjiang", json=bad)).status_code == 422


async def test_an_ended_source_is_gone_and_can_come_back(admin: httpx.AsyncClient, database: Database) -> None:
    await admin.post("/sources", json={"url": COLUMN})
    assert (await admin.delete("/sources/linjiang")).status_code == 204
    assert (await admin.get("/sources/linjiang")).status_code == 404
    assert (await admin.delete("/sources/linjiang")).status_code == 404
    assert (await admin.get("/sources")).json()["items"] == []
    with database.read() as conn:
        assert sources.get_watch(conn, "linjiang").status == "ended"
    assert (await admin.post("/sources", json={"url": COLUMN})).status_code == 201
    assert (await admin.get("/sources/linjiang")).json()["status"] == "active"


async def test_check_now_makes_it_due(admin: httpx.AsyncClient, database: Database) -> None:
    await admin.post("/sources", json={"url": COLUMN})
    with database.write() as conn:
        later = sources.get_watch(conn, "linjiang").source
        sources.save_source(conn, later, NOW)
        sources.visit_soon(conn, "linjiang", NOW + timedelta(hours=5))
    assert (await admin.post("/sources/linjiang/check")).json()["next_visit"] == NOW.isoformat()


async def test_sources_of_others_can_be_seen_and_not_touched(admin: httpx.AsyncClient, database: Database) -> None:
    await admin.post("/sources", json={"url": COLUMN})
    theirs = {"authorization": f"Bearer {new_token(database, 'theirs', '', ('admin',), NOW)[1]}"}
    assert (await admin.get("/sources/linjiang", headers=theirs)).status_code == 200
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/check")):
        answer = await admin.request(
            method, f"/sources/linjiang{path}", headers=theirs, json={} if method == "PATCH" else None
        )
        assert answer.status_code == 404
    reader = {"authorization": f"Bearer {new_token(database, 'ours', '', ('subscribe',), NOW)[1]}"}
    assert (await admin.post("/sources", json={"url": COLUMN}, headers=reader)).status_code == 403


async def test_a_restart_brings_back_neither_old_settings_nor_an_ended_column(
    admin: httpx.AsyncClient, database: Database
) -> None:
    seeds = [Source(id_, f"{COLUMN}{id_}/", id_, timedelta(hours=6), owner="ours") for id_ in ("one", "two", "three")]
    watch_new(database, seeds[:2], NOW)
    await admin.patch("/sources/one", json={"name": "民政"})
    await admin.delete("/sources/two")
    watch_new(database, seeds, NOW)
    found = {one["id"]: one["name"] for one in (await admin.get("/sources")).json()["items"]}
    assert found == {"one": "民政", "three": "three"}
