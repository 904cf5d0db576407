"""CPU time of this process: medians, and a fixed loop that says how fast the machine is."""

from __future__ import annotations

import functools
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from services.parser.reading.memo import kept

_WORDS = re.compile(r"[a-z]+")
_TEXT = "the quick brown fox jumps over the lazy dog and 12 more " * 400


def cpu_ms(work: Callable[[], object], rounds: int = 5) -> float:
    """Median CPU milliseconds of `work` over so many rounds, after one that is not counted.

    Every round meets its document as if new: what the parser remembers of earlier ones is emptied before it.
    """
    work()
    remembered = list(_remembered())
    times = []
    for _ in range(rounds):
        for cache in remembered:
            cache.cache_clear()
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times) * 1000


def _remembered() -> Iterator[Any]:
    """The bounded caches of the parser's modules; unbounded ones hold patterns made of the lexicon, once a process."""
    yield from kept()
    for name, module in list(sys.modules.items()):
        if name.startswith("services.parser"):
            yield from (each for each in vars(module).values() if _is_bounded_cache(each))


def _is_bounded_cache(value: object) -> bool:
    return isinstance(value, functools._lru_cache_wrapper) and value.cache_parameters()["maxsize"] is not None


def reference_loop() -> int:
    """What the figures are divided by: regex matches, dictionary counts and string building, always the same."""
    counted: Counter[str] = Counter()
    for found in _WORDS.finditer(_TEXT):
        counted[found[0]] += len(found[0])
    return len("".join(f"{word}{number}" for word, number in sorted(counted.items()))) + sum(counted.values())
