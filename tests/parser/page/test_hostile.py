"""Hostile pages are read or refused, as a value, by a process that may not hang. `benchmarks.hostile` has figures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hostile_pages import MAKERS

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    """Name -> what a child with limits on CPU and memory said; a page it died of, and those after it, are missing."""
    command = [sys.executable, "-m", "benchmarks.hostile_child", *MAKERS]
    answer = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    return {outcome["name"]: outcome for outcome in map(json.loads, answer.stdout.splitlines())}


@pytest.mark.parametrize("name", MAKERS)
def test_a_hostile_page_ends_as_a_value(name: str, outcomes: dict[str, dict[str, Any]]) -> None:
    assert name in outcomes, f"the process died; so far it had read {', '.join(outcomes)}"
    assert outcomes[name]["lines"] or outcomes[name]["verdict"] != "ok"


@pytest.mark.parametrize("name", ["deep", "attributes", "unclosed", "fonts", "one_line", "dots"])
def test_what_would_cost_too_much_is_refused_with_its_reason(name: str, outcomes: dict[str, dict[str, Any]]) -> None:
    assert (outcomes[name]["verdict"], outcomes[name]["reason"]) == ("unreadable", "too_large")
    assert outcomes[name]["evidence"]
