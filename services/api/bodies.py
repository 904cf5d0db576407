"""Which of the names that documents use for public bodies a caller means by the one name given."""

from __future__ import annotations

from collections.abc import Callable, Collection

from services.parser.lexicon import load
from services.parser.reading.bodies import same_body, short_name

_VARIANTS: tuple[tuple[str, ...], ...] = tuple(map(tuple, load("bodies")["variants"]["groups"]))


def names_meant(name: str, stored: Callable[[Collection[str]], tuple[str, ...]]) -> tuple[str, ...]:
    """The stored names, full or short, that can mean the body `name` (see `same_body`).

    `stored` looks names up by their short names, which an index can do; what it finds is then judged one by one.
    """
    return tuple(one for one in stored(_short_names(name)) if same_body(one, name))


def _short_names(name: str) -> frozenset[str]:
    """市发改委 is found as 市发展改革委 too."""
    short = short_name(name)
    stems = ((stem, group) for group in _VARIANTS for stem in group if short.endswith(stem))
    return frozenset({short, *(short.removesuffix(stem) + other for stem, group in stems for other in group)})
