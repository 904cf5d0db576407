"""A whole column on request: to its last page whatever is known, politely, and on again after a kill."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import httpx
import pytest
from scripted import START, ScriptedSite, article, hours, list_page, run_until

from services.domain.source import Source
from services.fetcher.fetcher import Fetcher
from services.storage import backfills, pages, sources, visits
from services.storage.backfills import Backfill
from services.storage.database import Database

HOME = "https://www.example.gov.cn"
LIST = f"{HOME}/jyta/"
PAGES, PER_PAGE = 5, 4
SOURCE = Source("src", LIST, "建议办理", timedelta(hours=6))
pytestmark = pytest.mark.anyio


def list_at(page: int) -> str:
    return LIST if page == 0 else f"{LIST}index_{page}.html"


@pytest.fixture
def site(database: Database) -> ScriptedSite:
    """Five list pages of four letters, the newest first; the last one's "next" leads to the first again."""
    with database.write() as conn:
        sources.save_source(conn, SOURCE, START)
    site = ScriptedSite()
    for page in range(PAGES):
        numbers = range(page * PER_PAGE, (page + 1) * PER_PAGE)
        rows = [(f"/jyta/t{n:03}.html", f"关于第{n}号建议的答复函", f"2023-02-{28 - n:02}") for n in numbers]
        following = list_at((page + 1) % PAGES).removeprefix(HOME)
        site.pages[list_at(page)] = httpx.Response(200, content=list_page(*rows, following=following))
        site.pages |= {f"{LIST}t{n:03}.html": httpx.Response(200, content=article(f"答复{n}")) for n in numbers}
    return site


def fetcher(database: Database, site: ScriptedSite) -> Fetcher:
    return Fetcher(database, site.door(), site.clock, only="src")


def begin(database: Database, site: ScriptedSite) -> bool:
    with database.write() as conn:
        return backfills.begin(conn, "src", site.clock.now)


def look(database: Database) -> Backfill:
    with database.read() as conn:
        found = backfills.get_backfill(conn, "src")
    assert found is not None
    return found


async def test_it_reaches_what_the_first_reading_did_not(database: Database, site: ScriptedSite) -> None:
    """Somebody had ended the walk early: two list pages are known, and nothing new stands on them."""
    third = site.pages.pop(list_at(2))
    await run_until(fetcher(database, site), site.clock, START + hours(30))
    site.pages[list_at(2)] = third
    asked = len(site.requests)
    assert begin(database, site)
    await run_until(fetcher(database, site), site.clock, site.clock.now + hours(1))
    found = look(database)
    assert (found.lists, found.items, found.new, found.pages) == (PAGES, 20, 12, 20)
    assert (found.done, found.stopped, found.waiting) == (True, None, 0)
    moments = [request.at for request in site.requests[asked:]]
    assert all(later - earlier >= timedelta(seconds=5) for earlier, later in pairwise(moments))
    assert [len(site.asked(list_at(page))) > 0 for page in range(PAGES)] == [True] * PAGES
    with database.read() as conn:
        assert all(one.backfill for one in pages.list_pages(conn, "src"))


async def test_killed_anywhere_it_goes_on_and_reads_no_list_page_twice(database: Database, site: ScriptedSite) -> None:
    begin(database, site)
    for round_ in range(60):  # each round is a process of its own that dies with a visit in its hands
        due = await fetcher(database, site).next_due()
        if look(database).done or due is None:
            break
        site.clock.now = max(site.clock.now, due)
        if round_ % 3:
            await fetcher(database, site).run_due()
        else:
            assert await fetcher(database, site).claim_due(1)
        with database.write() as conn:
            visits.release_all(conn, site.clock.now)
        assert look(database).done or not begin(database, site)
    assert look(database).done
    assert [len(site.asked(list_at(page))) for page in range(PAGES)] == [1] * PAGES
    assert look(database).pages == 20


async def test_a_page_that_keeps_failing_ends_the_walk_and_says_where(database: Database, site: ScriptedSite) -> None:
    site.pages[list_at(3)] = httpx.Response(500)
    begin(database, site)
    await run_until(fetcher(database, site), site.clock, START + hours(30))
    found = look(database)
    assert found.stopped == f"http_500: {list_at(3)}"
    assert found.pages == 12
    del site.pages[list_at(3)]
    assert begin(database, site), "asked again it begins anew"


async def test_news_is_not_kept_waiting_by_a_backlog(database: Database, site: ScriptedSite) -> None:
    """Twenty old letters wait; one that is found new is fetched among the next four requests."""
    await run_until(fetcher(database, site), site.clock, START + timedelta(seconds=40))
    with database.write() as conn:
        pages.discover(conn, "src", [pages.Listed(f"{LIST}t900.html")], site.clock.now, backfill=False)
    asked = len(site.requests)
    await run_until(fetcher(database, site), site.clock, site.clock.now + timedelta(seconds=30))
    later = [request.url for request in site.requests[asked:]]
    assert f"{LIST}t900.html" in later[:4]
