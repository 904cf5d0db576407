"""A WARC file is what warcio, read by itself, finds valid: digests, dates, bodies, revisits that lead somewhere."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from storage.samples import HOUR, NOW, answer, page_id, watch
from warcio.archiveiterator import ArchiveIterator

from services.commands.warc import warc_command
from services.domain.errors import InputError
from services.domain.snapshot import Gone
from services.storage import snapshots
from services.storage.database import open_database


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that goes A, B, A and away; another that says the same as the first."""
    monkeypatch.setenv("DAFU_DATA", str(tmp_path))
    database = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    with database.write() as conn:
        watch(conn, [1, 2])
        first = snapshots.add_snapshot(conn, page_id(1), NOW, answer("答复\r\n\r\n一"))
        snapshots.touch(conn, first, NOW + HOUR)
        snapshots.add_snapshot(conn, page_id(1), NOW + 2 * HOUR, answer("答复二"))
        snapshots.add_snapshot(conn, page_id(1), NOW + 3 * HOUR, answer("答复\r\n\r\n一"))
        snapshots.add_snapshot(conn, page_id(1), NOW + 4 * HOUR, Gone(answer("").url, 404, b""))
        snapshots.add_snapshot(conn, page_id(2), NOW + 5 * HOUR, answer("答复\r\n\r\n一", 2))
    database.close()


def records(path: Path) -> list[dict[str, object]]:
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            body = record.content_stream().read()
            head = record.rec_headers
            found.append({
                "type": record.rec_type, "id": head.get_header("WARC-Record-ID"), "body": body,
                "url": head.get_header("WARC-Target-URI"), "date": head.get_header("WARC-Date"),
                "refers": head.get_header("WARC-Refers-To"), "digest": head.get_header("WARC-Payload-Digest"),
                "status": record.http_headers.get_statuscode() if record.http_headers else None,
                "type_of": record.http_headers.get_header("etag") if record.http_headers else None,
            })  # fmt: skip
    return found


def test_what_was_stored_is_read_back(stored: None, tmp_path: Path) -> None:
    file = tmp_path / "all.warc.gz"
    warc_command(str(file), None, None, None, again=True, as_json=False)
    info, *found = records(file)
    assert info["type"] == "warcinfo"
    kinds = [(one["type"], one["status"]) for one in found]
    assert kinds == [("response", "200"), ("revisit", None), ("response", "200"), ("revisit", "200"),
                     ("response", "404"), ("revisit", "200")]  # fmt: skip
    first = found[0]
    assert first["body"] == "答复\r\n\r\n一".encode()
    assert first["type_of"] == '"a"'
    assert first["date"] == "2023-03-27T01:00:00.000000Z"
    for one in found:
        if one["type"] == "revisit":
            assert (one["refers"], one["digest"]) == (first["id"], first["digest"])
    assert found[5]["url"] == answer("", 2).url
    assert len({one["id"] for one in found}) == len(found)
    later = tmp_path / "later.warc.gz"
    warc_command(str(later), None, None, None, again=True, as_json=False)
    assert [one["id"] for one in records(later)][1:] == [one["id"] for one in found]


def test_a_part_of_it(stored: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "part.warc.gz"
    since, until = NOW + HOUR, NOW + timedelta(hours=3.5)
    warc_command(str(file), "cq", since.isoformat(), until.isoformat(), again=False, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"file": str(file), "responses": 2, "revisits": 0}
    assert [one["date"] for one in records(file)][1:] == ["2023-03-27T03:00:00.000000Z", "2023-03-27T04:00:00.000000Z"]


def test_a_file_that_is_there_stays(stored: None, tmp_path: Path) -> None:
    file = tmp_path / "mine.warc.gz"
    file.write_bytes(b"mine")
    with pytest.raises(InputError, match="there already"):
        warc_command(str(file), None, None, None, again=False, as_json=False)
    with pytest.raises(InputError, match="ISO 8601"):
        warc_command(str(tmp_path / "x"), None, "gestern", None, again=False, as_json=False)
    with pytest.raises(InputError, match="cannot be written"):
        warc_command(str(tmp_path / "no" / "x"), None, None, None, again=False, as_json=False)
    assert file.read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == []
