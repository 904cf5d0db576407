"""Truths of documents beside the gold, in outline, turned into the shape gold/score.py compares (SCHEMA.md).

An outline's lines stand in the order of the text, each `head | first words`:

    S form depth mode kind              a section; the words are its whole heading
    U label                             a unit that promises nothing
    C tier actors source due            a promise; due is a date, 3y, the words of a term without a date, or -
    R actors [@heading]                 a list of responsible units, whole, and its section where it is not the last
    T                                   the name of the department whose answer follows

`targets` and `figures` list the numbers promised and reported, as written, in order.

A unit ends where the next entry begins, at the latest with its line, and belongs to the section before it.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from services.parser.page.plain import page_of_text
from services.parser.text.layers import canonical, match
from services.parser.text.script import to_simplified

FOLDER = Path(__file__).parent / "gold" / "held_out"
TRUTHS = sorted(FOLDER.glob("*.toml"))

Entry = tuple[list[str], int, int]


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def gold_of(truth: dict[str, Any]) -> dict[str, Any]:
    text = page_of_text(truth["text"]).text
    metadata = {"title": None, "agency": None, "date": None} | truth["metadata"]
    references = _references(text, truth["references"])
    numbers = {part: _numbers(text, truth[part]) for part in ("targets", "figures")}
    shaped = _shaped(text, _entries(text, truth["outline"])) | numbers
    return shaped | {"references": references, "metadata": _plain(metadata)}


def predicted(document: dict[str, Any]) -> dict[str, Any]:
    """A read document with its deadlines as an outline writes them."""
    promises = [promise | {"due": _due(promise["deadline"])} for promise in document["commitments"]]
    return document | {"commitments": promises}


def _due(deadline: dict[str, Any] | None) -> str | None:
    if deadline is None:
        return None
    years = deadline["duration_years"]
    return str(deadline["end"] or (f"{years}y" if years else deadline["raw"]))


def _entries(text: str, outline: str) -> list[Entry]:
    entries: list[Entry] = []
    at = 0
    for line in filter(str.strip, outline.splitlines()):
        head, words = line.split("|", 1)
        words = canonical(words.strip().replace("\\n", "\n"))
        start = text.index(words, at)
        at = start + (0 if head.startswith("S next_step") else len(words.split("\n")[0]))
        entries.append((head.split(), start, start + len(words.split("\n")[0])))
    return entries


def _shaped(text: str, entries: list[Entry]) -> dict[str, Any]:
    found: dict[str, Any] = {"sections": [], "units": [], "commitments": [], "responsible_units": []}
    owner: str | None = None
    for number, (head, start, end) in enumerate(entries):
        if head[0] == "S":
            owner = f"S{number}"
            form, depth, mode, kind = head[1:]
            named = {"form": form, "depth": int(depth), "mode": mode, "kind": kind}
            found["sections"].append({"id": owner, "start": start, "end": end} | named)
        elif head[0] == "T":
            owner = None
        elif head[0] == "R":
            section = _named(text, found["sections"], head[2].removeprefix("@")) if head[2:] else owner
            span = {"start": start, "end": end}
            found["responsible_units"].append(span | {"units": head[1].split("/"), "section": section})
            found["units"].append(span | {"label": "units"})
        else:
            following = [begin for _, begin, _ in entries[number + 1 :] if begin > start]
            line = text.find("\n", start)
            last = min([line if line >= 0 else len(text), *following[:1]])
            span = {"start": start, "end": start + len(text[start:last].rstrip())}
            found["units"].append(span | {"label": head[1] if head[0] == "U" else "commitment"})
            if head[0] == "C":
                found["commitments"].append(span | _promise(head) | {"section": owner})
    return found


def _promise(head: list[str]) -> dict[str, Any]:
    _, tier, actors, source, due = head
    return {"tier": tier, "actors": actors.split("/"), "actor_source": source, "due": None if due == "-" else due}


def _named(text: str, sections: list[dict[str, Any]], heading: str) -> str:
    return next(str(each["id"]) for each in sections if text.startswith(canonical(heading), each["start"]))


def _references(text: str, wanted: list[list[str]]) -> list[dict[str, Any]]:
    read, found, at = to_simplified(match(text)), [], 0
    for role, title, *number in wanted:
        start = read.index(f"《{match(title)}》", at)
        at = start + 1
        named = {"title": match(title), "role": role, "doc_number": number[0] if number else None}
        found.append({"start": start, "end": start + len(title) + 2} | named)
    return found


def _numbers(text: str, written: list[str]) -> list[dict[str, int]]:
    found, at = [], 0
    for raw in map(canonical, written):
        place = re.compile(f"(?<![0-9.]){re.escape(raw)}").search(text, at)
        assert place is not None, raw
        at = place.end()
        found.append({"start": place.start(), "end": at})
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return canonical(value) if isinstance(value, str) else value
