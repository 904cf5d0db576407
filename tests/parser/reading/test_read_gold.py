"""The seeds read and held against their gold: sections, units, metadata, blocks, responsible units, references."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from scoring import scorer

from services.domain.document import Document
from services.parser.reading.read import read_text
from services.seeds import seeds_folder

GOLD = Path(__file__).parents[2] / "gold"
SEEDS = ("000", "001", "002")


@cache
def document(seed: str) -> Document:
    path = next(seeds_folder().glob(f"{seed}_*.txt"))
    return read_text(path.read_text(encoding="utf-8"))


@cache
def pair(seed: str) -> tuple[dict[str, Any], dict[str, Any]]:
    gold = json.loads((GOLD / f"{seed}.json").read_text(encoding="utf-8"))
    return gold, TypeAdapter(Document).dump_python(document(seed), mode="json")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("part", ["sections", "units", "responsible_units", "references"])
def test_every_item_is_found_and_none_invented(seed: str, part: str) -> None:
    _, extras, misses = scorer().compare(*pair(seed), part)
    assert (extras, misses) == ([], [])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("part", "attributes"),
    [
        ("sections", ("form", "depth", "mode", "kind")),
        ("responsible_units", ("units", "section")),
        ("references", ("title", "doc_number", "role")),
    ],
)
def test_attributes_agree(seed: str, part: str, attributes: tuple[str, ...]) -> None:
    pairs, _, _ = scorer().compare(*pair(seed), part)
    for attribute in attributes:
        assert all(scorer().agreement(pairs, attribute)), attribute


@pytest.mark.parametrize("seed", SEEDS)
def test_no_metadata_difference(seed: str) -> None:
    gold, read = pair(seed)
    assert scorer().metadata_misses(gold["metadata"], read["metadata"]) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_sections_and_spans_are_the_golds_own(seed: str) -> None:
    gold, read = pair(seed)
    assert [(b["role"], b["section"], b["start"], b["end"]) for b in read["blocks"]] == [
        (b["role"], b["section"], b["start"], b["end"]) for b in gold["blocks"]
    ]
    fields = ("id", "parent", "number", "heading", "run_in", "body", "extent_end")
    assert [[s[f] for f in fields] for s in read["sections"]] == [[s[f] for f in fields] for s in gold["sections"]]
    assert [(u["start"], u["end"], u["section"]) for u in read["units"]] == [
        (u["start"], u["end"], u["section"]) for u in gold["units"]
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_that_position_alone_decides(seed: str) -> None:
    settled = {"units", "preamble", "lead_in"}
    gold, read = pair(seed)
    want = [(u["start"], u["label"]) for u in gold["units"] if u["label"] in settled]
    assert [(u["start"], u["label"]) for u in read["units"] if u["label"] in settled] == want


@pytest.mark.parametrize(
    ("seed", "kind", "sections", "future", "preambles"),
    [("003", "reply_cppcc", 21, 0, 1), ("004", "reply_npc", 30, 6, 0)],
)
def test_the_seeds_without_gold_read_as_described(
    seed: str, kind: str, sections: int, future: int, preambles: int
) -> None:
    read = document(seed)
    assert (read.metadata.kind, len(read.sections)) == (kind, sections)
    assert sum(section.mode == "future" for section in read.sections) == future
    assert sum(unit.label == "preamble" for unit in read.units) == preambles


def test_a_letter_without_a_cue_tells_what_was_reported_from_what_is_done() -> None:
    read = document("003")
    assert [section.mode for section in read.sections if section.depth == 2][:2] == ["past", "ongoing"]
    assert {section.mode for section in read.sections} == {"mixed", "past", "ongoing"}


def test_text_equals_the_file() -> None:
    for seed in (*SEEDS, "003", "004"):
        path = next(seeds_folder().glob(f"{seed}_*.txt"))
        assert document(seed).text == path.read_text(encoding="utf-8")
