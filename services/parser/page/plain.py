"""A text file in the seeds' form, and what makes a line furniture (SPEC §1.3, §17)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.domain.document import Quality
from services.parser.lexicon import load
from services.parser.page import catalogue, head
from services.parser.page.lines import Row
from services.parser.page.model import Line, Page
from services.parser.text.layers import canonical, match

_FURNITURE = load("furniture")
_LONGEST: int = _FURNITURE["longest"]
_AROUND: str = _FURNITURE["around"]
_RULES: list[dict[str, Any]] = _FURNITURE["line"]
#: One alternation, each rule a named group: a line costs one match, however many rules there are.
_WHOLE = re.compile("|".join(f"(?P<{rule['id']}>{rule['pattern']})" for rule in _RULES if "contains" not in rule))
#: Rules for lines that can begin anyhow: a word finds them faster than a pattern.
_ANYWHERE = tuple(
    (word, re.compile(rule.get("pattern", "")), str(rule["id"])) for rule in _RULES for word in rule.get("contains", ())
)
#: A block of metadata stands in so many lines at the top.
_TOP = 16
#: Only these end a line: other separators of Unicode stand inside paragraphs.
_BREAK = re.compile("\r\n|\r|\n")


def may_be_furniture(line: str) -> bool:
    """Whether any rule could fit the line: prose it does not look at."""
    return len(line) <= _LONGEST and "。" not in line


def furniture(line: str, matched: str | None = None) -> str | None:
    """The id of the rule in `lexicon/furniture.toml` that calls the whole `line` furniture, in either script.

    `matched` is the line's MATCH layer, for callers that have it.
    """
    if not may_be_furniture(line):
        return None
    whole = (match(line) if matched is None else matched).strip().lower()
    if found := _WHOLE.fullmatch(whole.strip(_AROUND) or whole):
        return found.lastgroup
    return next((rule for word, pattern, rule in _ANYWHERE if word in whole and pattern.search(whole)), None)


def page_of_text(text: str) -> Page:
    """A text file as a page: every line that is not blank, trimmed, furniture labelled but kept.

    For a file in the seeds' form `Page.text` equals the file, without the line break at its end if it has one.
    """
    lines = [_line(source) for source in _BREAK.split(text.removeprefix("\ufeff")) if source.strip()]
    block = _catalogue(lines)
    name = next((block[label] for label in ("标题", "名称") if label in block), None)
    title = (name, "catalogue") if name else None
    return Page(
        tuple(lines),
        _quality(lines),
        title=title,
        published_at=head.published_at({}, "", block),
        publisher=head.publisher({}, block),
        catalogue=block,
        plain=True,
    )


def _catalogue(lines: list[Line]) -> dict[str, str]:
    """The block above the document, its lines labelled in place."""
    rows = [Row(line.source, line.table_row) for line in lines[:_TOP]]
    block = catalogue.of_rows(rows)
    surplus = catalogue.surplus(rows, block)
    for at, row in enumerate(rows):
        if block and not lines[at].furniture and (at in surplus or catalogue.is_catalogue_row(row, block)):
            lines[at] = replace(lines[at], furniture="line:catalogue")
    return block


def _line(source: str) -> Line:
    source = source.strip()
    return Line(canonical(source), source, table_row="\t" in source, furniture=furniture(source))


def _quality(lines: Sequence[Line]) -> Quality:
    if all(line.furniture for line in lines):
        return Quality("absent", "empty", "no line of text", container="text file")
    return Quality("ok", container="text file")
