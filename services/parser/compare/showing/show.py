"""A comparison as text for people: the verdict first, then each change with its place, both wordings, marked.

2 处变化 changes · 最高级别 most serious: 严重 critical

■ 严重 critical · 目标降低 target lowered · 弱化 softened
  二、发展目标
  社区食堂数: 260 → 210
  旧 old  日间照料点45处、社区食堂[-260家-]、健身步道12条
  新 new  日间照料点45处、社区食堂{+210家+}、健身步道12条
"""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.change import Change, Comparison, Marks, Said, Severity, Suppression
from services.domain.document import Document
from services.parser.lexicon import load

_LABELS = load("labels")

_RESET = "\033[0m"
_COLOURS: dict[Severity, str] = {
    "critical": "\033[1;31m", "high": "\033[31m", "medium": "\033[33m", "low": "\033[36m", "info": "\033[2m",
    "none": "\033[2m",
}  # fmt: skip
_OLD, _NEW = "\033[31m", "\033[32m"

#: Characters shown on either side of a mark.
_AROUND = 24
#: Longest quotation; the rest of a long one is counted, not shown.
_LONGEST = 240


def show(comparison: Comparison, old: Document, new: Document, *, colour: bool = False) -> str:
    """Lines without a final line end. Without `colour` the marks are `[-old-]` and `{+new+}`."""
    lines = [_verdict(comparison, colour=colour)]
    for change in comparison.changes:
        lines += ["", *_change(change, old, new, colour=colour)]
    if comparison.suppressed:
        lines += ["", f"{len(comparison.suppressed)} {label('words', 'held')}"]
        lines += [f"  · {_held(one)}" for one in comparison.suppressed]
    return "\n".join(lines)


def label(kind: str, name: str) -> str:
    """Chinese and English; a name without a label is shown as it is."""
    return " ".join(_LABELS[kind].get(name, (name,)))


def said(value: Said) -> str:
    """A value for reading: — for nothing, a range with its dash, names with 、."""
    if value is None:
        return "—"
    if isinstance(value, tuple):
        return ("—" if all(isinstance(x, int | float) for x in value) else "、").join(str(x) for x in value)
    return str(value)


def stated(change: Change) -> tuple[str, str]:
    """What was said and what is said now, for reading; a level of firmness by its name."""
    before, after = said(change.before), said(change.after)
    if change.type in ("modality_softened", "modality_strengthened"):
        return label("modality", before), label("modality", after)
    return before, after


def _verdict(comparison: Comparison, *, colour: bool) -> str:
    if not comparison.changes:
        return label("words", "no_change")
    worst = comparison.changes[0].severity
    serious = f"{label('words', 'most_serious')}: {label('severity', worst)}"
    return _painted(
        f"{len(comparison.changes)} {label('words', 'changes')} · {serious}", _COLOURS[worst], colour=colour
    )


def _change(change: Change, old: Document, new: Document, *, colour: bool) -> Iterator[str]:
    named = [label("severity", change.severity), label("type", change.type)]
    named += [label("detail", change.detail)] if change.detail else []
    named += [label("direction", change.direction)] if change.direction in ("softened", "strengthened") else []
    yield _painted("■ " + " · ".join(named), _COLOURS[change.severity], colour=colour)
    if change.path:
        yield "  " + " › ".join(change.path)
    about = change.metric or (label("field", change.field) if change.field else None)
    yield "  " + (f"{about}: " if about else "") + f"{' → '.join(map(_short, stated(change)))}"
    if change.old_marks:
        yield f"  {label('words', 'before')}  " + _marked(
            old.source_text, change.old_marks, "[-", "-]", _OLD, colour=colour
        )
    if change.new_marks:
        yield f"  {label('words', 'after')}  " + _marked(
            new.source_text, change.new_marks, "{+", "+}", _NEW, colour=colour
        )
    if len(change.affected) > 1:
        yield f"  {label('words', 'affects')}: {len(change.affected)}"


def _held(one: Suppression) -> str:
    quotes = [quote.text for quote in (one.old, one.new) if quote]
    return f"{label('type', one.type)} ({one.rule}): " + " → ".join(
        _short(quote.replace("\n", "⏎")) for quote in quotes
    )


def _marked(text: str, marks: Marks, opening: str, closing: str, paint: str, *, colour: bool) -> str:
    """The marks in their line, with what stands around them; what lies far between two marks is left out."""
    start = max(text.rfind("\n", 0, marks[0][0]) + 1, marks[0][0] - _AROUND)
    parts = ["…" if start > 0 and text[start - 1] != "\n" else ""]
    position = start
    for a, b in marks:
        parts.append(_gap(text[position:a]))
        inner = _short(text[a:b].replace("\n", "⏎"))
        parts.append(f"{paint}{inner}{_RESET}" if colour else f"{opening}{inner}{closing}")
        position = b
    line_end = text.find("\n", position)
    end = min(len(text) if line_end < 0 else line_end, position + _AROUND)
    return "".join([*parts, text[position:end], "…" if end < len(text) and text[end] != "\n" else ""])


def _gap(between: str) -> str:
    plain = between.replace("\n", "⏎")
    return plain if len(plain) <= 2 * _AROUND else f"{plain[:_AROUND]} … {plain[-_AROUND:]}"


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}… (+{len(words) - _LONGEST})"


def _painted(line: str, paint: str, *, colour: bool) -> str:
    return f"{paint}{line}{_RESET}" if colour else line
