"""Ids of what was found in a document, once its order is known: T-01 …, F-01 …."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import TypeVar

from services.domain.commitment import Target
from services.domain.figure import Figure

_Found = TypeVar("_Found", Target, Figure)
#: All but the id, which is the first; `replace` asks for them one by one at every call, at five times the price.
_REST = {kind: attrgetter(*(each.name for each in fields(kind)[1:])) for kind in (Target, Figure)}


def numbered(found: Sequence[_Found], letter: str) -> tuple[_Found, ...]:
    """`found` with its ids, in the order given."""
    return tuple([type(each)(f"{letter}-{at:02d}", *_REST[type(each)](each)) for at, each in enumerate(found, 1)])
