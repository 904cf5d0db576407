"""`dafu backfill`: walk through a whole column and fetch all it names, politely; stopped at any time, it goes on."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from services.bus.engine import open_bus
from services.commands.watching import opened
from services.domain.clock import system_clock
from services.domain.errors import InputError
from services.egress.door import Door
from services.fetcher.fetcher import Fetcher
from services.logs import configure_logs
from services.parser.handle import Parser
from services.settings import Settings, load_settings
from services.storage import backfills, sources
from services.storage.backfills import Backfill
from services.storage.database import Database

#: Seconds between two lines of progress where no terminal overwrites them.
_EVERY = 15.0


def backfill_command(source_id: str, *, status: bool, as_json: bool) -> int:
    """0 where everything was fetched, 1 where the walk stopped before the column's end; 130 where a person stopped it.

    Beside a running `dafu run` both work on it, in turn. `status`: only say how it stands.
    """
    settings = load_settings()
    configure_logs("error")
    with opened(settings) as database:
        with database.write() as conn:
            watch = sources.get_watch(conn, source_id)
            if watch.status != "active" and not status:
                raise InputError(f"{source_id} is {watch.status}: nothing of it is visited; set it active first")
            fresh = not status and backfills.begin(conn, source_id, system_clock())
        if not as_json and not status and not fresh:
            print(f"dafu: {source_id}: going on where it stopped", file=sys.stderr)
        try:
            if not status:
                asyncio.run(_work(database, settings, source_id, quiet=as_json))
        except KeyboardInterrupt:
            print(f"\ndafu: stopped; `dafu backfill {source_id}` goes on from here", file=sys.stderr)
            return 130
        found = _look(database, source_id)
    print(json.dumps(_data(source_id, found)) if as_json else _line(found, settings))
    return 1 if found is not None and found.stopped is not None else 0


async def _work(database: Database, settings: Settings, source_id: str, *, quiet: bool) -> None:
    door = Door(user_agent=settings.user_agent, allow=settings.allow_addresses)
    address = settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"
    fetcher = Fetcher(database, door, system_clock, pace=settings.pace, address=address, only=source_id)
    shown = _Shown(quiet)
    try:
        with open_bus(settings.bus_url, database) as bus:
            parser = Parser(database, bus, system_clock, address)
            while True:
                await fetcher.run_due()
                while await asyncio.to_thread(parser.drain):
                    pass
                found = await asyncio.to_thread(_look, database, source_id)
                shown.show(_line(found, settings))
                if found is None or found.done:
                    return
                await asyncio.sleep(_pause(await fetcher.next_due()))
    finally:
        shown.end()
        await door.aclose()


class _Shown:
    """On a terminal one line that is written over; elsewhere a line now and then."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._line, self._at = "", 0.0

    def show(self, line: str) -> None:
        if self._quiet or line == self._line:
            return
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - self._at >= _EVERY:
            print(line, file=sys.stderr, flush=True)
            self._at = time.monotonic()
        self._line = line

    def end(self) -> None:
        if self._line and not self._quiet and sys.stderr.isatty():
            print(file=sys.stderr)


def _pause(due: datetime | None) -> float:
    if due is None:
        return 1.0
    return min(max((due - system_clock()).total_seconds(), 0.05), 1.0)


def _look(database: Database, source_id: str) -> Backfill | None:
    with database.read() as conn:
        return backfills.get_backfill(conn, source_id)


def _line(found: Backfill | None, settings: Settings) -> str:
    if found is None:
        return "no backfill was asked for yet"
    walk = f"列表 list pages {found.lists}"
    if found.finished is None and found.following:
        walk += f", {found.following} more named"
    fetched = f"文件 pages {max(found.pages - found.waiting, 0)} of {found.pages} fetched, {found.new} were new"
    if found.done or (found.finished and found.stopped):
        end = f"stopped: {found.stopped}" if found.stopped else "完成 done"
    else:
        seconds = (found.waiting + (found.following if found.finished is None else 0)) * settings.spacing
        end = f"at least {timedelta(seconds=round(seconds))} to go"
    return " · ".join((walk, fetched, end))


def _data(source_id: str, found: Backfill | None) -> dict[str, Any] | None:
    if found is None:
        return None
    values = {**asdict(found), "started": found.started.isoformat()}
    values["finished"] = found.finished.isoformat() if found.finished else None
    return {"source": source_id, **values, "done": found.done}
