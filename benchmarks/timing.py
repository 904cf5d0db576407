"""CPU time of this process: medians, and a fixed loop that says how fast the machine is."""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from collections.abc import Callable

_WORDS = re.compile(r"[a-z]+")
_TEXT = "the quick brown fox jumps over the lazy dog and 12 more " * 400


def cpu_ms(work: Callable[[], object], rounds: int = 5) -> float:
    """Median CPU milliseconds of `work` over so many rounds, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def reference_loop() -> int:
    """What the figures are divided by: regex matches, dictionary counts and string building, always the same."""
    counted: Counter[str] = Counter()
    for found in _WORDS.finditer(_TEXT):
        counted[found[0]] += len(found[0])
    return len("".join(f"{word}{number}" for word, number in sorted(counted.items()))) + sum(counted.values())
