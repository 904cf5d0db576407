"""A comparison as people read it: verdict first, place, before → after, the words marked in their line."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from services.domain.change import CHANGE_TYPES, SEVERITIES, Direction
from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.compare.showing.show import label, said, show
from services.parser.reading.read import read_text

Seed = Callable[[str], Document]


def _shown(old: Document, text: str, *, colour: bool = False) -> str:
    new = read_text(text)
    return show(compare(old, new), old, new, colour=colour)


def test_the_same_document_is_one_line(seed: Seed) -> None:
    assert _shown(seed("002"), seed("002").text) == "没有变化 no change"


def test_a_lowered_target_reads_like_a_sentence(seed: Seed) -> None:
    old = seed("001")
    lines = _shown(old, old.text.replace("綠色工廠300家", "綠色工廠200家", 1)).splitlines()
    assert lines[0] == "1 处变化 changes · 最高级别 most serious: 严重 critical"
    assert lines[2] == "■ 严重 critical · 目标降低 target lowered · 弱化 softened"
    assert lines[3].endswith("› 二、發展目標")
    assert lines[4].endswith("300 → 200")
    assert "綠色工廠[-300家-]、" in lines[5]
    assert "綠色工廠{+200家+}、" in lines[6]
    assert lines[5].index("[-") == lines[6].index("{+")


def test_colour_replaces_the_brackets(seed: Seed) -> None:
    old = seed("001")
    shown = _shown(old, old.text.replace("綠色工廠300家", "綠色工廠200家", 1), colour=True)
    assert "\033[31m300家\033[0m" in shown
    assert "\033[32m200家\033[0m" in shown
    assert "[-" not in shown


def test_what_was_held_back_is_listed_with_its_rule(seed: Seed) -> None:
    old = seed("000")
    shown = _shown(old, old.text + "\n浏览次数:12")
    assert shown.startswith("没有变化 no change")
    assert "仅页面套件不同 page furniture only (SPEC §12.4): 浏览次数:12" in shown


def test_values_read_naturally() -> None:
    assert said(None) == "—"
    assert said((1, 2)) == "1—2"
    assert said(("市教委", "市公安局")) == "市教委、市公安局"
    assert said(2.5) == "2.5"


def test_every_name_of_the_vocabulary_has_a_chinese_and_an_english_label() -> None:
    names = [("type", name) for name in (*CHANGE_TYPES, "format_only", "boilerplate_only")]
    names += [("severity", name) for name in SEVERITIES] + [("direction", name) for name in get_args(Direction)]
    for kind, name in names:
        chinese, _, english = label(kind, name).partition(" ")
        assert not chinese.isascii()
        assert english.isascii()
        assert english
