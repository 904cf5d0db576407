"""The short form of receivers.py: seven receivers that misbehave, each owed every event."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import receivers

from services.storage.database import Database, open_database

pytestmark = pytest.mark.anyio
EVENTS = 40


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield opened
    opened.close()


async def test_whatever_receivers_do_each_gets_every_event_once_by_id(database: Database) -> None:
    told = await receivers.torment(database, EVENTS)
    assert {kind: one.faults for kind, one in told.items()} == dict.fromkeys(receivers.KINDS, ())
    assert {one.events for one in told.values()} == {EVENTS}
    assert all(one.requests > EVENTS for kind, one in told.items() if kind != "takes all")


async def test_a_dead_receiver_has_two_of_our_requests_at_the_most(database: Database) -> None:
    beside = await receivers.beside(database, 0.5, dead=1, endpoints=10, rate=40)
    assert beside.most <= 2
    assert beside.events == 18
