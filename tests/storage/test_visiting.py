"""Which visit may start: politeness per host, leases, fencing. Everything here holds for any number of processes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection
from storage.samples import DAY, HOUR, MINUTE, NOW, SECOND, SITE, SOURCE, address, answer, page_id, watch

from services.domain.pacing import Pace
from services.domain.source import Source
from services.storage import snapshots, sources, visits
from services.storage.claims import Claim, VisitState
from services.storage.database import Database
from services.storage.hosts import get_host
from services.storage.pages import get_page
from services.storage.readings import Reading, save_reading

HOST = "jjxxw.example.gov.cn"
LEASE, PACE = 2 * MINUTE, Pace(5 * SECOND)
OTHER = Source(id="gz", url="http://jyt.example.gov.cn:8080/jytabl/", name="答复", every=HOUR)


def claim(conn: Connection, at: datetime) -> Claim | None:
    return visits.claim(conn, at, LEASE, PACE)


def must_claim(conn: Connection, at: datetime) -> Claim:
    held = claim(conn, at)
    assert held is not None
    return held


def robots_read(conn: Connection, at: datetime = NOW, crawl_delay: float | None = None) -> None:
    held = must_claim(conn, at)
    assert held.kind == "robots"
    done = {"text": "User-agent: *\n", "status": 200, "expires": at + DAY, "crawl_delay": crawl_delay}
    assert visits.finish_robots(conn, held, at, **done)  # type: ignore[arg-type]


def read_list(conn: Connection, at: datetime) -> None:
    held = must_claim(conn, at)
    assert held.kind == "list"
    assert visits.finish_list(conn, held, VisitState(at + HOUR), at, readable=True, sha256="ab")


def test_robots_first_then_the_list_then_its_pages(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        held = must_claim(conn, NOW)
        assert (held.kind, held.url, held.robots) == ("robots", f"{SITE}/robots.txt", None)
        robots = {"text": "User-agent: *\nDisallow: /secret\n", "status": 200, "expires": NOW + DAY}
        assert visits.finish_robots(conn, held, NOW, **robots)  # type: ignore[arg-type]
        held = must_claim(conn, NOW + 5 * SECOND)
        assert (held.kind, held.id, held.url, held.robots) == ("list", "cq", SOURCE.url, robots["text"])
        assert visits.finish_list(conn, held, VisitState(NOW + HOUR), NOW + 6 * SECOND, readable=True)
        held = must_claim(conn, NOW + 10 * SECOND)
        assert (held.kind, held.id, held.url, held.source) == ("page", page_id(1), address(1), "cq")


def test_robots_are_asked_again_when_they_expire(database: Database) -> None:
    with database.write() as conn:
        watch(conn)
        robots_read(conn)
        assert must_claim(conn, NOW + DAY).kind == "robots"


def test_robots_of_a_plain_http_site_on_a_port(database: Database) -> None:
    with database.write() as conn:
        watch(conn, source=OTHER)
        assert must_claim(conn, NOW).url == "http://jyt.example.gov.cn:8080/robots.txt"


def test_one_request_in_flight_per_host(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2])
        watch(conn, [3], OTHER)
        held = {must_claim(conn, NOW).host for _ in range(2)}
        assert held == {HOST, "jyt.example.gov.cn:8080"}
        assert claim(conn, NOW + MINUTE) is None
        assert visits.next_due(conn) == NOW + LEASE


def test_requests_to_a_host_keep_their_distance(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        assert claim(conn, NOW + 4.9 * SECOND) is None
        assert visits.next_due(conn) == NOW + 5 * SECOND
        assert claim(conn, NOW + 5 * SECOND) is not None


def test_a_longer_crawl_delay_is_kept(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn, crawl_delay=30)
        read_list(conn, NOW + 5 * SECOND)
        assert claim(conn, NOW + 34 * SECOND) is None
        assert claim(conn, NOW + 35 * SECOND) is not None


def test_retry_after_holds_for_the_whole_host(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        held = must_claim(conn, NOW + 5 * SECOND)
        later = NOW + 10 * MINUTE
        assert visits.finish_list(
            conn, held, VisitState(NOW + HOUR), NOW + 6 * SECOND, readable=False, wait_until=later
        )
        assert visits.next_due(conn) == later
        assert claim(conn, later - SECOND) is None
        assert must_claim(conn, later).kind == "page"


def test_a_short_retry_after_does_not_shorten_the_distance(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        held = must_claim(conn, NOW + 5 * SECOND)
        soon = NOW + 6 * SECOND
        assert visits.finish_list(conn, held, VisitState(NOW + HOUR), soon, readable=True, wait_until=soon)
        assert visits.next_due(conn) == NOW + 10 * SECOND


def test_nothing_is_due_before_its_time(database: Database) -> None:
    with database.write() as conn:
        assert visits.next_due(conn) is None
        watch(conn)
        robots_read(conn)
        read_list(conn, NOW + 5 * SECOND)
        assert visits.next_due(conn) == NOW + 5 * SECOND + HOUR
        assert claim(conn, NOW + HOUR) is None


def test_a_page_without_a_next_visit_rests(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        read_list(conn, NOW + 5 * SECOND)
        held = must_claim(conn, NOW + 10 * SECOND)
        assert visits.finish_page(conn, held, VisitState(None), NOW + 11 * SECOND)
        assert visits.next_due(conn) == NOW + 5 * SECOND + HOUR


def test_a_visit_finds_what_the_one_before_left(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        read_list(conn, NOW + 5 * SECOND)
        first = must_claim(conn, NOW + 10 * SECOND)
        assert (first.snapshot, first.verdict, first.state.etag) == (None, None, None)
        kept = snapshots.add_snapshot(conn, first.id, NOW + 11 * SECOND, answer("答复"))
        state = VisitState(NOW + 30 * MINUTE, etag='"a"', last_modified="Mon", failures=0)
        assert visits.finish_page(conn, first, state, NOW + 11 * SECOND, snapshot=kept)
        save_reading(conn, Reading(kept, first.id, NOW, "r1", "suspect", "too_short", None))
        snapshots.touch(conn, kept, NOW + 20 * MINUTE)
        again = must_claim(conn, NOW + 30 * MINUTE)
        assert (again.snapshot, again.verdict, again.sha256) == (
            kept,
            "suspect",
            snapshots.get_snapshot(conn, kept).sha256,
        )
        assert (again.observed, again.last_seen) == (NOW + 11 * SECOND, NOW + 20 * MINUTE)
        assert (again.state.etag, again.state.last_modified, again.last_visit) == ('"a"', "Mon", NOW + 11 * SECOND)
        # a visit without a new snapshot keeps the old one
        assert visits.finish_page(conn, again, replace(again.state, failures=1), NOW + 31 * MINUTE)
        assert get_page(conn, first.id).latest_snapshot == kept


def test_a_list_remembers_when_it_was_first_and_last_readable(database: Database) -> None:
    with database.write() as conn:
        watch(conn)
        robots_read(conn)
        held = must_claim(conn, NOW + MINUTE)
        assert held.first_read_at is None
        assert visits.finish_list(conn, held, VisitState(NOW + HOUR, failures=1), NOW + MINUTE, readable=False)
        assert must_claim(conn, NOW + HOUR).first_read_at is None
        visits.release_all(conn, NOW + HOUR)
        read_list(conn, NOW + HOUR + MINUTE)
        read_list(conn, NOW + 3 * HOUR)
        seen = sources.get_watch(conn, "cq")
        assert (seen.first_read_at, seen.last_readable, seen.sha256) == (NOW + HOUR + MINUTE, NOW + 3 * HOUR, "ab")
        held = must_claim(conn, NOW + 5 * HOUR)
        assert (held.first_read_at, held.last_seen, held.sha256) == (NOW + HOUR + MINUTE, NOW + 3 * HOUR, "ab")
        assert visits.finish_list(conn, held, VisitState(NOW + DAY), NOW + 5 * HOUR, readable=False)
        assert sources.get_watch(conn, "cq").last_readable == NOW + 3 * HOUR


def test_the_next_hop_is_asked_of_its_own_host_in_its_own_time(database: Database) -> None:
    target = "https://www.elsewhere.example.gov.cn/a.html"
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        read_list(conn, NOW + 5 * SECOND)
        held = must_claim(conn, NOW + 10 * SECOND)
        state = replace(held.state, next_visit=NOW + 11 * SECOND, visit_url=target, hops=1, moved=True)
        assert visits.finish_page(conn, held, state, NOW + 11 * SECOND)
        asked = must_claim(conn, NOW + 12 * SECOND)
        assert (asked.kind, asked.host) == ("robots", "www.elsewhere.example.gov.cn")
        visits.finish_robots(conn, asked, NOW + 12 * SECOND, text=None, status=404, expires=NOW + DAY)
        held = must_claim(conn, NOW + 17 * SECOND)
        assert (held.url, held.canonical, held.id, held.robots_status) == (target, address(1), page_id(1), 404)
        assert (held.state.hops, held.state.moved) == (1, True)


def test_a_lapsed_claim_is_given_to_another_and_its_result_refused(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        read_list(conn, NOW + 5 * SECOND)
        stalled = must_claim(conn, NOW + 10 * SECOND)
    with database.write() as conn:
        heir = must_claim(conn, NOW + 10 * SECOND + LEASE)
        assert (heir.id, heir.url) == (stalled.id, stalled.url)
        assert heir.token != stalled.token
    with database.write() as conn:
        assert not visits.finish_page(conn, stalled, VisitState(None, etag="zombie"), NOW + 5 * MINUTE)
        assert not visits.release(conn, stalled, NOW + 5 * MINUTE)
        page = get_page(conn, stalled.id)
        assert (page.state.etag, page.last_visit) == (None, None)
        assert claim(conn, NOW + 10 * SECOND + LEASE + MINUTE) is None  # the heir's hold on the host is untouched
        assert visits.finish_page(conn, heir, VisitState(NOW + DAY, etag="heir"), NOW + 5 * MINUTE)
        assert not visits.finish_page(conn, heir, VisitState(None), NOW + 6 * MINUTE)
        assert get_page(conn, stalled.id).state == VisitState(NOW + DAY, etag="heir")


def test_a_lapsed_claim_nobody_took_over_may_still_be_finished(database: Database) -> None:
    with database.write() as conn:
        watch(conn)
        robots_read(conn)
        held = must_claim(conn, NOW + 5 * SECOND)
        assert visits.finish_list(conn, held, VisitState(NOW + DAY), NOW + HOUR, readable=True)


@pytest.mark.parametrize("kind", ["robots", "list", "page"])
def test_a_claim_given_back_is_due_again_after_the_spacing(database: Database, kind: str) -> None:
    with database.write() as conn:
        watch(conn, [1])
        at = NOW
        while (held := must_claim(conn, at)).kind != kind:
            if held.kind == "robots":
                visits.finish_robots(conn, held, at, text="", status=200, expires=NOW + DAY)
            else:
                visits.finish_list(conn, held, VisitState(at + HOUR), at, readable=True)
            at += PACE.spacing
        assert visits.release(conn, held, at + SECOND)
        assert visits.next_due(conn) == at + PACE.spacing
        assert must_claim(conn, at + PACE.spacing).id == held.id


def test_an_embedded_process_takes_back_what_a_killed_one_held(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        robots_read(conn)
        held = must_claim(conn, NOW + 5 * SECOND)
        visits.release_all(conn, NOW + 6 * SECOND)
        assert get_host(conn, HOST).claimed_until is None
        assert visits.next_due(conn) == NOW + 10 * SECOND  # spacing survives the restart
        assert must_claim(conn, NOW + 10 * SECOND).id == held.id


def test_a_backlog_of_pages_does_not_keep_the_list_waiting(database: Database) -> None:
    with database.write() as conn:
        watch(conn, range(20))
        robots_read(conn)
        read_list(conn, NOW + 5 * SECOND)
        assert must_claim(conn, NOW + HOUR).kind == "page"
        visits.release_all(conn, NOW + HOUR)
        assert must_claim(conn, NOW + 2 * HOUR).kind == "list"


def test_hosts_take_turns(database: Database) -> None:
    with database.write() as conn:
        for n in range(3):
            watch(conn, source=replace(OTHER, id=f"s{n}", url=f"https://h{n}.gov.cn/jytabl/"), now=NOW + n * SECOND)
        assert [must_claim(conn, NOW + MINUTE).host for _ in range(3)] == ["h0.gov.cn", "h1.gov.cn", "h2.gov.cn"]


def test_many_schedulers_claim_every_visit_once(database: Database) -> None:
    """Eight threads, forty hosts: nobody gets what another has, and nobody waits for another's transaction."""
    with database.write() as conn:
        for n in range(40):
            watch(conn, source=replace(OTHER, id=f"s{n}", url=f"https://h{n}.gov.cn/jytabl/"))
    claimed: list[str] = []

    def schedule() -> None:
        misses = 0
        while misses < 3:
            with database.write() as conn:
                held = claim(conn, NOW)
            misses = misses + 1 if held is None else 0
            if held is not None:
                claimed.append(held.host)

    threads = [threading.Thread(target=schedule) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"h{n}.gov.cn" for n in range(40))
