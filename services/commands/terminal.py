"""Text on a terminal: long lines go on under their own beginning, Chinese characters two columns wide."""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

#: A colour, which takes no room, or one character.
_TOKEN = re.compile("\033\\[[0-9;]*m|.", re.DOTALL)
#: What a line begins with before its words: spaces, the side it shows.
_BEGINNING = re.compile(r"(?:\s*(?:旧 old|新 new)  |\s*)")
#: Narrower than this, indenting leaves no room for the words.
_NARROW = 24


def wrapped(text: str, columns: int) -> str:
    """Every line at most `columns` wide; nothing but line ends and spaces is added."""
    return "\n".join(_wrapped(line, columns) for line in text.split("\n"))


def width(text: str) -> int:
    return sum(_width(token) for token in _TOKEN.findall(text))


def _wrapped(line: str, columns: int) -> str:
    beginning = _BEGINNING.match(line)
    indent = width(beginning[0]) if beginning and columns > _NARROW else 0
    parts: list[str] = []
    used = 0
    for token in _TOKEN.findall(line):
        room = _width(token)
        if used + room > columns:
            parts.append("\n" + " " * indent)
            used = indent
        parts.append(token)
        used += room
    return "".join(parts)


def _width(token: str) -> int:
    if len(token) > 1 or combining(token):
        return 0
    return 2 if east_asian_width(token) in "WF" else 1
