"""A small house to look at: real documents that were edited, one taken down, one whose page means harm, on loopback.

Everything goes the line's own way: a snapshot is kept, the parser reads it, versions and events follow.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from pages import wrap
from sqlalchemy import update

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.bus import database as bus
from services.domain.event import snapshot_taken
from services.domain.identity import document_id
from services.domain.snapshot import Fetched
from services.domain.source import Source
from services.line.serve import api_context
from services.parser.handle import Parser
from services.parser.reading.read import read_text
from services.storage import documents, pages, snapshots, sources, tables
from services.storage.database import Database, open_database
from services.storage.documents import Presence
from services.storage.pages import Listed

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOW = START + timedelta(days=24)
DAY = timedelta(days=1)
SITE = "https://jxw.example.gov.cn"
HARM = "<script>window.ran=1</script><img src=x onerror=window.ran=1>\u202e反向"


@dataclass(frozen=True, slots=True)
class House:
    """`edited` has three versions, `long` two of the longest seed, `harmful` a hostile title, text and file name."""

    address: str
    token: str
    edited: str
    long: str
    harmful: str


class _Builder:
    def __init__(self, database: Database, address: str) -> None:
        self._database = database
        self._now = START
        self._parser = Parser(database, bus, lambda: self._now, address)

    def watch(self, source: Source, *, readable: datetime, health: str = "ok") -> None:
        with self._database.write() as conn:
            sources.save_source(conn, source, START)
            seen = {"last_visit": NOW - timedelta(minutes=30), "last_readable": readable, "told_health": health}
            conn.execute(
                update(tables.source).where(tables.source.c.id == source.id).values(**seen, first_read_at=START)
            )

    def say(
        self, source: str, n: int, text: str, at: datetime, *, title: str, files: tuple[tuple[str, str], ...] = ()
    ) -> str:
        """The page is seen to say `text`; answers the document's id."""
        self._now = at
        url = f"{SITE}/zwgk/jytabl/t20260302_{n}.html"
        page = wrap(
            text,
            "trs-editor",
            title=title,
            published="2026-02-27 10:15",
            source="市经济信息委",
            url=url,
            attachments=files,
        )
        with self._database.write() as conn:
            pages.discover(conn, source, [Listed(url, title, "2026-02-27")], at, backfill=at == START)
            id_ = document_id(url)
            answer = Fetched(url, 200, {"content-type": "text/html; charset=utf-8"}, page)
            kept = snapshots.add_snapshot(conn, id_, at, answer)
            pages.set_latest(conn, id_, kept)
            conn.execute(update(tables.page).where(tables.page.c.id == id_).values(last_visit=at))
            bus.publish(conn, snapshot_taken(id_, kept, at))
        while self._parser.drain():
            pass
        return id_


def build(database: Database, address: str) -> House:
    """About two seconds' work."""
    made = _Builder(database, address)
    made.watch(
        Source(
            "jxw-replies",
            f"{SITE}/zwgk/jytabl/",
            "市经济信息委 建议提案办理",
            timedelta(hours=6),
            agency="市经济信息委",
        ),
        readable=NOW,
    )
    made.watch(
        Source("mzj-plans", "https://mzj.example.gov.cn/ghjh/", "市民政局 规划计划", timedelta(days=1)),
        readable=NOW - 5 * DAY,
        health="blind",
    )
    made.watch(
        Source("jyj-notices", "https://jyj.example.gov.cn/tzgg/", "市教育局 通知公告", timedelta(days=1)),
        readable=NOW - 9 * DAY,
        health="failing",
    )
    texts = [path.read_text("utf-8") for path in SEEDS]
    titles = [read_text(text).metadata for text in texts]
    titled = [
        (about.title.normalised if about.title else None) or f"关于第{at}号建议的答复"
        for at, about in enumerate(titles)
    ]
    ids = {}
    for at, text in enumerate(texts):
        ids[at] = made.say("jxw-replies", at, text, START, title=titled[at])
    edited, long = texts[2], texts[1]
    made.say("jxw-replies", 2, softened(edited), START + 9 * DAY, title=titled[2])
    made.say("jxw-replies", 1, lowered(long), START + 16 * DAY, title=titled[1])
    made.say("jxw-replies", 2, moved(softened(edited)), START + 20 * DAY, title=titled[2])
    made.say("jxw-replies", 4, without_one(texts[4]), START + 21 * DAY, title=titled[4])
    lines = (
        f"关于{HARM}的答复",
        "一、下一步工作",
        f"（一）到2027年，建成养老服务站90个。{HARM}",
        "联系电话：13812345678",
    )
    harmful = "\n".join([*lines, "临江市民政局", "2026年2月20日"])
    files = (("javascript:window.ran=1", HARM), (f"{SITE}/a.pdf", f"附件{HARM}.pdf"))
    changed = harmful.replace("90个", "60个")
    for day, text in (
        (18, harmful),
        (19, harmful),
        (22, changed),
        (23, changed),
    ):  # a file that has not come is waited for
        ids[9] = made.say("jxw-replies", 9, text, START + day * DAY, title=f"{HARM}答复", files=files)
    with database.write() as conn:
        conn.execute(update(tables.document).where(tables.document.c.id == ids[9]).values(title=f"{HARM}答复"))
        documents.set_presence(conn, ids[3], Presence("removed", START + 19 * DAY, 2, "gone"))
        conn.execute(update(tables.page).where(tables.page.c.id == ids[3]).values(trouble="timeout"))
    _, token = new_token(database, "local", "browser", ("admin",), NOW)
    return House(address, token, ids[2], ids[1], ids[9])


def lowered(text: str) -> str:
    """A counted target, halved."""
    document = read_text(text)
    target = next(
        one for one in document.targets if isinstance(one.value, int) and one.value >= 20 and str(one.value) in one.raw
    )
    number = str(target.value)
    return (
        text[: target.start]
        + text[target.start : target.end].replace(number, str(int(number) // 2))
        + text[target.end :]
    )


def softened(text: str) -> str:
    """A promise made with less force, and a date put off."""
    return re.sub("加强|推进", "探索", text, count=1).replace("2022年", "2023年", 1)


def moved(text: str) -> str:
    """The last promise of some length stands before the first."""
    document = read_text(text)
    lines = text.split("\n")
    spots = sorted(
        {
            text.count("\n", 0, one.start)
            for one in document.commitments
            if len(lines[text.count("\n", 0, one.start)]) > 40
        }
    )
    line = lines.pop(spots[-1])
    lines.insert(spots[0], line)
    return "\n".join(lines)


def without_one(text: str) -> str:
    """A promise is gone."""
    one = max(read_text(text).commitments, key=lambda each: (each.tier == "A", each.end - each.start))
    return text[: one.start] + text[one.end :]


@contextmanager
def open_house(folder: Path) -> Iterator[House]:
    """Served on loopback until the context ends."""
    database = open_database(f"sqlite:///{folder / 'house.sqlite'}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        house = build(database, address)
        context = replace(
            api_context(database, lambda: NOW, SecretBox(bytes(32)), ("127.0.0.1/32:*",), address, "100000/minute")
        )
        server = uvicorn.Server(uvicorn.Config(create_app(context), log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield house
        finally:
            server.should_exit = True
            thread.join(10)
            database.close()
