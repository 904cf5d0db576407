"""Every stage of the line over one database, driven by any clock.

    fetcher.run_due ─► parser.drain ─► teller.match_due ─► teller.send_due

`dafu run` calls the stages in loops under the real clock; replays and the demo call `settle` and move the clock on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.api.webhooks.secrets import SecretBox
from services.api.webhooks.send import Teller
from services.bus import database as bus
from services.domain.clock import Clock
from services.domain.pacing import Pace
from services.domain.source import Source
from services.egress.door import Door
from services.fetcher.fetcher import Fetcher
from services.parser.handle import GROUP as READING
from services.parser.handle import Parser
from services.parser.reading.reader import Reader
from services.storage import deliveries, sources, visits
from services.storage.database import Database


class Line:
    """`pages` is the door to the sites, `hooks` the door to the receivers; `stamp` is the clock of the signatures.

    `reader` is today's where none is named.
    """

    def __init__(
        self,
        database: Database,
        *,
        pages: Door,
        hooks: Door,
        box: SecretBox,
        clock: Clock,
        stamp: Clock,
        address: str,
        pace: Pace,
        reader: Reader | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self.fetcher = Fetcher(database, pages, clock, pace=pace, address=address)
        self.parser = Parser(database, bus, clock, address, reader)
        self.teller = Teller(database, bus, hooks, box, clock, stamp, address)

    async def work(self) -> int:
        """The stages behind the fetcher, once; answers how much there was."""
        return await self.read_and_match() + await self.teller.send_due()

    async def read_and_match(self) -> int:
        """The stages between the fetcher and the sender, once; answers how much there was."""
        read = await asyncio.to_thread(self.parser.drain)
        matched = await asyncio.to_thread(self.teller.match_due)
        if matched:
            self.teller.wake()
        return read + matched

    async def settle(self) -> None:
        """Until nothing more is due at the clock's time. Whatever a visit causes is done before the next visit."""
        while await self.work():
            pass
        while await self.fetcher.run_due():
            while await self.work():
                pass

    def next_due(self) -> datetime | None:
        """The next moment at which there may be something to do; None when nothing is watched or owed."""
        with self._database.read() as conn:
            moments = (
                visits.next_due(conn),
                bus.next_due(conn, READING),
                self.teller.next_due(conn),
            )
        return min((moment for moment in moments if moment is not None), default=None)


def watch(database: Database, watched: Sequence[Source], now: datetime) -> None:
    """Store `watched`; known ones keep their visits."""
    with database.write() as conn:
        for source in watched:
            sources.save_source(conn, source, now)


def watch_new(database: Database, watched: Sequence[Source], now: datetime) -> None:
    """Store those of `watched` that nobody knows; the others stay as somebody changed or ended them."""
    with database.write() as conn:
        sources.take_turns(conn)
        known = sources.known_ids(conn)
        for source in watched:
            if source.id not in known:
                sources.save_source(conn, source, now)


def take_over(database: Database, now: datetime) -> None:
    """End the leases of a process that died. Only for the one process that holds the data folder."""
    with database.write() as conn:
        visits.release_all(conn, now)
        bus.release_all(conn)
        deliveries.release_all(conn)
