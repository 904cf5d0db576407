"""Runs inside the peers' own virtual environment: how many characters each peer's word diff marks.

A JSON pair of texts a line on stdin, a JSON object of counts a line on stdout.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path

Marked = Callable[[str, str], int]


class _Plain:
    """A job that sets nothing."""

    def __getattr__(self, name: str) -> None:
        return None


def _webchanges() -> Marked:
    """`differ: wdiff` of a job, on plain text."""
    differ = importlib.import_module("webchanges.differs").WdiffDiffer
    spans = re.compile(r"\x1b\[9[12]m(.*?)\x1b\[0m", re.DOTALL)

    def marked(old: str, new: str) -> int:
        asked = object.__new__(differ)
        asked.state = types.SimpleNamespace(
            old_data=old, new_data=new, old_mime_type="text/plain", new_mime_type="text/plain",
            old_timestamp=0, new_timestamp=1, is_markdown=lambda: False,
        )  # fmt: skip
        asked.job = _Plain()
        asked.make_timestamp = lambda *_: ""
        said = asked.differ({}, "plain")["plain"]
        body = said.split("\n", 2)[2]  # behind the two dates
        return sum(len(found[1]) for found in spans.finditer(body))

    return marked


def _changedetection() -> Marked:
    """`render_diff` as its notifications call it; the package around it needs a web server and is not opened."""
    found = importlib.util.find_spec("changedetectionio")
    if found is None or found.origin is None:
        raise ImportError("changedetectionio")
    package = types.ModuleType("changedetectionio")
    package.__path__ = [str(Path(found.origin).parent)]
    sys.modules["changedetectionio"] = package
    diff = importlib.import_module("changedetectionio.diff")
    importlib.import_module("loguru").logger.disable("changedetectionio")
    kinds = ("removed", "added", "changed", "changed_into")
    spans = re.compile("|".join(f"@{x}_PLACEMARKER_OPEN(.*?)@{x}_PLACEMARKER_CLOSED" for x in kinds), re.DOTALL)

    def marked(old: str, new: str) -> int:
        said = diff.render_diff(old, new, word_diff=True)
        return sum(len("".join(filter(None, found.groups()))) for found in spans.finditer(said))

    return marked


def main() -> None:
    peers = {"webchanges": _webchanges(), "changedetection.io": _changedetection()}
    for line in sys.stdin:
        old, new = json.loads(line)
        print(json.dumps({name: marked(old, new) for name, marked in peers.items()}), flush=True)


if __name__ == "__main__":
    main()
