"""Did the page own up to the change? A silent edit leaves title, number, dates and any revision notice as they were."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from services.domain.document import Document
from services.parser.lexicon import load
from services.parser.text.layers import match

Edit = Literal["declared", "silent"]


def edit_of(old: Document, new: Document) -> Edit:
    """How `new` came from `old`: declared when a title or number changed, a date moved on, or a notice was added.

    A date that moves back, or away, owns up to nothing.
    """
    declared = _noticed(old, new) or _named(old) != _named(new) or any(map(_later, _dates(old), _dates(new)))
    return "declared" if declared else "silent"


def _named(document: Document) -> tuple[str | None, ...]:
    meta = document.metadata
    return meta.title.normalised if meta.title else None, meta.doc_number.normalised if meta.doc_number else None


def _dates(document: Document) -> tuple[str | None, ...]:
    """ISO 8601 without a zone: the order of the texts is that of the times."""
    return document.metadata.date.iso if document.metadata.date else None, document.metadata.published_at


def _later(before: str | None, after: str | None) -> bool:
    return after is not None and (before is None or after > before)


def _noticed(old: Document, new: Document) -> bool:
    """Whether `new` bears a notice of revision that `old` does not; looked for in the lines that are new."""
    before = match(old.text).split("\n")
    come = {*match(new.text).split("\n")}.difference(before)
    notices = {line.strip() for line in come if _is_notice(line)}
    return bool(notices) and not notices <= {line.strip() for line in before if _is_notice(line)}


def _is_notice(line: str) -> bool:
    return any(pattern.search(line) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(entry["pattern"]) for entry in load("revision")["notice"])
