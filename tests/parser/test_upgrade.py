"""A newer reader: nothing on record is rewritten, nobody is told, and what it would say is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.parser.reading.reader import Reader, todays
from services.parser.upgrade.reread import Reread, reread
from services.replay.clock import SimulatedClock
from services.replay.older import reader_of
from services.replay.recording import OldReader, Part, Recording, read_recording
from services.replay.run import live, told
from services.storage import rereadings, versions
from services.storage.database import Database, open_database
from services.storage.tables import metadata

STORIES = Path(__file__).parent.parent / "replays"
NOW = datetime(2023, 6, 1, tzinfo=UTC)


def older(*without: Part) -> Reader:
    return reader_of(OldReader(NOW, "old", frozenset(without)))


def lived(folder: Path, story: str, reader: Reader, until: datetime | None = None) -> tuple[Database, Recording]:
    recording = read_recording(STORIES / story)
    database = open_database(f"sqlite:///{folder / 'd.sqlite'}")
    clock = SimulatedClock(recording.start)
    asyncio.run(live(database, recording, clock, until or recording.end, reader))
    return database, recording


def content(database: Database) -> dict[str, list[Any]]:
    """Every row of every table but the one that holds what was read again."""
    with database.read() as conn:
        tables = [table for table in metadata.sorted_tables if table.name != "rereading"]
        return {table.name: [tuple(row) for row in conn.execute(select(table))] for table in tables}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A letter whose target was lowered, all of it seen by a reader that knows no target and no last paragraph."""
    database, _ = lived(tmp_path_factory.mktemp("old"), "target-lowered", older("targets", "last_paragraph"))
    yield database
    database.close()


def again(database: Database, *, keep: bool, reader: Reader | None = None) -> list[Reread]:
    return list(reread(database, reader or todays(), lambda: NOW, keep=keep))


def test_reading_again_rewrites_nothing_tells_nobody_and_says_what_would_differ(before: Database) -> None:
    on_record = content(before)
    tried = again(before, keep=False)
    with before.read() as conn:
        assert not [one for one in tried if rereadings.find_rereading(conn, one.snapshot, one.reader)]
    kept = again(before, keep=True)
    assert tried == kept
    assert content(before) == on_record
    with before.read() as conn:
        for one in kept:
            assert one.version is not None
            _, stored = versions.get_version(conn, one.document, one.version)
            made = rereadings.find_rereading(conn, one.snapshot, one.reader)
            assert made is not None
            assert made.structure is not None
            # the same promises under the same ids, now with their targets
            assert {each.id for each in stored.commitments} == {each.id for each in made.structure.commitments}
            assert not stored.targets
            assert made.structure.targets
    (letter,) = {one.document for one in kept if one.version == 2}
    first, second = (one for one in kept if one.document == letter)
    for one, number in ((first, 120), (second, 90)):
        assert {part.part for part in one.parts} >= {"body", "targets", "metadata"}
        (targets,) = (part for part in one.parts if part.part == "targets")
        assert not targets.before
        assert [said for said in targets.after if f" {number} " in said]
        assert (one.reader_before, one.reader) == ("old", todays().version)


def test_an_interrupted_run_goes_on_where_it_stood(before: Database) -> None:
    whole = again(before, keep=True)

    def never(_: object) -> Any:
        raise AssertionError("read a snapshot that was read again already")

    assert again(before, keep=True, reader=replace(todays(), read=never)) == whole


def test_the_same_reader_has_nothing_to_read_again(before: Database) -> None:
    assert again(before, keep=True, reader=Reader("old", todays().read)) == []


def test_a_reader_that_differs_in_name_only_reports_no_difference(before: Database) -> None:
    same = Reader("renamed", older("targets", "last_paragraph").read)
    assert [one for one in again(before, keep=False, reader=same) if one.differs] == []


@pytest.mark.parametrize("read_again", [True, False])
def test_an_edit_over_an_upgrade_is_exactly_the_edit_and_a_return_is_known(tmp_path: Path, read_again: bool) -> None:
    """A is read by the older reader, B and the return to A by today's."""
    database, recording = lived(tmp_path, "edit-and-revert", older("deadlines", "last_paragraph"), _before_the_edit())
    try:
        if read_again:
            again(database, keep=True)
        asyncio.run(live(database, recording, SimulatedClock(_before_the_edit()), recording.end))
        events = [event.data for event in told(database)]
    finally:
        database.close()
    assert [[change["type"] for change in data["changes"]] for data in events] == [
        ["target_lowered"],
        ["target_raised"],
    ]
    assert [data["returns_to"] for data in events] == [None, 1]


def _before_the_edit() -> datetime:
    recording = read_recording(STORIES / "edit-and-revert")
    edit = min(answer.at for answers in recording.answers.values() for answer in answers[1:])
    return edit - timedelta(hours=1)


def test_todays_reader_is_named_after_what_it_reads_by_and_after_the_selector() -> None:
    source = read_recording(STORIES / "target-lowered").sources[0]
    reader = todays()
    assert reader is todays()
    assert reader.name(source) == reader.version
    one, other = (reader.name(replace(source, body=selector)) for selector in ("div.a", "div.b"))
    assert len({one, other, reader.version}) == 3
