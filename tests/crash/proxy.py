"""A TCP proxy that breaks things on purpose: down, slow, cut, sliced, half open; and one that cuts a COMMIT.

The proxy lives in a thread of its own; what it does to bytes is one function of the chunk, which may sleep or raise.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from sqlalchemy import make_url

Fault = Literal["none", "down", "slow", "reset", "slices", "half_open"]
FAULTS: tuple[Fault, ...] = ("down", "slow", "reset", "slices", "half_open")
#: What to do with a chunk: hand over (some of) it, later, or not at all; ConnectionError cuts the connection.
Carry = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
Target = tuple[str, int] | str


class Proxy:
    """Listens on a free port of loopback and passes everything to `target`: an address, or the path of a socket."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.fault: Fault = "none"
        self.outgoing: Carry = self._carry
        self.port = 0
        self._links: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name="proxy")
        self._thread.start()
        self._ready.wait(10)

    def break_(self, fault: Fault) -> None:
        """From now on; connections that are open are cut where the fault is one of cutting."""
        self.fault = fault
        if fault in ("down", "reset"):
            self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._cut()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def _cut(self) -> None:
        for writer in self._links:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault == "down":
            writer.transport.abort()
            return
        try:
            if isinstance(self.target, str):
                there, back = await asyncio.open_unix_connection(self.target)
            else:
                there, back = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back}
        self._links |= both
        pumps = [
            asyncio.ensure_future(self._pump(reader, back, lambda chunk, to: self.outgoing(chunk, to))),
            asyncio.ensure_future(self._pump(there, writer, self._carry)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for end in both:
            end.transport.abort()
        for pump in pumps:
            pump.cancel()
        self._links -= both

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, carry: Carry) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while chunk := await reader.read(65536):
                await carry(chunk, writer)

    async def _carry(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        if fault == "half_open":
            while self.fault == "half_open":  # noqa: ASYNC110 - it is set by another thread
                await asyncio.sleep(0.05)
            raise ConnectionError  # what was swallowed will never come
        if fault == "slow":
            await asyncio.sleep(2)
        if fault == "slices":
            for byte in chunk:
                writer.write(bytes([byte]))
                await writer.drain()
                if self.fault != "slices":
                    continue
                await asyncio.sleep(0)
            return
        writer.write(chunk)
        await writer.drain()


def target_of(url: str, default: int) -> Target:
    """Where the server of an address listens."""
    made = make_url(url) if "psycopg" in url else None
    if made is None:
        host, _, port = url.split("//", 1)[1].split("/", 1)[0].rpartition(":")
        return host.rpartition("@")[2], int(port)
    folder = made.query.get("host")
    if isinstance(folder, str) and folder.startswith("/"):
        return f"{folder}/.s.PGSQL.{made.port or default}"
    return made.host or "127.0.0.1", made.port or default


def through(url: str, proxy: Proxy) -> str:
    """`url` by way of `proxy`."""
    if "psycopg" in url:
        made = make_url(url).difference_update_query(["host"]).set(host="127.0.0.1", port=proxy.port)
        return made.render_as_string(hide_password=False)
    scheme, rest = url.split("//", 1)
    return f"{scheme}//127.0.0.1:{proxy.port}/{rest.split('/', 1)[1]}"


@contextmanager
def cutting(url: str, times: int) -> Iterator[tuple[str, Callable[[], int]]]:
    """A way to PostgreSQL that cuts every second COMMIT, `times` in all: by turns before and after it arrived."""
    proxy = Proxy(target_of(url, 5432))
    seen, cut = 0, 0

    async def carry(chunk: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal seen, cut
        if b"COMMIT" in chunk:
            seen += 1
            if seen > 4 and seen % 2 and cut < times:
                cut += 1
                if cut % 2:
                    writer.write(chunk)
                    await writer.drain()
                    await asyncio.sleep(0.05)  # it arrives and is done; the answer finds nobody
                raise ConnectionError
        writer.write(chunk)
        await writer.drain()

    proxy.outgoing = carry
    try:
        yield through(url, proxy), lambda: cut
    finally:
        proxy.close()
