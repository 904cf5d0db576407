"""`dafu status`, `backup`, `restore`, `prune`, `export`, `import`, `verify --export`: what an operator does."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from test_bad_input import Dafu, assert_refused, dafu

from services.line.folder import held

__all__ = ["dafu"]  # the fixture


@pytest.fixture
def house(tmp_path: Path, empty_sqlite: Path) -> Path:
    """A data folder with an empty database."""
    (tmp_path / "data").mkdir()
    shutil.copy(empty_sqlite, tmp_path / "data" / "dafu.sqlite")
    return tmp_path / "data"


def test_status_says_what_is_and_what_is_wrong(dafu: Dafu, house: Path) -> None:
    well = dafu("status", DAFU_DATA=str(house))
    assert (well.returncode, well.stderr) == (0, "")
    assert "nothing is wrong" in well.stdout
    told = json.loads(dafu("status", "--json", DAFU_DATA=str(house)).stdout)
    assert (told["ok"], told["problems"]) == (True, [])
    full = dafu("status", DAFU_DATA=str(house), DAFU_DISK_RESERVE="1000000000")
    assert full.returncode == 1
    assert "disk_low" in full.stdout
    assert not (house / "secret.key").exists(), "looking makes nothing"
    with closing(sqlite3.connect(house / "dafu.sqlite")) as connection:
        connection.execute("update dafu_schema set version_num = '9999'")
        connection.commit()
    newer = dafu("status", "--json", DAFU_DATA=str(house))
    assert [one["code"] for one in json.loads(newer.stdout)["problems"]] == ["schema_differs"]


def test_status_of_nothing_makes_nothing(dafu: Dafu, tmp_path: Path) -> None:
    assert_refused(dafu("status", DAFU_DATA=str(tmp_path / "none")), "there is no database yet")
    assert not (tmp_path / "none").exists()


def note(database: Path, name: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("insert into host (name, next_request) values (?, 0)", [name])
        connection.commit()


def names(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [name for (name,) in connection.execute("select name from host order by name")]


def test_a_backup_while_in_use_and_the_way_back(dafu: Dafu, house: Path, tmp_path: Path) -> None:
    database, folder = house / "dafu.sqlite", tmp_path / "backup"
    writer = sqlite3.connect(database)
    writer.execute("pragma journal_mode=wal")
    writer.execute("insert into host (name, next_request) values ('a', 0)")
    writer.commit()
    writer.execute("insert into host (name, next_request) values ('not yet', 0)")
    copy = Path(dafu("backup", str(folder), DAFU_DATA=str(house)).stdout.strip())
    writer.commit()
    assert names(copy) == ["a"]
    assert os.stat(copy).st_mode & 0o077 == 0
    assert sorted(one.name for one in folder.iterdir()) == [copy.name]
    with held(house):
        assert_refused(dafu("restore", str(copy), DAFU_DATA=str(house)), "another dafu works in this folder")
    restored = dafu("restore", str(copy), DAFU_DATA=str(house))  # the writer's log is still beside the database
    assert restored.returncode == 0, restored.stderr
    writer.close()
    assert names(database) == ["a"]
    (aside,) = [one for one in house.iterdir() if re.search(r"before-\w+$", one.name)]
    assert aside.name in restored.stdout
    assert dafu("verify", DAFU_DATA=str(house)).returncode == 0


def test_only_the_newest_backups_stay_and_strangers_files_are_left_alone(
    dafu: Dafu, house: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    for n in range(1, 5):
        (folder / f"dafu-2026010{n}T000000Z.sqlite").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    assert dafu("backup", str(folder), "--keep", "2", DAFU_DATA=str(house)).returncode == 0
    left = sorted(one.name for one in folder.iterdir())
    assert len(left) == 3
    assert {"dafu-20260104T000000Z.sqlite", "notes.txt"} < set(left)
    assert_refused(dafu("backup", str(folder), "--keep", "0", DAFU_DATA=str(house)), "--keep")


def test_what_is_no_backup_is_refused_and_nothing_is_moved(dafu: Dafu, house: Path, tmp_path: Path) -> None:
    before = (house / "dafu.sqlite").read_bytes()
    (tmp_path / "text").write_text("not a database at all, but long enough to be read as one" * 100)
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as connection:
        connection.execute("create table x (y)")
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(before[: len(before) // 2])
    for name in ("none", "text", "other.sqlite", "broken.sqlite"):
        assert_refused(dafu("restore", str(tmp_path / name), DAFU_DATA=str(house)), "no sound Dafu database")
    assert (house / "dafu.sqlite").read_bytes() == before
    server = "postgresql://dafu@db.example.org/dafu"
    assert_refused(dafu("backup", str(tmp_path), DAFU_DATABASE_URL=server), "pg_dump")
    assert_refused(dafu("backup", str(tmp_path / "b"), DAFU_DATA=str(tmp_path / "none")), "there is no database")


def test_an_export_moves_house_and_is_checked_on_the_way(dafu: Dafu, house: Path, tmp_path: Path) -> None:
    note(house / "dafu.sqlite", "a.example.org")
    folder, new = str(tmp_path / "export"), {"DAFU_DATA": str(tmp_path / "new")}
    told = json.loads(dafu("export", folder, "--everything", "--json", DAFU_DATA=str(house)).stdout)
    assert told["files"]["tables/host.jsonl"]["rows"] == 1
    assert_refused(dafu("export", folder, DAFU_DATA=str(house)), "is there already")
    assert dafu("verify", "--export", folder).returncode == 0
    moved = dafu("import", folder, **new)
    assert moved.returncode == 0, moved.stderr
    assert names(tmp_path / "new" / "dafu.sqlite") == ["a.example.org"]
    assert dafu("verify", **new).returncode == 0
    assert_refused(dafu("import", folder, **new), "not empty")
    (Path(folder) / "tables" / "host.jsonl").write_bytes(b"")
    damaged = dafu("import", folder, DAFU_DATA=str(tmp_path / "third"))
    assert damaged.returncode == 1
    assert "not those that were written" in damaged.stdout
    assert dafu("verify", "--export", folder).returncode == 1
    assert_refused(dafu("verify", "--export", str(tmp_path)), "holds no export")


def test_prune_says_what_would_go(dafu: Dafu, house: Path) -> None:
    shown = dafu("prune", "--dry-run", DAFU_DATA=str(house))
    assert shown.returncode == 0
    assert "kept for ever" in shown.stdout
    told = json.loads(dafu("prune", "--json", DAFU_DATA=str(house), DAFU_KEEP_BODIES="30").stdout)
    assert told == {"dry_run": False, "bodies": 0, "bytes": 0, "attempts": 0, "suppressions": 0}
