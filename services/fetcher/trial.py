"""A first look at a column: robots.txt, its list page, its newest article; at most a handful of requests.

Politeness is the same as for visits: the host's row is leased for each request, whoever else works on it, and the
spacing between two of them is kept. Nothing is stored but what robots.txt said.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from services.domain.clock import Clock
from services.domain.document import Document
from services.domain.errors import Unavailable
from services.domain.identity import host_of
from services.domain.pacing import Pace
from services.domain.snapshot import Blocked, Fetched, Gone, Moved, Outcome, Unreachable
from services.domain.trial import Trial, TrialArticle, TrialItem
from services.egress.answer import Answer, Failure
from services.egress.door import Door
from services.fetcher.outcome import outcome_of
from services.fetcher.robots import MOST_HOPS, decide_robots, forbids
from services.fetcher.visit import HEADERS, ask_robots
from services.parser.compare.showing.telling import agency_of, title_of
from services.parser.page.extract import read_page
from services.parser.page.listing import Item, Listing, read_list
from services.parser.reading.read import read
from services.storage import hosts
from services.storage.claims import Claim, VisitState
from services.storage.database import Database
from services.storage.hosts import Host

_LEASE = timedelta(seconds=120)
_ENDLESS = datetime.max.replace(tzinfo=UTC)
_SHOWN = 10
#: Columns with several new items a day are looked at more often.
_BUSY, _CALM = "1h", "6h"


class Trials:
    """`pace` as the fetcher keeps it; `patience`: how long to wait for a host that is being visited."""

    def __init__(
        self,
        database: Database,
        door: Door,
        clock: Clock,
        *,
        pace: Pace,
        patience: timedelta = timedelta(seconds=30),
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._door = door
        self._clock = clock
        self._pace = pace
        self._patience = patience
        self._sleep = sleep

    async def column(self, url: str) -> Trial:
        """`url` is canonical and judged. Raises Unavailable where its host stays busy; a bad column is a value."""
        outcome = await self.visit(url)
        if not isinstance(outcome, Fetched):
            return Trial(url, _why(outcome))
        listing = read_list(outcome.body, url=outcome.url, content_type=outcome.headers.get("content-type"))
        if listing.blind:
            return Trial(url, listing.quality.reason or "no_article_links")
        items = tuple(TrialItem(one.url, one.title, one.date) for one in listing.items[:_SHOWN])
        article, document = await self._article(_newest(listing))
        return Trial(
            url,
            None,
            items,
            bool(listing.next_pages),
            article,
            _proposed(url, listing, document),
            tuple(_warnings(listing, article)),
        )

    async def _article(self, item: Item) -> tuple[TrialArticle, Document | None]:
        outcome = await self.visit(item.url)
        if not isinstance(outcome, Fetched):
            return TrialArticle(item.url, _why(outcome)), None
        kind = outcome.headers.get("content-type")
        page = read_page(outcome.body, url=outcome.url, content_type=kind, status=outcome.status)
        if page.quality.verdict != "ok":
            return TrialArticle(item.url, page.quality.reason or page.quality.verdict), None
        document = read(page)
        about = document.metadata
        promised = len(document.commitments)
        named = (title_of(document) or item.title, about.kind, agency_of(document), about.published_at)
        return TrialArticle(item.url, None, *named, promised), document

    async def visit(self, url: str) -> Outcome:
        """One page, redirects followed as visits of their own, each asked of its host's robots.txt first.

        Raises Unavailable where a host stays busy.
        """
        outcome: Outcome = Moved(url, url, permanent=False)
        for _ in range(MOST_HOPS + 1):
            if not isinstance(outcome, Moved):
                return outcome
            outcome = await self._request(outcome.to)
        return Blocked(url, "too_many_redirects") if isinstance(outcome, Moved) else outcome

    async def _request(self, url: str) -> Outcome:
        claim = await self._asked_robots(url)
        refused = forbids(claim, self._door.user_agent)
        if refused is not None:
            return refused
        return outcome_of(url, await self._in_turn(url, lambda: self._door.get(url, headers=HEADERS)), self._door.judge)

    async def _asked_robots(self, url: str) -> Claim:
        """What a visit of `url` would be given, robots.txt fetched where ours is too old."""
        host, now = await asyncio.to_thread(self._host, url), self._clock()
        if host.robots_expires is not None and host.robots_expires > now:
            return _claim(url, host)
        at = f"{urlsplit(url).scheme}://{host.name}/robots.txt"
        for hops in range(MOST_HOPS + 1):
            answer = await self._in_turn(at, lambda at=at: ask_robots(self._door, at))  # type: ignore[misc]
            robots = decide_robots(_claim(at, host), at, answer, self._door.user_agent, hops, self._clock())
            if robots.follow is None:
                break
            at = robots.follow
        with self._database.write() as conn:
            hosts.save_robots(
                conn,
                host.name,
                text=robots.text,
                status=robots.status,
                fetched=self._clock(),
                expires=robots.expires,
                crawl_delay=robots.crawl_delay,
            )
        return _claim(url, await asyncio.to_thread(self._host, url))

    async def _in_turn(self, url: str, ask: Callable[[], Awaitable[Answer | Failure]]) -> Answer | Failure:
        """Ask when the host is free and its spacing over. Raises Unavailable when that takes longer than `patience`."""
        host, token, until = host_of(url), uuid4().hex, self._clock() + self._patience
        while (free_at := await asyncio.to_thread(self._take, host, token)) is not None:
            if free_at > until:
                wait = round((free_at - self._clock()).total_seconds())
                raise Unavailable(f"{host} is being visited and free in {wait} s; try again then")
            await self._sleep(max(0.05, (free_at - self._clock()).total_seconds()))
        try:
            return await ask()
        finally:
            await asyncio.to_thread(self._free, host, token)

    def _host(self, url: str) -> Host:
        with self._database.write() as conn:
            hosts.ensure_host(conn, host_of(url), self._clock())
            return hosts.get_host(conn, host_of(url))

    def _take(self, name: str, token: str) -> datetime | None:
        with self._database.write() as conn:
            hosts.ensure_host(conn, name, self._clock())
            return hosts.take_host(conn, name, token, self._clock(), _LEASE, self._pace)

    def _free(self, name: str, token: str) -> None:
        with self._database.write() as conn:
            hosts.free_host(conn, name, token, None)


def _claim(url: str, host: Host) -> Claim:
    return Claim(
        "page",
        "",
        url,
        url,
        host.name,
        "",
        _ENDLESS,
        VisitState(None),
        robots=host.robots,
        robots_status=host.robots_status,
    )


def _why(outcome: Outcome) -> str:
    if isinstance(outcome, Blocked):
        return "robots" if outcome.reason == "robots" else outcome.reason
    if isinstance(outcome, Gone):
        return f"http_{outcome.status}"
    return outcome.reason if isinstance(outcome, Unreachable) else "no_answer"


def _newest(listing: Listing) -> Item:
    """Pinned items are old more often than not."""
    own = [item for item in listing.items if not item.pinned] or list(listing.items)
    return max(own, key=lambda item: item.date or "")


def _proposed(url: str, listing: Listing, document: Document | None) -> dict[str, str]:
    found = {"id": name_of(url), "url": url, "every": _every([item.date for item in listing.items])}
    if document is not None:
        found["kind"] = document.metadata.kind
        agency = agency_of(document)
        if agency is not None:
            found["agency"] = agency
    return found


def name_of(url: str) -> str:
    """`zwgk-jytabl` of www.x.gov.cn/zwgk/jytabl/: where it stands, without what a file is called."""
    parts = urlsplit(url)
    steps = [step for step in parts.path.split("/") if step and "." not in step]
    host = [label for label in (parts.hostname or "").split(".") if label not in ("www", "gov", "cn", "com")]
    name = "-".join([*host, *steps[-2:]])
    return "".join(sign for sign in name if sign.isascii() and (sign.isalnum() or sign in "-_"))[:64] or "column"


def _every(dates: list[str | None]) -> str:
    days = Counter(day for day in dates if day is not None)
    if len(days) < 2:
        return _CALM
    span = (_day(max(days)) - _day(min(days))).days or 1
    return _BUSY if sum(days.values()) / span > 2 else _CALM


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _warnings(listing: Listing, article: TrialArticle) -> list[str]:
    found = []
    if article.reason is not None:
        found.append(f"the newest article could not be read: {article.reason}")
    elif not article.commitments:
        found.append("no commitment was found in the newest article; is this the right column?")
    if not any(item.date for item in listing.items):
        found.append("the list shows no dates")
    return found
