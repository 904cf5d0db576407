"""The short forms of run.py: each trial for a moment, in a process of its own because it forks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "run.py"

TRIALS = {
    "T1": ["T1", "--repeats", "1", "--points", "4"],
    "T8": ["T8", "--docs", "2", "--versions", "3", "--kills", "2", "--losses", "2", "--replicas", "1"],
    "rolling": ["rolling", "--docs", "3", "--versions", "3", "--replicas", "2", "--rounds", "1"],
    "bus": ["T6", "T7", "T9", "T10", "T11", "T21", "--short"],
    "T20": ["T20", "--docs", "4", "--rate", "2", "--seconds", "5"],
    "T15": ["T15", "--seeds", "200"],
}


@pytest.mark.redis
@pytest.mark.parametrize("trial", TRIALS)
def test_nothing_is_lost_and_nothing_happens_twice(trial: str) -> None:
    engines = ["--engine", "sqlite", "--engine", "redis"] if trial != "T15" else []
    command = [sys.executable, str(RUN), *TRIALS[trial], *engines]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "well" in done.stdout
    assert "WRONG" not in done.stdout
