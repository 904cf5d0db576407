"""`dafu run`, everything in one process, and `dafu api`: the API, with the other stages beside it or without them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from types import FrameType

import uvicorn
from fastapi import FastAPI

from services.api.app import create_app
from services.api.context import Challenged, Context, Openness, Trying
from services.api.cursor import Cursors
from services.api.guard.receipt import Receipt
from services.api.rates import rates_for
from services.api.webhooks.secrets import SecretBox
from services.domain.clock import Clock
from services.egress.policy import Policy, read_rules
from services.egress.table import PORTS
from services.fetcher.trial import Trials
from services.health.checkup import Checkup
from services.line.house import House, opened, watch_seeds
from services.line.line import take_over
from services.line.observed import checkup_of, observed
from services.line.port import listen, port_of
from services.line.process import collect_seldom, end_in_time, noted
from services.line.stages import STAGES, Stage
from services.settings import Settings
from services.storage.database import Database

#: Seconds that requests under way have when the process is asked to stop.
GRACE = 5


def run(settings: Settings, ready: Callable[[str], None]) -> None:
    """Everything, until SIGTERM or SIGINT; every step in progress is finished or left to be repeated.

    `ready` is called with the service's address once nothing more can stand in the way.
    """
    names = [name for name in STAGES if name != "relay" or settings.bus_url != "database"]
    with _listening(settings) as listener, opened(settings, _address(settings, listener), alone=True) as house:
        if house.database.engine.dialect.name == "sqlite":  # the folder is ours, so its database is
            take_over(house.database, house.clock())
        watch_seeds(house)
        _serve(house, listener, ready, [STAGES[name] for name in names], "run")


def run_api(settings: Settings, ready: Callable[[str], None]) -> None:
    """The API alone, one of any number, until SIGTERM or SIGINT."""
    with _listening(settings) as listener, opened(settings, _address(settings, listener), alone=False) as house:
        _serve(house, listener, ready, (), "api")


class _Server(uvicorn.Server):
    """Tells the stages to stop when it is told itself, so that all of them end together."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn's, but for ending by the signal itself in the end: to be asked to stop is no failure."""
        if not self.should_exit:
            end_in_time()
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        self._stop.set()


def _serve(
    house: House, listener: socket.socket, ready: Callable[[str], None], stages: Sequence[Stage], process: str
) -> None:
    collect_seldom()
    settings, stop = house.settings, asyncio.Event()
    checkup = checkup_of(settings, house.database, house.box, process)
    door = house.door(_own(listener))
    context = api_context(
        house.database,
        house.clock,
        house.box,
        settings.allow_addresses,
        house.address,
        settings.rate,
        settings.bus_url,
        settings.open_reads,
        Trials(house.database, door, house.clock, pace=house.settings.pace).column,
        settings.challenge,
        checkup,
        settings.ports,
        settings.https_only,
    )

    @contextlib.asynccontextmanager
    async def working(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.gather(*(stage(house, stop, _own(listener)) for stage in stages))
        try:
            with noted(process):
                yield
        finally:
            stop.set()
            await working
            await door.aclose()

    config = uvicorn.Config(
        create_app(context, working),
        http=Receipt,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    with observed(settings, checkup):
        ready(house.address)
        _Server(config, stop).run(sockets=[listener])


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
    checkup: Checkup | None = None,
    ports: Collection[int] = PORTS,
    https_only: bool = False,
) -> Context:
    """What the API's routes work with."""
    return Context(
        database,
        clock,
        box,
        Cursors(box.derive("cursors")),
        Policy(allow=read_rules(allow), ports=frozenset(ports), https_only=https_only),
        address,
        rates_for(rate, database, bus_url, clock),
        checkup or Checkup(database, clock, bus_url=bus_url),
        open_reads,
        trials,
        challenge,
    )


def _listening(settings: Settings) -> socket.socket:
    return listen(settings.host, settings.port, "choose another with DAFU_PORT")


def _address(settings: Settings, listener: socket.socket) -> str:
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{port_of(listener)}"


def _own(listener: socket.socket) -> str:
    host = listener.getsockname()[0]
    return f"{host}/{128 if ':' in host else 32}:{port_of(listener)}"
