"""Changes over all documents as the API shows them: JSON, rows of a table. Pure."""

from __future__ import annotations

from typing import Any

from services.domain.change import Said
from services.parser.compare.showing.telling import change_data
from services.storage.recent import About, RecentChange

CSV_HEADER = (
    "recorded", "observed", "document", "version", "edit", "url", "title", "kind", "agency", "section", "type",
    "severity", "direction", "detail", "metric", "before", "after", "context_before", "context_after", "tier", "actors",
    "rule", "link",
)  # fmt: skip
_BETWEEN = "; "


def recent_data(one: RecentChange, address: str) -> dict[str, Any]:
    return {
        **about_data(one.about),
        "ordinal": one.ordinal,
        **change_data(one.change),
        "links": links(one.about, address),
    }


def about_data(about: About) -> dict[str, Any]:
    return {
        "document": {
            "id": about.document,
            "url": about.url,
            "title": about.title,
            "kind": about.kind,
            "agency": about.agency,
            "source": about.source,
        },
        "version": about.n,
        "edit": about.edit,
        "observed": about.observed.isoformat(),
        "recorded": about.recorded.isoformat(),
    }


def links(about: About, address: str) -> dict[str, str]:
    here = f"{address}/documents/{about.document}"
    found = {"document": here, "history": f"{here}/history"}
    if about.n > 1:
        found["comparison"] = f"{here}/versions/{about.n - 1}..{about.n}/changes"
    return found


def csv_row(one: RecentChange, address: str) -> tuple[str, ...]:
    """One cell for each of CSV_HEADER."""
    about, change = one.about, one.change
    return (
        about.recorded.isoformat(),
        about.observed.isoformat(),
        about.document,
        str(about.n),
        about.edit,
        about.url,
        about.title or "",
        about.kind,
        about.agency or "",
        _BETWEEN.join(change.path),
        change.type,
        change.severity,
        change.direction,
        change.detail or "",
        change.metric or "",
        said(change.before),
        said(change.after),
        change.context_before or "",
        change.context_after or "",
        change.tier or "",
        _BETWEEN.join(change.actors),
        change.rule,
        links(about, address)["history"],
    )


def said(value: Said) -> str:
    """What a side says, in one cell."""
    if isinstance(value, tuple):
        return _BETWEEN.join(map(str, value))
    return "" if value is None else str(value)
