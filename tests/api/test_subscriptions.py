"""Subscribing: what is stored, what is shown once, what is refused."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from services.api.webhooks.sign import secret_key
from services.storage import deliveries, subscriptions
from services.storage.database import Database

pytestmark = pytest.mark.anyio
URL = "https://hooks.example.org/dafu"


async def subscribe(client: httpx.AsyncClient, **more: object) -> httpx.Response:
    return await client.post("/subscriptions", json={"url": URL, **more})


def stored_anywhere(database: Database, what: bytes) -> bool:
    folder = Path(str(database.engine.url.database)).parent
    return any(what in path.read_bytes() for path in folder.iterdir())


async def test_the_secret_is_shown_once_and_kept_sealed(client: httpx.AsyncClient, database: Database) -> None:
    made = await subscribe(client, note="editor's desk", filter={"change_types": ["target_lowered"]})
    assert made.status_code == 201
    body = made.json()
    key = secret_key(body["secret"])
    assert len(key) == 32
    assert made.headers["location"].endswith(body["id"])
    shown = (await client.get(f"/subscriptions/{body['id']}")).json()
    assert "secret" not in shown
    assert shown["filter"]["change_types"] == ["target_lowered"]
    assert shown["filter"]["min_severity"] == "medium"
    assert not stored_anywhere(database, key)
    assert stored_anywhere(database, b"editor's desk")


async def test_the_same_again_answers_where_it_is(client: httpx.AsyncClient) -> None:
    first = (await subscribe(client)).json()
    again = await subscribe(client)
    assert (again.status_code, again.json()["code"]) == (409, "exists_already")
    assert again.headers["location"].endswith(first["id"])
    assert (await subscribe(client, filter={"min_severity": "high"})).status_code == 201


async def test_lists_tests_and_ends(client: httpx.AsyncClient, database: Database) -> None:
    id_ = (await subscribe(client)).json()["id"]
    assert [one["id"] for one in (await client.get("/subscriptions")).json()["items"]] == [id_]
    tested = await client.post(f"/subscriptions/{id_}/test")
    assert tested.status_code == 202
    with database.read() as conn:
        (owed,) = deliveries.list_deliveries(conn, id_)
    assert owed.event == tested.json()["event"]
    assert (await client.get(f"/subscriptions/{id_}/attempts")).json() == {"items": [], "next": None}
    assert (await client.delete(f"/subscriptions/{id_}")).status_code == 204
    assert (await client.delete(f"/subscriptions/{id_}")).status_code == 404
    assert (await client.get("/subscriptions")).json()["items"] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://LOCALHOST./", "http://2130706433/", "http://[::1]/", "http://169.254.169.254/x",
        "http://10.0.0.8/", "ftp://example.org/", "//example.org/", "http://example.com\\@127.0.0.1/",
        "http://example.org:22/", "https://example.org/\u202e", "http://metadata.google.internal/", "", "x",
    ],
)  # fmt: skip
async def test_an_address_we_never_tell_is_refused_without_saying_what_is_there(
    client: httpx.AsyncClient, database: Database, url: str
) -> None:
    answer = await client.post("/subscriptions", json={"url": url})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]
    assert "127.0.0.1" not in answer.json()["detail"]
    with database.read() as conn:
        assert subscriptions.list_subscriptions(conn) == ()


@pytest.mark.parametrize(
    "body",
    [
        {"url": URL, "owner": "someone else"},
        {"url": URL, "secret": "whsec_mine"},
        {"url": URL, "filter": {"min_severity": "enormous"}},
        {"url": URL, "filter": {"event_types": ["document.eaten"]}},
        {"url": URL, "filter": {"severity": "low"}},
        {"filter": {}},
        [],
        None,
    ],
)
async def test_a_body_that_is_not_understood_is_refused_whole(
    client: httpx.AsyncClient, database: Database, body: object
) -> None:
    answer = await client.post("/subscriptions", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    with database.read() as conn:
        assert subscriptions.list_subscriptions(conn) == ()
