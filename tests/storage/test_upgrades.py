"""A database of every released schema, with a watched site's whole life in it, comes up to today's losing nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, inspect, select, text
from storage.test_migrations import differences, engine  # noqa: F401 - a fixture

from services.api.webhooks.secrets import SecretBox
from services.domain.subscription import Filter, Subscription
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.storage import migrations, subscriptions
from services.storage.commitments import Asked, find_commitments
from services.storage.database import Database
from services.storage.outbox import events_after
from services.storage.schema import VERSION_TABLE, downgrade, head, revision, upgrade

STORY = Path(__file__).parent.parent / "replays" / "target-lowered"
#: Filled anew from other columns when the tables that hold it are made: what it says is compared by asking.
MADE_ANEW = ("commitment_text", "document_text", "document_words")
#: Its rows moved to another table.
MOVED = {"commitment_actor": "commitment_body"}

Rows = Mapping[str, tuple[tuple[str, ...], Counter[tuple[Any, ...]]]]


def revisions() -> list[str]:
    """Every released schema, the newest first."""
    return [script.revision for script in ScriptDirectory(str(Path(str(migrations.__file__)).parent)).walk_revisions()]


@pytest.fixture
def lived(engine: Engine) -> Database:  # noqa: F811
    """A site watched for days, with a subscriber who was told."""
    upgrade(engine)
    database, recording = Database(engine), read_recording(STORY)
    with database.write() as conn:
        box = SecretBox(bytes(32))
        told = Subscription("sub_a", "local", "https://hooks.example.org/in", Filter(), recording.start)
        subscriptions.add_subscription(conn, told, box.seal(bytes(32), "sub_a"))
    asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
    return database


def rows(engine: Engine) -> Rows:  # noqa: F811
    """Table to its columns and rows, as they stand in the database."""
    tables = MetaData()
    names = [name for name in inspect(engine).get_table_names() if not name.startswith((*MADE_ANEW, VERSION_TABLE))]
    tables.reflect(engine, only=names)
    found = {}
    with engine.connect() as connection:
        for name, table in tables.tables.items():
            columns = tuple(sorted(table.c.keys()))
            read = connection.execute(select(*(table.c[column] for column in columns)))
            found[name] = columns, Counter(tuple(map(_comparable, row)) for row in read)
    return found


def _comparable(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def lost(before: Rows, after: Rows) -> list[str]:
    """Every table some of whose rows, in the columns both have, are gone."""
    missing = []
    for name, (columns, held) in before.items():
        if name in MOVED:
            missing += [name] if held and not after[MOVED[name]][1] else []
            continue
        shared = [column for column in columns if name in after and column in after[name][0]]
        if held and (not shared or _only(columns, held, shared) - _only(*after[name], shared)):
            missing.append(name)
    return missing


def _only(columns: tuple[str, ...], held: Counter[tuple[Any, ...]], wanted: list[str]) -> Counter[tuple[Any, ...]]:
    places = [columns.index(column) for column in wanted]
    found: Counter[tuple[Any, ...]] = Counter()
    for row, n in held.items():
        found[tuple(row[place] for place in places)] += n
    return found


def test_every_released_schema_comes_up_to_todays_losing_nothing(lived: Database) -> None:
    """Down step by step; from each step up again, and what it held is there."""
    with lived.read() as conn:
        told, promised = events_after(conn, 0, 1000), find_commitments(conn, Asked())
    assert len(told) > 3
    assert promised
    for older in revisions()[1:]:
        downgrade(lived.engine, older)
        held = rows(lived.engine)
        assert sum(rows.total() for _, rows in held.values()) > 20
        upgrade(lived.engine)
        assert lost(held, rows(lived.engine)) == [], f"from {older}"
        with lived.engine.connect() as connection:
            assert revision(connection) == head()
            assert differences(connection) == []
            if "commitment" in held:
                assert [one.id for one in find_commitments(connection, Asked())] == [one.id for one in promised]
    with lived.read() as conn:
        assert events_after(conn, 0, 1000) == told


def test_a_lost_row_would_be_noticed(lived: Database) -> None:
    held = rows(lived.engine)
    assert lost(held, held) == []
    with lived.engine.begin() as connection:
        connection.execute(text("update outbox set type = 'x'"))
    assert lost(held, rows(lived.engine)) == ["outbox"]
