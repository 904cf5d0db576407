"""What answers mean for a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.snapshot import Blocked, Fetched, Gone, Moved, NotModified, Unreachable
from services.egress.addresses import judge_url
from services.egress.answer import Answer, Failure
from services.fetcher.outcome import outcome_of, retry_after

URL = "https://www.example.gov.cn/zwgk/jyta/t1.html"


def read(status: int, **headers: str) -> object:
    return outcome_of(
        URL, Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, b"x"), judge_url
    )


def test_statuses() -> None:
    assert read(200, etag='"a"', set_cookie="id=1") == Fetched(URL, 200, {"etag": '"a"'}, b"x")
    assert read(304) == NotModified(URL)
    assert read(404, content_type="text/html") == Gone(URL, 404, b"x", {"content-type": "text/html"})
    assert read(410) == Gone(URL, 410, b"x")
    assert read(503, retry_after="120") == Blocked(URL, "http_503", 503, 120)
    assert outcome_of(URL, Failure("incomplete"), judge_url) == Unreachable(URL, "incomplete")


@pytest.mark.parametrize(
    "status", [201, 202, 204, 206, 300, 305, 401, 403, 405, 412, 429, 451, 500, 502, 503, 504, 521]
)
def test_what_never_is_news(status: int) -> None:
    outcome = read(status)
    assert isinstance(outcome, Blocked)
    assert outcome.status == status


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("t2.html", "https://www.example.gov.cn/zwgk/jyta/t2.html"),
        ("/t2.html#top", "https://www.example.gov.cn/t2.html"),
        ("//JYT.example.gov.cn:443/t2", "https://jyt.example.gov.cn/t2"),
        ("http://www.example.gov.cn/答复", "http://www.example.gov.cn/%E7%AD%94%E5%A4%8D"),
    ],
)
def test_redirects_lead_to_one_spelling(location: str, target: str) -> None:
    assert read(301, location=location) == Moved(URL, target, permanent=True)
    assert read(302, location=location) == Moved(URL, target, permanent=False)


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1/", "forbidden_address"),
        ("http://2130706433/", "forbidden_address"),
        ("http://localhost/", "bad_redirect"),
        ("http://[::1", "bad_redirect"),
        ("javascript:alert(1)", "bad_redirect"),
        ("https://example.com:22/", "bad_redirect"),
        ("https://user@example.com/", "bad_redirect"),
    ],
)
def test_redirects_to_where_we_do_not_go(location: str, reason: str) -> None:
    assert read(302, location=location) == Unreachable(URL, reason)
    assert isinstance(read(302), Blocked)


def test_retry_after_is_relative_to_the_servers_own_clock() -> None:
    date = "Mon, 20 Mar 2017 09:00:00 GMT"
    assert retry_after({"retry-after": "Mon, 20 Mar 2017 09:01:00 GMT", "date": date}) == 60
    assert retry_after({"retry-after": "Mon, 20 Mar 2017 08:00:00 GMT", "date": date}) is None
    assert retry_after({"retry-after": "Mon, 20 Mar 2017 09:01:00 GMT"}) is None
    assert retry_after({"retry-after": "-5"}) is None
    assert retry_after({}) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_of_a_server_raises(location: str, date: str) -> None:
    headers = {"location": location, "retry-after": date, "date": location}
    for status in (302, 503):
        outcome_of(URL, Answer(status, headers, b""), judge_url)
