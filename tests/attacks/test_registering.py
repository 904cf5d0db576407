"""Addresses that callers give us to ask (ATTACKS.md A): refused with a code that tells nothing, and nothing is asked.

Every spelling is judged alone in tests/egress/test_addresses.py; here each goes through the API, as a receiver and as
a column to watch, while an audit hook notes every attempt to connect and a name server every name it is asked.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from egress.test_addresses import BAD_URLS
from evil import evil_server

from services.api.app import create_app
from services.api.callers import new_token
from services.api.problem_types import problem_types
from services.api.webhooks.secrets import SecretBox
from services.domain.clock import system_clock
from services.domain.trial import Trial
from services.line.serve import api_context
from services.storage import sources, subscriptions
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
ADDRESS, PUBLIC = "https://dafu.example.org", ["93.184.215.14"]
PATHS = ("/subscriptions", "/sources", "/sources/trial")
#: Addresses of ours that no refusal may name.
INSIDE = re.compile(r"\b(?:127\.|10\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1\b|fd|fe80)")
connects: list[object] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        connects.append(arguments[1])


sys.addaudithook(_watch)


@asynccontextmanager
async def api(
    folder: Path, names: dict[str, Sequence[str]], *, https_only: bool = False
) -> AsyncIterator[tuple[Any, Database]]:
    """An admin's client whose name server knows `names`; every other name stands for a public address."""
    database = open_database(f"sqlite:///{folder / 'd.sqlite'}")

    async def look(url: str) -> Trial:
        return Trial(url, None, proposed={"id": "c1", "url": url, "every": "6h"})

    context = api_context(database, system_clock, SecretBox(bytes(32)), (), ADDRESS, "100000/minute", trials=look)
    policy = replace(context.policy, https_only=https_only)
    context = replace(context, lookup=lambda host: names.get(host, PUBLIC), policy=policy)
    headers = {"authorization": f"Bearer {new_token(database, 'local', '', ('admin',), system_clock())[1]}"}
    transport = httpx.ASGITransport(app=create_app(context), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        yield client, database
    database.close()


def stored(database: Database) -> int:
    with database.read() as conn:
        return subscriptions.count_subscriptions(conn, "local") + len(sources.known_ids(conn))


def refused(answer: httpx.Response, code: str | None = None) -> None:
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text
    assert problem["code"] in problem_types()
    assert code is None or problem["code"] == code
    assert not INSIDE.search(problem["detail"])


async def test_no_spelling_of_an_address_inside_is_taken(tmp_path: Path) -> None:
    connects.clear()
    async with evil_server() as canary, api(tmp_path, {}) as (client, database):
        before = stored(database)
        for url, code in BAD_URLS.items():
            for path in PATHS:
                written = json.dumps({"url": url})  # escaped: half a character too
                answer = await client.post(path, content=written, headers={"content-type": "application/json"})
                if "\ud800" in url or "\0" in url:
                    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")
                else:
                    refused(answer)
                    assert answer.json()["code"] in (code, "invalid"), url
        assert stored(database) == before
        assert (canary.connections, connects) == (0, [])


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["::1"], ["10.1.2.3"], ["172.16.0.1"], ["192.168.1.1"], ["169.254.169.254"], ["168.63.129.16"],
        ["100.100.100.200"], ["93.184.215.14", "127.0.0.1"], [*(f"1.1.1.{n}" for n in range(99)), "10.0.0.1"],
        ["::ffff:7f00:1"], ["64:ff9b::7f00:1"], ["fd00:ec2::254"],
    ],
    ids=lambda addresses: addresses[-1],
)  # fmt: skip
async def test_a_name_with_one_address_inside_is_refused_whatever_leads_to_it(
    tmp_path: Path, addresses: list[str]
) -> None:
    """A chain of CNAMEs is one answer here: the resolver follows it, what it ends at is judged."""
    connects.clear()
    async with api(tmp_path, {"hooks.example.org": addresses}) as (client, database):
        before = stored(database)
        for path in PATHS:
            more = {"unread": True} if path == "/sources" else {}
            refused(await client.post(path, json={"url": "https://hooks.example.org/a", **more}), "forbidden_address")
        assert (stored(database), connects) == (before, [])


async def test_open_ports_cannot_be_told_from_closed_ones(tmp_path: Path) -> None:
    """One answer, letter by letter, for a port where something listens and for one where nothing does."""
    async with evil_server() as canary:
        open_port = canary.port
        async with api(tmp_path, {}) as (client, _):
            texts = {
                (await client.post(path, json={"url": f"http://127.0.0.1:{port}/"})).text
                for path in PATHS
                for port in (open_port, 9, 80, 443)
            }
        assert len({re.sub(r"\(\w+\)|\"code\":\"\w+\"|\"type\":\"[^\"]+\"", "", text) for text in texts}) == 1
        assert canary.connections == 0


async def test_where_only_https_is_taken_http_is_refused(tmp_path: Path) -> None:
    async with api(tmp_path, {}, https_only=True) as (client, _):
        refused(await client.post("/subscriptions", json={"url": "http://hooks.example.org/a"}), "scheme")
        assert (await client.post("/subscriptions", json={"url": "https://hooks.example.org/a"})).status_code == 201


async def test_one_address_in_two_spellings_is_one_subscription(tmp_path: Path) -> None:
    async with api(tmp_path, {}) as (client, _):
        made = await client.post("/subscriptions", json={"url": "https://hooks.example.org/a"})
        for url in (
            "https://HOOKS.example.org./a#x",
            "https://hooks.example.org:443/a",
            " https://hooks.example.org/a",
        ):
            again = await client.post("/subscriptions", json={"url": url.strip()})
            assert (again.status_code, again.json()["code"]) == (409, "exists_already")
            assert again.headers["location"].endswith(made.json()["id"])


async def test_a_column_is_kept_under_its_punycode(tmp_path: Path) -> None:
    async with api(tmp_path, {}) as (client, _):
        made = await client.post("/sources", json={"url": "https://政务.cn/列表/"})
        name = "政务.cn".encode("idna").decode()
        assert made.json()["url"] == f"https://{name}/%E5%88%97%E8%A1%A8/"
        refused(await client.post("/sources", json={"url": "https://gоv.cn/"}), "homograph")
