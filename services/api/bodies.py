"""Which of the names that documents use for public bodies a caller means by the one name given."""

from __future__ import annotations

from collections.abc import Callable, Collection

from services.parser.reading.bodies import same_body, short_name, variants_of


def names_meant(name: str, stored: Callable[[Collection[str]], tuple[str, ...]]) -> tuple[str, ...]:
    """The stored names, full or short, that can mean the body `name` (see `same_body`).

    `stored` looks names up by their short names, which an index can do; what it finds is then judged one by one.
    """
    return tuple(one for one in stored(frozenset(variants_of(short_name(name)))) if same_body(one, name))
