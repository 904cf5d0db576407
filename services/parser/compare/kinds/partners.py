"""Bodies a sentence names beside its subject: 由市教育局牵头,市财政局、市公安局等部门配合 (SPEC §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.parser.compare.marking.pair import Stretch
from services.parser.lexicon import load
from services.parser.reading.patterns import any_word

_WORDS = {name: any_word(entry["words"]) for name, entry in load("partners").items()}
_ENDS = any_word(load("bodies")["suffixes"]["words"])
#: 委托省测绘院 is an order, not a name.
_VERBS = any_word(word for group in load("verbs")["group"] for word in group["words"] if len(word) == 2)
_BODY = rf"(?!{_WORDS['together']}|{_VERBS})[\u4e00-\u9fff·]{{1,18}}?{_ENDS}"
_NAME = rf"(?:{_WORDS['groups']}|{_BODY})(?:\([^()]{{1,20}}\))?(?!{_WORDS['longer']})"
_OPENING = re.compile(rf"[,;。:()]|{_WORDS['together']}")
_BEHIND = rf"(?={_WORDS['links']}|{_WORDS['tails']}?{_WORDS['roles']}|[,;。:()])"
_LISTED = re.compile(_NAME + _BEHIND)
_TOLD = re.compile(_NAME)
_LINK = re.compile(_WORDS["links"])
_ROLE = re.compile(rf"{_WORDS['tails']}?{_WORDS['roles']}")


def partners(matched: str, start: int, end: int) -> tuple[tuple[str, Stretch], ...]:
    """Names in `matched[start:end]` with their places: rows that a role stands behind, or that 由 or 会同 opens."""
    found: dict[int, tuple[str, Stretch]] = {}
    for at, told in _openings(matched, start, end):
        row = list(_row(matched, at, end, told=told))
        if row and (told or _ROLE.match(matched, row[-1][1][1], end)):
            found.update((place[0], (name, place)) for name, place in row)
    return tuple(found[at] for at in sorted(found))


def apart(name: str) -> list[str]:
    """市民政局会同市财政局 is two bodies."""
    parts = re.split("会同|联合", name)
    return parts if len(parts) > 1 and all(_TOLD.fullmatch(part) for part in parts) else [name]


def _openings(matched: str, start: int, end: int) -> Iterator[tuple[int, bool]]:
    yield start, False
    for sign in _OPENING.finditer(matched, start, end):
        yield sign.end(), len(sign.group()) > 1 or sign.group() in "由商"


def _row(matched: str, at: int, end: int, *, told: bool) -> Iterator[tuple[str, Stretch]]:
    while name := _LISTED.match(matched, at, end) or (_TOLD.match(matched, at, end) if told else None):
        yield name.group(), name.span()
        link = _LINK.match(matched, name.end(), end)
        if link is None:
            return
        at = link.end()
