"""Callers who write bytes of their own: half requests, two lengths, two hosts, no HTTP at all."""

from __future__ import annotations

import asyncio
import socket

import pytest
from api.guard.serving import say, serving
from api.guard.test_requests import echo

from services.line.port import listen

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "data",
    [
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}",
        b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"GET /document HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /document HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET /document HTTP/1.1\r\n" + b"X: " + b"a" * 100_000,
    ],
    ids=lambda data: ascii(data[:60]),
)
async def test_what_is_not_one_clear_request_is_400(data: bytes) -> None:
    async with serving(echo()) as port:
        answer = await say(port, data)
        assert (answer.status, answer.problem["code"]) in ((400, "bad_request"), (501, "not_implemented"))
        assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    "half",
    [b"", b"GET /docu", b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"],
    ids=["nothing", "half a header", "half a body"],
)
async def test_half_a_request_is_not_waited_for(half: bytes) -> None:
    async with serving(echo(), seconds=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def drip() -> None:
            for byte in half:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.0)
            while True:  # a byte now and then must not start the time again
                await asyncio.sleep(0.05)
                writer.write(b"a")

        dripping = asyncio.create_task(drip())
        try:
            assert await asyncio.wait_for(reader.read(), 5) == b""
        except ConnectionResetError:
            pass
        finally:
            dripping.cancel()
            writer.close()


async def test_a_connection_brings_many_requests_each_with_its_own_time() -> None:
    async with serving(echo(), seconds=0.4) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(4):
            writer.write(b"GET /document HTTP/1.1\r\n")
            await asyncio.sleep(0.2)
            writer.write(b"Host: a\r\n\r\n")
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            assert head.startswith(b"HTTP/1.1 200")
            await reader.readexactly(len('{"title":"答复"}'.encode()))
        writer.close()


async def test_the_rest_of_a_pipelined_request_is_timed_too() -> None:
    async with serving(echo(), seconds=0.3) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /document HTTP/1.1\r\nHost: a\r\n\r\nGET /docu")
        try:
            answer = await asyncio.wait_for(reader.read(), 3)  # to the end: sooner than keep-alive's five seconds
        except ConnectionResetError:
            answer = b"HTTP/1.1 200"
        assert answer.startswith(b"HTTP/1.1 200")
        writer.close()


def test_answers_are_sent_without_delay() -> None:
    """asyncio turns Nagle's algorithm off on connections whose listener names its protocol, and on no other."""
    with listen("127.0.0.1", 0, "") as listener:
        assert listener.proto == socket.IPPROTO_TCP
