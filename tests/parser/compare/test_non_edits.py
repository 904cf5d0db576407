"""What differs and is no change: nothing is told, and the ledger keeps what was held back with its rule."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.compare.compare import body_key
from services.parser.reading.read import read_text
from services.parser.text.layers import match

Seed = Callable[[str], Document]
Changed = Callable[[Document, str], Comparison]

_FORMS: dict[str, Callable[[str], str]] = {
    "width": lambda text: text.replace(",", "，").replace(":", "：").replace("(", "（").replace(")", "）"),
    "quotes": lambda text: text.replace("“", "「").replace("”", "」"),
    "separators": lambda text: text.replace("、", ","),
    "script": match,
    "thousands": lambda text: re.sub(r"(?<![\d.,])(\d{1,3})(\d{3})(?=[家个人元户宗])", r"\1,\2", text),
    "reflow": lambda text: re.sub("。(?=[^\n])", "。\n", text, count=3),
}
_FURNITURE: dict[str, Callable[[str], str]] = {
    "counter": lambda text: text + "\n浏览次数:1087",
    "share bar": lambda text: text + "\n分享到:微信 微博\n打印|关闭",
    "related": lambda text: text + "\n相关稿件",
    "scan": lambda text: text.replace("扫一扫在手机打开当前页", "扫一扫在手机打开当前页面"),
}
_SEEDS = ["000", "001", "002", "003", "004"]


@pytest.mark.parametrize("number", _SEEDS)
@pytest.mark.parametrize("form", _FORMS)
def test_another_form_is_format_only(form: str, number: str, seed: Seed, changed: Changed) -> None:
    old = seed(number)
    text = _FORMS[form](old.text)
    found = changed(old, text)
    assert found.changes == ()
    assert {one.type for one in found.suppressed} <= {"format_only", "boilerplate_only"}
    if text != old.text:
        assert any(one.type == "format_only" for one in found.suppressed)
        assert body_key(read_text(text)) == body_key(old)


@pytest.mark.parametrize("number", _SEEDS)
@pytest.mark.parametrize("form", _FURNITURE)
def test_page_furniture_is_boilerplate_only(form: str, number: str, seed: Seed, changed: Changed) -> None:
    old = seed(number)
    text = _FURNITURE[form](old.text)
    found = changed(old, text)
    assert found.changes == ()
    assert {one.type for one in found.suppressed} == ({"boilerplate_only"} if text != old.text else set())


@pytest.mark.parametrize(("said", "again"), [("42820家", "4.282万家"), ("8,600亿元", "0.86万亿元")])
def test_the_same_number_written_otherwise(said: str, again: str, seed: Seed, changed: Changed) -> None:
    old = seed("000")
    assert said in old.text
    found = changed(old, old.text.replace(said, again, 1))
    assert found.changes == ()
    assert [one.type for one in found.suppressed] == ["format_only"]


def test_the_order_behind_the_first_unit_means_nothing(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    units = old.responsible_units[0]
    first, second, third = units.units[:3]
    plain = match(old.text)
    swapped = plain[units.start : units.end].replace(f"{second}、{third}", f"{third}、{second}")
    text = old.text[: units.start] + swapped + old.text[units.end :]
    assert swapped != plain[units.start : units.end]
    assert swapped.index(first) < swapped.index(third)
    found = changed(old, text)
    assert found.changes == ()
    assert "SPEC §12.15" in {one.rule for one in found.suppressed}


def test_another_form_and_a_real_edit_at_once(seed: Seed, changed: Changed) -> None:
    old = seed("001")
    found = changed(old, match(old.text).replace("300家", "200家", 1))
    assert [change.type for change in found.changes] == ["target_lowered"]
    assert "format_only" in {one.type for one in found.suppressed}


def test_a_word_changes_the_identity_of_the_body(seed: Seed) -> None:
    old = seed("002")
    assert body_key(read_text(old.text.replace("5.5%", "5.6%", 1))) != body_key(old)
