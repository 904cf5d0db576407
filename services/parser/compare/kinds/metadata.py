"""Metadata of the document (SPEC §12 row 5): what header and trailer of the text say, and what only the page says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from services.domain.change import Change
from services.domain.document import Metadata
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.marking.pair import Pair, Stretch, Verdict, held, told, touches, widened
from services.parser.compare.matching.view import View
from services.parser.reading.bodies import same_body
from services.parser.text.layers import key, match

_RULE = "SPEC §12.5"


#: 周立新等3名代表: how many the answer is for.
_AMONG = re.compile("等\\s?(?:[0-9]+|[一二两三四五六七八九十]+)\\s?[名位]?")

#: A text, or a list of names.
Value = str | tuple[str, ...]
Reading = Iterator[tuple[Value | None, object]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A field's value, and where it is written (None: on the page around the text)."""

    value: Value
    place: Stretch | None


def _entries(metadata: Metadata) -> dict[str, Entry]:
    """Field -> what it says; a field that says nothing is absent."""
    found: dict[str, Entry] = {}
    for field, read in _READERS.items():
        for value, item in read(metadata):
            if value:
                start, end = getattr(item, "start", None), getattr(item, "end", None)
                found[field] = Entry(value, (start, end) if start is not None and end is not None else None)
    return found


def _value(name: str) -> Callable[[Metadata], Reading]:
    """Fields that hold a normalised value."""

    def read(metadata: Metadata) -> Reading:
        item = getattr(metadata, name)
        if item is not None:
            yield item.normalised, item

    return read


def _recipient(metadata: Metadata) -> Reading:
    item = metadata.recipient
    if item is not None:
        among = _AMONG.search(match(item.text or ""))
        yield item.addressees or f"{item.name or ''}{among[0] if among else ''}{item.role or ''}", item


def _suggestion(part: str) -> Callable[[Metadata], Reading]:
    def read(metadata: Metadata) -> Reading:
        item = getattr(metadata.suggestion, part, None)
        if item is not None:
            yield item.normalised, item

    return read


def _date(metadata: Metadata) -> Reading:
    item = metadata.date
    if item is not None:
        yield item.iso or item.reading or item.text, item


def _plain(name: str, value: str) -> Callable[[Metadata], Reading]:
    """Fields whose value is one attribute of an item."""

    def read(metadata: Metadata) -> Reading:
        item = getattr(metadata, name)
        if item is not None:
            yield getattr(item, value), item

    return read


def _page(name: str) -> Callable[[Metadata], Reading]:
    """Fields only the page can say."""

    def read(metadata: Metadata) -> Reading:
        yield getattr(metadata, name), None

    return read


#: Field as reported -> how it is read. The suggestion's title and number are one field in two places.
_READERS: dict[str, Callable[[Metadata], Reading]] = {
    "title": _value("title"),
    "doc_number": _value("doc_number"),
    "agency": _value("agency"),
    "recipient": _recipient,
    "suggestion": _suggestion("number"),
    "suggestion.title": _suggestion("title"),
    "co_departments": _plain("co_departments", "units"),
    "approver": _plain("approver", "name"),
    "feedback": _plain("feedback", "to"),
    "date": _date,
    "publicity": _plain("publicity", "value"),
    "approval": _plain("approval", "by"),
    "result_class": _plain("result_class", "letter"),
    "publisher": _page("publisher"),
    "published_at": _page("published_at"),
}


def metadata(pair: Pair, left: Open) -> Found:
    """Fields whose words the hunks touch; words that still say the same value are held back."""
    olds, news = _entries(pair.frame.old.document.metadata), _entries(pair.frame.new.document.metadata)
    found = Found(left)
    for field in _READERS:
        old, new = olds.get(field), news.get(field)
        before = [old.place] if old and old.place else []
        after = [new.place] if new and new.place else []
        mine = tuple(hunk for hunk in found.left if touches(hunk, old=before, new=after))
        if not mine:
            continue
        if not same_value(field, old, new):
            names = _names(pair.frame.old, old), _names(pair.frame.new, new)
            change = _change(
                pair, field, old, new, tuple(widened(pair, hunk, old=names[0], new=names[1]) for hunk in mine)
            )
            found = Found(without(found.left, mine), (*found.changes, change), found.held)
        elif field not in _PHRASES:
            found = Found(
                without(found.left, mine), found.changes, (*found.held, held(pair, "format_only", _RULE, mine))
            )
    return found


def _names(view: View, entry: Entry | None) -> list[Stretch]:
    """Where the names of a list of bodies stand: a mark never cuts one."""
    if entry is None or entry.place is None or not isinstance(entry.value, tuple):
        return []
    spots = ((view.matched.find(name, *entry.place), len(name)) for name in entry.value)
    return [(at, at + length) for at, length in spots if at >= 0]


#: Their words are whole sentences: a new wording of those is no new form of the value.
_PHRASES = ("approver", "feedback", "approval", "publicity")


def same_value(field: str, old: Entry | None, new: Entry | None) -> bool:
    """Whether both say the same, however written: 09:51 and 09:51:00, a short and a full name."""
    a, b = (_plainly(entry.value) if entry else "" for entry in (old, new))
    if field == "published_at":
        return a.startswith(b) or b.startswith(a) if a and b else a == b
    if field in ("agency", "publisher") and a and b:
        return same_body(a, b)
    return key(match(a)) == key(match(b))


def _plainly(value: Value) -> str:
    return value if isinstance(value, str) else "、".join(value)


def _change(pair: Pair, field: str, old: Entry | None, new: Entry | None, mine: Open) -> Change:
    return replace(told(pair, _verdict(field, old, new), mine), field=_reported(field))


def _verdict(field: str, old: Entry | None, new: Entry | None) -> Verdict:
    before, after = old.value if old else None, new.value if new else None
    detail = None if before and after else "added" if after else "removed"
    level = severity.METADATA.get(_reported(field), "medium")
    return Verdict("metadata_changed", _RULE, level, "neutral", before, after, detail)


def _reported(field: str) -> str:
    return field.partition(".")[0]


def written_in(view: View, start: int, end: int) -> Iterator[tuple[str, Entry]]:
    """Fields whose words lie in `text[start:end]`."""
    for field, entry in _entries(view.document.metadata).items():
        if entry.place and start <= entry.place[0] and entry.place[1] <= end:
            yield field, entry


def gone_or_come(field: str, entry: Entry, *, old: bool) -> Verdict:
    """For a line that vanished or appeared with the field in it."""
    return _verdict(field, entry, None) if old else _verdict(field, None, entry)


def on_the_page(before: Metadata, after: Metadata) -> Iterator[Change]:
    """Fields that are written in neither text and differ. Where one side has none, it was read from another medium."""
    olds, news = _entries(before), _entries(after)
    for field in _READERS:
        old, new = olds.get(field), news.get(field)
        written = any(entry and entry.place for entry in (old, new))
        if written or old is None or new is None or same_value(field, old, new):
            continue
        verdict = _verdict(field, old, new)
        yield Change(
            verdict.type, verdict.severity, verdict.direction, verdict.detail, (), verdict.before, verdict.after,
            None, None, verdict.rule, field=_reported(field),
        )  # fmt: skip
