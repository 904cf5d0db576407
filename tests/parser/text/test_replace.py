"""Replacing characters: both ways of doing it give one result."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.text.replace import Replacement

LETTERS = {chr(0x4E00 + i): chr(0x9000 + i) for i in range(200)} | {"\U0002005e": "x"}
REPLACE = Replacement(LETTERS)


@given(st.text(st.sampled_from([*LETTERS, "x", "\U00020060", "中", "\ud800"])))
def test_few_and_many_different_characters(text: str) -> None:
    assert REPLACE(text) == "".join(LETTERS.get(character, character) for character in text)


def test_many_different_characters_at_once() -> None:
    assert REPLACE("".join(LETTERS)) == "".join(LETTERS.values())


def test_a_chain_is_refused() -> None:
    with pytest.raises(ValueError, match="b"):
        Replacement({"a": "b", "b": "c"})
