"""A rolling restart: under load, every process of every kind is asked to stop (SIGTERM), one after another, and a new
one takes its place. Each ends by itself within ten seconds with exit code 0, some API always answers, and nothing is
lost, told twice or out of order.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from machine import Engine, engine, fork, kill, news, opened, watch
from storm import settled, start
from trials import Outcome
from world import Outside, verdict

from services.line.process import STOPPED
from services.line.serve import run_api
from services.line.stages import STAGES
from services.settings import load_settings

#: Seconds between two looks at the world.
_STEP = 0.25
_PATIENCE = 1800


@dataclass(slots=True)
class Process:
    kind: str
    pid: int
    #: The API's.
    port: int = 0
    #: Whether it has answered since it was started.
    ready: bool = False
    #: When it was asked to stop.
    asked: float = 0.0


@dataclass(frozen=True, slots=True)
class Stop:
    kind: str
    seconds: float
    code: int


def rolling(
    name: str,
    docs: int = 20,
    last: int = 20,
    *,
    replicas: int = 2,
    rounds: int = 2,
    shown: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """`replicas` processes of each kind; all of them are replaced `rounds` times while `docs` documents go through
    `last` versions, each published when the alert of the one before has arrived.
    """
    found = Outcome("rolling restart", name)
    with engine(name) as made:
        outside = Outside()
        alive: list[Process] = []
        try:
            _roll(made, outside, range(docs), last, alive, replicas, rounds, found, shown)
        finally:
            for one in alive:
                with suppress(ProcessLookupError, ChildProcessError):
                    kill(one.pid)
            outside.close()
    return found


def _roll(
    made: Engine,
    outside: Outside,
    docs: Sequence[int],
    last: int,
    alive: list[Process],
    replicas: int,
    rounds: int,
    found: Outcome,
    shown: Callable[[str], None],
) -> None:
    outside.tell(versions=dict.fromkeys(docs, 1), last=last)
    kinds = [kind for kind in (*STAGES, "api") if kind != "relay" or made.name == "redis"]
    stops: list[Stop] = []
    unanswered = 0
    with opened(made.database_url) as database:
        watch(database, docs, outside.port, datetime.now(UTC))
        alive += [_started(made, kind) for _ in range(replicas) for kind in kinds]
        total, events, began = rounds * len(alive), len(docs) * last, time.monotonic()
        while not _answering(alive):
            time.sleep(_STEP)
        while time.monotonic() - began < _PATIENCE:
            changed, arrived = outside.news()
            news(database, changed, outside.port, datetime.now(UTC))
            unanswered += not _answering(alive)
            leaving = next((one for one in alive if one.asked), None)
            ready = all(one.ready for one in alive if one.port)
            if leaving is None and ready and len(stops) < total and arrived * total >= len(stops) * events:
                leaving = alive[0]  # who was replaced goes to the end: every kind in its turn
                leaving.asked = time.monotonic()
                os.kill(leaving.pid, signal.SIGTERM)
            if leaving is not None and (code := _ended(leaving.pid)) is not None:
                stops.append(Stop(leaving.kind, time.monotonic() - leaving.asked, code))
                alive.remove(leaving)
                alive.append(_started(made, leaving.kind, leaving.port))
                if len(stops) % len(alive) == 0:
                    shown(f"{made.name}: {len(stops)} of {total} replaced, {arrived} of {events} told")
            elif leaving is None:
                time.sleep(_STEP)
            if arrived >= events and len(stops) >= total:
                break
        stuck = settled(database)
    told = verdict(outside.log(), docs, last)
    slowest = {kind: round(max((one.seconds for one in stops if one.kind == kind), default=0), 2) for kind in kinds}
    found.done = {"events": events, "restarts": len(stops), "sent again": told.again} | {
        f"slowest {kind} s": seconds for kind, seconds in slowest.items()
    }
    found.wrong = {
        "lost": told.lost,
        "twice": told.twice,
        "disordered": told.disordered,
        "altered": told.altered,
        "stuck": stuck,
        "not replaced": total - len(stops),
        "exit codes": sum(one.code != 0 for one in stops),
        "cut off": sum(one.seconds >= STOPPED for one in stops),
        "no API answered": unanswered,
    }


def _started(made: Engine, kind: str, port: int = 0) -> Process:
    if kind != "api":
        return Process(kind, start(made, kind))
    port = port or _free_port()
    return Process(kind, fork(lambda: _api(made, port)), port)


def _api(made: Engine, port: int) -> None:
    key: Any = base64.b64encode(bytes(32)).decode()
    run_api(
        load_settings(
            data=made.folder / "api", database_url=made.database_url, bus_url=made.bus_url, port=port, secret_key=key
        ),
        lambda _: None,
    )


def _answering(alive: Sequence[Process]) -> bool:
    """Whether any API answers; notes which have."""
    answered = False
    for one in alive:
        if one.port:
            answers = _asked(one.port)
            one.ready |= answers
            answered |= answers
    return answered


def _asked(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/events?limit=5")
        return "items" in json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ended(pid: int) -> int | None:
    """The exit code, waited for until the next look at the world; None: it is still there. -9 where it was killed."""
    until = time.monotonic() + _STEP
    while time.monotonic() < until:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
