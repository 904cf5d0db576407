"""The acting part: claims what is due, one request per free host, hosts in parallel; records.py writes it down."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from services.domain.clock import Clock
from services.domain.pacing import DEFAULT, Pace
from services.domain.snapshot import Blocked, Outcome, Unreachable
from services.egress.answer import Failure
from services.egress.door import Door
from services.fetcher.record import LostClaimError, RobotsRead, Visited, record_list, record_pages, record_robots
from services.fetcher.records import Records
from services.fetcher.robots import decide_robots
from services.fetcher.visit import DEADLINE, ask_robots, visit, within
from services.metrics import counted
from services.storage import visits
from services.storage.claims import Claim
from services.storage.database import Database

_log = structlog.get_logger()
#: What must be left of a lease for a request to begin.
LEAST_TIME = timedelta(seconds=1)


class Fetcher:
    """Any number of these may work on one database: claims are rows with a lease.

    `pace`: how fast one host may be asked, slower where its robots.txt asks for it. `lease`: seconds after which
    another fetcher may take a visit over; longer than any visit lasts. `at_once`: hosts visited together. `address`:
    where the API is, for the links of events about sources. `only`: visits of this source alone.
    """

    def __init__(
        self,
        database: Database,
        door: Door,
        clock: Clock,
        *,
        pace: Pace = DEFAULT,
        lease: float = 120,
        at_once: int = 64,
        address: str = "",
        only: str | None = None,
    ) -> None:
        self._database = database
        self._door = door
        self._clock = clock
        self._pace = pace
        self._lease = timedelta(seconds=lease)
        self._at_once = at_once
        self._address = address
        self._only = only
        self._records = Records[Visited](lambda visited: record_pages(database, visited, clock))
        self._robots = Records[RobotsRead](lambda read: record_robots(database, read))
        # Where a host's robots.txt redirects to on the same host, and after how many hops; lost with the process,
        # then the chain is simply walked again.
        self._robots_at: dict[str, tuple[str, int]] = {}

    async def next_due(self) -> datetime | None:
        """The earliest moment at which a visit may start, perhaps past; None while nothing is to be visited."""
        return await asyncio.to_thread(self._next_due)

    async def run_due(self) -> int:
        """Claim and perform every visit that may start now; answers how many. One broken visit stops no other."""
        claims = await self.claim_due(self._at_once)
        await asyncio.gather(*(self.perform(claim) for claim in claims))
        return len(claims)

    async def claim_due(self, most: int) -> Sequence[Claim]:
        """The right to make up to `most` requests, each to another host. Each is to be handed to `perform`."""
        return await asyncio.to_thread(self._claim_due, most)

    async def perform(self, claim: Claim) -> None:
        """One request and its record. A fault of ours is logged; the claim's lease then brings the visit back.

        A process that was held up until the lease is nearly over makes no request: somebody else may be about to.
        """
        now = self._clock()
        if claim.until - now < LEAST_TIME:
            _log.warning("visit.too_late", **_about(claim))
            return
        claim = replace(claim, free_from=now + claim.gap)
        try:
            await (self._perform_robots(claim) if claim.kind == "robots" else self._perform_visit(claim))
        except LostClaimError:
            counted.lease_lost("fetcher")
            _log.warning("visit.lease_lost", **_about(claim))
        except Exception:
            counted.faulted("fetcher")
            _log.exception("visit.failed", **_about(claim))

    async def give_back(self, claim: Claim) -> None:
        """The visit will not be made by us: it is due again at once."""
        await asyncio.to_thread(self._give_back, claim)

    async def _perform_visit(self, claim: Claim) -> None:
        began = time.monotonic()
        with self._records.visiting():
            outcome = await visit(self._door, claim, self._clock())
        seconds = time.monotonic() - began
        if claim.kind == "page":
            await self._records.write(Visited(claim, outcome, self._clock()))
        else:
            judge, address = self._door.judge, self._address
            await asyncio.to_thread(record_list, self._database, claim, outcome, judge, self._clock(), address)
        kind, reason = _word(type(outcome).__name__), _reason(outcome)
        counted.visited(claim.kind, kind, reason, seconds)
        _log.info("visit.done", **_about(claim), outcome=kind, reason=reason, seconds=round(seconds, 3))

    async def _perform_robots(self, claim: Claim) -> None:
        url, hops = self._robots_at.pop(claim.host, (claim.url, 0))
        began = time.monotonic()
        with self._robots.visiting():
            answer = await ask_robots(self._door, url, within(claim, self._clock(), DEADLINE))
        seconds = time.monotonic() - began
        robots = decide_robots(claim, url, answer, self._door.user_agent, hops, self._clock())
        if robots.follow is not None:
            self._robots_at[claim.host] = (robots.follow, hops + 1)
        await self._robots.write(RobotsRead(claim, robots, self._clock()))
        outcome, reason = ("unreachable", answer.reason) if isinstance(answer, Failure) else ("answered", None)
        counted.visited("robots", outcome, reason, seconds)
        _log.info("visit.done", **_about(claim), outcome=outcome, reason=reason, seconds=round(seconds, 3))

    def _next_due(self) -> datetime | None:
        with self._database.read() as conn:
            return visits.next_due(conn, self._only)

    def _give_back(self, claim: Claim) -> None:
        with self._database.write() as conn:
            visits.release(conn, claim, self._clock())

    def _claim_due(self, most: int) -> list[Claim]:
        """Looks first without the write lock: most of the time nothing is due."""
        if most < 1:
            return []
        with self._database.read() as conn:
            if not visits.is_due(conn, self._clock(), self._only):
                return []
        with self._database.write() as conn:
            return visits.claim_due(conn, self._clock(), self._lease, self._pace, most, self._only)


def _about(claim: Claim) -> dict[str, str | None]:
    document = claim.id if claim.kind == "page" else None
    return {"kind": claim.kind, "url": claim.url, "source_id": claim.source, "document_id": document}


def _word(name: str) -> str:
    """`NotModified` as `not_modified`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _reason(outcome: Outcome) -> str | None:
    return outcome.reason if isinstance(outcome, Blocked | Unreachable) else None
