"""`dafu run`: the stages as loops beside the API, until the process is asked to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import structlog
import uvicorn
from fastapi import FastAPI

from services.api.app import create_app
from services.api.context import Challenged, Context, Openness, Trying
from services.api.cursor import Cursors
from services.api.guard.receipt import Receipt
from services.api.rates import rates_for
from services.api.webhooks.rekey import check_opens
from services.api.webhooks.secrets import SecretBox, load_box
from services.domain.clock import Clock, system_clock
from services.domain.errors import ConfigError
from services.egress.door import Door
from services.egress.policy import Policy, read_rules
from services.fetcher.schedule import ticking
from services.fetcher.trial import Trials
from services.line.folder import held
from services.line.line import Line, take_over, watch_new
from services.line.port import listen, port_of
from services.seeds import read_sources, seeds_folder
from services.settings import Settings
from services.storage.database import Database, open_database

_log = structlog.get_logger()
#: The backstop of the wake-up: events committed by another process are found within this time.
PAUSE = 0.5


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; every step in progress is finished or left to be repeated.

    `ready` is called with the service's address once nothing more can stand in the way.
    """
    if settings.bus_url != "database":
        raise ConfigError("DAFU_BUS_URL: only 'database' is there yet; leave it unset")
    with held(settings.data), listen(settings.host, settings.port, "choose another with DAFU_PORT") as listener:
        database = open_database(settings.database)
        try:
            box = load_box(settings.secret_key.get_secret_value(), settings.data)
            with database.read() as conn:
                check_opens(conn, box)
            take_over(database, system_clock())
            watch_new(database, read_sources(seeds_folder() / "sources.toml"), system_clock())
            _serve(settings, database, box, listener, ready)
        finally:
            database.close()


def _serve(
    settings: Settings, database: Database, box: SecretBox, listener: socket.socket, ready: Callable[[str], None]
) -> None:
    address = settings.public_url.rstrip("/") or f"http://{settings.host}:{port_of(listener)}"
    pace = settings.pace
    door = Door(user_agent=settings.user_agent, allow=settings.allow_addresses, own=(_own(listener),))
    context = api_context(
        database,
        system_clock,
        box,
        settings.allow_addresses,
        address,
        settings.rate,
        settings.bus_url,
        settings.open_reads,
        Trials(database, door, system_clock, pace=pace).column,
        settings.challenge,
    )

    @contextlib.asynccontextmanager
    async def working(_: FastAPI) -> AsyncIterator[None]:
        line = Line(
            database,
            pages=door,
            hooks=door,
            box=box,
            clock=system_clock,
            stamp=system_clock,
            address=address,
            pace=pace,
        )
        workers = asyncio.gather(_work(line), line.teller.run())
        try:
            async with ticking(line.fetcher):
                yield
        finally:
            workers.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await workers
            await door.aclose()

    ready(address)
    config = uvicorn.Config(
        create_app(context, working),
        http=Receipt,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def api_context(
    database: Database,
    clock: Clock,
    box: SecretBox,
    allow: tuple[str, ...],
    address: str,
    rate: str = "600/minute",
    bus_url: str = "database",
    open_reads: Openness = "loopback",
    trials: Trying | None = None,
    challenge: Challenged = "public",
) -> Context:
    """What the API's routes work with."""
    return Context(
        database,
        clock,
        box,
        Cursors(box.derive("cursors")),
        Policy(allow=read_rules(allow)),
        address,
        rates_for(rate, database, bus_url, clock),
        open_reads,
        trials,
        challenge,
    )


async def _work(line: Line) -> None:
    while True:
        try:
            busy = await line.read_and_match()
        except Exception:
            _log.exception("work failed")
            busy = 0
        if not busy:
            await asyncio.sleep(PAUSE)


def _own(listener: socket.socket) -> str:
    host = listener.getsockname()[0]
    return f"{host}/{128 if ':' in host else 32}:{port_of(listener)}"
