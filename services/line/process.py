"""A process of the line: asked to stop by SIGTERM or SIGINT, it ends by itself within STOPPED seconds, work done or
given back; whatever hangs then is cut off, and leases bring it back.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.domain.errors import ConfigError
from services.health.gauges import program_version
from services.line.house import House, opened, watch_seeds
from services.line.observed import checkup_of, observed
from services.line.stages import STAGES, Stage
from services.settings import Settings

STOPPED = 9.0
_log = structlog.get_logger()


def run_stage(settings: Settings, name: str) -> None:
    """`dafu fetcher`, `dafu parser`, …: one stage until the process is asked to stop."""
    if name == "relay" and settings.bus_url == "database":
        raise ConfigError("DAFU_BUS_URL is 'database': there is nothing to relay; set it to redis://…")
    address = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    with (
        opened(settings, address, alone=False) as house,
        observed(settings, checkup_of(settings, house.database, house.box, name)),
    ):
        collect_seldom()
        if name == "fetcher":
            watch_seeds(house)
        asyncio.run(until_stopped(house, STAGES[name], name))


async def until_stopped(house: House, stage: Stage, name: str) -> None:
    """Run `stage` until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked() -> None:
        if not stop.is_set():
            end_in_time()
            stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    with noted(name):  # from here on it can be asked to stop
        await stage(house, stop)


def collect_seldom() -> None:
    """From now on cycles are looked for after so many new objects, and never among what the program is made of.

    A document is thousands of objects without a cycle: by default a reader spends a sixth of its time looking for some.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def noted(name: str) -> Iterator[None]:
    """The log's lines about a process that works, and no longer does."""
    _log.info("process.started", process=name, version=program_version())
    yield
    _log.info("process.stopped", process=name)


def end_in_time(seconds: float = STOPPED) -> None:
    """From now on the process has so long to end by itself."""
    timer = threading.Timer(seconds, _cut_off)
    timer.daemon = True
    timer.start()


def _cut_off() -> None:
    _log.warning("process.cut_off")
    os._exit(0)
