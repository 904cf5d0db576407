"""The fetcher on a real database: a site on a script, a clock that is told the time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
import respx
from evil import PAGE, answer, evil_server, says
from scripted import AGENT, START, FakeClock, ScriptedSite, article, hours, list_page, run_until

from services.domain.identity import document_id
from services.domain.source import Source
from services.egress.door import Door
from services.fetcher.fetcher import Fetcher
from services.fetcher.schedule import ticking
from services.storage import outbox, pages, pieces, snapshots, sources, visits
from services.storage.database import Database, open_database
from services.storage.hosts import get_host
from services.storage.readings import Reading, save_reading

HOME = "https://www.example.gov.cn"
LIST = f"{HOME}/jyta/"
LETTERS = [f"{HOME}/jyta/t20230{month}01_{month}.html" for month in (1, 2, 3)]
SOURCE = Source("src", LIST, "建议办理", timedelta(hours=1))

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    with opened.write() as conn:
        sources.save_source(conn, SOURCE, START)
    yield opened
    opened.close()


@pytest.fixture
def site() -> ScriptedSite:
    rows = [(url.removeprefix(HOME), f"关于第{n}号建议的答复函", f"2023-0{n}-01") for n, url in enumerate(LETTERS, 1)]
    return ScriptedSite(
        pages={
            LIST: httpx.Response(200, content=list_page(*reversed(rows))),
            **{url: httpx.Response(200, content=article(f"答复{n}"), headers={"ETag": f'"{n}"'})
               for n, url in enumerate(LETTERS, 1)},
        }
    )  # fmt: skip


def fetcher(database: Database, site: ScriptedSite) -> Fetcher:
    return Fetcher(database, site.door(), site.clock)


def taken(database: Database) -> list[tuple[str, int]]:
    """(document, snapshot) of every snapshot.taken, in order."""
    with database.read() as conn:
        events = [logged.event for logged in outbox.events_after(conn, 0, 1000)]
    return [(event.data["document"], event.data["snapshot"]) for event in events if event.type == "snapshot.taken"]


def read(database: Database, page_id: str, verdict: str) -> None:
    """The reader's verdict on a page's latest snapshot."""
    with database.write() as conn:
        snapshot = pages.get_page(conn, page_id).latest_snapshot
        assert snapshot is not None
        save_reading(conn, Reading(snapshot, page_id, START, "test", verdict, None, None))


async def test_a_column_is_found_and_its_letters_are_kept_and_told_once(database: Database, site: ScriptedSite) -> None:
    await run_until(fetcher(database, site), site.clock, START + hours(1))
    ids = {document_id(url) for url in LETTERS}
    assert {document for document, _ in taken(database)} == ids
    assert len(taken(database)) == 3
    with database.read() as conn:
        assert all(pages.get_page(conn, id_).backfill for id_ in ids)
        assert sources.get_watch(conn, "src").first_read_at is not None
        kept = snapshots.get_snapshot(conn, taken(database)[0][1])
    assert kept.body in {article(f"答复{n}") for n in (1, 2, 3)}
    assert kept.headers["etag"] in {'"1"', '"2"', '"3"'}


async def test_one_request_at_a_time_five_seconds_apart_with_a_contact(database: Database, site: ScriptedSite) -> None:
    await run_until(fetcher(database, site), site.clock, START + hours(30))
    moments = [request.at for request in site.requests]
    assert len(moments) > 30
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(moments))
    assert {request.headers["user-agent"] for request in site.requests} == {AGENT}
    assert site.requests[0].url == f"{HOME}/robots.txt"
    assert [request.url for request in site.requests].count(f"{HOME}/robots.txt") == 2, "asked again after a day"


async def test_hosts_are_visited_side_by_side(database: Database, site: ScriptedSite) -> None:
    with database.write() as conn:
        for n in range(4):
            url = f"https://h{n}.example.gov.cn/"
            sources.save_source(conn, replace(SOURCE, id=f"s{n}", url=url), START)
    assert await fetcher(database, site).run_due() == 5
    assert len({request.host for request in site.requests}) == 5


async def test_robots_is_obeyed(database: Database, site: ScriptedSite) -> None:
    site.pages[f"{HOME}/robots.txt"] = httpx.Response(
        200, text="User-agent: *\nDisallow: /jyta/t202302\nCrawl-delay: 20"
    )
    await run_until(fetcher(database, site), site.clock, START + hours(3))
    assert not site.asked(LETTERS[1])
    assert site.asked(LETTERS[0])
    moments = [request.at for request in site.requests][1:]
    assert all(later - earlier >= timedelta(seconds=20) for earlier, later in pairwise(moments))


async def test_a_host_whose_robots_fails_is_not_visited(database: Database, site: ScriptedSite) -> None:
    site.pages[f"{HOME}/robots.txt"] = httpx.Response(503)
    await run_until(fetcher(database, site), site.clock, START + hours(3))
    assert {request.url for request in site.requests} == {f"{HOME}/robots.txt"}
    assert len(site.requests) == 7
    site.pages[f"{HOME}/robots.txt"] = httpx.Response(404)
    await run_until(fetcher(database, site), site.clock, START + hours(4))
    assert len(taken(database)) == 3


async def test_a_redirected_robots_is_followed_at_the_same_pace(database: Database, site: ScriptedSite) -> None:
    site.pages[f"{HOME}/robots.txt"] = httpx.Response(301, headers={"Location": "/r.txt"})
    site.pages[f"{HOME}/r.txt"] = httpx.Response(200, text="User-agent: *\nDisallow: /jyta/t")
    await run_until(fetcher(database, site), site.clock, START + hours(2))
    assert [request.url for request in site.requests][:3] == [f"{HOME}/robots.txt", f"{HOME}/r.txt", LIST]
    assert site.requests[1].at - site.requests[0].at >= timedelta(seconds=5)
    assert not any(site.asked(url) for url in LETTERS)


async def test_unchanged_pages_cost_a_304_and_only_move_last_seen(database: Database, site: ScriptedSite) -> None:
    def conditional(request: httpx.Request) -> httpx.Response:
        known = request.headers.get("if-none-match") == '"1"'
        return httpx.Response(304) if known else httpx.Response(200, content=b"<p>x</p>", headers={"ETag": '"1"'})

    site.pages[LETTERS[0]] = conditional
    await run_until(fetcher(database, site), site.clock, START + timedelta(days=3))
    id_ = document_id(LETTERS[0])
    assert [document for document, _ in taken(database)].count(id_) == 1
    asked = site.asked(LETTERS[0])
    assert len(asked) >= 3
    assert sum("if-none-match" in request.headers for request in asked) >= len(asked) - 2
    snapshot = dict(taken(database))[id_]
    with database.read() as conn:
        assert snapshots.get_snapshot(conn, snapshot).last_seen == asked[-1].at


async def test_an_edit_is_told_and_a_page_that_goes_back_too(database: Database, site: ScriptedSite) -> None:
    visitor = fetcher(database, site)
    for body in ("一", "二", "一"):
        site.pages[LETTERS[0]] = httpx.Response(200, content=article(body))
        await run_until(visitor, site.clock, site.clock.now + hours(26))
    told = [snapshot for document, snapshot in taken(database) if document == document_id(LETTERS[0])]
    assert len(told) == 3
    with database.read() as conn:
        bodies = [snapshots.get_snapshot(conn, snapshot).body for snapshot in told]
    assert bodies == [article("一"), article("二"), article("一")]


async def test_a_missing_page_is_observed_twice_a_day_apart_and_not_each_hour(
    database: Database, site: ScriptedSite
) -> None:
    visitor = fetcher(database, site)
    await run_until(visitor, site.clock, START + hours(1))
    read(database, document_id(LETTERS[0]), "ok")
    before = site.clock.now
    site.pages[LETTERS[0]] = httpx.Response(404, text="页面不存在")
    await run_until(visitor, site.clock, before + hours(60))
    with database.read() as conn:
        ids = snapshots.snapshot_ids(conn, document_id(LETTERS[0]))
        gone = [snapshots.get_snapshot(conn, id_) for id_ in ids][1:]
    assert all(snapshot.status == 404 for snapshot in gone)
    assert hours(24) <= gone[-1].observed - gone[0].observed
    assert 2 <= len(gone) <= 9


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(403, text="forbidden"),
        httpx.Response(412, text="<script>challenge</script>"),
        httpx.Response(500),
        httpx.Response(503, headers={"Retry-After": "3600"}),
        httpx.Response(302, headers={"Location": "/"}),
        httpx.Response(200, headers={"Content-Length": "9999"}, content=b"half"),
        httpx.Response(200, headers={"Content-Encoding": "br"}, content=b"\x8b\x02"),
        httpx.ReadTimeout("never"),
        httpx.ReadError("reset"),
        httpx.ConnectError("refused"),
    ],
    ids=repr,
)
async def test_trouble_is_no_news_and_passes(
    database: Database, site: ScriptedSite, trouble: httpx.Response | Exception
) -> None:
    with database.write() as conn:
        sources.save_source(conn, replace(SOURCE, every=hours(6)), START)
    visitor = fetcher(database, site)
    await run_until(visitor, site.clock, START + hours(1))
    before = taken(database)
    site.pages[LETTERS[0]] = trouble
    await run_until(visitor, site.clock, START + hours(36))
    assert taken(database) == before
    troubled = site.asked(LETTERS[0])
    assert 2 <= len(troubled) <= 11, "it backs off"
    site.pages[LETTERS[0]] = httpx.Response(200, content=article("新"))
    await run_until(visitor, site.clock, START + hours(62))
    assert len(taken(database)) == len(before) + 1


async def test_retry_after_holds_the_whole_host(database: Database, site: ScriptedSite) -> None:
    site.pages[LIST] = httpx.Response(429, headers={"Retry-After": "7200"})
    await run_until(fetcher(database, site), site.clock, START + hours(1.9))
    assert [request.url for request in site.requests] == [f"{HOME}/robots.txt", LIST]


async def test_redirects_are_hops_of_their_own_on_the_targets_host(database: Database, site: ScriptedSite) -> None:
    target = "https://jyt.example.gov.cn/t1.html"
    site.pages[LETTERS[0]] = httpx.Response(301, headers={"Location": target})
    site.pages[target] = httpx.Response(200, content=article("搬家"))
    site.pages["https://jyt.example.gov.cn/robots.txt"] = httpx.Response(200, text="")
    await run_until(fetcher(database, site), site.clock, START + hours(30))
    told = [snapshot for document, snapshot in taken(database) if document == document_id(LETTERS[0])]
    assert len(told) == 1
    with database.read() as conn:
        snapshot = snapshots.get_snapshot(conn, told[0])
        page = pages.get_page(conn, document_id(LETTERS[0]))
    assert (snapshot.url, snapshot.moved, page.state.visit_url) == (target, True, target)
    assert len(site.asked(LETTERS[0])) == 1
    assert len(site.asked("https://jyt.example.gov.cn/robots.txt")) >= 1


async def test_a_redirect_inside_is_refused(database: Database, site: ScriptedSite) -> None:
    site.pages[LETTERS[0]] = httpx.Response(302, headers={"Location": "http://169.254.169.254/latest/"})
    await run_until(fetcher(database, site), site.clock, START + hours(3))
    assert not any("169.254" in request.url for request in site.requests)
    assert document_id(LETTERS[0]) not in dict(taken(database))


async def test_the_whole_column_is_walked_on_the_first_reading_and_only_then(
    database: Database, site: ScriptedSite
) -> None:
    older = [f"{HOME}/jyta/t2022{month:02}01_{month}.html" for month in range(1, 7)]
    second, third = f"{LIST}index_1.html", f"{LIST}index_2.html"
    row = [(url.removeprefix(HOME), f"关于第{n}号提案的答复函", f"2022-{n:02}-01") for n, url in enumerate(older, 1)]
    first = [(url.removeprefix(HOME), f"关于第{n}号建议的答复函", f"2023-0{n}-01") for n, url in enumerate(LETTERS, 1)]
    site.pages[LIST] = httpx.Response(200, content=list_page(*reversed(first), following="index_1.html"))
    site.pages[second] = httpx.Response(200, content=list_page(*reversed(row[3:]), following="index_2.html"))
    site.pages[third] = httpx.Response(200, content=list_page(*reversed(row[:3])))
    visitor = fetcher(database, site)
    await run_until(visitor, site.clock, START + hours(2.5))
    with database.read() as conn:
        known = pages.list_pages(conn, "src", limit=100)
    assert {page.url for page in known} == {*LETTERS, *older}
    assert all(page.backfill for page in known)
    assert (len(site.asked(second)), len(site.asked(third))) == (1, 1)
    new = ("/jyta/t20230327_9.html", "关于第9号建议的答复函", "2023-03-27")
    site.pages[LIST] = httpx.Response(200, content=list_page(new, *reversed(first), following="index_1.html"))
    await run_until(visitor, site.clock, START + hours(6))
    with database.read() as conn:
        assert not pages.get_page(conn, document_id(HOME + new[0])).backfill
    assert len(site.asked(second)) == 1


async def test_a_challenge_in_place_of_the_list_is_not_a_reading(database: Database, site: ScriptedSite) -> None:
    good = site.pages[LIST]
    site.pages[LIST] = httpx.Response(
        200, text="<html><title>安全验证</title><body>请完成安全验证后继续访问</body></html>"
    )
    visitor = fetcher(database, site)
    await run_until(visitor, site.clock, START + hours(2))
    with database.read() as conn:
        assert sources.get_watch(conn, "src").first_read_at is None
    site.pages[LIST] = good
    await run_until(visitor, site.clock, START + hours(6))
    with database.read() as conn:
        assert all(page.backfill for page in pages.list_pages(conn, "src"))
    assert len(taken(database)) == 3


async def test_a_restart_resumes_where_it_was(database: Database, site: ScriptedSite) -> None:
    end = START + hours(30)
    while (due := await fetcher(database, site).next_due()) is not None and due <= end:
        site.clock.now = max(site.clock.now, due)
        assert await fetcher(database, site).run_due(), "each visit by a fetcher of its own"
    assert len(taken(database)) == 3
    assert [request.url for request in site.requests].count(f"{HOME}/robots.txt") == 2
    assert all(b.at - a.at >= timedelta(seconds=5) for a, b in pairwise(site.requests))


async def test_a_killed_visit_is_made_again_after_its_lease(database: Database, site: ScriptedSite) -> None:
    visitor = fetcher(database, site)
    await visitor.run_due()
    site.clock.now += timedelta(seconds=5)
    lost = await visitor.claim_due(10)
    assert [claim.kind for claim in lost] == ["list"]
    await run_until(visitor, site.clock, START + hours(1))
    assert len(taken(database)) == 3
    await visitor.perform(lost[0])
    assert len(taken(database)) == 3, "the one that came back late writes nothing"


async def test_two_fetchers_share_the_work_and_the_pace(database: Database, site: ScriptedSite) -> None:
    first, second = fetcher(database, site), fetcher(database, site)
    end = START + hours(5)
    while (due := await first.next_due()) is not None and due <= end:
        site.clock.now = max(site.clock.now, due)
        assert sum(await asyncio.gather(first.run_due(), second.run_due())) == 1
    assert len(taken(database)) == 3
    assert all(b.at - a.at >= timedelta(seconds=5) for a, b in pairwise(site.requests))


async def test_a_fault_of_ours_stops_nobody(database: Database, site: ScriptedSite) -> None:
    def fault(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("a bug")

    site.pages[LETTERS[1]] = fault
    await run_until(fetcher(database, site), site.clock, START + hours(1))
    assert {document for document, _ in taken(database)} == {document_id(LETTERS[0]), document_id(LETTERS[2])}
    assert len(site.asked(LETTERS[1])) > 2, "its lease brings it back"


async def test_a_respx_router_serves_as_the_network(database: Database) -> None:
    clock = FakeClock()
    router = respx.MockRouter(assert_all_called=False)
    router.get(f"{HOME}/robots.txt").respond(404)
    listing = router.get(LIST).respond(
        200, content=list_page(("/jyta/t20230301_3.html", "关于第3号建议的答复", "2023-03-01"))
    )
    door = Door(user_agent=AGENT, transport=httpx.MockTransport(router.async_handler))
    await run_until(Fetcher(database, door, clock), clock, START + timedelta(minutes=1))
    assert listing.call_count == 1


async def test_a_real_server_on_loopback_is_read_through_the_real_door(tmp_path: Path) -> None:
    rows = list_page(("/a/t20230301_1.html", "关于第1号建议的答复函", "2023-03-01"))
    vices = {
        "/robots.txt": says(answer(b"", "Connection: close", status="404 Not Found")),
        "/a/": says(answer(rows, "Connection: close", "Content-Type: text/html; charset=utf-8")),
        "/a/t20230301_1.html": says(answer(PAGE, "Connection: close")),
    }
    clock = FakeClock()
    database = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    async with evil_server(vices=vices) as server:
        with database.write() as conn:
            sources.save_source(conn, replace(SOURCE, url=server.url("/a/")), START)
        door = Door(user_agent=AGENT, allow=("127.0.0.1/32:*",))
        await run_until(Fetcher(database, door, clock), clock, START + timedelta(minutes=1))
        await door.aclose()
    assert len(taken(database)) == 1
    assert [head.split()[1] for head in server.requests] == [b"/robots.txt", b"/a/", b"/a/t20230301_1.html"]
    assert all(AGENT.encode() in head for head in server.requests)
    database.close()


async def test_ticks_make_due_visits_and_the_end_waits_for_them(database: Database, site: ScriptedSite) -> None:
    asked = asyncio.Event()

    def robots(request: httpx.Request) -> httpx.Response:
        asked.set()
        return httpx.Response(404)

    site.pages[f"{HOME}/robots.txt"] = robots
    async with ticking(fetcher(database, site), seconds=0.01), asyncio.timeout(5):
        await asked.wait()
    with database.read() as conn:
        assert get_host(conn, "www.example.gov.cn").robots_status == 404
        assert visits.next_due(conn) is not None


async def test_a_linked_file_is_visited_like_a_page_and_says_why_it_does_not_come(
    database: Database, site: ScriptedSite
) -> None:
    files = {f"{HOME}/f/{name}": length for name, length in (("small.pdf", 11), ("large.pdf", 21), ("no.pdf", 1))}
    for url, length in files.items():
        site.pages[url] = httpx.Response(200, content=bytes(length << 20))
    site.pages[f"{HOME}/robots.txt"] = httpx.Response(200, text="User-agent: *\nDisallow: /f/no")
    visitor = fetcher(database, site)
    await run_until(visitor, site.clock, START + hours(1))
    with database.write() as conn:
        links = [pieces.Link(url, "attachment", "附件") for url in files]
        pieces.set_links(conn, document_id(LETTERS[0]), links, site.clock.now)
    await run_until(visitor, site.clock, START + hours(2))
    with database.read() as conn:
        troubles = [pages.get_page(conn, document_id(url)).trouble for url in files]
        small = pages.get_page(conn, document_id(next(iter(files))))
    assert troubles == [None, "too_large", "robots"]
    assert small.latest_snapshot is not None, "larger than a page may be"
    assert not site.asked(f"{HOME}/f/no.pdf")
    assert site.asked(f"{HOME}/f/small.pdf")[0].headers["accept"] == "*/*"
    moments = [request.at for request in site.requests]
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(moments))
