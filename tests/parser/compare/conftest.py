"""The seeds as documents, each read once a session, and a checked comparison."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.compare.marking.account import edits
from services.parser.compare.marking.script import apply
from services.parser.reading.read import read_text

_SEEDS = Path(__file__).parents[3] / "seeds"


@lru_cache(maxsize=256)
def read(text: str) -> Document:
    return read_text(text)


@pytest.fixture(scope="session")
def seed() -> Callable[[str], Document]:
    """`seed("000")` is the founding document of that number."""
    return lambda number: read(next(_SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def changed() -> Callable[[Document, str], Comparison]:
    """What the comparison of a document with a new text says, after its account was found to be exact."""

    def comparison(old: Document, text: str) -> Comparison:
        new = read(text)
        found = compare(old, new)
        assert apply(old.source_text, edits(old, new, found)) == new.source_text
        entries = (*found.changes, *found.suppressed)
        for side in ("old_marks", "new_marks"):
            marks = sorted(mark for entry in entries for mark in getattr(entry, side))
            assert all(a[1] <= b[0] for a, b in pairwise(marks)), (side, marks)
        return found

    return comparison
