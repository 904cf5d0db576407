"""How watching a source goes, in one word. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

#: new: not visited yet. failing: no answer about the page, several times in a row. blind: it answers, but nothing can
#: be read from it.
Health = Literal["new", "ok", "failing", "blind", "paused"]
#: Visits in a row without an answer that make a source failing; one or two are the weather.
FAILING = 3


def health(status: str, failures: int, last_visit: datetime | None, last_readable: datetime | None) -> Health:
    if status != "active":
        return "paused"
    if last_visit is None:
        return "new"
    if failures >= FAILING:
        return "failing"
    if last_readable is None or (failures == 0 and last_readable < last_visit):
        return "blind"
    return "ok"
