"""Runs inside the peers' own virtual environment: CPU milliseconds of every peer on every page, as JSON on stdout.

    python peers.py ROUNDS PAGE…
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path


def cpu_ms(work: Callable[[], object], rounds: int) -> float | None:
    """As `benchmarks.timing.cpu_ms`; None where the peer gives up on the page."""
    times = []
    for _ in range(rounds + 1):
        started = time.process_time()
        try:
            work()
        except Exception:  # a peer that raises on a page has no figure for it
            return None
        times.append(time.process_time() - started)
    return statistics.median(times[1:]) * 1000


def main() -> None:
    import readability
    import trafilatura

    rounds, names = int(sys.argv[1]), sys.argv[2:]
    figures = {}
    for name in names:
        body = Path(name).read_bytes()
        peers: dict[str, Callable[[], object]] = {
            "trafilatura": lambda body=body: trafilatura.extract(body),
            "trafilatura, fast": lambda body=body: trafilatura.extract(body, fast=True),
            "readability-lxml": lambda body=body: readability.Document(body).summary(),
        }
        figures[Path(name).stem] = {peer: cpu_ms(work, rounds) for peer, work in peers.items()}
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
