"""What follows from a visit, without any visit being made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.recheck import Seen
from services.domain.snapshot import Blocked, Fetched, Gone, Moved, NotModified, Outcome, Unreachable
from services.fetcher.conditional import condition, validators
from services.fetcher.decide import Decision, Found, Known, decide_list, decide_page, sha256_of
from services.fetcher.hops import follow
from services.storage.claims import Claim, VisitState

NOW = datetime(2023, 3, 27, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PAGE = "https://www.example.gov.cn/jyta/t1.html"
BODY = Fetched(PAGE, 200, {"etag": '"a"'}, b"first")
KNOWN = Known(HOUR, Seen(NOW - 10 * DAY))

FIRST = Claim("page", "doc_1", PAGE, PAGE, "www.example.gov.cn", "token", NOW + HOUR, VisitState(NOW), source="s")
AGAIN = replace(
    FIRST,
    state=VisitState(NOW, etag='"a"'),
    snapshot=7,
    sha256=sha256_of(BODY),
    verdict="ok",
    observed=NOW - 10 * DAY,
    last_seen=NOW - HOUR,
    last_visit=NOW - HOUR,
)
LIST = replace(FIRST, kind="list", id="s", sha256="0" * 64, first_read_at=NOW - DAY)


def at(claim: Claim, **state: object) -> Claim:
    """`claim` on its way: its state replaced, its address where the state leads."""
    changed = replace(claim.state, **state)  # type: ignore[arg-type]
    return replace(claim, state=changed, url=changed.visit_url or claim.canonical)


def test_a_first_answer_is_kept_with_its_validators() -> None:
    decision = decide_page(FIRST, BODY, KNOWN, NOW)
    assert decision.keep == BODY
    assert not decision.touch
    assert decision.state.etag == '"a"'
    assert decision.state.next_visit is not None
    assert NOW + HOUR <= decision.state.next_visit <= NOW + DAY


@pytest.mark.parametrize("verdict", ["ok", "suspect", None])
def test_the_same_bytes_of_a_readable_page_only_move_last_seen(verdict: str | None) -> None:
    decision = decide_page(replace(AGAIN, verdict=verdict), BODY, KNOWN, NOW)
    assert decision.touch
    assert decision.keep is None


@pytest.mark.parametrize("verdict", ["absent", "blocked", "unreadable"])
def test_the_same_bytes_of_an_unreadable_page_are_another_observation(verdict: str) -> None:
    decision = decide_page(replace(AGAIN, verdict=verdict), BODY, KNOWN, NOW)
    assert decision.keep == BODY
    assert decision.state.next_visit is not None
    assert decision.state.next_visit <= NOW + timedelta(hours=8)


def test_the_hash_decides_whatever_the_validators_say() -> None:
    edited = replace(BODY, body=b"second")
    assert decide_page(AGAIN, edited, KNOWN, NOW).keep == edited
    renamed = replace(BODY, headers={"etag": '"b"'})
    decision = decide_page(AGAIN, renamed, KNOWN, NOW)
    assert decision.touch
    assert decision.state.etag == '"b"'


def test_a_real_edit_brings_us_back_soon_and_a_counter_does_not() -> None:
    edited = replace(BODY, body=b"second")
    soon = decide_page(AGAIN, edited, KNOWN, NOW).state.next_visit
    noisy = decide_page(replace(AGAIN, observed=NOW - HOUR, last_seen=NOW - HOUR), edited, KNOWN, NOW).state.next_visit
    assert soon is not None
    assert noisy is not None
    assert soon <= NOW + 1.5 * HOUR
    assert noisy >= NOW + 5 * HOUR


def test_not_modified_moves_last_seen_and_keeps_the_validators() -> None:
    decision = decide_page(AGAIN, NotModified(PAGE), KNOWN, NOW)
    assert decision.touch
    assert decision.state.etag == '"a"'


@pytest.mark.parametrize("claim", [at(FIRST, etag='"a"'), replace(AGAIN, verdict="absent")])
def test_not_modified_without_a_good_copy_is_asked_again_without_conditions(claim: Claim) -> None:
    assert condition(claim, NOW) == {}
    decision = decide_page(claim, NotModified(PAGE), KNOWN, NOW)
    assert (decision.keep, decision.touch) == (None, False)
    assert decision.state.next_visit == NOW
    assert decision.state.etag is None
    stubborn = decide_page(at(claim, failures=1), NotModified(PAGE), KNOWN, NOW)
    assert stubborn.state.next_visit is not None
    assert stubborn.state.next_visit > NOW


@pytest.mark.parametrize("claim", [FIRST, AGAIN, replace(AGAIN, verdict="absent")])
def test_gone_is_always_an_observation(claim: Claim) -> None:
    gone = Gone(PAGE, 404, b"first")
    decision = decide_page(claim, gone, KNOWN, NOW)
    assert decision.keep == gone
    assert decision.state.etag is None
    assert decision.state.next_visit is not None
    assert decision.state.next_visit <= NOW + timedelta(hours=8)


NOTHING: list[Outcome] = [
    Blocked(PAGE, "http_403", 403),
    Blocked(PAGE, "http_412", 412),
    Blocked(PAGE, "http_500", 500),
    Unreachable(PAGE, "timeout"),
    Unreachable(PAGE, "incomplete"),
    Unreachable(PAGE, "forbidden_address"),
]


@pytest.mark.parametrize("outcome", NOTHING)
def test_what_says_nothing_about_the_page_changes_nothing_about_it(outcome: Outcome) -> None:
    decision = decide_page(AGAIN, outcome, KNOWN, NOW)
    assert (decision.keep, decision.touch) == (None, False)
    assert decision.state.failures == 1
    assert decision.state.etag == '"a"'
    again = decide_page(at(AGAIN, failures=1), outcome, KNOWN, NOW)
    assert decision.state.next_visit is not None
    assert again.state.next_visit is not None
    assert again.state.next_visit - NOW == 2 * (decision.state.next_visit - NOW)


def test_retry_after_holds_for_the_page_and_its_host() -> None:
    decision = decide_page(AGAIN, Blocked(PAGE, "http_429", 429, retry_after=7200), KNOWN, NOW)
    assert decision.wait_until == NOW + 2 * HOUR
    assert decision.state.next_visit is not None
    assert decision.state.next_visit >= NOW + 2 * HOUR
    ten_years = decide_page(AGAIN, Blocked(PAGE, "http_503", 503, retry_after=3.2e8), KNOWN, NOW)
    assert ten_years.wait_until == NOW + DAY


def test_a_host_that_is_down_gets_a_pause_and_a_broken_page_does_not() -> None:
    assert decide_page(AGAIN, Unreachable(PAGE, "timeout"), KNOWN, NOW).wait_until == NOW + timedelta(minutes=1)
    assert decide_page(AGAIN, Unreachable(PAGE, "too_large"), KNOWN, NOW).wait_until is None


def test_robots_is_neither_news_nor_a_failure() -> None:
    decision = decide_page(AGAIN, Blocked(PAGE, "robots"), KNOWN, NOW)
    assert (decision.keep, decision.touch, decision.state.failures) == (None, False, 0)
    assert decision.state.next_visit is not None
    assert decision.state.next_visit >= NOW + DAY


OTHER = "https://new.example.gov.cn/t1.html"


def test_a_redirect_is_a_visit_of_its_own() -> None:
    decision = decide_page(AGAIN, Moved(PAGE, OTHER, permanent=False), KNOWN, NOW)
    assert (decision.keep, decision.touch) == (None, False)
    assert decision.state == replace(AGAIN.state, next_visit=NOW, visit_url=OTHER, hops=1)
    there = decide_page(at(AGAIN, visit_url=OTHER, hops=1), replace(BODY, url=OTHER), KNOWN, NOW)
    assert there.touch
    assert there.state.visit_url is None


def test_a_permanent_redirect_is_a_move_told_once_and_remembered() -> None:
    hop = decide_page(AGAIN, Moved(PAGE, OTHER, permanent=True), KNOWN, NOW)
    arrived = decide_page(replace(AGAIN, url=OTHER, state=hop.state), replace(BODY, url=OTHER), KNOWN, NOW)
    assert arrived.keep is not None
    assert arrived.moved
    assert (arrived.state.visit_url, arrived.state.hops, arrived.state.moved) == (OTHER, 0, True)
    later = decide_page(replace(AGAIN, url=OTHER, state=arrived.state), replace(BODY, url=OTHER), KNOWN, NOW)
    assert later.touch
    assert later.state.visit_url == OTHER


def test_one_temporary_hop_makes_no_move() -> None:
    claim = at(AGAIN, visit_url=OTHER, hops=1, moved=True)
    hop = decide_page(claim, Moved(OTHER, OTHER + "?2", permanent=False), KNOWN, NOW)
    assert (hop.state.hops, hop.state.moved) == (2, False)


def test_a_remembered_target_that_is_gone_sends_us_back_to_the_address_itself() -> None:
    claim = at(AGAIN, visit_url=OTHER, moved=True)
    decision = decide_page(claim, Gone(OTHER, 404), KNOWN, NOW)
    assert decision.keep is None
    assert (decision.state.visit_url, decision.state.next_visit) == (None, NOW)
    failing = decide_page(at(claim, failures=2), Unreachable(OTHER, "dns"), KNOWN, NOW)
    assert failing.state.visit_url is None


@pytest.mark.parametrize(
    ("claim", "target", "reason"),
    [
        (at(AGAIN, visit_url=OTHER, hops=5), OTHER + "?6", "too_many_redirects"),
        (AGAIN, PAGE, "too_many_redirects"),
        (at(AGAIN, visit_url=OTHER, hops=1), PAGE, "too_many_redirects"),
        (AGAIN, "http://www.example.gov.cn/jyta/t1.html", "downgrade"),
        (AGAIN, "https://www.example.gov.cn/", "home_redirect"),
        (AGAIN, "https://www.example.gov.cn/index.html", "home_redirect"),
        (AGAIN, "https://other.gov.cn/Default.aspx", "home_redirect"),
    ],
)
def test_redirects_that_are_not_followed(claim: Claim, target: str, reason: str) -> None:
    moved = Moved(claim.url, target, permanent=True)
    refused = follow(claim, moved, NOW)
    assert isinstance(refused, Blocked | Unreachable)
    assert refused.reason == reason
    decision = decide_page(claim, moved, KNOWN, NOW)
    assert (decision.keep, decision.touch) == (None, False)
    assert decision.state.failures == 1
    assert (decision.state.visit_url, decision.state.hops, decision.state.moved) == (None, 0, False)


def test_a_front_page_may_move_to_a_front_page() -> None:
    front = replace(LIST, canonical="http://jyt.example.gov.cn/", url="http://jyt.example.gov.cn/")
    decision = decide_list(front, Moved(front.url, "https://jyt.example.gov.cn/", permanent=True), None, HOUR, NOW)
    assert decision.state.visit_url == "https://jyt.example.gov.cn/"


def test_a_list_that_was_read_is_due_at_its_interval() -> None:
    decision = decide_list(LIST, replace(BODY, url=LIST.url), Found(True), HOUR, NOW)
    assert decision.readable
    assert decision.sha256 == sha256_of(BODY)
    assert decision.state.next_visit is not None
    assert NOW + HOUR <= decision.state.next_visit <= NOW + 1.05 * HOUR


@pytest.mark.parametrize("found", [Found(False), Found(False, refused="challenge")])
def test_a_list_that_names_nothing_is_not_readable(found: Found) -> None:
    decision = decide_list(LIST, replace(BODY, url=LIST.url), found, HOUR, NOW)
    assert not decision.readable
    assert decision.sha256 is None
    assert (decision.state.failures == 1) == (found.refused is not None)


def test_a_missing_list_page_is_a_failure_never_news() -> None:
    decision = decide_list(LIST, Gone(LIST.url, 404), None, HOUR, NOW)
    assert (decision.readable, decision.state.failures) == (False, 1)


def test_a_first_reading_stays_open_until_the_columns_last_page() -> None:
    fresh = replace(LIST, first_read_at=None, sha256=None)
    second = "https://www.example.gov.cn/jyta/index_2.html"
    walking = decide_list(fresh, BODY, Found(True, next_page=second), HOUR, NOW)
    assert (walking.readable, walking.state.visit_url, walking.state.next_visit) == (False, second, NOW)
    there = replace(fresh, url=second, state=walking.state)
    stuck = decide_list(there, Unreachable(second, "timeout"), None, HOUR, NOW)
    assert stuck.state.visit_url == second
    given_up = decide_list(at(there, visit_url=second, failures=5), Unreachable(second, "timeout"), None, HOUR, NOW)
    assert given_up.state.visit_url is None
    done = decide_list(there, replace(BODY, url=second), Found(True), HOUR, NOW)
    assert (done.readable, done.state.visit_url, done.sha256) == (True, None, None)


def test_conditions_are_sent_with_a_copy_and_left_out_once_a_week() -> None:
    dated = at(replace(AGAIN, last_visit=NOW - DAY), etag=None, last_modified="Mon, 20 Mar 2023 09:00:00 GMT")
    asked = [condition(dated, NOW + n * DAY) for n in range(7)]
    assert asked.count({}) == 1
    assert asked.count({"If-Modified-Since": "Mon, 20 Mar 2023 09:00:00 GMT"}) == 6
    tagged = [condition(replace(AGAIN, last_visit=NOW + n * DAY), NOW + n * DAY) for n in range(7)]
    assert tagged == [{"If-None-Match": '"a"'}] * 7


def test_validators_that_cannot_be_sent_back_are_not_kept() -> None:
    assert validators({"etag": 'W/"a"', "last-modified": "Mon, 20 Mar 2023 09:00:00 GMT"}, NOW) == (
        'W/"a"',
        "Mon, 20 Mar 2023 09:00:00 GMT",
    )
    assert validators({"etag": '"' + "a" * 300 + '"', "last-modified": "Sat, 01 Jan 2099 00:00:00 GMT"}, NOW) == (
        None,
        None,
    )
    assert validators({"etag": '"标"', "last-modified": "yesterday"}, NOW) == (None, None)


_claims = st.builds(
    at,
    st.sampled_from([FIRST, AGAIN, replace(AGAIN, verdict="absent"), LIST, replace(LIST, first_read_at=None)]),
    visit_url=st.sampled_from([None, OTHER]),
    hops=st.integers(0, 5),
    moved=st.booleans(),
    failures=st.integers(0, 40),
    etag=st.sampled_from([None, '"a"']),
)
_outcomes = st.one_of(
    st.builds(Fetched, st.just(PAGE), st.just(200), st.just({}), st.binary(max_size=3)),
    st.builds(Gone, st.just(PAGE), st.sampled_from([404, 410])),
    st.just(NotModified(PAGE)),
    st.builds(Moved, st.just(PAGE), st.sampled_from([OTHER, PAGE, "http://a.cn/", "https://a.cn/x"]), st.booleans()),
    st.builds(Blocked, st.just(PAGE), st.text(max_size=4), st.none(), st.none() | st.floats()),
    st.builds(Unreachable, st.just(PAGE), st.sampled_from(["timeout", "too_large"])),
)


@given(_claims, _outcomes, st.sampled_from([None, Found(True), Found(False), Found(True, next_page=OTHER + "?p=2")]))
def test_every_visit_leaves_a_next_one_and_only_answers_are_news(
    claim: Claim, outcome: Outcome, found: Found | None
) -> None:
    decision: Decision
    if claim.kind == "page":
        decision = decide_page(claim, outcome, KNOWN, NOW)
    else:
        decision = decide_list(claim, outcome, found, HOUR, NOW)
    assert decision.state.next_visit is not None
    assert NOW <= decision.state.next_visit <= NOW + 1.06 * DAY
    assert 0 <= decision.state.hops <= 5
    assert decision.state.hops == 0 or decision.state.visit_url is not None
    assert not (decision.keep and decision.touch)
    if decision.keep is not None or decision.touch:
        assert isinstance(outcome, Fetched | Gone | NotModified)
    if decision.wait_until is not None:
        assert NOW < decision.wait_until <= NOW + DAY
