"""Snapshots that are read soon after one another are written together, and one that trips the reader stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from services.bus import database as bus
from services.domain.document import Document
from services.domain.event import snapshot_taken
from services.domain.identity import document_id
from services.domain.snapshot import Fetched
from services.domain.source import Source
from services.parser import handle
from services.parser.handle import Parser
from services.parser.page.model import Page
from services.parser.reading.reader import Reader, todays
from services.storage import pages, snapshots, sources
from services.storage.database import Database
from services.storage.pages import Listed

NOW = datetime(2023, 4, 1, tzinfo=UTC)
URLS = [f"https://www.example.gov.cn/zwgk/jytabl/t20230327_{n}.html" for n in range(5)]
LETTER = """<html><head><title>关于第{n}号建议的答复</title></head><body><div class="TRS_Editor">
<h1>关于第{n}号建议的答复</h1><p>张三代表：</p><p>您提出的关于加快发展的建议收悉，现答复如下：</p>
<p>下一步，我们将推动年内建成{n}0个充电站，方便群众出行，并会同有关部门加强日常管理。</p><p>感谢您的关心和支持。</p>
<p>某市交通运输局</p><p>2023年3月27日</p></div></body></html>"""


class Counting(Database):
    """Counts the writes that were committed."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.engine)
        self.writes = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as conn:
            yield conn
        self.writes += 1


def take_all(database: Database) -> list[str]:
    """A snapshot of every letter, each owed to the parser."""
    with database.write() as conn:
        sources.save_source(conn, Source("jy", "https://www.example.gov.cn/zwgk/jytabl/", "jy", timedelta(days=1)), NOW)
        pages.discover(conn, "jy", [Listed(url) for url in URLS], NOW, backfill=False)
        for n, url in enumerate(URLS):
            body = LETTER.format(n=n + 1).encode()
            kept = snapshots.add_snapshot(conn, document_id(url), NOW, Fetched(url, 200, {}, body))
            bus.publish(conn, snapshot_taken(document_id(url), kept, NOW))
    return [document_id(url) for url in URLS]


def tripping(over: str) -> Reader:
    """Today's reader, but for pages that say `over`."""
    good = todays()

    def read(page: Page) -> Document:
        if any(over in line.text for line in page.lines):
            raise ZeroDivisionError(over)
        return good.read(page)

    return replace(good, read=read)


def told(database: Database) -> dict[str, int]:
    """Versions by document."""
    with database.read() as conn:
        return dict(conn.execute(text("select document_id, count(*) from version group by 1")).all())


def test_letters_read_within_a_moment_share_a_transaction(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "TOGETHER", 60.0)
    ids = take_all(database)
    counting = Counting(database)
    assert Parser(counting, bus, lambda: NOW, "http://127.0.0.1").drain() == len(ids)
    assert counting.writes == 2  # the claim and what is said
    assert told(database) == dict.fromkeys(ids, 1)


def test_a_letter_nobody_waits_for_longer_is_written_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handle, "TOGETHER", 0.0)
    ids = take_all(database)
    counting = Counting(database)
    assert Parser(counting, bus, lambda: NOW, "http://127.0.0.1").drain() == len(ids)
    assert counting.writes == 1 + len(ids)


def test_a_letter_that_trips_the_reader_stops_no_other(database: Database) -> None:
    ids = take_all(database)
    Parser(database, bus, lambda: NOW, "http://127.0.0.1", tripping("30个充电站")).drain()
    assert told(database) == {id_: 1 for n, id_ in enumerate(ids) if n != 2}
    with database.read() as conn:
        left = conn.execute(
            text("select key, failures, error, lease_until from queue where \"group\" = 'parser'")
        ).all()
    assert [(row.key, row.failures, row.lease_until) for row in left] == [(ids[2], 1, None)]
    assert "ZeroDivisionError" in left[0].error


def test_a_letter_somebody_else_took_over_leaves_the_others_of_its_transaction(database: Database) -> None:
    ids = take_all(database)

    def read(page: Page) -> Document:
        if any("30个充电站" in line.text for line in page.lines):
            with database.write() as conn:
                conn.execute(text("update queue set token = 'theirs' where key = :key"), {"key": ids[2]})
        return todays().read(page)

    Parser(database, bus, lambda: NOW, "http://127.0.0.1", replace(todays(), read=read)).drain()
    assert told(database) == {id_: 1 for n, id_ in enumerate(ids) if n != 2}
    with database.read() as conn:
        left = conn.execute(text("select key, failures, token from queue where \"group\" = 'parser'")).all()
    assert [tuple(row) for row in left] == [(ids[2], 0, "theirs")]
