"""Lists of responsible units, 责任单位 (SPEC §2.3, §5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.parser.lexicon import load
from services.parser.reading.anatomy.layout import Row
from services.parser.reading.bodies import is_body
from services.parser.reading.memo import remembered
from services.parser.reading.patterns import any_of, any_word
from services.parser.reading.sentences import pairs

_WORDS = load("responsible")
_CLASSES = load("bodies")["classes"]
_DISTRICTS, _OPEN_ENDED = re.compile(_CLASSES["districts"]), re.compile(_CLASSES["open_ended"])
_LABEL = re.compile(rf"\s*{any_word(_WORDS['labels']['words'])}\s*:")
_LABEL_BEHIND = re.compile(rf"[。;](?={_LABEL.pattern})")
_INNER_LABEL = re.compile(rf"{any_word([*_WORDS['following']['words'], *_WORDS['labels']['words']])}\s*:")
_DUTIES = re.compile(_WORDS["duties"]["pattern"])
_AFTER, _BEFORE = any_of(_WORDS["words"]["after"]), re.compile(_WORDS["words"]["before"])
_BRACKETS = {"(": ")", "〔": "〕", "[": "]", "【": "】"}
_NESTED = re.compile(r"\([^()]*\)|〔[^〔〕]*〕|\[[^\[\]]*\]")
#: 各县(市、区)人民政府: a bracket that names more levels is part of the name.
_LEVELS_IN_BRACKETS = re.compile(r"(?<=各[县市区旗])\([市县区旗、]+\)")
_KEPT = str.maketrans("()、", "\ue000\ue001\ue002")
_GIVEN_BACK = {kept: bracket for bracket, kept in _KEPT.items()}
#: Longest name behind a label, where one of the names is a public body's (责任单位:市财政局、人行某市分行).
_LONGEST_NAME = 24
#: Longest list; longer brackets are text.
_LONGEST = 1500


@dataclass(frozen=True, slots=True)
class UnitList:
    """A list as found: its span with brackets, and what it names in order."""

    start: int
    end: int
    units: tuple[str, ...]
    bracket: str | None
    #: The list has its row to itself.
    alone: bool

    @property
    def all_districts(self) -> bool:
        return any(_DISTRICTS.match(unit) for unit in self.units)

    @property
    def open_ended(self) -> bool:
        return any(_OPEN_ENDED.search(unit) and not _DISTRICTS.match(unit) for unit in self.units)


def list_of(row: Row, start: int) -> UnitList | None:
    """The list that ends `row`, or that the row (its text from offset `start` on) consists of; None without one."""
    found = _list_in(row.text, start - row.start)
    return found and UnitList(
        row.start + found.start, row.start + found.end, found.units, found.bracket, alone=found.alone
    )


def _list_in(text: str, begin: int) -> UnitList | None:
    stop = len(text.rstrip().rstrip("。;"))
    if stop > begin and text[stop - 1] in _BRACKETS.values() and (found := _bracketed(text, begin, stop)):
        return found
    if ":" not in text:  # no label
        return None
    labelled = _LABEL.match(text, begin)
    if labelled and len(text) - begin <= _LONGEST:
        units = _units(text[labelled.end() : stop])
        return UnitList(begin, len(text), units, None, alone=True) if units else None
    return _behind(text, begin, stop)


def _behind(text: str, begin: int, stop: int) -> UnitList | None:
    """A list without brackets behind the row's last sentence: …20家。责任单位:市工业和信息化局、市商务局。"""
    window = max(begin, stop - _LONGEST)
    place = next((found.start() + 1 for found in _LABEL_BEHIND.finditer(text, window, stop)), None)
    labelled = _LABEL.match(text, place, stop) if place is not None else None
    if place is None or labelled is None or "。" in text[labelled.end() : stop]:
        return None
    units = _units(text[labelled.end() : stop])
    if not any(map(_is_unit, units)) or max(map(len, units)) > _LONGEST_NAME:
        return None
    start = place + len(text[place:stop]) - len(text[place:stop].lstrip())
    return UnitList(start, len(text), units, None, alone=False)


def _bracketed(text: str, begin: int, stop: int) -> UnitList | None:
    inside = _inside(text[max(begin, stop - _LONGEST) : stop])
    if inside is None:
        return None
    length, units, bracket = inside
    return UnitList(stop - length, stop, units, bracket, alone=not text[begin : stop - length].strip())


@remembered(2_048)
def _inside(text: str) -> tuple[int, tuple[str, ...], str] | None:
    """How long the list in brackets is that `text` ends in, what it names, its bracket; None where it ends in none."""
    stop = len(text)
    opened = next((o for o, c in pairs(text, 0, stop).items() if c == stop - 1), None)
    if opened is None or text[opened] not in _BRACKETS:
        return None
    inside = text[opened + 1 : stop - 1]
    labelled = _LABEL.match(inside)
    units = _units(inside[labelled.end() :] if labelled else inside)
    if not units or not (labelled or (_DUTIES.search(inside.rstrip("。")) and all(_is_unit(unit) for unit in units))):
        return None
    return stop - opened, units, text[opened]


def _units(text: str) -> tuple[str, ...]:
    """The units in order, nested brackets and duties removed; a comma parts like 、 (SPEC §5)."""
    flat = _LEVELS_IN_BRACKETS.sub(lambda levels: levels[0].translate(_KEPT), text)
    for _ in range(3):
        flat = _NESTED.sub("", flat)
    return tuple(dict.fromkeys(_names(_INNER_LABEL.sub("", flat))))


def _names(text: str) -> Iterator[str]:
    for piece in re.split(r"[、,;。\s]+", text):
        name = _BEFORE.sub("", piece.strip())
        while (shorter := _AFTER.sub("", name)) != name:
            name = shorter
        if name:
            yield name.translate(_GIVEN_BACK)


def _is_unit(name: str) -> bool:
    return is_body(name) or bool(_DISTRICTS.match(name) or _OPEN_ENDED.search(name))
