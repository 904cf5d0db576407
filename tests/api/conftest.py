"""An API over a database that lived through a recorded story."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from api.webhooks.desk import Desk, open_desk

from services.api.app import create_app
from services.api.callers import new_token
from services.api.webhooks.secrets import SecretBox
from services.domain.source import LOCAL
from services.line.serve import api_context
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.storage.database import Database, open_database

REPLAYS = Path(__file__).parent.parent / "replays"
ADDRESS = "https://dafu.example.org"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Read only: a week in which one letter's target was lowered."""
    recording = read_recording(REPLAYS / "target-lowered")
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('lived') / 'd.sqlite'}")
    asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
    yield database
    database.close()


@pytest.fixture(scope="session")
def lived_long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Read only: several stories one after the other, more than one change to a version."""
    stories = ("target-lowered", "section-added", "renumbering", "withdrawn-and-restored", "edit-and-revert")
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('lived') / 'd.sqlite'}")
    for recording in sorted((read_recording(REPLAYS / story) for story in stories), key=lambda one: one.start):
        asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
    yield database
    database.close()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}")
    yield database
    database.close()


async def _client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(api_context(database, lambda: NOW, SecretBox(bytes(32)), (), ADDRESS))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    _, token = new_token(database, LOCAL, "test", ("subscribe",), NOW)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
        yield client


@pytest.fixture
async def reader(lived: Database) -> AsyncIterator[httpx.AsyncClient]:
    async for client in _client(lived):
        yield client


@pytest.fixture
async def long_reader(lived_long: Database) -> AsyncIterator[httpx.AsyncClient]:
    async for client in _client(lived_long):
        yield client


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async for client in _client(database):
        yield client


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Desk]:
    """A subscriber's desk whose receivers need no challenge."""
    async with open_desk(database) as desk:
        yield desk
