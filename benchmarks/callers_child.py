"""An API over an empty database at a free port of 127.0.0.1, printed; ends when its stdin does."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import uvicorn

from services.api.app import create_app
from services.api.guard.receipt import Receipt
from services.api.webhooks.secrets import SecretBox
from services.domain.clock import system_clock
from services.line.port import listen, port_of
from services.line.serve import api_context
from services.storage.database import open_database


async def _serve(folder: Path) -> None:
    database = open_database(f"sqlite:///{folder / 'dafu.sqlite'}")
    context = api_context(database, system_clock, SecretBox(bytes(32)), (), "http://127.0.0.1", "1000000/minute")
    with listen("127.0.0.1", 0, "") as listener:
        config = uvicorn.Config(create_app(context), http=Receipt, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        print(port_of(listener), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        server.should_exit = True
        await task
    database.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_serve(Path(folder)))
