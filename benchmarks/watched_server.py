"""The local site that everybody watches: no validators, the state of all pages is the last line read from stdin.

Prints its port; ends when its stdin does.
"""

from __future__ import annotations

import asyncio
import sys

from benchmarks.watched_pages import STATES, watched

_HEAD = "HTTP/1.1 {} OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n"


class _Site:
    def __init__(self) -> None:
        pages = watched()
        self._bodies = {state: {page.path: page.body(state) for page in pages} for state in STATES}
        self.state = STATES[0]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                body = self._bodies[self.state].get(request.split(b" ", 2)[1].decode("ascii", "replace"))
                writer.write(_HEAD.format(404 if body is None else 200, len(body or b"")).encode() + (body or b""))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def _serve() -> None:
    site = _Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        site.state = next(state for state in STATES if state == line)
        print(line, flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
