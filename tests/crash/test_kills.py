"""The short form of kills.py: three kills in one week."""

from __future__ import annotations

from pathlib import Path

import kills


def test_kill_9_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    outcome = kills.torment(tmp_path, 3)
    assert outcome.kills == 3
    assert outcome.returncode == 0, outcome.last
    assert "5 of 5 expected alerts arrived, 0 others" in " ".join(outcome.last.split())
    assert outcome.received == outcome.owed
    assert set(outcome.received.values()) == {1}
    assert set(outcome.versions.values()) == {1}
