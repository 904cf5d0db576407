"""Word lists as data: one TOML file a subject, every entry (or small group) with its reason.

`load("quality")` reads `quality.toml` of this folder. Callers compile what they need once, at import.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any


@functools.cache
def load(name: str) -> dict[str, Any]:
    """The word list `name`; the same object every time, so callers must not change it."""
    return tomllib.loads(resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
