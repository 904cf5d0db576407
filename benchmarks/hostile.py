"""What hostile pages cost: each read to the end, in a process of its own; CPU seconds and memory beside the bars."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.hostile_pages import MAKERS
from benchmarks.table import show

#: At most 2 s and 256 MiB, or a clear limit error.
SECONDS = 2.0
MEBIBYTES = 256


def run() -> bool:
    outcomes = {name: _child(name) for name in MAKERS}
    rows = [(name, *_cells(outcome)) for name, outcome in outcomes.items()]
    head = ("page", "MB", "CPU s", "peak MiB", "lines", "units", "outcome", "")
    show(f"hostile: at most {SECONDS:g} s and {MEBIBYTES} MiB each, the interpreter's own included", head, rows)
    return all(_holds(outcome) for outcome in outcomes.values())


def _child(name: str) -> dict[str, Any] | None:
    """What the child said; None where it died."""
    command = [sys.executable, "-m", "benchmarks.hostile_child", name]
    answer = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    outcome: dict[str, Any] | None = json.loads(answer.stdout) if answer.returncode == 0 else None
    return outcome


def _holds(outcome: dict[str, Any] | None) -> bool:
    return outcome is not None and outcome["cpu"] <= SECONDS and outcome["peak"] / 1024 <= MEBIBYTES


def _cells(outcome: dict[str, Any] | None) -> tuple[str, ...]:
    if outcome is None:
        return "", "", "", "", "", "died", "OVER"
    return (
        f"{outcome['bytes'] / 1e6:.1f}",
        f"{outcome['cpu']:.2f}",
        f"{outcome['peak'] / 1024:.0f}",
        f"{outcome['lines']}",
        f"{outcome['units']}",
        outcome["reason"] or outcome["verdict"],
        "" if _holds(outcome) else "OVER",
    )
