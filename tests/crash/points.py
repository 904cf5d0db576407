"""Named points at which a process of the line is killed, put in from outside: the program itself knows none of them.

Where rows are written they are SQLAlchemy's events on the statement; around commits, requests, readings and Redis they
are wrappers around what the stages are given. `POINTS` is every one of them, in the order a change travels.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, event

from services.bus.relay import Relay
from services.egress.answer import Answer
from services.egress.door import Door, Failure
from services.parser.reading.reader import Reader, todays
from services.storage.database import Database

POINTS: dict[str, tuple[str, ...]] = {
    "fetch": ("after commit of claim", "before request", "answer read", "before body", "after body",
              "after snapshot", "after outbox", "before commit of snapshot", "after commit of snapshot"),
    "relay": ("before commit of offer", "after commit of offer", "after XADD"),
    "parse": ("before commit of claim", "after commit of claim", "before reading", "before comparing", "after inbox",
              "after version", "after outbox", "before commit of version", "after commit of version"),
    "match": ("after claim", "after delivery", "before commit of delivery", "after commit of delivery"),
    "send": ("after attempt", "before commit of attempt", "after commit of attempt", "before request", "connected",
             "asked", "answering", "answer read", "before commit of settling", "after commit of settling"),
}  # fmt: skip
#: Those of the receiver's side: it kills who asks it.
OUTSIDE = ("connected", "asked", "answering")

#: Statement to what it does; the first one that fits names the transaction too.
_ROWS = (
    ("snapshot", re.compile(r"INSERT INTO snapshot\b")),
    ("body", re.compile(r"INSERT INTO body\b")),
    ("version", re.compile(r"INSERT INTO version\b")),
    ("inbox", re.compile(r"INSERT INTO inbox\b")),
    ("outbox", re.compile(r"INSERT INTO outbox\b")),
    ("attempt", re.compile(r"INSERT INTO attempt\b")),
    ("settling", re.compile(r"UPDATE attempt\b")),
    ("delivery", re.compile(r"INSERT INTO delivery\b")),
    ("claim", re.compile(r"UPDATE (queue SET lease_until=|queue SET token=|page SET |host SET claim)")),
)
#: What a transaction is called, the most telling first.
_NAMING = ("snapshot", "version", "delivery", "attempt", "settling", "claim")


class Armed:
    """Kills this process at `point` of `stage`, the first time it comes there. `stage` is what is at work now."""

    def __init__(self, stage: str, point: str) -> None:
        self._meant = stage, point
        self.stage = ""

    def at(self, point: str) -> None:
        if (self.stage, point) == self._meant:
            os.kill(os.getpid(), signal.SIGKILL)


class ArmedDatabase(Database):
    def __init__(self, armed: Armed, plain: Database) -> None:
        super().__init__(plain.engine)
        self._armed = armed
        event.listen(self.engine, "before_cursor_execute", self._before)
        event.listen(self.engine, "after_cursor_execute", self._after)
        self._written: set[str] = set()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._written = set()
        with super().write() as conn:
            yield conn
            name = self._name()
            self._armed.at(f"before commit of {name}")
        self._armed.at(f"after commit of {name}")

    def _name(self) -> str:
        if self._armed.stage == "relay":
            return "offer" if "claim" in self._written else "nothing"
        return next((name for name in _NAMING if name in self._written), "nothing")

    def _before(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        for name, pattern in _ROWS:
            if pattern.match(statement):
                self._armed.at(f"before {name}")

    def _after(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        for name, pattern in _ROWS:
            if pattern.match(statement):
                self._written.add(name)
                self._armed.at(f"after {name}")


class ArmedDoor:
    """A door with points before a request and after its answer."""

    def __init__(self, armed: Armed, plain: Door) -> None:
        self._armed = armed
        self._plain = plain
        self.user_agent, self.judge, self.aclose = plain.user_agent, plain.judge, plain.aclose

    async def get(self, url: str, **how: Any) -> Answer | Failure:
        return await self._around(lambda: self._plain.get(url, **how), quiet=url.endswith("/robots.txt"))

    async def post(self, url: str, **how: Any) -> Answer | Failure:
        return await self._around(lambda: self._plain.post(url, **how))

    async def _around(self, ask: Callable[[], Any], quiet: bool = False) -> Answer | Failure:
        if not quiet:
            self._armed.at("before request")
        answer: Answer | Failure = await ask()
        if not quiet:
            self._armed.at("answer read")
        return answer


class ArmedRelay(Relay):
    armed: Armed

    def _add(self, group: str, offered: Any) -> None:
        super()._add(group, offered)
        self.armed.at("after XADD")


def armed_reader(armed: Armed) -> Reader:
    plain = todays()

    def read(page: Any) -> Any:
        armed.at("before reading")
        document = plain.read(page)
        armed.at("before comparing")
        return document

    return replace(plain, read=read)


def points_of(engine: str) -> Mapping[str, tuple[str, ...]]:
    """The points an engine has: only Redis Streams have a relay."""
    return {stage: points for stage, points in POINTS.items() if stage != "relay" or engine == "redis"}
