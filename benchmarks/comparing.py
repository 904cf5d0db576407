"""Two versions of a founding document to the changes between them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial

from benchmarks import far_apart, marks
from benchmarks.material import SEEDS
from benchmarks.table import show
from benchmarks.timing import cpu_ms, reference_loop
from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.compare.matching.view import forget
from services.parser.reading.read import read_text

#: Bars: comparisons of two versions of 5,000 characters, milliseconds for 20 edits, seconds for texts far apart.
PER_SECOND = 500
EDITED, TWENTY_EDITS = 20, 50
SECONDS = 2.0


def _one_figure(text: str) -> str:
    """The last figure with two digits or more, one higher: what a softened promise looks like."""
    *_, last = re.finditer(r"[0-9]{2,}(?=[个家人%万亿户所座项])", text)
    return text[: last.start()] + str(int(last[0]) + 1) + text[last.end() :]


def _one_paragraph_gone(text: str) -> str:
    lines = text.split("\n")
    longest = max(range(len(lines)), key=lambda at: len(lines[at]))
    return "\n".join(lines[:longest] + lines[longest + 1 :])


def _first_half(text: str) -> str:
    return text[: len(text) // 2]


EDITS: dict[str, Callable[[str], str]] = {
    "the same": str,
    "one figure": _one_figure,
    "one paragraph gone": _one_paragraph_gone,
    "second half gone": _first_half,
}


def run() -> bool:
    _versions()
    fast = _speed()
    bounded = _far_apart()
    marked = marks.run()
    return fast and bounded and marked


def _versions() -> None:
    reference = cpu_ms(reference_loop)
    rows = []
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        before = read_text(text)
        for name, edit in EDITS.items():
            after = read_text(edit(text))
            took = cpu_ms(partial(_cold, before, after))
            found = len(compare(before, after).changes)
            rows.append((path.stem[:3], name, f"{len(text)}", f"{found}", f"{took:.2f}", f"{took / reference:.2f}"))
    head = ("document", "edit", "characters", "changes", "CPU ms", "reference loops")
    show(f"comparing: one reference loop is {reference:.2f} ms here; nothing kept from the round before", head, rows)


def _cold(before: Document, after: Document) -> Comparison:
    """With nothing known of either document but what the reader said."""
    forget()
    return compare(before, after)


def _speed() -> bool:
    """The two bars: versions of 5,000 characters, and 20 edits in the longest founding document."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    first = texts[0][:5_000]
    short = read_text(first), read_text(_one_figure(first))
    long = max(texts, key=len)
    spots = list(re.finditer(r"[0-9]{2,}(?=[个家人%万亿户所座项個戶萬億])", long))
    edited = long
    for spot in reversed(spots[:: len(spots) // EDITED][:EDITED]):
        edited = edited[: spot.start()] + f"{int(spot[0]) + 7}" + edited[spot.end() :]
    whole = read_text(long), read_text(edited)
    cold, warm = cpu_ms(partial(_cold, *short), 101), cpu_ms(partial(compare, *short), 101)
    twenty = cpu_ms(partial(_cold, *whole), 11)
    rows = [
        (f"{len(first)} characters, one figure, nothing kept", f"{1000 / cold:.0f} a CPU-second", f">= {PER_SECOND}"),
        (f"{len(first)} characters, one figure, both known", f"{1000 / warm:.0f} a CPU-second", ""),
        (f"{len(long)} characters, {EDITED} edits, nothing kept", f"{twenty:.1f} ms", f"<= {TWENTY_EDITS} ms"),
    ]
    show("comparing: bars", ("versions", "measured", "bar"), rows)
    return 1000 / cold >= PER_SECOND and twenty <= TWENTY_EDITS


def _far_apart() -> bool:
    rows, slowest = [], 0.0
    for name, make in far_apart.MAKERS.items():
        before, after = map(read_text, make())
        forget()
        started = time.process_time()
        found = compare(before, after)
        spent = time.process_time() - started
        slowest = max(slowest, spent)
        coarse = any(change.detail == "coarse" for change in found.changes)
        size = len(before.text.encode()) / 1e6
        rows.append((name, f"{size:.1f}", f"{len(found.changes)}", "coarse" if coarse else "exact", f"{spent:.2f}"))
    show(f"comparing: far apart, at most {SECONDS:g} s", ("texts", "MB", "changes", "", "CPU s"), rows)
    return slowest <= SECONDS
