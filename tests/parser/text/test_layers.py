"""The three text layers (SPEC §0): lengths, what stays apart and what falls together."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.text.layers import canonical, key, key_map, match

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))

#: Everything a str can hold, lone surrogates included, with what the rules look for more often than chance.
ANY = st.text(
    st.characters()
    | st.sampled_from("，。、；：（）《》“”‘’—-–~～・•·著力眼显著0123456789,.%年月日 \t\u3000\u00a0\ud800薴")
)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_a_seed_is_canonical_already(seed: Path) -> None:
    text = seed.read_text(encoding="utf-8")
    assert canonical(text) == text


def test_full_width_signs_become_ascii_and_nothing_else_changes() -> None:
    assert canonical("（一）增长１５％，“５Ｇ”。\u3000\u00a0、《·—￥") == "(一)增长15%,“5G”。  、《·—￥"


@given(ANY)
def test_canonical_and_match_keep_the_length(text: str) -> None:
    assert len(canonical(text)) == len(match(text)) == len(text)


@given(ANY)
def test_canonical_and_match_change_nothing_the_second_time(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
    assert match(match(text)) == match(text)


@given(ANY)
def test_match_needs_no_canonical_before(text: str) -> None:
    assert match(canonical(text)) == match(text)


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("2021-2025年", "2021—2025年"),
        ("10%~15%", "10%—15%"),
        ("2018年－2024年", "2018年—2024年"),
        ("2021 - 2025", "2021 — 2025"),
        ("增长-3%", "增长-3%"),
        ("UNI-K", "UNI-K"),
        ("企业吹哨•部门报到", "企业吹哨·部门报到"),
        ("責任單位∶市經濟信息委", "责任单位:市经济信息委"),
        ("著力提升,著眼長遠,效果顯著", "着力提升,着眼长远,效果显著"),
        ("名著力作", "名著力作"),
        ("⼈民政府", "人民政府"),
    ],
)
def test_match(text: str, matched: str) -> None:
    assert match(text) == matched


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("15%", "1.5%"),
        ("1.3万亿", "13万亿"),
        ("1—2家", "12家"),
        ("1——2家", "12家"),
        ("≥95%", "≤95%"),
        ("-3%", "3%"),
        ("1、2", "12"),
        ("3:1", "31"),
        ("5‰", "5%"),
        ("15\t2", "1\t52"),
        ("15\t\t2", "152"),
    ],
)
def test_what_differs_in_meaning_differs_in_key(one: str, other: str) -> None:
    assert key(match(one)) != key(match(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("企业吹哨.部门报到", "企业吹哨·部门报到"),
        ("8,600亿元", "8600亿元"),
        ("实施“专精特新”企业培育", "实施专精特新企业培育"),
        ("給予100萬元,并購", "给予 100 万元并购"),
        ("(二)推动发展。", "（二）推动发展"),
        ("2021-2025年", "2021—2025年"),
        ("渝府办发〔2021〕80号", "渝府办发[2021]80号"),
        ("全市\u200b规上工业", "全市规上工业"),
    ],
)
def test_what_differs_only_in_form_has_one_key(one: str, other: str) -> None:
    assert key(match(one)) == key(match(other))


@given(ANY)
def test_the_key_map_is_the_key_with_the_place_of_each_character(text: str) -> None:
    matched = match(text)
    keyed, offsets = key_map(matched)
    assert keyed == key(matched)
    assert [matched[offset] for offset in offsets] == list(keyed)
    assert list(offsets) == sorted(set(offsets))
