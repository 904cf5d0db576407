"""Patterns made of word lists."""

import re

from services.parser.reading.patterns import alternatives


def test_the_longest_word_that_fits_is_found() -> None:
    assert re.findall(alternatives(["新设", "新", "推进"]), "新设一家,新增一家,推进一家") == ["新设", "新", "推进"]


def test_a_word_stands_behind_none_of_the_characters_told_for_its_first_one() -> None:
    pattern = re.compile(alternatives(["新设", "设计", "推进"], {"新": "创更", "无": "有"}))
    assert pattern.findall("创新设计") == ["设计"]
    assert pattern.findall("新设") == pattern.findall("又新设") == ["新设"]
    assert pattern.findall("创推进") == ["推进"]
