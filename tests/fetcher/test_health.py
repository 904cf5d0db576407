"""How a source does: told once at each turn, and as it stands in the API and on the list of columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import START, ScriptedSite, article, hours, list_page, run_until

from services.api.shown_sources import health_of
from services.api.webhooks.match import Facts, wants
from services.domain.event import Event
from services.domain.source import Source
from services.domain.subscription import Filter
from services.fetcher.fetcher import Fetcher
from services.fetcher.health import NOISY, counted, news
from services.storage import outbox, sources
from services.storage.database import Database
from services.storage.sources import Noise

HOME = "https://www.example.gov.cn"
LIST = f"{HOME}/jyta/"
SOURCE = Source("src", LIST, "建议办理", timedelta(hours=1))
PAGE = list_page(*((f"/jyta/t2023030{n}_{n}.html", f"关于第{n}号建议的答复函", f"2023-03-0{n}") for n in (1, 2, 3)))

pytestmark = pytest.mark.anyio


@pytest.fixture
def site(database: Database) -> ScriptedSite:
    with database.write() as conn:
        sources.save_source(conn, SOURCE, START)
    found = ScriptedSite(pages={LIST: httpx.Response(200, content=PAGE)})
    for n in (1, 2, 3):
        found.pages[f"{HOME}/jyta/t2023030{n}_{n}.html"] = httpx.Response(200, content=article(f"答复{n}"))
    return found


async def pass_time(database: Database, site: ScriptedSite, more: timedelta) -> None:
    fetcher = Fetcher(database, site.door(), site.clock, address="https://dafu.example.org")
    await run_until(fetcher, site.clock, site.clock.now + more)


def told(database: Database) -> list[Event]:
    with database.read() as conn:
        return [one.event for one in outbox.events_after(conn, 0, 1000) if one.event.type.startswith("source.")]


def shown(database: Database) -> str:
    with database.read() as conn:
        return health_of(sources.get_watch(conn, "src"))


async def test_a_column_that_fails_and_recovers_is_told_once_each(database: Database, site: ScriptedSite) -> None:
    assert shown(database) == "new"
    await pass_time(database, site, hours(3))
    assert (told(database), shown(database)) == ([], "ok")
    site.pages[LIST] = httpx.Response(503)
    await pass_time(database, site, hours(20))
    (failing,) = told(database)
    assert (failing.type, failing.key, shown(database)) == ("source.failing", "src", "failing")
    assert failing.data["reason"] == "http_503"
    assert failing.data["failures"] == 3
    assert failing.data["source"] == {"id": "src", "name": "建议办理", "url": LIST}
    assert failing.data["links"]["source"] == "https://dafu.example.org/sources/src"
    site.pages[LIST] = httpx.Response(200, content=PAGE)
    await pass_time(database, site, hours(30))
    assert [event.type for event in told(database)] == ["source.failing", "source.recovered"]
    assert told(database)[1].data["before"] == "failing"
    assert shown(database) == "ok"


async def test_two_bad_visits_are_the_weather(database: Database, site: ScriptedSite) -> None:
    await pass_time(database, site, hours(3))
    good = httpx.Response(200, content=PAGE)
    answers: Iterator[httpx.Response | Exception] = iter([httpx.Response(502), httpx.ReadTimeout("slow")])
    site.pages[LIST] = lambda _: next(answers, good)
    await pass_time(database, site, hours(10))
    assert told(database) == []


async def test_a_rebuilt_site_is_blind_after_two_readings(database: Database, site: ScriptedSite) -> None:
    await pass_time(database, site, hours(3))
    site.pages[LIST] = httpx.Response(200, content="<html><body><p>欢迎访问本网站。</p></body></html>".encode())
    await pass_time(database, site, hours(1))
    assert told(database) == []
    await pass_time(database, site, hours(5))
    assert [(event.type, bool(event.data["reason"])) for event in told(database)] == [("source.blind", True)]
    assert shown(database) == "blind"
    site.pages[LIST] = httpx.Response(200, content=PAGE)
    await pass_time(database, site, hours(2))
    assert [event.type for event in told(database)][1:] == ["source.recovered"]


async def test_a_column_that_robots_forbids_is_failing(database: Database, site: ScriptedSite) -> None:
    site.pages[f"{HOME}/robots.txt"] = httpx.Response(200, text="User-agent: *\nDisallow: /jyta/")
    await pass_time(database, site, hours(2))
    assert [(event.type, event.data["reason"]) for event in told(database)] == [("source.failing", "robots")]


async def test_a_walk_through_a_new_column_is_not_blindness(database: Database, site: ScriptedSite) -> None:
    site.pages[LIST] = httpx.Response(200, content=PAGE.replace(b"<div class='page'></div>",
        "<div class='page'><a href='/jyta/index_1.html'>下一页</a></div>".encode()))  # fmt: skip
    more = [(f"/jyta/t2022030{n}_{n}.html", f"关于第{n}号建议的答复函", f"2022-03-0{n}") for n in (1, 2)]
    site.pages[f"{HOME}/jyta/index_1.html"] = httpx.Response(200, content=list_page(*more))
    await pass_time(database, site, timedelta(seconds=12))
    assert shown(database) == "ok"
    assert told(database) == []


async def test_pages_that_never_rest_are_noisy_and_a_quiet_day_ends_it(database: Database, site: ScriptedSite) -> None:
    count = iter(range(10_000))
    for n in (1, 2, 3):
        site.pages[f"{HOME}/jyta/t2023030{n}_{n}.html"] = lambda _: httpx.Response(
            200, content=article(f"答复,浏览{next(count)}次")
        )
    young = re.sub(rb"2023-03-0\d", b"2023-03-26", PAGE)  # those are visited often
    site.pages[LIST] = httpx.Response(200, content=young)
    await pass_time(database, site, hours(72))
    noisy = told(database)
    assert [event.type for event in noisy] == ["source.noisy"]
    assert noisy[0].data["raw_changes"] > NOISY
    assert shown(database) == "noisy"
    for n in (1, 2, 3):
        site.pages[f"{HOME}/jyta/t2023030{n}_{n}.html"] = httpx.Response(200, content=article("答复"))
    await pass_time(database, site, hours(60))
    assert [event.type for event in told(database)] == ["source.noisy", "source.recovered"]


@given(st.lists(st.tuples(st.floats(0, 40), st.integers(0, 40)), max_size=60))
def test_the_count_never_holds_more_than_a_day(steps: list[tuple[float, int]]) -> None:
    noise, now = Noise(), START
    for pause, more in steps:
        now += timedelta(hours=pause)
        noise = counted(noise, now, more)
        assert noise.since is not None
        assert now - noise.since < timedelta(days=1)
        assert noise.noisy or noise.count <= NOISY


def test_every_turn_has_its_event() -> None:
    assert news(None, "ok") is None
    assert news("failing", "failing") is None
    assert news("failing", "blind") == "source.blind"
    assert news("noisy", "ok") == "source.recovered"


def test_who_names_the_type_is_told_of_the_sources_asked_for() -> None:
    facts = Facts("source.failing", {"source": {"id": "src"}})
    assert not wants(Filter(), False, facts)
    assert wants(Filter(event_types=("source.failing",)), False, facts)
    assert wants(Filter(event_types=("source.failing",), sources=("src",)), False, facts)
    assert not wants(Filter(event_types=("source.failing",), sources=("other",)), False, facts)
