"""What each problem's `code` means, and the page that its `type` leads to."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

PATH = "/docs/problems"


@dataclass(frozen=True, slots=True)
class ProblemType:
    code: str
    status: int
    meaning: str
    remedy: str


@cache
def problem_types() -> dict[str, ProblemType]:
    table = tomllib.loads((Path(__file__).parent / "problem_types.toml").read_text(encoding="utf-8"))
    return {code: ProblemType(code, **about) for code, about in table.items()}


def type_of(code: str) -> str:
    """The URI of a problem type; RFC 9457's about:blank for what only the status says."""
    return f"{PATH}#{code}" if code in problem_types() else "about:blank"


def page() -> str:
    """All of them as one HTML page."""
    rows = "".join(
        f'<section id="{escape(one.code)}"><h2>{escape(one.code)} <small>{one.status}</small></h2>'
        f"<p>{escape(one.meaning)}</p><p><b>Remedy:</b> {escape(one.remedy)}</p></section>"
        for one in problem_types().values()
    )
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Dafu: problem types</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>Problem types</h1>{rows}</body></html>'
