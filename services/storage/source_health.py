"""How watching a source goes, in one word. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.storage.sources import Health as Told

#: new: not visited yet; ok, failing, blind, noisy: as told last (fetcher/health.py).
Health = Literal["new", "ok", "failing", "blind", "noisy", "paused"]


def health(status: str, last_visit: datetime | None, told: Told | None) -> Health:
    if status != "active":
        return "paused"
    return "new" if last_visit is None else told or "ok"
