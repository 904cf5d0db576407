"""`dafu verify` and `dafu reread` over a database that lived through a story."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from test_bad_input import Dafu, assert_refused, dafu

from services.replay.clock import SimulatedClock
from services.replay.older import reader_of
from services.replay.recording import OldReader, read_recording
from services.replay.run import live
from services.storage.codec import pack, unpack
from services.storage.database import open_database

__all__ = ["dafu"]  # the fixture
STORY = Path(__file__).parent.parent / "replays" / "edit-and-revert"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first half was read by an older reader, the second by today's."""
    folder = tmp_path_factory.mktemp("lived")
    recording = read_recording(STORY)
    middle = recording.start + (recording.end - recording.start) / 4
    database = open_database(f"sqlite:///{folder / 'dafu.sqlite'}")
    clock = SimulatedClock(recording.start)
    old = reader_of(OldReader(middle, "old", frozenset({"targets", "last_paragraph"})))
    asyncio.run(live(database, recording, clock, middle, old))
    asyncio.run(live(database, recording, clock, recording.end))
    database.close()
    return folder / "dafu.sqlite"


@pytest.fixture
def copy(lived: Path, tmp_path: Path) -> Path:
    shutil.copy(lived, tmp_path / "dafu.sqlite")
    return tmp_path / "dafu.sqlite"


def test_an_intact_house(dafu: Dafu, copy: Path) -> None:
    run = dafu("verify", DAFU_DATABASE_URL=f"sqlite:///{copy}")
    assert run.returncode == 0, run.stdout
    assert "intact" in run.stdout
    assert "wrong" not in run.stdout
    told = json.loads(dafu("verify", "--json", DAFU_DATABASE_URL=f"sqlite:///{copy}").stdout)
    assert told["ok"]
    assert set(told["checks"]) >= {"bodies", "versions", "structures", "events", "deliveries"}


def other_number(packed: bytes) -> bytes:
    """The stored text with another number in it."""
    return pack(unpack(packed).replace("线路25条".encode(), "线路35条".encode(), 1))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("update body set data = x'00'", "bodies"),
        ("update body set data = 'text'", "bodies"),
        ("delete from snapshot where id = 1", "missing"),
        ("delete from version where n = 1", "versions"),
        ("delete from change where version_n = 2", "no change leads to it"),
        ("update change set data = replace(data, 'marks', 'remarks') where version_n = 3", "do not lead from version"),
        ("update version set structure = other_number(structure) where n = 2", "structures"),
        ("update version set structure = x'00' where n = 2", "cannot be read"),
        ("update version set key_hash = 'x' where n = 3", "its key is not that of its text"),
        ("delete from outbox where type = 'document.revised' and seq = (select max(seq) from outbox)", "events"),
    ],
)
def test_damage_is_found_and_named(dafu: Dafu, copy: Path, damage: str, says: str) -> None:
    connection = sqlite3.connect(copy)
    connection.create_function("other_number", 1, other_number)
    connection.execute(damage)
    connection.commit()
    connection.close()
    run = dafu("verify", DAFU_DATABASE_URL=f"sqlite:///{copy}")
    assert run.returncode == 1
    assert says in run.stdout
    assert "wrong" in run.stdout


def test_what_an_upgrade_would_change_and_again_from_what_was_stored(dafu: Dafu, copy: Path) -> None:
    address = f"sqlite:///{copy}"
    shown = dafu("reread", "--dry-run", DAFU_DATABASE_URL=address)
    assert shown.returncode == 0, shown.stderr
    assert "targets: 0 → " in shown.stdout
    told = json.loads(dafu("reread", "--json", DAFU_DATABASE_URL=address).stdout)
    assert json.loads(dafu("reread", "--json", DAFU_DATABASE_URL=address).stdout) == told
    assert told["because"] == "reader"
    (document, *_) = told["documents"]
    (first, *_) = document["snapshots"]
    assert (first["version"], first["reader_before"]) == (1, "old")
    assert {part["part"] for part in first["parts"]} >= {"targets", "body"}
    one = json.loads(dafu("reread", "--json", "--document", document["document"], DAFU_DATABASE_URL=address).stdout)
    assert one["documents"] == [document]
    assert dafu("verify", DAFU_DATABASE_URL=address).returncode == 0
    assert_refused(dafu("reread", "--document", "none", DAFU_DATABASE_URL=address), "no document 'none'")
