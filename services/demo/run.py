"""The demo, end to end: site, receiver and API on loopback, the real line between them, a week in seconds.

resume ─► listen ─► subscribe over HTTP ─► move the simulated clock from visit to visit ─► check what arrived
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from rich.console import Console

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import load_box
from services.demo.receiver import Receiver
from services.demo.script import Script
from services.demo.show import show
from services.demo.site import LIST_PATH, DemoSite
from services.demo.state import DemoState, resume, save
from services.domain.clock import system_clock
from services.domain.errors import Unavailable
from services.domain.pacing import DEFAULT
from services.domain.source import LOCAL
from services.egress.answer import Answer
from services.egress.door import Door
from services.line.folder import held
from services.line.line import Line, take_over, watch
from services.line.port import listen, port_of
from services.line.serve import api_context
from services.line.stages import PAUSE
from services.replay.clock import SimulatedClock
from services.seeds import sources_from
from services.storage import subscriptions
from services.storage.database import Database, open_database

_HOST = "127.0.0.1"
_ALLOW = (f"{_HOST}/32:*",)
_REMEDY = "stop what listens there, or remove the demo's folder {folder} to start afresh"


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo while it runs."""

    script: Script
    folder: Path
    console: Console
    clock: SimulatedClock
    database: Database
    line: Line
    receiver: Receiver
    site: str


async def run_demo(script: Script, folder: Path, console: Console, *, once: bool, api_port: int) -> bool:
    """Whether exactly the expected alerts arrived. Without `once` it goes on serving the API until cancelled."""
    with held(folder), contextlib.ExitStack() as stack:
        state = resume(folder)
        listeners = _listen(stack, folder, state, 0 if once else api_port)
        site, receiver, api = (port_of(listener) for listener in listeners)
        state = replace(state, site_port=site, receiver_port=receiver, api_port=api)
        save(folder, state)
        database = open_database(f"sqlite:///{folder / 'demo.sqlite'}")
        stack.callback(database.close)
        return await _play(script, folder, console, state, database, listeners, once=once)


def _listen(stack: contextlib.ExitStack, folder: Path, state: DemoState, api_port: int) -> list[socket]:
    remedy = _REMEDY.format(folder=folder)
    ports = (state.site_port, state.receiver_port)
    listeners = [stack.enter_context(listen(_HOST, port, remedy)) for port in ports]
    api = listen(_HOST, api_port or state.api_port, "stop what listens there, or choose another port with DAFU_PORT")
    return [*listeners, stack.enter_context(api)]


async def _play(
    script: Script,
    folder: Path,
    console: Console,
    state: DemoState,
    database: Database,
    listeners: list[socket],
    *,
    once: bool,
) -> bool:
    clock = SimulatedClock(state.now or script.start)
    box = load_box("", folder)
    address = f"http://{_HOST}:{state.api_port}"
    pages, hooks = Door(user_agent="Dafu-demo/0.1", allow=_ALLOW), Door(user_agent="Dafu-demo/0.1", allow=_ALLOW)
    api = create_app(api_context(database, clock, box, _ALLOW, address))
    _, token = new_token(database, LOCAL, "demo", ("subscribe",), system_clock())
    async with _serving(api, listeners[2]):
        if not state.secret:
            state = replace(state, secret=await _subscribe(database, hooks, address, state.receiver_port, token))
            save(folder, state)
        receiver = Receiver(folder / "received.jsonl", state.secret, lambda event: show(console, event))
        line = Line(
            database,
            pages=pages,
            hooks=hooks,
            box=box,
            clock=clock,
            stamp=system_clock,
            address=address,
            pace=DEFAULT,
        )
        site = f"http://{_HOST}:{state.site_port}"
        stage = Stage(script, folder, console, clock, database, line, receiver, site)
        async with _serving(DemoSite(script, clock).app, listeners[0]), _serving(receiver.app, listeners[1]):
            await _live(stage, state)
            good = _verdict(stage)
            save(folder, replace(state, clock=script.end.isoformat(), finished=True))
            if not once:
                await _stay(stage, address, token)
    await pages.aclose()
    await hooks.aclose()
    return good


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The demo's own task handles Ctrl-C; three servers fighting over it would not."""
        yield


@contextlib.asynccontextmanager
async def _serving(app: Any, listener: socket) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _subscribe(database: Database, door: Door, address: str, port: int, token: str) -> str:
    """Subscribe over the API like any other; answers the secret. One whose secret was lost to a kill is replaced."""
    with database.write() as conn:
        for known in subscriptions.list_subscriptions(conn):
            subscriptions.delete_subscription(conn, known.id)
    body = json.dumps({"url": f"http://{_HOST}:{port}/alerts", "note": "demo"}).encode()
    headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    answer = await door.post(f"{address}/subscriptions", body=body, headers=headers)
    if not isinstance(answer, Answer) or answer.status != 201:
        raise Unavailable(f"the demo could not subscribe at {address}: {answer}; try again")
    return str(json.loads(answer.body)["secret"])


async def _live(stage: Stage, state: DemoState) -> None:
    """From visit to visit until the week is over. The clock is kept before anything happens at its time."""
    table = {**stage.script.source, "url": stage.site + LIST_PATH}
    take_over(stage.database, stage.clock())
    watch(stage.database, sources_from([table], "seeds/demo.toml"), stage.clock())
    said = stage.clock()
    await stage.line.settle()
    while (due := stage.line.next_due()) is not None and due <= stage.script.end:
        stage.clock.advance_to(due)
        save(stage.folder, replace(state, clock=stage.clock().isoformat()))
        _progress(stage, said)
        said = stage.clock()
        await stage.line.settle()


def _progress(stage: Stage, since: Any) -> None:
    """One line a day, and one for everything the script does to the site."""
    script, now = stage.script, stage.clock()
    day, before = (now - script.start).days, (since - script.start).days
    if day != before or since <= script.start:
        stage.console.print(f"[dim]── 第 {day + 1} 天 day {day + 1} ──[/dim]")
    happened = [(page.appears, "a new letter is published") for page in script.pages if page.appears > script.start]
    happened += [(step.at, step.says) for step in script.steps]
    for at, says in sorted(happened):
        if since < at <= now:
            stage.console.print(f"[dim]{at:%m-%d %H:%M}  on the site: {says}[/dim]")


def _verdict(stage: Stage) -> bool:
    """Compare what arrived with what the script says must."""
    path_of = {page.id: page.path for page in stage.script.pages}
    expected = Counter(
        (tells.type, stage.site + path_of[page], tells.changes) for page, tells in stage.script.expected()
    )
    arrived = Counter(_fact(event) for event in stage.receiver.received.values())
    for word, facts in (("missing", expected - arrived), ("unexpected", arrived - expected)):
        for type_, url, changes in facts:
            stage.console.print(f"[red]{word}: {type_} {url} {', '.join(changes)}[/red]")
    good = expected == arrived and not stage.receiver.refused
    style, word = ("green", "all") if good else ("red", "not")
    count = f"{(expected & arrived).total()} of {expected.total()}"
    stage.console.print(
        f"[{style}]{count} expected alerts arrived, {(arrived - expected).total()} others; "
        f"every signature verified: {'no' if stage.receiver.refused else 'yes'} ({word} as expected)[/{style}]"
    )
    return good


def _fact(event: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    data = event["data"]
    return event["type"], data["document"]["url"], tuple(sorted(change["type"] for change in data["changes"]))


async def _stay(stage: Stage, address: str, token: str) -> None:
    """The API stays, and so do deliveries: subscribe a receiver of your own and test it."""
    for label, path in (("pages", "/pages/"), ("API", "/docs"), ("health", "/healthz")):
        stage.console.print(f"  {label:10} {address}{path}")
    stage.console.print(f"  {'token':10} {token}", highlight=False)
    stage.console.print("  Ctrl-C ends it.")
    while True:
        if not await stage.line.work():
            await asyncio.sleep(PAUSE)
