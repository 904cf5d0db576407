"""Visits that end together share a transaction; each keeps a fate of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from storage.samples import HOUR, MINUTE, NOW, SECOND

from services.domain.identity import document_id
from services.domain.pacing import Pace
from services.domain.snapshot import Fetched, Unreachable
from services.domain.source import Source
from services.fetcher.record import LostClaimError, Visited, record_pages
from services.fetcher.records import Records
from services.storage import hosts, outbox, pages, snapshots, sources, visits
from services.storage.claims import Claim
from services.storage.database import Database

SITES = [f"https://www.c{n}.example.gov.cn" for n in range(4)]
IDS = [document_id(f"{site}/a.html") for site in SITES]
LATER = NOW + 10 * MINUTE


def claimed(database: Database, at: int = 0) -> list[Claim]:
    """The claims of one page a site, whose list and robots.txt need no visit; after `at` further minutes."""
    moment = LATER + at * MINUTE
    with database.write() as conn:
        for n, site in enumerate(SITES):
            sources.save_source(conn, Source(f"s{n}", f"{site}/", "答复", HOUR), NOW)
            sources.lease_list(conn, f"s{n}", "nobody", NOW + timedelta(days=9))
            pages.discover(conn, f"s{n}", [pages.Listed(f"{site}/a.html")], NOW, backfill=False)
            told = {"text": None, "status": 404, "fetched": NOW, "expires": NOW + timedelta(days=9)}
            hosts.save_robots(conn, site.removeprefix("https://"), crawl_delay=None, **told)  # type: ignore[arg-type]
        found = visits.claim_due(conn, moment, 2 * MINUTE, Pace(5 * SECOND), 64)
    return sorted(found, key=lambda claim: claim.host)


def said(claim: Claim, words: str = "答复") -> Visited:
    return Visited(claim, Fetched(claim.url, 200, {}, words.encode()), LATER)


def told(database: Database) -> list[str]:
    with database.read() as conn:
        return [str(one.event.data["document"]) for one in outbox.events_after(conn, 0, 100)]


def last_visits(database: Database) -> list[bool]:
    with database.read() as conn:
        return [pages.get_page(conn, id_).last_visit is not None for id_ in IDS]


def free(database: Database) -> list[bool]:
    with database.read() as conn:
        return [hosts.get_host(conn, site.removeprefix("https://")).claimed_until is None for site in SITES]


def test_each_gets_its_record_its_event_and_its_next_visit(database: Database) -> None:
    claims = claimed(database)
    assert [claim.id for claim in claims] == IDS
    visited = [said(claims[0]), said(claims[1], "答复"), said(claims[2], "别的"), _down(claims[3])]
    assert record_pages(database, visited, lambda: LATER) == [None] * 4
    assert told(database) == IDS[:3]
    assert last_visits(database) == free(database) == [True] * 4
    with database.read() as conn:
        first, second, third, fourth = (pages.get_page(conn, id_) for id_ in IDS)
        bodies = [snapshots.get_snapshot(conn, page.latest_snapshot).body.decode() for page in (first, second, third)
                  if page.latest_snapshot is not None]  # fmt: skip
        assert bodies == ["答复", "答复", "别的"]
        assert (fourth.latest_snapshot, fourth.trouble, fourth.state.failures) == (None, "timeout", 1)
        assert hosts.get_host(conn, claims[3].host).next_request == LATER + MINUTE


def test_the_same_bytes_again_only_move_what_is_known(database: Database) -> None:
    record_pages(database, [said(claim) for claim in claimed(database)], lambda: LATER)
    again = claimed(database, 24 * 60)
    at = LATER + 24 * HOUR
    assert record_pages(database, [replace(said(claim), at=at) for claim in again], lambda: at + SECOND) == [None] * 4
    assert told(database) == IDS
    with database.read() as conn:
        for claim in again:
            assert claim.snapshot is not None
            assert snapshots.get_snapshot(conn, claim.snapshot).last_seen == at
            assert snapshots.seen_again(conn, claim.snapshot) == (at,)
            assert pages.get_page(conn, claim.id).latest_snapshot == claim.snapshot


def test_a_lost_claim_keeps_nobody_else_from_the_record(database: Database) -> None:
    stalled = claimed(database)
    with database.write() as conn:
        (heir,) = [one for one in visits.claim_due(conn, LATER + 2 * MINUTE, HOUR, Pace(), 64) if one.id == IDS[1]]
    # the others' leases are over too and were taken over by the same claim: given back, as if nobody had
    with database.write() as conn:
        for claim in stalled:
            if claim.id != IDS[1]:
                conn.execute(text("update page set claim_token = :token where id = :id"),
                             {"token": claim.token, "id": claim.id})  # fmt: skip
    first, lost, third, fourth = record_pages(database, [said(claim) for claim in stalled], lambda: LATER)
    assert (first, third, fourth) == (None, None, None)
    assert isinstance(lost, LostClaimError)
    assert told(database) == [IDS[0], IDS[2], IDS[3]]
    assert record_pages(database, [said(heir, "新的")], lambda: LATER) == [None]


def test_of_two_visits_of_one_page_the_one_with_the_lease_counts(database: Database) -> None:
    stalled = claimed(database)[0]
    with database.write() as conn:
        (heir,) = [one for one in visits.claim_due(conn, LATER + 2 * MINUTE, HOUR, Pace(), 64) if one.id == IDS[0]]
    lost, kept = record_pages(database, [said(stalled, "旧的"), said(heir, "新的")], lambda: LATER)
    assert isinstance(lost, LostClaimError)
    assert kept is None
    assert told(database) == [IDS[0]]


def test_a_fault_keeps_nobody_else_from_the_record(database: Database) -> None:
    claims = claimed(database)
    broken = Visited(claims[2], Fetched(claims[2].url, 200, {"etag": object()}, b"x"), LATER)  # type: ignore[dict-item]
    found = record_pages(database, [said(claims[0]), said(claims[1]), broken, said(claims[3])], lambda: LATER)
    assert isinstance(found[2], TypeError)
    assert [error is None for error in found] == [True, True, False, True]
    assert told(database) == [IDS[0], IDS[1], IDS[3]]
    assert last_visits(database) == [True, True, False, True]


def test_a_page_that_is_being_written_is_waited_for_alone(database: Database) -> None:
    if database.engine.dialect.name != "postgresql":
        return  # SQLite's writers follow one another
    claims = claimed(database)

    async def story() -> list[Exception | None]:
        with database.write() as conn:
            pages.note_changes(conn, {IDS[1]: NOW})
            visited = [said(claim) for claim in claims]
            recording = asyncio.create_task(asyncio.to_thread(record_pages, database, visited, lambda: LATER))
            await _until(database, [True, False, True, True])
        return await recording

    assert asyncio.run(story()) == [None] * 4
    assert told(database) == [IDS[0], IDS[2], IDS[3], IDS[1]]


async def _visits(database: Database, claims: list[Claim], *, slow: float) -> list[int]:
    """Three visits, while the request of a fourth takes `slow` seconds; answers how many each write was of."""
    writes: list[int] = []

    def record(visited: Sequence[Visited]) -> Sequence[Exception | None]:
        writes.append(len(visited))
        return record_pages(database, visited, lambda: LATER)

    records = Records(record)

    async def visit(claim: Claim, seconds: float) -> None:
        with records.visiting():
            await asyncio.sleep(seconds)
        await records.write(said(claim))

    await asyncio.gather(*(visit(claim, slow if n == 3 else 0.0) for n, claim in enumerate(claims)))
    return writes


@pytest.mark.anyio
async def test_visits_that_end_together_are_written_together(database: Database) -> None:
    claims = await asyncio.to_thread(claimed, database)
    assert await _visits(database, claims, slow=0.0) == [4]
    assert last_visits(database) == [True] * 4


@pytest.mark.anyio
async def test_nobody_waits_for_a_slow_site(database: Database) -> None:
    claims = await asyncio.to_thread(claimed, database)
    running = asyncio.create_task(_visits(database, claims, slow=5.0))
    await _until(database, [True, True, True, False])
    running.cancel()


async def _until(database: Database, visited: list[bool]) -> None:
    """Waits for less than the slow site takes."""
    for _ in range(200):
        if await asyncio.to_thread(last_visits, database) == visited:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{last_visits(database)} after two seconds")


def _down(claim: Claim) -> Visited:
    return Visited(claim, Unreachable(claim.url, "timeout"), LATER)
