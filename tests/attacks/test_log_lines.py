"""What strangers write ends up in logs (ATTACKS.md G): one record stays one line of JSON without raw control bytes."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from api.webhooks.desk import open_desk, revised
from fastapi import Request
from scripted import START, ScriptedSite, hours, list_page, run_until

from services.api.app import create_app
from services.api.webhooks.secrets import SecretBox
from services.domain.source import Source
from services.fetcher.fetcher import Fetcher
from services.line.serve import api_context
from services.logs import configure_logs
from services.storage import sources
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
#: Ends of lines as various readers see them, a terminal's escapes, directions, NUL, half a character, a forged record.
NASTY = (
    "a\r\nb\x1b[31m\x1b]0;x\x07\u202e\u2028\u2029\x85\x0b\0\ud800\x7f\x9b2J"
    '\n{"level": "info", "event": "paid"}\n%s%d{0}'
)

#: The same as far as it can be sent and stored.
SENT = NASTY.replace("\0", "").replace("\ud800", "")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What was logged, every line of it read as JSON; the loggers are as before afterwards."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, before = list(root.handlers), structlog.get_config()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("debug")

    def read() -> list[dict[str, object]]:
        text = stream.getvalue()
        assert text.isascii()
        assert all(character == "\n" or character.isprintable() for character in text)
        return [json.loads(line) for line in text.split("\n")[:-1]]

    yield read
    root.handlers[:] = handlers
    structlog.configure(**before)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield opened
    opened.close()


def test_both_kinds_of_loggers_keep_one_line_a_record(written: Callable[[], list[dict[str, object]]]) -> None:
    structlog.get_logger().warning(NASTY, url=NASTY, owner=NASTY, **{NASTY: NASTY})
    logging.getLogger("services.any").warning("visited %s: %s", SENT, SENT)
    try:
        int(SENT)
    except ValueError:
        structlog.get_logger().exception("failed", title=NASTY)
        logging.getLogger("services.any").exception("failed %s", SENT)
    assert len(written()) == 4
    assert not any(line.get("event") == "paid" for line in written())


async def test_addresses_and_headers_of_callers_stay_in_their_line(
    database: Database, written: Callable[[], list[dict[str, object]]]
) -> None:
    app = create_app(api_context(database, lambda: START, SecretBox(bytes(32)), (), "http://127.0.0.1"))

    @app.get("/broken/{rest:path}")
    def broken(request: Request) -> None:
        raise RuntimeError(request.headers["user-agent"])

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        headers = [(b"user-agent", SENT.encode()), (b"x-owner", b"\x1b[31m")]
        answer = await client.get("/broken/%0d%1b%5b31m%E2%80%AE%7B%22event%22%3A%22paid%22%7D", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    (line,) = written()
    assert line["event"] == "request.failed"
    assert "\x1b" in str(line["path"])


async def test_pages_and_receivers_stay_in_their_line(
    database: Database, written: Callable[[], list[dict[str, object]]]
) -> None:
    column = list_page(("/t1.html\x1b[31m\u202e", SENT, "2023-03-01"))
    page = httpx.Response(200, content=SENT.encode(), headers={"server": "\x1b[2J"})
    site = ScriptedSite(pages={"https://www.example.gov.cn/": httpx.Response(200, content=column)})
    with database.write() as conn:
        source = Source("src", "https://www.example.gov.cn/", SENT, timedelta(hours=1), owner=SENT)
        sources.save_source(conn, source, START)
    site.pages["https://www.example.gov.cn/t1.html%1B%5B31m%E2%80%AE"] = page
    await run_until(Fetcher(database, site.door(), site.clock), site.clock, START + hours(3))
    async with open_desk(database) as desk:
        await desk.subscribe(note=SENT)
        desk.answer = lambda _: httpx.Response(410, content=SENT.encode())
        desk.publish(revised(1, title=SENT))
        await desk.tell()
    events = [str(line["event"]) for line in written()]
    assert "visit.done" in events
    assert "subscription.disabled" in events
