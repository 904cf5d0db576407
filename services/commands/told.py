"""What a command did, in a line for people or as one JSON value."""

from __future__ import annotations

import json
from typing import Any


def told(data: Any, line: str, *, as_json: bool) -> None:
    print(json.dumps(data, ensure_ascii=False) if as_json else line)
