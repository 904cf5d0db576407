"""How much is marked where one word or number was edited, beside the word diffs of two page watchers."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import word_diffs
from benchmarks.environment import environment
from benchmarks.table import show

#: The edits are those of the mutation tests: one generator, and the same meaning of one token.
sys.path.append(str(Path(__file__).parent.parent / "tests"))

PEERS = ("webchanges", "loguru", "diff-match-patch")
#: With all it depends on it takes minutes to install; its diff needs the two above.
ALONE = ("changedetection.io",)
EDITS = 288
#: Marked over edited characters, both sides together.
MEDIAN, WORST = 1.0, 1.2


def run() -> bool:
    from parser.compare import mutations

    draw = random.Random(1)
    drawn = mutations.edits(mutations.seeds(), draw, every=False, least=mutations.LEAST * 4)
    edits = [edit for edit in drawn if edit.token]
    edits = draw.sample(edits, min(EDITS, len(edits)))
    found = [mutations.told(edit)[0] for edit in edits]
    ours = [round(mutations.marked(edit, one) * edit.token) for edit, one in zip(edits, found, strict=True)]
    rows = {"dafu": ours} | _theirs(edits)
    tokens = [edit.token for edit in edits]
    head = ("", "median marked", "most", "median marked / edited", "worst")
    show(
        f"marks: {len(edits)} edits of one token, a median of {statistics.median(tokens):g} characters on both sides",
        head,
        [(name, *_cells(marked, tokens)) for name, marked in rows.items()],
    )
    ratios = [marked / token for marked, token in zip(ours, tokens, strict=True)]
    met = statistics.median(ratios) <= MEDIAN and max(ratios) <= WORST and min(ours) > 0
    print(f"\nbar: median {MEDIAN:g}, worst {WORST:g}, nothing unmarked: {'met' if met else 'MISSED'}")
    return met


def _cells(marked: Sequence[int], tokens: Sequence[int]) -> tuple[str, ...]:
    ratios = [one / token for one, token in zip(marked, tokens, strict=True)]
    return (
        f"{statistics.median(marked):g}",
        f"{max(marked)}",
        f"{statistics.median(ratios):.2f}",
        f"{max(ratios):.2f}",
    )


def _theirs(edits: Sequence[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory(prefix="dafu-bench-") as folder:
        python = environment(Path(folder) / "venv", PEERS, ALONE)
        lines = "".join(json.dumps([edit.document.text, edit.text]) + "\n" for edit in edits)
        command = [python, str(word_diffs.__file__)]
        answer = subprocess.run(command, input=lines, text=True, check=True, stdout=subprocess.PIPE)
        for line in answer.stdout.splitlines():
            for name, count in json.loads(line).items():
                found.setdefault(name, []).append(count)
    return found
