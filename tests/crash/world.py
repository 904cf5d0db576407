"""The outside: official pages that change, and a receiver. A process of its own with logs of its own, which knows
nothing of our database: what a trial expects and what it got are compared from here (the independent checker).

    GET  http://hN.example.gov.cn:PORT/d/N.html     document N in its present version
    POST /hook                                      a webhook: noted, answered with 204
    POST /_tell, GET /_log, /_count, /_news                  for whoever conducts the trial
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_LETTER = Path(__file__).with_name("letter.txt").read_text(encoding="utf-8").strip()
_TEXT = """临江市人民政府办公室关于印发第{doc}号行动方案的通知
各区县人民政府，市政府有关部门：
现将《第{doc}号行动方案》印发给你们，请认真贯彻执行。
一、主要目标
到2025年，累计建成社区养老服务站{target}个。
二、主要任务
市民政局负责建设社区养老服务站。市财政局按年度安排资金。
临江市人民政府办公室
2023年3月20日"""


def page(doc: int, version: int, letter: bool = False) -> bytes:
    """Each version promises one thing less than the one before."""
    lines = (_LETTER if letter else _TEXT).format(doc=doc, target=20_000 - version).split("\n")
    body = "".join(f"<p>{line}</p>" for line in lines[1:])
    return (
        f'<html><head><meta charset="utf-8"><title>{lines[0]}</title></head><body><h1>{lines[0]}</h1>'
        f'<div class="TRS_Editor">{body}</div></body></html>'
    ).encode()


def address(doc: int, port: int) -> str:
    return f"http://h{doc}.example.gov.cn:{port}/d/{doc}.html"


@dataclass
class World:
    #: Document to its present version. It goes on to the next when an alert for the present one has arrived, up to
    #: `last`.
    versions: dict[int, int] = field(default_factory=dict)
    last: int = 0
    #: Documents that have something new to be fetched.
    news: set[int] = field(default_factory=set)
    #: (document, version, when the last byte of the answer was written)
    served: list[tuple[int, int, float]] = field(default_factory=list)
    #: (document, version, event id, digest of the body, when the first byte arrived)
    received: list[tuple[int, int, str, str, float]] = field(default_factory=list)
    #: (document, version) of which an alert arrived.
    told: set[tuple[int, int]] = field(default_factory=set)
    #: Kill this process at this moment of its next webhook: connected, asked, answering.
    doomed: tuple[int, str] | None = None
    #: Whether pages are letters of ordinary length instead of short notices.
    letters: bool = False
    #: Share of webhooks answered with 500, for versions of which it is the first time.
    refuse: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            self._moment("connected", only_hook=False)
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                arrived = time.time()
                method, path = head.split(b" ", 2)[:2]
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)  # fmt: skip # noqa: E501
                body = await reader.readexactly(length)
                await self._answer(method, path.decode(), head, body, arrived, writer)
        writer.close()

    async def _answer(
        self, method: bytes, path: str, head: bytes, body: bytes, arrived: float, writer: asyncio.StreamWriter
    ) -> None:
        if method == b"POST" and path == "/hook":
            await self._hook(body, arrived, writer)
        elif path.startswith("/d/"):
            doc = int(path[3:].partition(".")[0])
            version = self.versions.get(doc, 1)
            tag = f'"{version}"'.encode()
            if b"if-none-match: " + tag in head.lower():
                writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n")
            else:
                writer.write(
                    _whole(b"200 OK", page(doc, version, self.letters), b"ETag: " + tag, b"Content-Type: text/html")
                )
            await writer.drain()
            self.served.append((doc, version, time.time()))
        elif path == "/_tell":
            self._told(json.loads(body))
            writer.write(_whole(b"200 OK", b"{}"))
        elif path == "/_count":
            writer.write(_whole(b"200 OK", json.dumps(len(self.told)).encode()))
        elif path == "/_news":
            writer.write(_whole(b"200 OK", json.dumps([sorted(self.news), len(self.told)]).encode()))
            self.news = set()
        elif path == "/_log":
            log = {"served": self.served, "received": self.received}
            writer.write(_whole(b"200 OK", json.dumps(log).encode()))
        else:
            writer.write(_whole(b"404 Not Found", b""))
        await writer.drain()

    async def _hook(self, body: bytes, arrived: float, writer: asyncio.StreamWriter) -> None:
        self._moment("asked")
        event = json.loads(body)
        data = event.get("data", {})
        url = data.get("document", {}).get("url")
        if url is not None:
            doc, version = int(urlsplit(url).path[3:].partition(".")[0]), int(data.get("version") or 0)
            self.received.append((doc, version, event["id"], hashlib.sha256(body).hexdigest()[:16], arrived))
            self.told.add((doc, version))
            if self.versions.get(doc) == version and version < self.last:
                self.versions[doc] = version + 1
                self.news.add(doc)
        writer.write(b"HTTP/1.1 204 No Content\r\n")
        await writer.drain()
        if self.doomed is not None and self.doomed[1] == "answering":
            await asyncio.sleep(0.02)
            self._moment("answering")
        writer.write(b"\r\n")

    def _moment(self, name: str, only_hook: bool = True) -> None:
        if self.doomed is not None and self.doomed[1] == name:
            pid, self.doomed = self.doomed[0], None
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _told(self, what: dict[str, Any]) -> None:
        for doc, version in what.get("versions", {}).items():
            self.versions[int(doc)] = version
            self.news.add(int(doc))
        self.last = what.get("last", self.last)
        self.letters = what.get("letters", self.letters)
        if "doomed" in what:
            self.doomed = (what["doomed"][0], what["doomed"][1]) if what["doomed"] else None
        if what.get("forget"):
            self.served.clear()
            self.received.clear()
            self.told.clear()


def _whole(status: bytes, body: bytes, *headers: bytes) -> bytes:
    head = [b"HTTP/1.1 " + status, b"Content-Length: " + str(len(body)).encode(), *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


class Outside:
    """The conductor's end: tells the world what to do and reads its log."""

    def __init__(self) -> None:
        # named as TCP, or asyncio leaves Nagle's algorithm on: an answer in two parts then waits 40 ms for an ACK
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        self.port = int(listener.getsockname()[1])
        self.pid = os.fork()
        if self.pid == 0:
            try:
                asyncio.run(_serve(listener))
            finally:
                os._exit(0)
        listener.close()

    def tell(self, **what: Any) -> None:
        self._ask("POST", "/_tell", json.dumps(what))

    def log(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask("GET", "/_log", ""))
        return found

    def news(self) -> tuple[list[int], int]:
        """Documents that have something new since this was asked last, and versions of which an alert arrived."""
        docs, told = json.loads(self._ask("GET", "/_news", ""))
        return docs, told

    def count(self) -> int:
        """Versions of which an alert arrived."""
        return int(self._ask("GET", "/_count", ""))

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def _ask(self, method: str, path: str, body: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body)
            return connection.getresponse().read()
        finally:
            connection.close()


async def _serve(listener: socket.socket) -> None:
    world = World()
    server = await asyncio.start_server(world.serve, sock=listener)
    async with server:
        await server.serve_forever()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What arrived beside what should have. Nothing here was asked of our database."""

    expected: int
    arrived: int
    #: Versions of which no alert came; of which alerts with several ids came: an effect that happened twice.
    lost: int
    twice: int
    #: Documents whose alerts came first in another order than their versions; messages with one id and two bodies.
    disordered: int
    altered: int
    #: Messages that came more than once, same id and bytes: allowed, and counted.
    again: int


def verdict(log: dict[str, Any], docs: Sequence[int], last: int, first: int = 1) -> Verdict:
    """Every version from `first` to `last` of every document should have been told."""
    ids: dict[tuple[int, int], set[str]] = {}
    bodies: dict[str, set[str]] = {}
    order: dict[int, list[int]] = {}
    for doc, version, id_, digest, _ in log["received"]:
        if (doc, version) not in ids:
            order.setdefault(doc, []).append(version)
        ids.setdefault((doc, version), set()).add(id_)
        bodies.setdefault(id_, set()).add(digest)
    wanted = {(doc, version) for doc in docs for version in range(first, last + 1)}
    counts = Counter(id_ for _, _, id_, _, _ in log["received"])
    return Verdict(
        len(wanted),
        len(wanted & set(ids)),
        len(wanted - set(ids)),
        sum(len(found) > 1 for found in ids.values()),
        sum(versions != sorted(versions) for versions in order.values()),
        sum(len(found) > 1 for found in bodies.values()),
        counts.total() - len(counts),
    )
