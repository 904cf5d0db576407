"""Who may ask what: tokens, scopes, owners, and how often."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api.conftest import ADDRESS, NOW

from services.api.app import create_app
from services.api.callers import new_token
from services.api.context import Openness
from services.api.rates import DatabaseStorage, Rates, rates_for
from services.api.webhooks.secrets import SecretBox
from services.domain.caller import Scope
from services.domain.errors import ConfigError
from services.line.serve import api_context
from services.storage import tokens
from services.storage.database import Database

pytestmark = pytest.mark.anyio
HOOK = {"url": "https://hooks.example.org/a"}


@asynccontextmanager
async def api(
    database: Database, *, rate: str = "600/minute", open_reads: Openness = "loopback", peer: str = "127.0.0.1"
) -> AsyncIterator[httpx.AsyncClient]:
    context = api_context(database, lambda: NOW, SecretBox(bytes(32)), (), ADDRESS, rate, "database", open_reads)
    transport = httpx.ASGITransport(app=create_app(context), raise_app_exceptions=False, client=(peer, 50000))
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield client


def bearer(database: Database, *scopes: Scope, owner: str = "ours", **more: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {new_token(database, owner, '', scopes, NOW, **more)[1]}"}


@pytest.mark.parametrize(
    ("open_reads", "peer", "headers", "status"),
    [
        ("loopback", "127.0.0.1", {}, 200),
        ("loopback", "::1", {}, 200),
        ("loopback", "192.0.2.7", {}, 401),
        ("loopback", "192.0.2.7", {"x-forwarded-for": "127.0.0.1"}, 401),
        ("loopback", "127.0.0.1", {"x-forwarded-for": "192.0.2.7"}, 401),
        ("loopback", "127.0.0.1", {"forwarded": "for=127.0.0.1"}, 401),
        ("never", "127.0.0.1", {}, 401),
        ("always", "192.0.2.7", {}, 200),
    ],
)
async def test_who_may_read_without_a_token(
    database: Database, open_reads: Openness, peer: str, headers: dict[str, str], status: int
) -> None:
    async with api(database, open_reads=open_reads, peer=peer) as client:
        for path in ("/documents", "/commitments", "/commitments.csv"):
            answer = await client.get(path, headers=headers)
            assert answer.status_code == status
        if status == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"


async def test_writing_needs_a_token_wherever_one_asks_from(database: Database) -> None:
    async with api(database, open_reads="always") as client:
        assert (await client.post("/subscriptions", json=HOOK)).status_code == 401
        assert (await client.get("/subscriptions")).status_code == 401
        reader = await client.post("/subscriptions", json=HOOK, headers=bearer(database, "read"))
        assert (reader.status_code, reader.json()["code"]) == (403, "forbidden")
        for scope in ("subscribe", "admin"):
            made = await client.post("/subscriptions", json=HOOK, headers=bearer(database, scope, owner=scope))
            assert made.status_code == 201


async def test_a_cookie_is_no_token(database: Database) -> None:
    token = bearer(database, "subscribe")["authorization"]
    async with api(database, open_reads="never") as client:
        answer = await client.get("/documents", headers={"cookie": f"authorization={token}; token={token}"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "given",
    [
        "Bearer ",
        "Bearer dafu_",
        "Basic ZGFmdTo=",
        "Bearer dafu_" + "a" * 43,
        "dafu",
        "Bearer " + "x" * 9000,
        "Bearer é",
    ],
    ids=ascii,
)
async def test_a_token_none_of_ours_is_401_even_where_reading_is_open(database: Database, given: str) -> None:
    async with api(database, open_reads="always") as client:
        assert (await client.get("/documents", headers=[(b"authorization", given.encode())])).status_code == 401


async def test_a_token_ends(database: Database) -> None:
    past = bearer(database, "read", expires=NOW)
    alive = bearer(database, "read", expires=NOW + timedelta(seconds=1))
    async with api(database, open_reads="never") as client:
        assert (await client.get("/documents", headers=past)).status_code == 401
        assert (await client.get("/documents", headers=alive)).status_code == 200
        with database.write() as conn:
            for one in tokens.list_tokens(conn):
                tokens.revoke_token(conn, one.id, NOW)
        assert (await client.get("/documents", headers=alive)).status_code == 401


def test_the_database_does_not_hold_the_token(database: Database) -> None:
    token, text = new_token(database, "ours", "报社", ("read",), NOW)
    raw = text.removeprefix("dafu_")
    with database.read() as conn:
        assert tokens.list_tokens(conn) == (token,)
        rows = conn.exec_driver_sql("select * from token").all()
    assert raw not in str(rows)


async def test_ten_times_the_rate_is_429(database: Database) -> None:
    reader, other = bearer(database, "read"), bearer(database, "read")
    async with api(database, rate="5/minute") as client:
        answers = [await client.get("/documents", headers=reader) for _ in range(50)]
        assert [one.status_code for one in answers] == [200] * 5 + [429] * 45
        assert answers[-1].json()["code"] == "too_many_requests"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert (await client.get("/documents", headers=other)).status_code == 200


async def test_a_stranger_is_counted_by_where_it_comes_from(database: Database) -> None:
    async with api(database, rate="3/minute", open_reads="always", peer="192.0.2.7") as client:
        for n in range(3):
            spoofed = {"x-forwarded-for": f"198.51.100.{n}", "x-real-ip": f"198.51.100.{n}"}
            assert (await client.get("/documents", headers=spoofed)).status_code == 200
        assert (await client.get("/documents", headers=spoofed)).status_code == 429
        guess = {"authorization": "Bearer dafu_" + "a" * 43}
        assert (await client.get("/documents", headers=guess)).status_code == 429


def test_a_rate_nobody_can_read_is_refused(database: Database) -> None:
    with pytest.raises(ConfigError, match="600/minute"):
        rates_for("often", database, "database", lambda: NOW)


def test_replicas_count_together(database: Database) -> None:
    """The table counts for everybody; a window that ended begins anew with the next request."""
    now = [NOW]
    storages = [DatabaseStorage(database, lambda: now[0]) for _ in range(2)]
    replicas = [Rates("4/minute", storage, lambda: now[0].timestamp()) for storage in storages]
    counts = [storages[n % 2].incr("caller", 60) for n in range(4)]
    assert counts == [1, 2, 3, 4]
    assert storages[0].get_expiry("caller") == (NOW + timedelta(seconds=60)).timestamp()
    now[0] += timedelta(seconds=60)
    assert (storages[1].get("caller"), storages[0].incr("caller", 60)) == (0, 1)
    for replica in replicas:
        replica.count("another")


async def test_another_owners_subscription_is_not_there(database: Database) -> None:
    ours, theirs = bearer(database, "subscribe"), bearer(database, "admin", owner="theirs")
    async with api(database) as client:
        made = (await client.post("/subscriptions", json=HOOK, headers=ours)).json()["id"]
        unknown = "/subscriptions/" + "x" * len(made)
        for method, path in (("GET", ""), ("GET", "/attempts"), ("POST", "/test"), ("DELETE", "")):
            answer = await client.request(method, f"/subscriptions/{made}{path}", headers=theirs)
            same = await client.request(method, unknown + path, headers=theirs)
            assert (answer.status_code, answer.text) == (404, same.text.replace("x" * len(made), made))
        assert (await client.get("/subscriptions", headers=theirs)).json()["items"] == []
        assert (await client.post("/subscriptions", json=HOOK, headers=theirs)).status_code == 201
        assert (await client.get(f"/subscriptions/{made}", headers=ours)).status_code == 200
