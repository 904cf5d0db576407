"""A first look at a column: what it holds, what it does not, and how politely one asked."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from pages import FAMILIES, wrap
from scripted import AGENT, ScriptedSite, list_page

from services.domain.errors import Unavailable
from services.domain.pacing import DEFAULT, Turn
from services.fetcher.trial import Trials
from services.storage import hosts
from services.storage.database import Database

pytestmark = pytest.mark.anyio
SITE = "https://www.linjiang.example.gov.cn"
COLUMN = f"{SITE}/zwgk/jytabl/"
SEED = next((Path(__file__).parents[2] / "seeds").glob("000_*.txt"))
SPACING = timedelta(seconds=5)


@pytest.fixture
def site() -> ScriptedSite:
    site = ScriptedSite()
    rows = tuple((f"./t2023_{n}.html", f"关于第{n}号建议的答复", f"2023-03-{n:02}") for n in range(1, 15))
    site.pages[COLUMN] = httpx.Response(200, content=list_page(*rows, following="index_1.html"))
    article = wrap(SEED.read_text("utf-8"), FAMILIES[0], title="关于第14号建议的答复", published="2023-03-14")
    site.pages[f"{COLUMN}t2023_14.html"] = httpx.Response(200, content=article)
    return site


def trials(site: ScriptedSite, database: Database) -> Trials:
    async def sleep(seconds: float) -> None:
        site.clock.now += timedelta(seconds=seconds)

    return Trials(database, site.door(), site.clock, pace=DEFAULT, sleep=sleep)


async def test_a_good_column_says_what_to_watch_it_with(site: ScriptedSite, database: Database) -> None:
    trial = await trials(site, database).column(COLUMN)
    assert (trial.reason, len(trial.items), trial.more_pages, trial.warnings) == (None, 10, True, ())
    assert trial.article is not None
    assert (trial.article.url, trial.article.reason) == (f"{COLUMN}t2023_14.html", None)
    assert trial.article.commitments > 0
    assert trial.proposed["url"] == COLUMN
    assert trial.proposed["kind"] == trial.article.kind
    assert trial.proposed["id"] == "linjiang-example-zwgk-jytabl"
    at = [request.at for request in site.requests]
    assert site.requests[0].url == f"{SITE}/robots.txt"
    assert len(at) == 3
    assert all(later - earlier >= SPACING for earlier, later in pairwise(at))


async def test_robots_txt_is_obeyed(site: ScriptedSite, database: Database) -> None:
    robots = f"User-agent: {AGENT.split('/')[0]}\nDisallow: /zwgk/"
    site.pages[f"{SITE}/robots.txt"] = httpx.Response(200, text=robots)
    assert (await trials(site, database).column(COLUMN)).reason == "robots"
    assert site.asked(COLUMN) == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (httpx.Response(404), "http_404"),
        (httpx.Response(503), "http_503"),
        (httpx.Response(302, headers={"location": COLUMN}), "too_many_redirects"),
        (httpx.ConnectError("refused"), None),
        (httpx.Response(200, content=b"<html><body><div>nothing here</div></body></html>"), None),
    ],
    ids=["gone", "broken", "circle", "unreachable", "no links"],
)
async def test_a_column_that_cannot_be_watched_says_why(
    site: ScriptedSite, database: Database, reply: httpx.Response | Exception, reason: str | None
) -> None:
    site.pages[COLUMN] = reply
    trial = await trials(site, database).column(COLUMN)
    assert trial.reason
    assert reason in (None, trial.reason)
    assert trial.proposed == {}


async def test_an_article_that_cannot_be_read_is_a_warning(site: ScriptedSite, database: Database) -> None:
    del site.pages[f"{COLUMN}t2023_14.html"]
    trial = await trials(site, database).column(COLUMN)
    assert trial.reason is None
    assert trial.article is not None
    assert trial.article.reason == "http_404"
    assert any("http_404" in warning for warning in trial.warnings)


async def test_a_host_under_visit_is_waited_for_and_then_left_alone(site: ScriptedSite, database: Database) -> None:
    name, now = "www.linjiang.example.gov.cn", site.clock.now
    with database.write() as conn:
        hosts.ensure_host(conn, name, now)
        hosts.lease_host(conn, name, "a visit", now + timedelta(seconds=20), Turn(now, now))
    assert (await trials(site, database).column(COLUMN)).reason is None
    assert site.requests[0].at >= now + timedelta(seconds=20)
    with database.write() as conn:
        hosts.lease_host(conn, name, "another", site.clock.now + timedelta(minutes=9), Turn(now, now))
    with pytest.raises(Unavailable, match="being visited"):
        await trials(site, database).column(COLUMN)
