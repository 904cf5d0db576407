"""Is the document still there? Absence is believed only after enough observations (SPEC §12 row 1). Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from services.storage.documents import Presence

#: gone: 404, 410 or the site's error template; empty: a 200 without a body.
Absence = Literal["gone", "empty"]
Turn = Literal["removed", "restored"]

LEAST_SPAN = timedelta(hours=24)
LEAST_OBSERVATIONS: dict[str, int] = {"gone": 2, "empty": 3}


def seen(state: Presence) -> tuple[Presence, Turn | None]:
    """The document was there: any absence ends."""
    return Presence(), "restored" if state.status == "removed" else None


def missed(
    state: Presence, kind: Absence, at: datetime, list_readable: datetime | None
) -> tuple[Presence, Turn | None]:
    """The document was not there at `at`; `list_readable` is the last time its column could be read."""
    if state.status == "removed":
        return state, None
    worst = "empty" if "empty" in (kind, state.absent_kind) else "gone"
    since = state.absent_since or at
    state = replace(state, absent_since=since, absent_count=state.absent_count + 1, absent_kind=worst)
    # two gone answers prove nothing while the whole site is down: its list must have been readable in between
    column_alive = worst == "empty" or (list_readable is not None and since < list_readable <= at)
    enough = state.absent_count >= LEAST_OBSERVATIONS[worst] and at - since >= LEAST_SPAN
    return (replace(state, status="removed"), "removed") if enough and column_alive else (state, None)
