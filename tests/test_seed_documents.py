"""The founding documents: their structured form as reviewed, held against the reader and against the gold."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from services.parser.reading.read import read_text
from services.seeds import seeds_folder
from services.storage.codec import encode

GOLD = Path(__file__).parent / "gold"
SEEDS = sorted(seeds_folder().glob("*.txt"))
_spec = importlib.util.spec_from_file_location("score", GOLD / "score.py")
assert _spec is not None
assert _spec.loader is not None
score = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(score)


def structured(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(encode(read_text(path.read_text(encoding="utf-8"))))
    return value


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_the_reviewed_structure_is_what_the_reader_reads(path: Path) -> None:
    reviewed = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert structured(path) == reviewed


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem[:3])
def test_the_text_is_the_file(path: Path) -> None:
    read = structured(path)
    assert read["text"] == read["source_text"] == path.read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize(("seed", "sections"), [("000", 40), ("001", 116), ("002", 15)])
def test_sections_and_metadata_are_the_gold_s(seed: str, sections: int) -> None:
    gold = json.loads((GOLD / f"{seed}.json").read_text(encoding="utf-8"))
    read = structured(next(path for path in SEEDS if path.stem.startswith(seed)))
    assert len(read["sections"]) == sections
    assert score.metadata_misses(gold["metadata"], read["metadata"]) == []
    assert score.labels_taken(gold, read) == []
    for part in score.PARTS:
        assert score.f1(*score.compare(gold, read, part)) >= 0.98, part
