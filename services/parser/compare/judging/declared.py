"""Did the page own up to the change? A silent edit leaves title, number, dates and any revision notice as they were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from services.domain.document import Document
from services.parser.lexicon import load
from services.parser.text.layers import match

Edit = Literal["declared", "silent"]


def edit_of(old: Document, new: Document) -> Edit:
    """How `new` came from `old` (FEATURES 4): declared when a title, number or date moved or a notice was added."""
    declared = _identity(old) != _identity(new) or not set(_notices(new)) <= set(_notices(old))
    return "declared" if declared else "silent"


def _identity(document: Document) -> tuple[str | None, ...]:
    meta = document.metadata
    return (
        meta.title.normalised if meta.title else None,
        meta.doc_number.normalised if meta.doc_number else None,
        meta.date.iso if meta.date else None,
        meta.published_at,
    )


def _notices(document: Document) -> Iterator[str]:
    for line in match(document.text).split("\n"):
        if any(pattern.search(line) for pattern in _patterns()):
            yield line.strip()


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(entry["pattern"]) for entry in load("revision")["notice"])
