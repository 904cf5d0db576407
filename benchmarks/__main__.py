"""`python -m benchmarks [name …]`: all of them, or those named; exits 1 where one misses its bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchmarks import (
    callers,
    comparing,
    delivering,
    freshness,
    growth,
    hostile,
    lists,
    pages,
    peers,
    queries,
    reading,
    understanding,
)
from services.logs import configure_logs

BENCHMARKS: dict[str, Callable[[], bool]] = {
    "peers": peers.run,
    "reading": reading.run,
    "understanding": understanding.run,
    "comparing": comparing.run,
    "hostile": hostile.run,
    "callers": callers.run,
    "queries": queries.run,
    "lists": lists.run,
    "pages": pages.run,
    "delivering": delivering.run,
    "freshness": freshness.run,
    "growth": growth.run,
}


def main(names: Sequence[str]) -> int:
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    configure_logs("error")  # what the line logs would stand between the tables
    met = [BENCHMARKS[name]() for name in names or BENCHMARKS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
