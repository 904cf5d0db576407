"""A web server on loopback that misbehaves on purpose: one path, one vice. It records every request it got."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Vice = Callable[[asyncio.StreamWriter], Awaitable[None]]

PAGE = b"<html><body>" + "一句话。".encode() * 40 + b"</body></html>"
BOMB = 64 * 1024 * 1024


@dataclass
class EvilServer:
    """`requests` holds the head of every request, `connections` how many sockets were opened."""

    port: int = 0
    scheme: str = "http"
    host: str = "127.0.0.1"
    requests: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole answer; `length` lies about the body's."""
    announced = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {announced}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def reset(writer: asyncio.StreamWriter) -> None:
    """Closes with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def says(*pieces: bytes) -> Vice:
    """Sends the pieces, each as a packet of its own."""

    async def vice(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    return vice


def forever(head: bytes, piece: bytes, pause: float = 0.0) -> Vice:
    async def vice(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return vice


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


def then_reset(head: bytes) -> Vice:
    async def vice(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await writer.drain()
        await asyncio.sleep(0.02)
        reset(writer)

    return vice


def bomb() -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1024 * 1024)
    return b"".join(deflater.compress(block) for _ in range(BOMB // len(block))) + deflater.flush()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIP = "Content-Encoding: gzip"

VICES: dict[str, Vice] = {
    "/good": says(answer(PAGE, "ETag: \"a\"", "X-Twice: 1", "X-Twice: 2")),
    "/gzip": says(answer(gzip.compress(PAGE), GZIP)),
    "/gzip-members": says(answer(gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]), GZIP)),
    "/gzip-padded": says(answer(gzip.compress(PAGE) + bytes(100), GZIP)),
    "/deflate": says(answer(zlib.compress(PAGE), "Content-Encoding: deflate")),
    "/raw-deflate": says(answer(zlib.compress(PAGE, wbits=-15), "Content-Encoding: deflate")),
    "/chunked": says(CHUNKED, b"5\r\nabcde\r\n", b"0\r\n\r\n"),
    "/until-close": says(b"HTTP/1.0 200 OK\r\n\r\nabcde"),
    "/elsewhere": says(answer(b"", "Location: http://127.0.0.1:1/", status="302 Found")),
    "/cookie": says(answer(PAGE, "Set-Cookie: id=1", "Set-Cookie: other=2; Domain=example.com")),
    "/drip": forever(answer(b"", length=5000), b"x", 0.02),
    "/header-drip": forever(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", 0.02),
    "/silent": silent,
    "/hang-up": says(),
    "/reset": then_reset(b""),
    "/reset-mid-body": then_reset(answer(b"half", length=8)),
    "/reset-unframed": then_reset(b"HTTP/1.0 200 OK\r\n\r\nhalf"),
    "/reset-chunked": then_reset(CHUNKED + b"5\r\nabcde\r\n"),
    "/too-short": says(answer(PAGE, length=len(PAGE) + 10)),
    "/too-long": says(answer(PAGE, length=len(PAGE) - 10)),
    "/too-long-later": says(answer(PAGE[:-10]), PAGE[-10:]),
    "/too-long-split": says(answer(b"", length=20), PAGE),
    "/endless": forever(CHUNKED, b"10000\r\n" + bytes(65536) + b"\r\n"),
    "/huge": says(answer(b"", length=100_000_000)),
    "/bomb": says(answer(bomb(), GZIP)),
    "/nested": says(answer(gzip.compress(gzip.compress(gzip.compress(PAGE))), "Content-Encoding: gzip, gzip, gzip")),
    "/nested-lines": says(answer(gzip.compress(gzip.compress(PAGE)), GZIP, GZIP)),
    "/brotli": says(answer(b"\x8b\x02\x80hello\x03", "Content-Encoding: br")),
    "/gzip-cut": says(answer(gzip.compress(PAGE)[:-12], GZIP)),
    "/gzip-lie": says(answer(PAGE, GZIP)),
    "/many-headers": says(answer(PAGE, *(f"X-{n}: {'x' * 1000}" for n in range(2000)))),
    "/long-header": says(answer(PAGE, f"X-Long: {'x' * 100_000}")),
    "/not-http": says(b"220 mail.example ESMTP ready\r\n"),
    "/two-lengths": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
    "/both-framings": says(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "/bad-chunk": says(CHUNKED, b"zz\r\nabcde\r\n"),
    "/cut-chunk": says(CHUNKED, b"ff\r\nabcde"),
    "/early-answer": says(answer(b"no", status="413 Too Large"), b""),
    "/early-drip": forever(answer(b"", length=5000), b"x", 0.02),
}  # fmt: skip

#: Paths whose request body is never read.
DEAF = {"/early-answer", "/early-drip", "/deaf"}


@asynccontextmanager
async def evil_server(tls: ssl.SSLContext | None = None, vices: dict[str, Vice] = VICES) -> AsyncIterator[EvilServer]:
    state = EvilServer(scheme="https" if tls else "http")
    open_tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        task = asyncio.current_task()
        if task is not None:
            open_tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _serve(state, vices, reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, limit=1024)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for _ in range(5):
            await asyncio.sleep(0)  # what was accepted last is served by now
        for task in open_tasks:
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


async def _serve(
    state: EvilServer, vices: dict[str, Vice], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        state.requests.append(head)
        if path == "/deaf":
            await silent(writer)
        if path not in DEAF:
            state.bodies.append(await reader.readexactly(_length(head)))
        await vices[path](writer)
        if path not in {"/good", "/gzip", "/cookie"}:
            return


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
