"""Runs inside the peers' own virtual environment: CPU milliseconds of every peer on every page, as JSON on stdout.

python reading_peers.py ROUNDS PAGE…
"""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path


def cpu_ms(work: Callable[[], object], rounds: int) -> float | None:
    """As `benchmarks.timing.cpu_ms`, but a peer keeps its caches, for they hold constants too; None where it gives up
    on the page."""
    times = []
    for _ in range(rounds + 1):
        started = time.process_time()
        try:
            work()
        except Exception:  # a peer that raises on a page has no figure for it
            return None
        times.append(time.process_time() - started)
    return statistics.median(times[1:]) * 1000


def _peers(body: bytes) -> dict[str, Callable[[], object]]:
    """Imported by name: they are nobody's dependency."""
    trafilatura = importlib.import_module("trafilatura")
    readability = importlib.import_module("readability")
    return {
        "trafilatura": lambda: trafilatura.extract(body),
        "trafilatura, fast": lambda: trafilatura.extract(body, fast=True),
        "readability-lxml": lambda: readability.Document(body).summary(),
    }


def main() -> None:
    rounds = int(sys.argv[1])
    for line in sys.stdin:
        work = _peers(Path(line.rstrip("\n")).read_bytes())
        print(json.dumps({peer: cpu_ms(each, rounds) for peer, each in work.items()}), flush=True)


if __name__ == "__main__":
    main()
