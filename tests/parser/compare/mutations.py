"""Generated edits over documents, drawn from the grammar: each must have exactly one explanation.

    python tests/parser/compare/mutations.py [SEED] [FOLDER]

prints recall and type accuracy per operator, changes on edits that mean nothing, and how much is marked for how much
was edited. Every commitment and every target is hit at least once. An edit counts as recalled when anything is told,
as typed when exactly the expected types are told, no more. FOLDER holds documents of your own (.txt in the founding
documents' form, .html, .csv with a column full_text), in whatever folders below; without it the founding documents
are edited.
"""

from __future__ import annotations

import csv
import random
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

# As a script this file stands on its own.
sys.path.insert(0, str(Path(__file__).parents[2]))

from parser.compare.forms import non_edits
from parser.compare.operators import OF_COMMITMENTS, OF_TARGETS, Edit, Made, figure, value, wording

from services.domain.change import Comparison
from services.domain.commitment import Commitment
from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.page.extract import read_page
from services.parser.reading.read import read_text

SEEDS = Path(__file__).parents[3] / "seeds"
LEAST = 20
NON_EDITS = 300
SINGLES = 288


def edits(documents: Sequence[Document], draw: random.Random, *, every: bool = True, least: int = LEAST) -> list[Edit]:
    """One edit for every target and commitment (`every`), then more of each operator that has fewer than `least`."""
    promises = [[(x, promise) for promise in x.commitments] for x in documents if x.commitments]
    targets = [[(x, target) for target in x.targets] for x in documents if x.targets]
    figures = [x for x in documents if x.figures]
    made: list[Edit] = []
    if every:
        made += filter(None, (value(*spot, draw) for spots in targets for spot in spots))
        made += filter(None, (_any(*spot, draw) for spots in promises for spot in spots))
    makers: dict[str, Callable[[], Made]] = {
        name: partial(_drawn, operator, targets, draw) for name, operator in OF_TARGETS.items()
    }
    makers |= {name: partial(_drawn, operator, promises, draw) for name, operator in OF_COMMITMENTS.items()}
    makers["wording"] = partial(_drawn, wording, promises, draw)
    makers["figure"] = lambda: figure(draw.choice(figures), draw)
    for name, maker in makers.items():
        have = sum(edit.operator == name for edit in made)
        wanted = max(least, least * SINGLES // 60) if name in ("value", "modality", "figure") else least
        for _ in range(200 * least):
            edit = maker() if have < wanted else None
            if edit is not None:
                made.append(edit)
                have += 1
    return made


def _any(document: Document, promise: Commitment, draw: random.Random) -> Made:
    for operator in draw.sample(list(OF_COMMITMENTS.values()), len(OF_COMMITMENTS)):
        edit = operator(document, promise, draw)
        if edit is not None:
            return edit
    return wording(document, promise, draw)


def _drawn(
    operator: Callable[..., Made], spots: Sequence[Sequence[tuple[Document, object]]], draw: random.Random
) -> Made:
    """A document first, so that a long one is not hit more often than a short one."""
    return operator(*draw.choice(draw.choice(spots)), draw)


def told(edit: Edit) -> tuple[Comparison, bool]:
    """The comparison, and whether it says exactly what was done."""
    found = compare(edit.document, read_text(edit.text))
    return found, sorted(change.type for change in found.changes) == sorted(edit.types)


def marked(edit: Edit, found: Comparison) -> float:
    """Characters marked for each character of the edited token, both sides together."""
    return sum(b - a for x in found.changes for a, b in (*x.old_marks, *x.new_marks)) / edit.token


def seeds() -> list[Document]:
    return [read_text(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("*.txt"))]


def saved(folder: Path) -> list[Document]:
    """The documents below a folder, each read from its text."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]
    texts += [read_page(path.read_bytes()).text for path in sorted(folder.rglob("*.html"))]
    csv.field_size_limit(10_000_000)
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            texts += [row["full_text"] for row in csv.DictReader(lines)]
    return [read_text(text) for text in texts if text.strip()]


def main(seed: str = "1", folder: str | None = None) -> None:
    draw, documents = random.Random(seed), seeds() if folder is None else saved(Path(folder))
    made = edits(documents, draw, every=folder is None)
    ratios = _edited(made)
    _unedited(documents, draw)
    if folder is None:
        hit = {(id(edit.document), edit.hit) for edit in made}
        there = [(id(x), item.id) for x in documents for item in x.targets]
        there += [(id(x), item.id) for x in documents for item in x.commitments]
        print(f"not hit: {[spot[1] for spot in there if spot not in hit]}")
    print(f"marked over edited, {len(ratios)} single tokens: median {statistics.median(ratios)}, worst {max(ratios)}")


def _edited(made: Sequence[Edit]) -> list[float]:
    """What is told of each edit; characters marked for each character of a token edited."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    ratios: list[float] = []
    for edit in made:
        found, right = told(edit)
        counts[edit.operator].update(made=1, recalled=bool(found.changes), typed=right)
        if right and edit.token:
            ratios.append(marked(edit, found))
        if not right or (edit.token and ratios[-1] > 1.2):
            print(f"  {edit.operator} {edit.hit}: {edit.types} {[(x.type, x.before, x.after) for x in found.changes]}")
    for name, count in counts.items():
        recall, typed = count["recalled"] / count["made"], count["typed"] / count["made"]
        print(f"{name:10} {count['made']:4} edits  recall {recall:.3f}  exactly one explanation {typed:.3f}")
    print(f"{len(made)} edits")
    return ratios


def _unedited(documents: Sequence[Document], draw: random.Random) -> None:
    quiet: dict[str, list[int]] = defaultdict(list)
    for name, document, text in non_edits(documents, draw, NON_EDITS):
        changes = compare(document, read_text(text)).changes
        quiet[name].append(len(changes))
        if changes:
            print(f"  {name}: {[(x.type, x.before, x.after) for x in changes][:3]}")
    for name, numbers in quiet.items():
        print(f"{name:10} {len(numbers):4} non-edits  {sum(numbers)} changes")


if __name__ == "__main__":
    main(*sys.argv[1:])
