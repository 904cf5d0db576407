"""A column to watch: one list page of an official site and what its owner expects of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.domain.document import Kind

#: Who owns what was made without naming an owner.
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Source:
    """`every` is the time between two visits of the list page.

    `verified` is the date somebody last saw the column work, or "never". Documents found on the first visit are
    backfill: stored, and told only to those who ask for it.
    """

    id: str
    url: str
    name: str
    every: timedelta
    owner: str = LOCAL
    agency: str | None = None
    region: str | None = None
    kind: Kind | None = None
    verified: str = "never"
    #: What the source states it expects of every document: least length in characters, words that must occur.
    min_length: int = 0
    must_contain: tuple[str, ...] = ()
    #: CSS selector of the body, where the known families do not fit.
    body: str | None = None
