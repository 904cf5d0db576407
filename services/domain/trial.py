"""What a first look at a column found, before anybody watches it."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.domain.document import Kind


@dataclass(frozen=True, slots=True)
class TrialItem:
    url: str
    title: str
    date: str | None


@dataclass(frozen=True, slots=True)
class TrialArticle:
    """The newest article, read as it would be from now on; `reason` says why it could not be."""

    url: str
    reason: str | None
    title: str | None = None
    kind: Kind | None = None
    agency: str | None = None
    published_at: str | None = None
    commitments: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """`reason` says why the column cannot be watched as it is, None where it can. `proposed` are settings to watch
    it with, named as in sources.toml; what could not be told is left out.
    """

    url: str
    reason: str | None
    items: tuple[TrialItem, ...] = ()
    more_pages: bool = False
    article: TrialArticle | None = None
    proposed: dict[str, str] = field(default_factory=dict)
    #: What to look at before trusting it.
    warnings: tuple[str, ...] = ()
