"""What is made of a piece of text alone is remembered with it: most of a page that is read again says what it said.

A memory is bounded (`lru_cache`) and keyed by the whole text its answers are made of, so an answer from memory is the
one that reading would give, whatever was read in between, in this thread or another.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

_Answer = TypeVar("_Answer")


class Remembering:
    """A piece of text that keeps the answers about it."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[Hashable, object] = {}

    def once(self, asked: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        """`answer()`, found out at the first asking. Threads that ask at once may both find it out: it is the same."""
        if asked not in self._answers:
            self._answers[asked] = answer()
        return cast(_Answer, self._answers[asked])
