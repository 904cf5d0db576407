"""Writing down what came of a visit: one transaction, or nothing where somebody else holds the claim by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from services.bus.database import publish, publish_all
from services.domain.clock import Clock
from services.domain.errors import Unavailable
from services.domain.event import snapshot_taken
from services.domain.recheck import Seen
from services.domain.snapshot import Blocked, Fetched, Outcome, Unreachable
from services.fetcher import discover, health
from services.fetcher.decide import Decision, Found, Known, decide_list, decide_page, sha256_of, stood
from services.fetcher.hops import PATIENCE_WALKING, is_remembered
from services.fetcher.outcome import Judge
from services.fetcher.robots import Robots
from services.parser.page.listing import Listing
from services.storage import backfills, pages, pieces, snapshots, sources, visits
from services.storage.claims import Claim
from services.storage.database import Database
from services.storage.snapshots import Taken


class LostClaimError(Exception):
    """The lease ran out and another visitor took over: its result counts, this one is rolled back."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A page's visit, answered at `at`."""

    claim: Claim
    outcome: Outcome
    at: datetime


def record_pages(database: Database, visited: Sequence[Visited], clock: Clock) -> list[Exception | None]:
    """Visits that ended at about the same time, in one transaction; `clock` says when it began.

    Answers for each why it is not on record: LostClaimError, or a fault. No fault keeps another visit from its record:
    where the transaction fails, or somebody else is writing to a page, each is written down in one of its own.
    """
    try:
        written = _record_together(database, visited, clock)
    except Unavailable as error:
        return [error for _ in visited]
    except Exception as error:
        if len(visited) == 1:
            return [error]
        written = {}
    return [written[n] if n in written else _record_alone(database, one, clock) for n, one in enumerate(visited)]


def _record_alone(database: Database, visited: Visited, clock: Clock) -> Exception | None:
    try:
        return _record_together(database, [visited], clock)[0]
    except Exception as error:
        return error


def _record_together(database: Database, visited: Sequence[Visited], clock: Clock) -> dict[int, LostClaimError | None]:
    """What became of each, by its place in `visited`; those whose page somebody else is writing to are left out."""
    decided = [(one, decide_page(one.claim, one.outcome, known_of(one.claim, one.at), one.at)) for one in visited]
    with database.write() as conn:
        visits.free_hosts(conn, [(one.claim, decision.wait_until) for one, decision in decided])
        held = pages.hold_pages(conn, {one.claim.id for one in visited}, wait=len(visited) == 1)
        found = {n: held[one.claim.id].token == one.claim.token
                 for n, one in enumerate(visited) if one.claim.id in held}  # fmt: skip
        ours = [decided[n] for n, is_ours in found.items() if is_ours]
        if ours:
            _write(conn, ours, {id_: page.latest for id_, page in held.items()}, clock())
    return {n: None if is_ours else LostClaimError(visited[n].claim.url) for n, is_ours in found.items()}


def _write(
    conn: Connection, ours: Sequence[tuple[Visited, Decision]], latest: Mapping[str, int | None], recorded: datetime
) -> None:
    """`latest`: the newest snapshot of each page; a piece may have made it another one since the claim."""
    touched = [(snapshot, one.at) for one, decision in ours
               if decision.touch and (snapshot := latest[one.claim.id]) is not None]  # fmt: skip
    if touched:
        snapshots.touch_all(conn, touched, recorded)
    kept = _keep(conn, [Taken(one.claim.id, one.at, decision.keep, decision.moved)
                        for one, decision in ours if decision.keep is not None])  # fmt: skip
    left = [visits.left(one.claim, decision.state, one.at, kept.get(one.claim.id), _trouble(one.outcome))
            for one, decision in ours]  # fmt: skip
    if pages.finish_pages(conn, left) != len(left):
        raise AssertionError("a page that was held changed hands")
    for one, _ in ours:
        claim = one.claim
        if claim.id in kept and claim.role != "main" and stood(claim):
            pages.note_changes(conn, {claim.id: one.at})  # of a document, its reading tells (parser.handle)
    _count_noise(conn, [(str(one.claim.source), one.at) for one, decision in ours if decision.raw_change])
    for one, _ in ours:
        if _trouble(one.outcome) is not None and one.claim.role != "main":
            _go_on_without(conn, one.claim.id, one.at)


def _trouble(outcome: Outcome) -> str | None:
    return outcome.reason if isinstance(outcome, Blocked | Unreachable) else None


def _count_noise(conn: Connection, changes: Sequence[tuple[str, datetime]]) -> None:
    """Source and moment of each raw change. The sources' rows are locked in order."""
    for source in sorted({source for source, _ in changes}):
        noise = sources.get_noise(conn, source)
        for of, at in changes:
            if of == source:
                noise = health.counted(noise, at, 1)
        sources.set_noise(conn, source, noise)


def record_list(
    database: Database, claim: Claim, outcome: Outcome, judge: Judge, now: datetime, address: str = ""
) -> int:
    """Answers how many new pages were found. Raises LostClaimError. `address`: where the events' links lead."""
    news = isinstance(outcome, Fetched) and (claim.backfill or sha256_of(outcome) != claim.sha256)
    listing = discover.read(outcome) if news and isinstance(outcome, Fetched) else None
    with database.write() as conn:
        new, found = _discover(conn, claim, listing, judge, now) if listing is not None else ((), None)
        decision = decide_list(claim, outcome, found, claim.every, now)
        if not visits.finish_list(
            conn,
            claim,
            decision.state,
            now,
            readable=decision.readable,
            sha256=decision.sha256,
            wait_until=decision.wait_until,
        ):
            raise LostClaimError(claim.url)
        if claim.backfill:
            _walk(conn, claim, outcome, listing, found, decision, len(new), now)
        _look_after(conn, claim, outcome, decision, now, address)
    return len(new)


def _walk(
    conn: Connection,
    claim: Claim,
    outcome: Outcome,
    listing: Listing | None,
    found: Found | None,
    decision: Decision,
    new: int,
    now: datetime,
) -> None:
    """How far the walk through the column has come. It ends with the column, or at a page that fails too often."""
    if listing is not None and found is not None and found.refused is None:
        sizes = {"items": len(listing.items), "new": new, "following": len(listing.next_pages)}
        backfills.note_list(conn, claim.id, claim.url, now, **sizes)
        if found.next_page is None:
            backfills.end(conn, claim.id, now, found.blind)
    elif (is_remembered(claim) and decision.state.visit_url is None) or decision.state.failures >= PATIENCE_WALKING:
        reason = outcome.reason if isinstance(outcome, Blocked | Unreachable) else decision.refused
        backfills.end(conn, claim.id, now, f"{reason or 'not there'}: {claim.url}")


def _look_after(
    conn: Connection, claim: Claim, outcome: Outcome, decision: Decision, now: datetime, address: str
) -> None:
    """Tell what has changed about the source itself; in the transaction of the visit that showed it."""
    if decision.state.hops > 0:  # on its way
        return
    noise = health.counted(sources.get_noise(conn, claim.id), now, 0)
    sources.set_noise(conn, claim.id, noise)
    watch = sources.get_watch(conn, claim.id)
    found = health.checkup(claim, outcome, decision, noise.noisy, watch.told_health)
    type_ = health.news(watch.told_health, found.health)
    if type_ is not None:
        sequence = sources.next_sequence(conn, claim.id)
        publish(conn, health.told_of(watch, type_, found, sequence, now, address))
    if found.health != watch.told_health:
        sources.set_told(conn, claim.id, found.health)


@dataclass(frozen=True, slots=True)
class RobotsRead:
    """What came of asking for a host's robots.txt at `at`."""

    claim: Claim
    robots: Robots
    at: datetime


def record_robots(database: Database, read: Sequence[RobotsRead]) -> list[Exception | None]:
    """In one transaction, in the order of the hosts' names; answers for each LostClaimError or None."""
    lost: dict[str, Exception] = {}
    with database.write() as conn:
        for one in sorted(read, key=lambda one: one.claim.host):
            robots = one.robots
            if not visits.finish_robots(
                conn,
                one.claim,
                one.at,
                text=robots.text,
                status=robots.status,
                expires=robots.expires,
                crawl_delay=robots.crawl_delay,
                wait_until=robots.wait_until,
            ):
                lost[one.claim.token] = LostClaimError(one.claim.url)
    return [lost.get(one.claim.token) for one in read]


def known_of(claim: Claim, now: datetime) -> Known:
    gone_for_good = claim.removed if claim.document else claim.snapshot is not None
    return Known(claim.every, claim.seen or Seen(now), claim.absent_since, gone_for_good)


def _discover(
    conn: Connection, claim: Claim, listing: Listing, judge: Judge, now: datetime
) -> tuple[tuple[str, ...], Found]:
    new: tuple[str, ...] = ()
    if listing.quality.verdict in ("ok", "suspect"):
        items = discover.listed(listing, judge)
        further = is_remembered(claim) and not claim.state.moved
        old = claim.first_read_at is None or (claim.backfill and further)
        new = pages.discover(conn, claim.id, items, now, backfill=old)
    known = len(pages.list_pages(conn, claim.id, limit=discover.MOST)) if new and listing.next_pages else 0
    walked = backfills.lists_read(conn, claim.id) | {claim.url} if claim.backfill else None
    return new, discover.found(listing, claim.url, frozenset(new), known, walked)


def _go_on_without(conn: Connection, piece_id: str, now: datetime) -> None:
    """A file that does not come is no reason to keep back what its document says."""
    for main_id in pieces.mains_of(conn, piece_id):
        latest = pages.get_page(conn, main_id).latest_snapshot
        if latest is not None and pieces.waits(conn, main_id) and pieces.ready(conn, main_id):
            taken = snapshots.take_again(conn, latest, now)
            pages.set_latest(conn, main_id, taken)
            publish(conn, snapshot_taken(main_id, taken, now))


def _keep(conn: Connection, taken: Sequence[Taken]) -> dict[str, int]:
    """The snapshots' ids by their pages'."""
    if not taken:
        return {}
    ids = snapshots.add_snapshots(conn, taken)
    publish_all(conn, [snapshot_taken(one.page, id_, one.observed) for one, id_ in zip(taken, ids, strict=True)])
    return {one.page: id_ for one, id_ in zip(taken, ids, strict=True)}
