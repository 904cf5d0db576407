"""Callers who want what is not theirs, or to break what is everybody's (ATTACKS.md E): 4xx, alike for all, never 5xx.

Tokens and rates by themselves are in tests/api/test_callers.py; what is no clear request, and requests that never end,
in tests/api/guard; a database read without its key in tests/commands/test_secrets.py; five hundred slow callers in
`python -m benchmarks callers`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from api.conftest import REPLAYS
from api.guard.serving import serving

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.domain.caller import Scope
from services.domain.clock import system_clock
from services.domain.trial import Trial
from services.line.serve import api_context
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
ADDRESS = "https://dafu.example.org"
HOOK = {"url": "https://hooks.example.org/a", "note": "geheim"}
SINCE = {"since": "2023-01-01T00:00:00Z"}


@dataclass
class House:
    """An API and a client for each of its owners."""

    database: Database
    app: Any
    ours: httpx.AsyncClient
    theirs: httpx.AsyncClient

    async def asked(self, client: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
        answer = await client.request(method, path, **more)
        assert answer.status_code < 500, (method, path, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
        return answer

    def client(self, scope: Scope, owner: str) -> httpx.AsyncClient:
        _, text = new_token(self.database, owner, "", (scope,), system_clock())
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"authorization": f"Bearer {text}"})


async def _look(url: str) -> Trial:
    return Trial(url, None, proposed={"id": "c1", "url": url, "every": "6h"})


@asynccontextmanager
async def opened(folder: Path, *, story: bool = False) -> AsyncIterator[House]:
    database = open_database(f"sqlite:///{folder / 'd.sqlite'}")
    if story:
        recording = read_recording(REPLAYS / "target-lowered")
        await live(database, recording, SimulatedClock(recording.start), recording.end)
    context = api_context(database, system_clock, SecretBox(bytes(32)), (), ADDRESS, "1000000/minute", trials=_look)
    house = House(database, create_app(replace(context, lookup=lambda _: ["93.184.215.14"])), None, None)  # type: ignore[arg-type]
    house.ours, house.theirs = house.client("admin", "ours"), house.client("admin", "theirs")
    async with house.ours, house.theirs:
        yield house
    database.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path) as made:
        yield made


async def test_what_another_owner_made_is_nowhere_for_everybody_else(house: House) -> None:
    """Word for word the answer that an id gets which nobody ever made."""
    made = (await house.asked(house.ours, "POST", "/subscriptions", json=HOOK)).json()
    source = (await house.asked(house.ours, "POST", "/sources", json={"url": "https://www.example.org/a/"})).json()
    known, unknown = made["id"], "sub_" + "x" * (len(made["id"]) - 4)
    asked: list[tuple[str, str, Any]] = [
        ("GET", "", None), ("PATCH", "", {"note": "x"}), ("PATCH", "", {"status": "disabled"}), ("DELETE", "", None),
        ("GET", "/attempts", None), ("GET", "/deliveries", None), ("GET", "/deliveries?status=failed", None),
        ("POST", "/test", None), ("POST", "/deliveries/evt_x/resend", None), ("POST", "/recover", SINCE),
        ("POST", "/replay", SINCE), ("POST", "/replay", {**SINCE, "dry_run": True}),
        ("POST", "/secret/rotate", {}),
    ]  # fmt: skip
    for method, path, body in asked:
        more = {} if body is None else {"json": body}
        answer = await house.asked(house.theirs, method, f"/subscriptions/{known}{path}", **more)
        nobody = await house.asked(house.theirs, method, f"/subscriptions/{unknown}{path}", **more)
        assert (answer.status_code, answer.text) == (404, nobody.text.replace(unknown, known)), (method, path)
        assert "geheim" not in answer.text
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/check")):
        answer = await house.asked(house.theirs, method, f"/sources/{source['id']}{path}", json={"name": "x"})
        assert answer.status_code == 404
    assert (await house.asked(house.theirs, "GET", "/subscriptions")).json()["items"] == []
    assert (await house.asked(house.ours, "GET", f"/subscriptions/{known}")).json()["note"] == "geheim"


async def test_no_secret_leaves_a_second_time_and_no_owner_is_named(house: House) -> None:
    made = (await house.asked(house.ours, "POST", "/subscriptions", json=HOOK)).json()
    at = f"/subscriptions/{made['id']}"
    for path in ("/subscriptions", at, f"{at}/attempts", f"{at}/deliveries", "/events", "/sources", "/openapi.json"):
        text = (await house.asked(house.ours, "GET", path)).text
        assert made["secret"] not in text
        assert '"owner"' not in text
        assert "whsec_" not in text


async def test_a_reader_writes_nothing(house: House) -> None:
    made = (await house.asked(house.ours, "POST", "/subscriptions", json=HOOK)).json()
    at = f"/subscriptions/{made['id']}"
    async with house.client("read", "ours") as reader:
        for method, path in (
            ("POST", "/subscriptions"), ("PATCH", at), ("DELETE", at), ("POST", f"{at}/secret/rotate"),
            ("POST", f"{at}/test"), ("POST", f"{at}/recover"), ("POST", f"{at}/replay"), ("GET", at),
            ("POST", "/subscriptions/preview"), ("POST", "/sources"), ("POST", "/sources/trial"),
            ("DELETE", "/sources/x"), ("PATCH", "/sources/x"), ("POST", "/sources/x/check"),
        ):  # fmt: skip
            answer = await house.asked(reader, method, path, json={**HOOK, **SINCE})
            assert answer.status_code in (403, 422), (method, path)
            assert answer.status_code == 403 or answer.json()["code"] == "invalid"
    async with house.client("subscribe", "ours") as subscriber:
        for method, path in (("POST", "/sources"), ("DELETE", "/sources/x"), ("POST", "/sources/x/check")):
            answer = await house.asked(subscriber, method, path, json={"url": "https://www.example.org/"})
            assert answer.status_code == 403
    assert (await house.asked(house.ours, "GET", at)).status_code == 200


@pytest.mark.parametrize("field", ["owner", "owner_id", "id", "status", "secret", "created", "created_at", "__class__"])
async def test_what_is_not_the_callers_to_say_is_refused(house: House, field: str) -> None:
    made = await house.asked(house.ours, "POST", "/subscriptions", json={**HOOK, field: "active"})
    assert (made.status_code, made.json()["code"]) == (422, "invalid")
    at = (await house.asked(house.ours, "POST", "/subscriptions", json=HOOK)).json()["id"]
    if field != "status":
        changed = await house.asked(house.ours, "PATCH", f"/subscriptions/{at}", json={field: "x"})
        assert changed.status_code == 422
    if field != "id":
        watched = await house.asked(house.ours, "POST", "/sources", json={"url": "https://e.org/", field: "x"})
        assert watched.status_code == 422


NASTY = (
    "../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc", "..%00", "a" * 10_000, "' OR 1=1--", "{{7*7}}",
    "${jndi:ldap://e.org/a}", "\"><script>alert(1)</script>", "%F0%28%8C%28", "٣", "-1", "9" * 40, "NaN", "[]", "*",
    "doc_\u202e", "\\..\\", ";ls",
)  # fmt: skip
PLACES = (
    "/documents/{}", "/documents/{}/history", "/documents/{}/versions/1", "/documents/{}/timemap", "/commitments/{}",
    "/subscriptions/{}", "/subscriptions/{}/attempts", "/sources/{}", "/documents/{}/annotations", "/{}",
    "/documents/doc_x/versions/{}", "/documents/doc_x/versions/{}..2/changes",
    "/subscriptions/sub_x/deliveries/{}/resend",
)  # fmt: skip


async def test_no_text_in_an_address_is_more_than_text(house: House) -> None:
    for number, nasty in enumerate(NASTY):
        for place in PLACES[number % 2 :: 2]:
            method = "POST" if place.endswith("resend") else "GET"
            answer = await house.asked(house.ours, method, place.format(nasty.replace("?", "%3F").replace("#", "%23")))
            assert answer.status_code in (404, 405, 422), (place, nasty, answer.text)
            assert "49" not in answer.json()["detail"] or "7*7" not in nasty
            assert not re.search(r"root:|Traceback|sqlite|psycopg|/services/", answer.text)


async def test_no_text_in_a_question_is_more_than_text(house: House) -> None:
    lists = ("/documents", "/changes", "/commitments", "/events", "/sources", "/subscriptions", "/changes.atom")
    names = (
        "cursor",
        "q",
        "agency",
        "kind",
        "url",
        "document",
        "source",
        "since",
        "after",
        "actor",
        "text",
        "limit",
        "x",
    )
    for number, (path, name) in enumerate(itertools.product(lists, names)):
        for nasty in NASTY[number % 6 :: 6]:
            answer = await house.asked(house.ours, "GET", path, params={name: nasty})
            assert answer.status_code in (200, 400, 404, 422), (path, name, nasty)
    for header in ("accept", "if-none-match", "accept-datetime", "range", "x-forwarded-host", "accept-language"):
        for nasty in NASTY[::3]:
            value = nasty.encode("utf-8", "replace")
            answer = await house.asked(house.ours, "GET", "/documents/doc_x", headers=[(header.encode(), value)])
            assert answer.status_code in (400, 404)


async def test_cursors_are_ours_of_this_list_this_filter_and_this_owner(tmp_path: Path) -> None:
    async with opened(tmp_path, story=True) as house:
        for n in range(3):
            for client in (house.ours, house.theirs):
                await house.asked(client, "POST", "/subscriptions", json={"url": f"https://hooks.example.org/{n}"})
        documents = (await house.asked(house.ours, "GET", "/documents?limit=1")).json()["next"]
        ours = (await house.asked(house.ours, "GET", "/subscriptions?limit=1")).json()["next"]
        events = (await house.asked(house.ours, "GET", "/events?limit=1")).json()["next"]
        forged = documents[:-2] + ("AA" if documents[-2:] != "AA" else "BB")
        wrong = [
            (house.ours, "/documents", {"cursor": forged}),
            (house.ours, "/documents", {"cursor": documents, "kind": "reply_npc"}),
            (house.ours, "/documents", {"cursor": documents[::-1]}),
            (house.ours, "/documents", {"cursor": events}),
            (house.ours, "/commitments", {"cursor": documents}),
            (house.ours, "/events", {"cursor": events, "type": "document.revised"}),
            (house.theirs, "/subscriptions", {"cursor": ours}),
        ]
        for client, path, asked in wrong:
            answer = await house.asked(client, "GET", path, params=asked)
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), (path, asked)
        assert (await house.asked(house.ours, "GET", "/documents", params={"cursor": documents})).status_code == 200


async def test_nothing_is_allowed_across_origins_and_cookies_count_for_nothing(house: House) -> None:
    token = house.ours.headers["authorization"]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.app, client=("192.0.2.7", 1)), base_url=ADDRESS
    ) as stranger:
        cookie = {"cookie": f"token={token}; authorization={token}; session={token[7:]}"}
        assert (await stranger.get("/subscriptions", headers=cookie)).status_code == 401
    for method in ("GET", "OPTIONS"):
        origin = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        answer = await house.asked(house.ours, method, "/subscriptions", headers=origin)
        assert not any(name.startswith("access-control-") for name in answer.headers)
        assert "set-cookie" not in answer.headers


async def test_a_large_body_is_refused_before_it_is_sent(house: House) -> None:
    """On a real socket, with a length and without one: fewer than a mebibyte is taken before the answer."""
    async with serving(house.app) as port:
        for framing in ("Content-Length: 314572800", "Transfer-Encoding: chunked"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST /subscriptions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
            writer.write(head.encode())
            sent, answered = 0, asyncio.create_task(reader.readuntil(b"\r\n"))
            while not answered.done() and sent < 64 << 20:
                writer.write(b"8000\r\n" + b" " * 0x8000 + b"\r\n" if "chunked" in framing else b" " * 0x8000)
                sent += 0x8000
                await asyncio.wait([answered], timeout=0.01)
            assert (await answered).startswith(b"HTTP/1.1 413 ")
            assert sent <= 1 << 20
            writer.close()


def written(folder: Path) -> tuple[bytes, str]:
    """Every byte on disk, and every row as text."""
    raw = b"".join(path.read_bytes() for path in folder.glob("d.sqlite*"))
    with closing(sqlite3.connect(folder / "d.sqlite")) as conn:
        return raw, json.dumps(list(conn.iterdump()))


async def test_the_database_alone_tells_no_secret(tmp_path: Path) -> None:
    async with opened(tmp_path) as house:
        made = (await house.asked(house.ours, "POST", "/subscriptions", json=HOOK)).json()
        token = house.ours.headers["authorization"].removeprefix("Bearer ")
    raw, dump = written(tmp_path)
    for secret in (made["secret"], made["secret"].removeprefix("whsec_"), token):
        assert secret.encode() not in raw
        assert secret not in dump
