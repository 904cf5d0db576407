"""What is made of a piece of text alone is remembered: most of a page that is read again says what it said before.

A memory is keyed by all that its answer is made of, so an answer from memory is the one that reading would give,
whatever was read in between, in this thread or another. It is bounded in number and in the length of its texts: all of
them together take about 60 MB of a process that has read enough.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

_Answer = TypeVar("_Answer")
_Rest = ParamSpec("_Rest")
_KEPT: list[Any] = []

#: A longer piece than this is looked at each time; paragraphs have a few hundred characters.
LONGEST = 1_000


def remembered(
    most: int, longest: int = LONGEST
) -> Callable[[Callable[Concatenate[str, _Rest], _Answer]], Callable[Concatenate[str, _Rest], _Answer]]:
    """Keep the last `most` answers about texts of at most `longest` characters, the first argument. The answers are
    shared: nobody may change one."""

    def keeping(function: Callable[Concatenate[str, _Rest], _Answer]) -> Callable[Concatenate[str, _Rest], _Answer]:
        kept = cast("Callable[Concatenate[str, _Rest], _Answer]", lru_cache(maxsize=most)(function))
        _KEPT.append(kept)

        @wraps(function)
        def asked(text: str, *args: _Rest.args, **kwargs: _Rest.kwargs) -> _Answer:
            return (kept if len(text) <= longest else function)(text, *args, **kwargs)

        return cast("Callable[Concatenate[str, _Rest], _Answer]", asked)

    return keeping


def kept() -> Iterator[Any]:
    """Every memory there is, an `lru_cache` each."""
    return iter(_KEPT)


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
