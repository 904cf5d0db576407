"""Sites that break, lie or stall while a letter is watched (ATTACKS.md C): no version, no news, and no deafness after.

Here a page goes bad under the whole line. Each vice by itself is met elsewhere: bodies, lengths, encodings, headers,
drips and cookies in tests/egress; what is no document in tests/parser/page/test_quality.py; markup and text that cost
too much in tests/parser/page/test_hostile.py, tests/parser/reading/test_linear_time.py and
tests/parser/compare/test_far_apart.py; declared encodings that lie in tests/parser/page/test_decode.py; entities in
files in tests/parser/files; dates of the future, 304 without a copy and redirects in tests/fetcher/test_decide.py;
robots.txt in tests/fetcher/test_robots.py; clocks that are off in the story tests/replays/wrong-clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from evil import VICES, answer, evil_server, says
from pages import wrap
from scripted import START, FakeClock, ScriptedSite, hours, list_page

from services.api.webhooks.secrets import SecretBox
from services.domain.event import Event
from services.domain.identity import document_id
from services.domain.pacing import DEFAULT
from services.domain.source import Source
from services.egress.door import Door, Failure
from services.line.line import Line
from services.parser.reading.read import read_text
from services.replay.run import told
from services.storage import sources, versions
from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
HOME = "https://www.example.gov.cn"
LIST, LETTER, NEIGHBOUR = f"{HOME}/jyta/", f"{HOME}/jyta/t20230301_1.html", f"{HOME}/jyta/t20230301_2.html"
TITLE = "关于市十九届人大二次会议第0217号建议的答复"
TEXT = """赵明远代表：
您提出的《关于加快养老服务的建议》（第0217号）收悉。现答复如下：
一、工作开展情况
近年来，我市持续推进居家和社区养老服务，已建成社区食堂120家，服务老年人三万余人次。
二、下一步工作
到2025年底前，建成社区食堂300家。
市民政局负责制定补贴办法。
感谢您对民政工作的关心和支持！
市民政局
2023年3月1日"""
GOOD = wrap(TEXT, "trs-editor", title=TITLE, published="2023-03-01 10:15")
LOWERED = wrap(TEXT.replace("300家", "200家"), "trs-editor", title=TITLE, published="2023-03-01 10:15")
COLUMN = list_page(
    ("/jyta/t20230301_1.html", TITLE, "2023-03-01"),
    ("/jyta/t20230301_2.html", TITLE.replace("0217", "0131"), "2023-03-01"),
)
ELSEWHERE = f"{HOME}/elsewhere.html"
#: Of a page that is new each time; the hundredth finds what the twentieth found, and the suite is to be quick.
LOADS = 20


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield opened
    opened.close()


def watch(database: Database, column: str, every: timedelta = timedelta(hours=8)) -> None:
    with database.write() as conn:
        sources.save_source(conn, Source("src", column, "建议办理", every), START)


async def live(database: Database, door: Door, clock: FakeClock, until: datetime) -> None:
    """Let the whole line live, from due moment to due moment."""
    line = Line(
        database,
        pages=door,
        hooks=door,
        box=SecretBox(bytes(32)),
        clock=clock,
        stamp=clock,
        address="http://127.0.0.1:8000",
        pace=DEFAULT,
    )
    while (due := line.next_due()) is not None and due <= until:
        clock.now = max(clock.now, due)
        await line.settle()
    clock.now = until


def site() -> ScriptedSite:
    pages = {LIST: COLUMN, LETTER: GOOD, NEIGHBOUR: GOOD.replace(b"0217", b"0131")}
    return ScriptedSite(pages={url: httpx.Response(200, content=body) for url, body in pages.items()})


def history(database: Database, url: str) -> tuple[versions.VersionRecord, ...]:
    with database.read() as conn:
        return tuple(versions.history(conn, document_id(url)))


def types(events: list[Event]) -> list[str]:
    return [event.type for event in events]


def page(body: str, title: str = "") -> bytes:
    return f"<html><head><meta charset='utf-8'><title>{title}</title></head><body>{body}</body></html>".encode()


#: What a server, a firewall or a proxy says with 200 in place of the letter.
IN_ITS_PLACE = {
    "nothing": b"",
    "white space": b" \r\n\t" * 5000,
    "a frame without a text": page("<div class='TRS_Editor'></div>", TITLE),
    "a challenge": page("请完成安全验证后继续访问", "安全验证"),
    "a script's challenge": page("<script>document.cookie='__jsl=1';location.reload()</script>"),
    "a login": page("<form><input name=user><input type=password name=p><button>登录</button></form>", "用户登录"),
    "maintenance": page("<p>网站维护中，请稍后再试。</p>", "网站维护中"),
    "an error": page("<h1>Internal Server Error</h1><p>系统繁忙，请稍后再试</p>", "500"),
    "json": b'{"code":500,"msg":"error"}',
    "half a letter": GOOD[: len(GOOD) // 2],
    "noise": bytes(range(256)) * 40,
    "meta refresh": page(f"<meta http-equiv=refresh content='0;url={ELSEWHERE}'>"),
    "a script that leaves": page(f"<script>location.href='{ELSEWHERE}'</script>"),
    "entities of XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">'
    b"]><rss><channel><title>&b;</title><item>&b;</item></channel></rss>",
}  # fmt: skip


@pytest.mark.parametrize("name", IN_ITS_PLACE)
async def test_what_stands_in_for_a_letter_is_no_news_and_an_edit_after_it_is(database: Database, name: str) -> None:
    scripted = site()
    watch(database, LIST)
    await live(database, scripted.door(), scripted.clock, START + hours(6))
    bad = httpx.Response(200, content=IN_ITS_PLACE[name], headers={"Refresh": f"0; url={ELSEWHERE}"})
    scripted.pages[LETTER] = bad
    before = len(scripted.asked(LETTER))
    await live(database, scripted.door(), scripted.clock, scripted.clock.now + hours(23))
    assert len(scripted.asked(LETTER)) > before, "it was seen"
    assert told(database) == []
    assert not scripted.asked(ELSEWHERE)
    scripted.pages[LETTER] = httpx.Response(200, content=LOWERED)
    await live(database, scripted.door(), scripted.clock, scripted.clock.now + hours(72))
    (event,) = told(database)
    assert event.type == "document.revised"
    assert [(one["type"], one["before"], one["after"]) for one in event.data["changes"]] == [
        ("target_lowered", 300, 200)
    ]
    assert [version.n for version in history(database, LETTER)] == [1, 2]


async def test_a_letter_that_stays_empty_is_withdrawn_after_a_day_and_told_once(database: Database) -> None:
    scripted = site()
    watch(database, LIST)
    await live(database, scripted.door(), scripted.clock, START + hours(6))
    scripted.pages[LETTER] = httpx.Response(200, content=b"")
    emptied = scripted.clock.now
    await live(database, scripted.door(), scripted.clock, emptied + timedelta(days=8))
    (event,) = told(database)
    assert event.type == "document.removed"
    empty = [request.at for request in scripted.asked(LETTER) if emptied < request.at <= event.time]
    assert len(empty) >= 3
    assert empty[-1] - empty[0] >= hours(24)
    scripted.pages[LETTER] = httpx.Response(200, content=GOOD)
    await live(database, scripted.door(), scripted.clock, scripted.clock.now + timedelta(days=8))
    assert types(told(database)) == ["document.removed", "document.restored"]


async def test_a_page_that_is_never_twice_the_same_has_one_version(database: Database) -> None:
    """A clock, a counter, a token and an advertisement: new bytes each time, and not one new word."""
    scripted, loads = site(), 0

    def anew(_: httpx.Request) -> httpx.Response:
        nonlocal loads
        loads += 1
        moving = (
            f"<input type='hidden' name='csrf' value='{loads * 7919:x}'><!-- {scripted.clock.now} -->"
            f"<div class='top'>今天是{scripted.clock.now:%Y年%m月%d日} {scripted.clock.now:%H:%M:%S}</div>"
            f"<div class='info'>浏览次数：<span id='hits'>{loads * 13}</span></div><script>var t={loads}</script>"
        )
        return httpx.Response(200, content=GOOD.replace(b"</body>", moving.encode() + b"</body>"))

    scripted.pages[LETTER] = anew
    del scripted.pages[NEIGHBOUR]
    watch(database, LIST, timedelta(hours=24))
    while loads < LOADS:
        await live(database, scripted.door(), scripted.clock, scripted.clock.now + timedelta(days=5))
    assert told(database) == []
    assert len(history(database, LETTER)) == 1
    scripted.pages[LETTER] = httpx.Response(200, content=LOWERED)
    await live(database, scripted.door(), scripted.clock, scripted.clock.now + timedelta(days=3))
    assert types(told(database)) == ["document.revised"]


CLOSE = "Connection: close"
#: Answers that came to nothing; those that never end are cut at the limits of the real door, except for the slow ones,
#: which would take its half a minute.
ON_THE_WIRE = """
    /hang-up /reset /reset-mid-body /reset-chunked /too-short /too-long /too-long-split /endless /huge /bomb /nested
    /brotli /gzip-cut /gzip-lie /many-headers /long-header /not-http /two-lengths /both-framings /bad-chunk /cut-chunk
"""


async def test_no_vice_of_a_server_is_news(database: Database) -> None:
    """Over real sockets, one after the other, while the letter is watched."""
    column = COLUMN.replace(b'href="/jyta/', b'href="/')
    vices = {
        "/robots.txt": says(answer(b"", CLOSE, status="404 Not Found")),
        "/": says(answer(column, CLOSE)),
        "/t20230301_1.html": says(answer(GOOD, CLOSE)),
        "/t20230301_2.html": says(answer(GOOD.replace(b"0217", b"0131"), CLOSE)),
    }
    clock = FakeClock()
    async with evil_server(vices=vices) as server:
        door = Door(user_agent="test", allow=("127.0.0.1/32:*",))
        watch(database, server.url("/"), timedelta(hours=24))
        await live(database, door, clock, START + hours(6))
        letter = "/t20230301_1.html"
        assert len(history(database, server.url(letter))) == 1
        for vice in (VICES[path] for path in ON_THE_WIRE.split()):
            vices[letter] = vice
            before = _asked(server.requests, letter)
            while _asked(server.requests, letter) == before:
                await live(database, door, clock, clock.now + hours(12))
        assert told(database) == []
        assert len(history(database, server.url(letter))) == 1
        vices[letter] = says(answer(LOWERED, CLOSE))
        await live(database, door, clock, clock.now + timedelta(days=9))
        await door.aclose()
    assert types(told(database)) == ["document.revised"]


def _asked(requests: list[bytes], path: str) -> int:
    return sum(head.startswith(f"GET {path} ".encode()) for head in requests)


async def test_what_is_read_of_a_page_ends_at_ten_mebibytes() -> None:
    """With nobody naming a limit: as the fetcher asks for a page."""
    async with evil_server() as server:
        door = Door(user_agent="test", allow=("127.0.0.1/32:*",))
        failure = await door.get(server.url("/endless"))
        await door.aclose()
    assert failure == Failure("too_large", "more than 10485760 bytes on the wire")


@pytest.mark.parametrize("run", ["、。", "0", "1,", "第", "2025年底前", "到2025年，建成", "《", "市民政局、", "不低于"])
def test_a_run_of_one_character_neither_hides_a_promise_nor_makes_one(run: str) -> None:
    read = read_text(TEXT.replace("近年来，", f"近年来，{run * 5000}\n"))
    assert [one.text for one in read.commitments] == [one.text for one in read_text(TEXT).commitments]
