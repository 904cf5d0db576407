"""`dafu events`: what was put aside is shown with its reason and can be owed once more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.bus import database as bus
from services.bus.interface import TRIES
from services.commands import events
from services.domain.errors import InputError, NotFound
from services.domain.event import envelope
from services.domain.identity import event_id
from services.storage.database import open_database

NOW = datetime(2023, 3, 27, 1, tzinfo=UTC)


@pytest.fixture
def poison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of an event the webhooks could not manage."""
    monkeypatch.setenv("DAFU_DATA", str(tmp_path))
    database = open_database(f"sqlite:///{tmp_path / 'dafu.sqlite'}")
    id_ = event_id("document.revised", "doc_a", 1)
    with database.write() as conn:
        told = envelope(id_, "document.revised", source="urn:dafu", subject="doc_a", time=NOW, sequence=1, data={})
        bus.publish(conn, told)
    for n in range(TRIES):
        with database.write() as conn:
            (held,) = bus.claim(conn, "webhooks", NOW + n * timedelta(days=1), 1, timedelta(minutes=1))
            bus.failed(conn, "webhooks", id_, held.token, "no such thing", NOW + n * timedelta(days=1))
    database.close()
    return id_


def dead(capsys: pytest.CaptureFixture[str], group: str | None = None) -> list[dict[str, object]]:
    events.dead_command(group, as_json=True)
    items: list[dict[str, object]] = json.loads(capsys.readouterr().out)["items"]
    return items


def test_what_was_put_aside_is_shown_and_owed_once_more(poison: str, capsys: pytest.CaptureFixture[str]) -> None:
    (letter,) = dead(capsys)
    assert (letter["group"], letter["event"], letter["key"], letter["error"]) == (
        "webhooks",
        poison,
        "doc_a",
        "no such thing",
    )
    assert dead(capsys, "parser") == []
    events.dead_command(None, as_json=False)
    assert "no such thing" in capsys.readouterr().out
    events.redrive_command(poison, None)
    assert capsys.readouterr().out == "1 owed once more\n"
    assert dead(capsys) == []
    with pytest.raises(NotFound, match="dafu events dead"):
        events.redrive_command(poison, None)


def test_all_of_it_can_be_owed_once_more(poison: str, capsys: pytest.CaptureFixture[str]) -> None:
    events.redrive_command(None, None)
    assert capsys.readouterr().out == "1 owed once more\n"
    events.redrive_command(None, "webhooks")
    assert capsys.readouterr().out == "0 owed once more\n"


def test_a_group_is_owed_the_past_again(poison: str, capsys: pytest.CaptureFixture[str]) -> None:
    events.replay_command("webhooks", "2023-03-27T09:00:00+08:00", None)
    assert capsys.readouterr().out == "1 owed to webhooks once more\n"
    events.replay_command("audit", "2023-03-27T09:00:00+08:00", ["document.revised"])
    assert capsys.readouterr().out == "1 owed to audit once more\n"
    for wrong in ("yesterday", "2023-03-27T09:00:00"):
        with pytest.raises(InputError, match="--since"):
            events.replay_command("webhooks", wrong, None)
