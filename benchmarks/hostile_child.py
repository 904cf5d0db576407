"""Reads hostile pages in this process and writes a JSON line about each: `python -m benchmarks.hostile_child NAME …`.

A page may use so much CPU and address space; where it takes more, the process dies or the line says so.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence

from benchmarks.hostile_pages import URL, made
from services.parser.page.extract import read_page
from services.parser.reading.read import read

#: What ends the process; the bars of `hostile` are far below.
CPU_SECONDS = 20
ADDRESS_SPACE = 512 * 1024 * 1024


def main(names: Sequence[str]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for name in names:
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_SECONDS, resource.RLIM_INFINITY))
        print(json.dumps({"name": name, **_outcome(made(name))}), flush=True)


def _outcome(body: bytes) -> dict[str, object]:
    started = time.process_time()
    page = read_page(body, url=URL)
    document = read(page)
    spent = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    quality = page.quality
    return {
        "bytes": len(body),
        "lines": len(page.lines),
        "units": len(document.units),
        "verdict": quality.verdict,
        "reason": quality.reason,
        "evidence": quality.evidence,
        "cpu": spent,
        "peak": peak // 1024 if sys.platform == "darwin" else peak,
    }


if __name__ == "__main__":
    main(sys.argv[1:])
