"""An export says everything, another database made of it says the same, and damage is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from storage.samples import DAY, HOUR, NOW, answer, letter, lowered, page_id, revised, watch

from services.bus import database as bus
from services.domain.errors import InputError, Unavailable
from services.domain.subscription import Filter, Subscription
from services.storage import audit, deliveries, documents, readings, snapshots, subscriptions, versions
from services.storage.database import Database, open_database
from services.storage.exporting import LEFT_OUT, PRIVATE, export
from services.storage.importing import faults, load
from services.storage.readings import Reading
from services.storage.tables import metadata

DOC = page_id(1)
HOOK = Subscription("sub_a", "ministry", "https://a.example.org/hook", Filter(), NOW)


def life(conn: Connection) -> None:
    """A letter in two versions, one event told, one receiver with a delivery and an attempt."""
    watch(conn, [1])
    for n, said in enumerate(("甲\u2028A", "乙B"), 1):
        at = NOW + n * HOUR
        taken = snapshots.add_snapshot(conn, DOC, at, answer(said))
        versions.save_version(
            conn, DOC, letter(said), snapshot_id=taken, observed=at, recorded=at, reader="r", key_hash=said,
            edit="silent" if n > 1 else "first", changes=[lowered()] if n > 1 else (),
        )  # fmt: skip
        readings.save_reading(conn, Reading(taken, DOC, at, "r", "ok", None, n))
        bus.publish(conn, revised(DOC, documents.next_sequence(conn, DOC), at))
    subscriptions.add_subscription(conn, HOOK, b"\x00sealed")
    deliveries.add_delivery(conn, HOOK.id, revised(DOC, 1).id, NOW)
    deliveries.start_attempts(conn, deliveries.claim_due(conn, NOW, 1, HOUR, 1), NOW)


def everything(conn: Connection) -> dict[str, list[Any]]:
    tables = (one for one in metadata.sorted_tables if one.name not in LEFT_OUT)
    return {one.name: [tuple(row) for row in conn.execute(select(one).order_by(*one.primary_key))] for one in tables}


@pytest.fixture
def lived(database: Database) -> Database:
    with database.write() as conn:
        life(conn)
    return database


@pytest.fixture
def other(tmp_path: Path, empty_sqlite: Path) -> Database:
    (tmp_path / "other.sqlite").write_bytes(empty_sqlite.read_bytes())
    return open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")


def test_everything_comes_back_row_by_row(lived: Database, other: Database, tmp_path: Path) -> None:
    export(lived, tmp_path / "all", NOW, "dafu test", everything=True)
    assert list(faults(tmp_path / "all")) == []
    with other.write() as conn:
        load(conn, tmp_path / "all")
    with lived.read() as here, other.read() as there:
        assert everything(there) == everything(here)
        assert [found for check in audit.CHECKS.values() for found in check(there)] == []
    with other.write() as conn:  # numbers go on
        bus.publish(conn, revised(DOC, documents.next_sequence(conn, DOC), NOW + DAY))
    with pytest.raises(InputError, match="not empty"), other.write() as conn:
        load(conn, tmp_path / "all")
    other.close()


def test_an_export_goes_on_in_postgresql(tmp_path: Path, other: Database, postgres: Database) -> None:
    with other.write() as conn:
        life(conn)
    export(other, tmp_path / "all", NOW, "dafu test", everything=True)
    with postgres.write() as conn:
        conn.exec_driver_sql(
            "truncate " + ", ".join(f'"{one.name}"' for one in metadata.sorted_tables) + " restart identity cascade"
        )
    with postgres.write() as conn:
        load(conn, tmp_path / "all")
    with other.read() as here, postgres.read() as there:
        assert everything(there) == everything(here)
    with postgres.write() as conn:
        assert snapshots.add_snapshot(conn, DOC, NOW + DAY, answer("C")) == 3
        assert bus.publish(conn, revised(DOC, documents.next_sequence(conn, DOC), NOW + DAY))
    other.close()


def test_the_public_part_names_no_owner_and_nobody_who_is_told(lived: Database, tmp_path: Path) -> None:
    manifest = export(lived, tmp_path / "public", NOW, "dafu test")
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "public").rglob("*.json*"))
    assert "ministry" not in text
    assert "a.example.org" not in text
    assert not {Path(name).stem for name in manifest["files"]} & PRIVATE
    first, second = (json.loads(line) for line in lines(tmp_path / "public", "version"))
    assert first["structure"]["text"] == "甲\u2028A"
    (change,) = (json.loads(line) for line in lines(tmp_path / "public", "change"))
    assert change["data"]["type"] == "target_lowered"
    assert second["observed"] == (NOW + 2 * HOUR).isoformat()
    bodies = {path.read_bytes().decode() for path in (tmp_path / "public" / "bodies").glob("*/*")}
    assert bodies == {"甲\u2028A", "乙B"}


def lines(folder: Path, table: str) -> list[str]:
    return (folder / "tables" / f"{table}.jsonl").read_text(encoding="utf-8").split("\n")[:-1]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: next((f / "bodies").glob("*/*")).write_bytes(b"other"), "are others"),
        (lambda f: next((f / "bodies").glob("*/*")).unlink(), "cannot be read"),
        (lambda f: (f / "bodies" / "stray").mkdir() or (f / "bodies/stray/x").write_bytes(b""), "belongs to nothing"),
        (lambda f: (f / "tables/version.jsonl").write_bytes(b""), "not those that were written"),
        (lambda f: (f / "tables/change.jsonl").unlink(), "cannot be read"),
    ],
)
def test_damage_is_named(lived: Database, tmp_path: Path, damage: Any, says: str) -> None:
    export(lived, tmp_path / "x", NOW, "dafu test")
    damage(tmp_path / "x")
    assert any(says in one for one in faults(tmp_path / "x"))


def test_what_cannot_be_written_or_read_is_refused(lived: Database, other: Database, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is there already"):
        export(lived, tmp_path, NOW, "dafu test")
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be written"):
        export(lived, tmp_path / "file" / "x", NOW, "dafu test")
    with pytest.raises(InputError, match="holds no export"):
        list(faults(tmp_path / "none"))
    export(lived, tmp_path / "x", NOW, "dafu test")
    manifest = json.loads((tmp_path / "x/manifest.json").read_text())
    (tmp_path / "x/manifest.json").write_text(json.dumps({**manifest, "schema": "0001"}))
    with pytest.raises(InputError, match="revision 0001"), other.write() as conn:
        load(conn, tmp_path / "x")
    (tmp_path / "x/manifest.json").write_text(json.dumps({**manifest, "format": "dafu.export/2"}))
    with pytest.raises(InputError, match="no export of the form"):
        list(faults(tmp_path / "x"))
    with other.read() as conn:
        assert not any(rows for rows in everything(conn).values())
    other.close()
