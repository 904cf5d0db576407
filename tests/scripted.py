"""A site on a script, seen through httpx's transport, and a clock that only moves when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from services.egress.door import Door
from services.fetcher.fetcher import Fetcher

AGENT = "Dafu/0.1 (+mailto:desk@example.org)"
START = datetime(2023, 3, 27, 1, 0, tzinfo=UTC)

Reply = httpx.Response | Exception
Answering = Callable[[httpx.Request], Reply]


@dataclass
class FakeClock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Request:
    at: datetime
    url: str
    headers: httpx.Headers

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@dataclass
class ScriptedSite:
    """`pages` maps an address to its answer; what has none is 404. robots.txt is absent unless it is given."""

    clock: FakeClock = field(default_factory=FakeClock)
    pages: dict[str, Reply | Answering] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        self.requests.append(Request(self.clock.now, url, request.headers))
        reply = self.pages.get(url, httpx.Response(404))
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def door(self) -> Door:
        return Door(user_agent=AGENT, transport=httpx.MockTransport(self.answer))

    def asked(self, url: str) -> list[Request]:
        return [request for request in self.requests if request.url == url]


async def run_until(fetcher: Fetcher, clock: FakeClock, end: datetime) -> int:
    """Let time pass, from due moment to due moment; answers how many visits were made."""
    visits = 0
    while (due := await fetcher.next_due()) is not None and due <= end:
        clock.now = max(clock.now, due)
        made = await fetcher.run_due()
        assert made, f"due at {due}, yet nothing was claimed"
        visits += made
    clock.now = max(clock.now, end)
    return visits


def list_page(*articles: tuple[str, str, str], following: str = "") -> bytes:
    """A column page with (href, title, date) rows."""
    rows = "".join(
        f'<li><a href="{href}" title="{title}">{title}</a><span>{date}</span></li>' for href, title, date in articles
    )
    turning = f'<a href="{following}">下一页</a>' if following else ""
    return (
        f"<html><head><meta charset='utf-8'><title>建议办理</title></head><body><div class='list'><ul>{rows}</ul></div>"
        f"<div class='page'>{turning}</div></body></html>"
    ).encode()


def article(text: str) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    return f"<html><head><meta charset='utf-8'></head><body><div class='TRS_Editor'>{body}</div></body></html>".encode()


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
