"""robots.txt: what is kept of it and what it forbids."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.egress.answer import Answer, Failure
from services.fetcher.robots import LIMIT, decide_robots, forbids
from services.storage.claims import Claim, VisitState

NOW = datetime(2023, 3, 27, 9, tzinfo=UTC)
AGENT = "Dafu/0.1 (+https://example.org/bot)"
HOST = "www.example.gov.cn"
ROBOTS = f"https://{HOST}/robots.txt"
ASKING = Claim("robots", HOST, ROBOTS, ROBOTS, HOST, "t", NOW, VisitState(None))
PAGE = replace(ASKING, kind="page", url=f"https://{HOST}/jyta/t1.html", robots_status=200)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("<html><body>页面不存在</body></html>", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /jyta/\n", False),
        ("User-agent: *\nDisallow: /other/\n", True),
        ("User-agent: dafu\nDisallow: /\nUser-agent: *\nAllow: /", False),
        ("User-agent: dafu\nAllow: /\nUser-agent: *\nDisallow: /", True),
        ("User-agent: bot\nDisallow: /\n", True),
        ("User-agent: *\nDisallow: /*.html$\n", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
    ],
)
def test_rules(text: str, allowed: bool) -> None:
    kept = decide_robots(ASKING, ROBOTS, Answer(200, {}, text.encode()), AGENT, 0, NOW)
    claim = replace(PAGE, robots=kept.text, robots_status=kept.status)
    assert (forbids(claim, AGENT) is None) == allowed


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False), (429, False)])
def test_no_file_allows_and_no_answer_forbids(status: int, allowed: bool) -> None:
    kept = decide_robots(ASKING, ROBOTS, Answer(status, {}, b""), AGENT, 0, NOW)
    claim = replace(PAGE, robots=kept.text, robots_status=kept.status)
    assert (forbids(claim, AGENT) is None) == allowed
    assert (kept.wait_until is None) == allowed
    assert kept.expires > NOW


def test_a_silent_host_is_left_alone_and_asked_again() -> None:
    kept = decide_robots(ASKING, ROBOTS, Failure("timeout"), AGENT, 0, NOW)
    assert kept.wait_until == kept.expires == NOW + timedelta(minutes=30)
    assert forbids(replace(PAGE, robots=None, robots_status=None), AGENT) is not None
    busy = decide_robots(ASKING, ROBOTS, Answer(503, {"retry-after": "7200"}, b""), AGENT, 0, NOW)
    assert busy.wait_until == NOW + timedelta(hours=2)


def test_delays() -> None:
    def delay(text: str) -> float | None:
        return decide_robots(ASKING, ROBOTS, Answer(200, {}, text.encode()), AGENT, 0, NOW).crawl_delay

    assert delay("User-agent: *\nCrawl-delay: 12") == 12
    assert delay("User-agent: *\nRequest-rate: 1/20") == 20
    assert delay("User-agent: *\nCrawl-delay: 1e99") == 3600
    assert delay("User-agent: *\nCrawl-delay: nan") is None
    assert delay("User-agent: *\nCrawl-delay: -5") is None


def test_redirects_on_the_same_host_are_followed_five_times() -> None:
    there = Answer(301, {"location": "/static/robots.txt"}, b"")
    kept = decide_robots(ASKING, ROBOTS, there, AGENT, 4, NOW)
    assert kept.follow == f"https://{HOST}/static/robots.txt"
    assert kept.expires == NOW
    assert decide_robots(ASKING, ROBOTS, there, AGENT, 5, NOW).status == 404
    elsewhere = Answer(301, {"location": "https://other.gov.cn/robots.txt"}, b"")
    assert decide_robots(ASKING, ROBOTS, elsewhere, AGENT, 0, NOW).status == 404


def test_only_the_beginning_of_a_huge_file_is_read() -> None:
    text = b"User-agent: *\nDisallow: /a\n" + b"#" * LIMIT + b"\nDisallow: /"
    kept = decide_robots(ASKING, ROBOTS, Answer(200, {}, text), AGENT, 0, NOW)
    assert len(kept.text or "") == LIMIT
    assert forbids(replace(PAGE, robots=kept.text), AGENT) is None
