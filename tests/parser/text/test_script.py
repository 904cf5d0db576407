"""Traditional script, character by character (SPEC §0)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from services.parser.text.script import CHARACTERS, repaired, script_of, to_simplified

ROOT = Path(__file__).parents[3]
SEEDS = {path.stem[:3]: path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))}


def simplified_slices(node: Any) -> list[tuple[int, int, str]]:
    """Every `text_s` and `heading_s` of a gold file with its span."""
    found: list[tuple[int, int, str]] = []
    if isinstance(node, dict):
        for name in ("text_s", "heading_s"):
            if name in node and "start" in node:
                found.append((node["start"], node["start"] + len(node[name]), node[name]))
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            found += simplified_slices(child)
    return found


def test_the_traditional_seed_equals_the_gold_simplification() -> None:
    gold = json.loads((ROOT / "tests" / "gold" / "001.json").read_text(encoding="utf-8"))
    slices = simplified_slices(gold)
    text = to_simplified(SEEDS["001"])
    assert len(slices) > 100
    # the gold's slices are made by the character table alone: 著力 there is 着力 here
    assert [text[start:end] for start, end, _ in slices] == [repaired(simplified) for _, _, simplified in slices]
    assert "著" not in text.replace("显著", "")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_script_of_a_seed(seed: str) -> None:
    assert script_of(SEEDS[seed]) == ("traditional" if seed == "001" else "simplified")


@pytest.mark.parametrize("seed", [seed for seed in SEEDS if seed != "001"])
def test_a_simplified_seed_stays_as_it_is(seed: str) -> None:
    assert to_simplified(SEEDS[seed]) == SEEDS[seed]


def test_the_table_is_the_character_table_of_opencc_and_nothing_else(tmp_path: Path) -> None:
    dictionary = Path(opencc.__file__).parent / "clib" / "share" / "opencc" / "TSCharacters.ocd2"
    chain = [{"dict": {"type": "ocd2", "file": str(dictionary)}}]
    config = {"name": "characters only", "segmentation": {"type": "mmseg", **chain[0]}, "conversion_chain": chain}
    (tmp_path / "characters.json").write_text(json.dumps(config), encoding="utf-8")
    convert = OpenCC(str(tmp_path / "characters.json")).convert
    every = [chr(code) for code in range(0x2E80, 0x32400) if not 0xD800 <= code < 0xE000]
    table = dict(zip(every, convert("\n".join(every)).split("\n"), strict=True))
    # converted twice, for the one chain it holds
    assert {a: table[b] for a, b in table.items() if a != b} == CHARACTERS


def test_characters_of_simplified_text_with_a_mapping_do_not_make_it_traditional() -> None:
    assert script_of("乾县、於潜镇与征夥后裔同祭乾陵於此") == "simplified"


def test_mixed_conversion_is_traditional() -> None:
    assert script_of("關于印發制造業高質量發展的通知,后端采取措施") == "traditional"


@given(st.text(st.characters() | st.sampled_from("著力手实显薴苧\ud800")))
def test_conversion_keeps_the_length_and_is_done_once(text: str) -> None:
    simplified = to_simplified(text)
    assert len(simplified) == len(text)
    assert to_simplified(simplified) == simplified
    assert script_of(text) in ("simplified", "traditional")
