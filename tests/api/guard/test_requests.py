"""What a caller may send: each refusal is a problem with a stable code, and nothing reaches a route."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from services.api import problems
from services.api.guard.answers import Tagged
from services.api.guard.requests import LIMIT, Guard
from services.api.guard.strict_json import DEPTH

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


def echo() -> FastAPI:
    """Answers a posted body as it arrived; a GET answers one document."""
    app = FastAPI()
    problems.install(app)
    app.add_middleware(Tagged)
    app.add_middleware(Guard, forms=("/forms",))

    @app.post("/{rest:path}")
    async def post(request: Request) -> dict[str, str]:
        return {"body": (await request.body()).decode()}

    @app.get("/document")
    def get() -> dict[str, str]:
        return {"title": "答复"}

    return app


@pytest.fixture
async def caller() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=echo()), base_url="http://dafu") as client:
        yield client


async def test_a_json_body_reaches_the_route_as_it_was_sent(caller: httpx.AsyncClient) -> None:
    sent = '{"关键词": ["养老", "\\ud83d\\ude00"], "n": [[1.5e3]]}'
    answer = await caller.post("/x", content=sent.encode(), headers={"content-type": "application/json; charset=UTF-8"})
    assert answer.json() == {"body": sent}


async def test_no_body_needs_no_media_type(caller: httpx.AsyncClient) -> None:
    assert (await caller.post("/x")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b"[Infinity]",
        b"-Infinity",
        b'{"a": 1, "a": 2}',
        b'{"b": {"a": 1, "a": 1}}',
        b'["\\ud800"]',
        b'{"\\udfff": 1}',
        b'["\\u0000"]',
        b'["a\0"]',
        b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1),
        b'{"a":' * 50_000,
        b"\xff\xfe{\0}\0",
        b'"\x1b"',
        b"{'a': 1}",
        b"[1,]",
        b"1" * 5000,
    ],
    ids=lambda body: ascii(body[:24]),
)
async def test_json_that_two_readers_would_take_differently(caller: httpx.AsyncClient, body: bytes) -> None:
    answer = await caller.post("/x", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_brackets_inside_a_string_are_no_depth(caller: httpx.AsyncClient) -> None:
    body = json.dumps(["[{" * 100 + '\\"[[', "第[2022]1号"]).encode()
    assert (await caller.post("/x", content=body, headers=JSON)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=gb18030"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
    ids=str,
)
async def test_anything_but_plain_json_is_415(caller: httpx.AsyncClient, headers: dict[str, str]) -> None:
    answer = await caller.post("/x", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_forms_are_taken_where_forms_are(caller: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await caller.post("/forms/new", content=b"a=1", headers=headers)).status_code == 200


async def test_too_large_is_said_before_it_is_read(caller: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b" " * 65536

    answer = await caller.post("/x", content=endless(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sent <= LIMIT + 2 * 65536
    answer = await caller.post("/x", content=b"{}", headers={**JSON, "content-length": str(300 << 20)})
    assert answer.status_code == 413


@pytest.mark.parametrize(("address", "status"), [("/a%00b", 404), ("/document?text=%00", 422)])
async def test_nul_in_an_address(caller: httpx.AsyncClient, address: str, status: int) -> None:
    assert (await caller.get(address)).status_code == status


async def test_a_caller_who_has_the_answer_gets_304(caller: httpx.AsyncClient) -> None:
    first = await caller.get("/document")
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await caller.get("/document", headers={"if-none-match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "content-type" not in again.headers
    other = await caller.get("/document", headers={"if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, first.content)
    assert "etag" not in (await caller.get("/nothing")).headers
