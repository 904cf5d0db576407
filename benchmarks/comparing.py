"""Two versions of a founding document to the changes between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from benchmarks.material import SEEDS
from benchmarks.table import show
from benchmarks.timing import cpu_ms, reference_loop
from services.parser.compare.compare import compare
from services.parser.reading.read import read_text


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
    reference = cpu_ms(reference_loop)
    rows = []
    for path in sorted(SEEDS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        before = read_text(text)
        for name, edit in EDITS.items():
            after = read_text(edit(text))
            took = cpu_ms(partial(compare, before, after))
            found = len(compare(before, after).changes)
            rows.append((path.stem[:3], name, f"{len(text)}", f"{found}", f"{took:.2f}", f"{took / reference:.2f}"))
    head = ("document", "edit", "characters", "changes", "CPU ms", "reference loops")
    show(f"comparing: one reference loop is {reference:.2f} ms here", head, rows)
    return True
