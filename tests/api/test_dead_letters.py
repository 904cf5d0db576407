"""Dead letters through the API: shown in pages, owed once more, and nobody's but the operator's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api.conftest import ADDRESS, NOW
from sqlalchemy import text

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.bus import database as bus
from services.bus.interface import TRIES
from services.domain.caller import Scope
from services.domain.event import envelope
from services.domain.identity import event_id
from services.line.serve import api_context
from services.storage.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def api(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(api_context(database, lambda: NOW, SecretBox(bytes(32)), (), ADDRESS))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


def bearer(database: Database, scope: Scope = "admin", owner: str = "ours") -> dict[str, str]:
    return {"authorization": f"Bearer {new_token(database, owner, '', (scope,), NOW)[1]}"}


def put_aside(database: Database, *keys: str) -> list[str]:
    """Events that both groups could not manage; answers their ids in the order of the log."""
    ids = []
    for key in keys:
        id_ = event_id("document.revised", key, 1)
        told = envelope(id_, "document.revised", source="urn:dafu", subject=key, time=NOW, sequence=1, data={"n": 1})
        with database.write() as conn:
            bus.publish(conn, told)
            bus.replay(conn, "parser", NOW, ["document.revised"])
        ids.append(id_)
    for group in ("parser", "webhooks"):
        for n in range(TRIES):
            at = NOW + n * timedelta(days=1)
            with database.write() as conn:
                for held in bus.claim(conn, group, at, 100, timedelta(minutes=1)):
                    bus.failed(conn, group, held.event.id, held.token, f"no such thing: {group}", at)
    return ids


def shown(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(one["group"], one["event"]) for one in answer.json()["items"]]


async def test_dead_letters_are_shown_in_pages(database: Database, api: httpx.AsyncClient) -> None:
    ids = put_aside(database, "doc_a", "doc_b")
    headers = bearer(database)
    pages, path = [], "/dead-letters?limit=3"
    while path:
        answer = await api.get(path, headers=headers)
        assert answer.status_code == 200
        pages.append(shown(answer))
        following = answer.json()["next"]
        assert (following is None) == ("link" not in answer.headers)
        path = f"/dead-letters?limit=3&cursor={following}" if following else ""
    assert pages == [[("parser", ids[0]), ("parser", ids[1]), ("webhooks", ids[0])], [("webhooks", ids[1])]]
    (first, _) = (await api.get("/dead-letters?group=webhooks", headers=headers)).json()["items"]
    assert first == {
        "group": "webhooks",
        "seq": first["seq"],
        "event": ids[0],
        "key": "doc_a",
        "tries": TRIES,
        "error": "no such thing: webhooks",
    }


async def test_a_list_nobody_changed_is_304(database: Database, api: httpx.AsyncClient) -> None:
    put_aside(database, "doc_a")
    headers = bearer(database)
    tag = (await api.get("/dead-letters", headers=headers)).headers["etag"]
    assert (await api.get("/dead-letters", headers={**headers, "if-none-match": tag})).status_code == 304
    await api.post("/dead-letters/redrive", json={}, headers=headers)
    assert (await api.get("/dead-letters", headers={**headers, "if-none-match": tag})).json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "count", "left"),
    [
        ({}, 4, []),
        ({"group": "webhooks"}, 2, [("parser", 0), ("parser", 1)]),
        ({"event": 1}, 2, [("parser", 0), ("webhooks", 0)]),
        ({"event": 1, "group": "parser"}, 1, [("parser", 0), ("webhooks", 0), ("webhooks", 1)]),
        ({"group": "nobody"}, 0, [("parser", 0), ("parser", 1), ("webhooks", 0), ("webhooks", 1)]),
    ],
)
async def test_what_is_meant_is_owed_once_more(
    database: Database, api: httpx.AsyncClient, asked: dict[str, Any], count: int, left: list[tuple[str, int]]
) -> None:
    ids = put_aside(database, "doc_a", "doc_b")
    headers = bearer(database)
    body = {**asked, "event": ids[asked["event"]]} if "event" in asked else asked
    answer = await api.post("/dead-letters/redrive", json=body, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"count": count})
    assert shown(await api.get("/dead-letters", headers=headers)) == [(group, ids[n]) for group, n in left]
    with database.read() as conn:
        assert conn.execute(text("select count(*) from queue where not dead and tries = 0")).scalar() == count


async def test_an_event_that_is_not_dead_is_not_found(database: Database, api: httpx.AsyncClient) -> None:
    answer = await api.post("/dead-letters/redrive", json={"event": "evt_unknown"}, headers=bearer(database))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("wrong", [{"events": []}, {"event": 1}, {"group": "g" * 65}, []])
async def test_what_cannot_be_meant_is_refused(database: Database, api: httpx.AsyncClient, wrong: object) -> None:
    put_aside(database, "doc_a")
    headers = bearer(database)
    answer = await api.post("/dead-letters/redrive", json=wrong, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert len(shown(await api.get("/dead-letters", headers=headers))) == 2
    assert (await api.get("/dead-letters?cursor=forged", headers=headers)).json()["code"] == "bad_cursor"


async def test_they_are_the_operators_alone(database: Database, api: httpx.AsyncClient) -> None:
    put_aside(database, "doc_a")
    for method, path in (("GET", "/dead-letters"), ("POST", "/dead-letters/redrive")):
        body: dict[str, str] | None = {} if method == "POST" else None
        stranger = await api.request(method, path, json=body)
        assert (stranger.status_code, stranger.json()["code"]) == (401, "unauthorized")
        for scope in ("read", "subscribe"):
            answer = await api.request(method, path, json=body, headers=bearer(database, scope))
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert len(shown(await api.get("/dead-letters", headers=bearer(database, owner="another operator")))) == 2
