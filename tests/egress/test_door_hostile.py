"""What hostile peers get (ATTACKS.md B and C): one word, in bounded time and memory, never an exception."""

from __future__ import annotations

import asyncio
import time
import tracemalloc

import pytest
from evil import BOMB, PAGE, evil_server

from services.egress.door import Answer, Door, Failure

LOOPBACK = ("127.0.0.1/32:*",)
AGENT = "Dafu/0.1 (+https://example.org; ops@example.org)"

WHOLE = {
    "/good": PAGE,
    "/gzip": PAGE,
    "/gzip-members": PAGE,
    "/gzip-padded": PAGE,
    "/deflate": PAGE,
    "/raw-deflate": PAGE,
    "/chunked": b"abcde",
    "/until-close": b"abcde",
    "/elsewhere": b"",
}
BROKEN = {
    "/hang-up": "reset",
    "/reset": "reset",
    "/reset-mid-body": "incomplete",
    "/reset-unframed": "incomplete",
    "/reset-chunked": "incomplete",
    "/too-short": "incomplete",
    "/too-long": "incomplete",
    "/too-long-split": "incomplete",
    "/endless": "too_large",
    "/huge": "too_large",
    "/bomb": "too_large",
    "/nested": "unsupported_encoding",
    "/nested-lines": "unsupported_encoding",
    "/brotli": "unsupported_encoding",
    "/gzip-cut": "incomplete",
    "/gzip-lie": "bad_encoding",
    "/many-headers": "header_too_large",
    "/long-header": "header_too_large",
    "/not-http": "malformed",
    "/two-lengths": "malformed",
    "/both-framings": "malformed",
    "/bad-chunk": "incomplete",
    "/cut-chunk": "incomplete",
}
ENDLESS = ("/drip", "/header-drip", "/silent")


@pytest.mark.anyio
@pytest.mark.parametrize(("path", "body"), WHOLE.items())
async def test_whole_answers_arrive_decoded(path: str, body: bytes) -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        answer = await door.get(server.url(path), deadline=5)
        await door.aclose()
    assert isinstance(answer, Answer)
    assert answer.body == body


@pytest.mark.anyio
@pytest.mark.parametrize(("path", "reason"), BROKEN.items())
async def test_broken_answers_are_named(path: str, reason: str) -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        outcome = await door.get(server.url(path), deadline=5, limit=1_000_000)
        await door.aclose()
    assert isinstance(outcome, Failure), outcome
    assert outcome.reason == reason, outcome
    assert server.connections == 1, "a polite visitor does not ask twice"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ENDLESS)
async def test_one_deadline_ends_whatever_the_peer_does(path: str) -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        started = time.monotonic()
        outcome = await door.get(server.url(path), deadline=0.2)
        took = time.monotonic() - started
        await door.aclose()
    assert isinstance(outcome, Failure)
    assert outcome.reason == "timeout"
    assert took < 1


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/silent", "/drip", "/deaf", "/early-drip"])
async def test_a_delivery_ends_at_its_deadline(path: str) -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        started = time.monotonic()
        outcome = await door.post(server.url(path), body=bytes(900_000), headers={}, deadline=0.3)
        took = time.monotonic() - started
        await door.aclose()
    assert isinstance(outcome, Failure)
    assert outcome.reason == "timeout"
    assert took < 1.5


@pytest.mark.anyio
async def test_a_receivers_answer_is_cut_and_never_decoded() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        long = await door.post(
            server.url("/endless"), body=b"{}", headers={"Content-Type": "application/json"}, limit=500
        )
        packed = await door.post(server.url("/gzip"), body=b"{}", headers={})
        await door.aclose()
    assert isinstance(long, Answer)
    assert len(long.body) == 500
    assert isinstance(packed, Answer)
    assert packed.body.startswith(b"\x1f\x8b")
    assert server.bodies == [b"{}", b"{}"]


@pytest.mark.anyio
async def test_a_bomb_costs_no_more_memory_than_the_limit() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        await door.get(server.url("/good"))
        tracemalloc.start()
        outcome = await door.get(server.url("/bomb"), limit=2_000_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await door.aclose()
    assert isinstance(outcome, Failure)
    assert peak < 8_000_000 < BOMB


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/endless", "/bomb", "/huge"])
async def test_of_a_body_without_end_the_beginning_can_be_had(path: str) -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        answer = await door.get(server.url(path), deadline=0.5, limit=1000, cut=True)
        await door.aclose()
    if path == "/huge":
        assert isinstance(answer, Failure), "it announces much and sends nothing"
    else:
        assert isinstance(answer, Answer)
        assert answer.body == bytes(1000)


@pytest.mark.anyio
async def test_a_slow_host_does_not_hold_up_another() -> None:
    async with evil_server() as server:
        door = Door(user_agent=AGENT, allow=LOOPBACK)
        slow = [asyncio.create_task(door.get(server.url("/silent"), deadline=0.5)) for _ in range(3)]
        answer = await door.get(server.url("/good"), deadline=0.4)
        await asyncio.gather(*slow)
        await door.aclose()
    assert isinstance(answer, Answer)
