"""A comparison as one HTML page: the verdict first, each change, then both texts side by side with the marks.

The page stands alone: no script, nothing loaded, and a policy of its own that lets only its own style in. Everything
that comes from a document is escaped; nothing of it can run or leave its place.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from services.domain.change import Change, Comparison, Marks
from services.domain.document import Document
from services.parser.compare.showing.rows import Line, Row, rows
from services.parser.compare.showing.show import label, stated

_STYLE = """
body{font:16px/1.6 serif;margin:2em auto;max-width:80em;padding:0 1em;color:#222;background:#fff}
h1{font-size:1.3em}table{border-collapse:collapse;width:100%;table-layout:fixed}
td{border:1px solid #ddd;padding:.3em .6em;vertical-align:top;overflow-wrap:anywhere;unicode-bidi:isolate}
li{margin:.6em 0;unicode-bidi:isolate}small{color:#666}.skip{text-align:center;color:#666;background:#f6f6f6}
del{background:#fdd;text-decoration:line-through}ins{background:#dfd;text-decoration:none}
.held{background:#eee;text-decoration:none}.critical,.high{color:#a00}.medium{color:#850}
del{color:#700}ins{color:#040}
@media(max-width:40em){body{margin:1em auto;padding:0 .6em}ol{padding-left:1.4em}
td,th{display:block;border-width:0 0 1px}td:empty{display:none}tr{display:block;margin:0 0 .8em;border:1px solid #ddd}}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}td,tr{border-color:#444}small,.skip{color:#aaa}
.skip{background:#222}del{color:#fbb;background:#512}ins{color:#bfb;background:#153}.held{background:#333}
.critical,.high{color:#f88}.medium{color:#db6}}
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"

#: Control characters have no place in HTML; the same number of signs stands for them.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Signs that turn the writing direction could reorder what a reader sees.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
#: Unchanged lines shown on either side of a changed one.
_AROUND = 1


def page(comparison: Comparison, old: Document, new: Document) -> str:
    """The whole page; `lang` is Chinese, labels are Chinese and English. Save it as UTF-8."""
    body = [
        f"<h1>{_verdict(comparison)}</h1>",
        *_changes(comparison.changes),
        *_held(comparison),
        *_table(comparison, old, new),
    ]
    head = (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="referrer" content="no-referrer"><title>'
        f"{_verdict(comparison)}</title><style>{_STYLE}</style></head><body>"
    )
    return "\n".join([head, *body, "</body></html>\n"])


def _text(words: str) -> str:
    return escape(_BIDI.sub("\ufffd", _CONTROL.sub("\ufffd", words)), quote=True)


def _verdict(comparison: Comparison) -> str:
    if not comparison.changes:
        return _text(label("words", "no_change"))
    worst = label("severity", comparison.changes[0].severity)
    count = f"{len(comparison.changes)} {label('words', 'changes')}"
    return _text(f"{count} · {label('words', 'most_serious')}: {worst}")


def _changes(changes: Iterable[Change]) -> Iterator[str]:
    yield "<ol>"
    for change in changes:
        named = [label("severity", change.severity), label("type", change.type)]
        named += [label("detail", change.detail)] if change.detail else []
        named += [label("direction", change.direction)]
        before, after = stated(change)
        about = change.metric or (label("field", change.field) if change.field else "")
        yield (
            f'<li><strong class="{_text(change.severity)}">{_text(" · ".join(named))}</strong>'
            f"<br><small>{_text(' › '.join(change.path))}</small>"
            f"<br>{_text(about + ': ' if about else '')}<del>{_text(before)}</del> → <ins>{_text(after)}</ins></li>"
        )
    yield "</ol>"


def _held(comparison: Comparison) -> Iterator[str]:
    if comparison.suppressed:
        yield f"<p><small>{len(comparison.suppressed)} {_text(label('words', 'held'))}: "
        yield _text("; ".join(f"{label('type', one.type)} ({one.rule})" for one in comparison.suppressed))
        yield "</small></p>"


def _table(comparison: Comparison, old: Document, new: Document) -> Iterator[str]:
    marks = tuple(
        _placed((x.old_marks if side else x.new_marks for x in comparison.changes), "del" if side else "ins")
        + _placed((x.old_marks if side else x.new_marks for x in comparison.suppressed), "span")
        for side in (True, False)
    )
    before, after = (sorted(side) for side in marks)
    a, b = old.source_text, new.source_text
    every = list(rows(a, b))
    shown = _shown([row[0] is None or row[1] is None or a[slice(*row[0])] != b[slice(*row[1])] for row in every])
    yield f"<table><tr><th>{_text(label('words', 'before'))}</th><th>{_text(label('words', 'after'))}</th></tr>"
    for visible, group in groupby(zip(shown, every, strict=True), key=lambda spot: spot[0]):
        found = [row for _, row in group]
        if visible:
            yield from (_row(row, a, b, before, after) for row in found)
        else:
            yield f'<tr><td class="skip" colspan="2">{len(found)} {_text(label("words", "unchanged"))}</td></tr>'
    yield "</table>"


Placed = tuple[int, int, str]


def _placed(marks: Iterable[Marks], tag: str) -> list[Placed]:
    return [(start, end, tag) for spans in marks for start, end in spans]


def _shown(differs: list[bool]) -> list[bool]:
    """Whether a row differs or stands beside one that does."""
    return [any(differs[max(0, at - _AROUND) : at + _AROUND + 1]) for at in range(len(differs))]


def _row(row: Row, old: str, new: str, before: list[Placed], after: list[Placed]) -> str:
    return f"<tr><td>{_cell(old, row[0], before)}</td><td>{_cell(new, row[1], after)}</td></tr>"


def _cell(text: str, line: Line | None, marks: list[Placed]) -> str:
    if line is None:
        return ""
    position, end = line
    parts: list[str] = []
    for start, stop, tag in marks:
        if stop <= position or start >= end:
            continue
        start, stop = max(start, position), min(stop, end)
        opened = f'<{tag} class="held">' if tag == "span" else f"<{tag}>"
        parts += (_text(text[position:start]), f"{opened}{_text(text[start:stop])}</{tag}>")
        position = stop
    return "".join([*parts, _text(text[position:end])])
