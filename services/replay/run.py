"""Run a recording through the real line: everything between the site's transport and the events is the real code."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from services.api.webhooks.secrets import SecretBox
from services.domain.event import EVENT_TYPES, Event
from services.domain.pacing import DEFAULT
from services.egress.door import Door
from services.line.line import Line, take_over, watch
from services.parser.reading.reader import Reader
from services.replay.clock import SimulatedClock
from services.replay.older import reader_of
from services.replay.recording import Recording
from services.replay.site import RecordedSite
from services.storage import outbox
from services.storage.database import Database, open_database

_ADDRESS = "http://127.0.0.1:8000"
_KEPT = ("type", "severity", "before", "after")


def replay(recording: Recording, restarts: Sequence[datetime] = ()) -> list[dict[str, Any]]:
    """The events told, oldest first, in the form of expected.json.

    The process "restarts" at each of `restarts`, and wherever the recording changes to a newer reader.
    """
    clock = SimulatedClock(recording.start)
    with TemporaryDirectory(prefix="dafu-replay-") as folder:
        address = f"sqlite:///{Path(folder) / 'replay.sqlite'}"
        for until, reader in _stretches(recording, restarts):
            database = open_database(address)
            try:
                asyncio.run(live(database, recording, clock, until, reader))
                events = told(database)
            finally:
                database.close()
    return [_expected_form(event) for event in events]


def _stretches(recording: Recording, restarts: Sequence[datetime]) -> Iterator[tuple[datetime, Reader | None]]:
    """The ends of what one process lives through, and who reads there."""
    upgrades = [old.until for old in recording.readers]
    for until in sorted({*restarts, *upgrades, recording.end}):
        old = next((old for old in recording.readers if until <= old.until), None)
        yield until, reader_of(old) if old else None


def told(database: Database) -> list[Event]:
    """Every public event that is not backfill, oldest first."""
    events: list[Event] = []
    seq = 0
    with database.read() as conn:
        while logged := outbox.events_after(conn, seq, 250, types=EVENT_TYPES):
            events += [one.event for one in logged]
            seq = logged[-1].seq
    return [event for event in events if not event.data.get("backfill")]


async def live(
    database: Database, recording: Recording, clock: SimulatedClock, until: datetime, reader: Reader | None = None
) -> None:
    """Let the line live through the recording on `database`, from where the clock stands to `until`."""
    door = Door(user_agent="Dafu-replay/0.1", transport=RecordedSite(recording, clock))
    line = Line(
        database,
        pages=door,
        hooks=door,
        box=SecretBox(bytes(32)),
        clock=clock,
        stamp=clock,
        address=_ADDRESS,
        pace=DEFAULT,
        reader=reader,
    )
    take_over(database, clock())
    watch(database, recording.sources, clock())
    try:
        while (due := line.next_due()) is not None and due <= until:
            clock.advance_to(due)
            await line.settle()
    finally:
        await door.aclose()


def _expected_form(event: Event) -> dict[str, Any]:
    data = event.data
    changes = [{key: change.get(key) for key in _KEPT} for change in data.get("changes", ())]
    return {"type": event.type, "url": data.get("document", {}).get("url"), "changes": changes}
