"""An application behind a real socket, and a caller who writes bytes by hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI

from services.api.guard.receipt import Receipt
from services.line.port import listen, port_of


@contextlib.asynccontextmanager
async def serving(app: FastAPI, seconds: float = 20.0) -> AsyncIterator[int]:
    """The port it answers at; a request must arrive within `seconds`."""
    protocol = type("Impatient", (Receipt,), {"seconds": seconds})
    with listen("127.0.0.1", 0, "") as listener:
        config = uvicorn.Config(app, http=protocol, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait on
            await asyncio.sleep(0.01)
        try:
            yield port_of(listener)
        finally:
            server.should_exit = True
            await task


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json"
        return dict(json.loads(self.body))


async def say(port: int, data: bytes) -> Answer:
    """Send `data` as it stands on a connection of its own and read one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await asyncio.wait_for(reader.readexactly(int(headers.get("content-length", 0))), 10)
        return Answer(int(first.split()[1]), headers, body)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
