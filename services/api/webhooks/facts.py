"""What filters ask about an event, gathered from the message and, where that is not enough, from what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from services.api.webhooks.match import Facts
from services.domain.document import Document
from services.domain.errors import NotFound
from services.domain.event import Event
from services.parser.compare.showing.telling import change_data
from services.storage import versions

_REVISED = "document.revised"


def facts_of(conn: Connection, event: Event, *, content: bool) -> Facts:
    """`content`: some filter asks about the document itself."""
    data = event.data
    changes = data.get("changes", [])
    if len(changes) < data.get("changes_total", 0):
        changes = _all_changes(conn, data) or changes
    if not content or event.type == _REVISED or not event.type.startswith("document."):
        return Facts(event.type, data, changes)
    structure = _structure(conn, data)
    if structure is None:
        return Facts(event.type, data, changes)
    held = [one.deadline for one in structure.commitments] + [one.deadline for one in structure.targets]
    deadlines = tuple(one.end for one in held if one is not None and one.end is not None)
    return Facts(event.type, data, changes, structure.text, bool(structure.targets), deadlines)


def _all_changes(conn: Connection, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of the version the event tells; none where the message does not say which."""
    try:
        record, _ = versions.get_version(conn, data["document"]["id"], data["version"])
    except (KeyError, NotFound):
        return []
    return [change_data(change) for change in record.changes]


def _structure(conn: Connection, data: Mapping[str, Any]) -> Document | None:
    """The version told, else the one the page showed last."""
    id_ = data.get("document", {}).get("id", "")
    if data.get("version") is None:
        current = versions.current_version(conn, id_)
        return current.structure if current else None
    try:
        return versions.get_version(conn, id_, data["version"])[1]
    except NotFound:
        return None
