"""Where a demo stands, so that one that was ended half-way goes on in its folder."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoState:
    """Ports are kept because addresses, and with them ids, are made from them."""

    site_port: int = 0
    receiver_port: int = 0
    api_port: int = 0
    secret: str = ""
    #: The simulated time reached, ISO 8601.
    clock: str = ""
    finished: bool = False

    @property
    def now(self) -> datetime | None:
        return datetime.fromisoformat(self.clock) if self.clock else None


def resume(folder: Path) -> DemoState:
    """The state in `folder`; a finished or unreadable demo is cleared away first."""
    path = folder / "demo.json"
    try:
        state = DemoState(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        state = DemoState(finished=True)
    if not state.finished:
        return state
    for item in folder.iterdir():
        if item.name != "lock":
            shutil.rmtree(item) if item.is_dir() else item.unlink()
    return DemoState()


def save(folder: Path, state: DemoState) -> None:
    """Whole or not at all."""
    draft = folder / "demo.json.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / "demo.json")
