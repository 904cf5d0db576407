"""`dafu parse` and `dafu diff`."""

from __future__ import annotations

import sys
from bisect import bisect_left
from shutil import get_terminal_size

from services.commands import explained
from services.commands.inputs import read_input
from services.commands.marked import marked_lines
from services.commands.sides import two_sides
from services.commands.terminal import wrapped
from services.domain.commitment import Commitment, Target
from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.compare.showing.page import page
from services.parser.compare.showing.show import show
from services.storage.codec import encode


def parse_command(name: str, url: str | None, *, as_json: bool, explain: bool = False) -> int:
    """0 for a document, 1 for a page that holds none (with the reason on stderr)."""
    document = read_input(name, url)
    if explain:
        print(explained.explain(document, as_json=as_json))
    else:
        print(encode(document).decode() if as_json else summary(document, colour=sys.stdout.isatty()))
    if document.quality.verdict == "ok":
        return 0
    quality = document.quality
    print(f"dafu: {name}: no document: {quality.reason} ({quality.evidence or quality.verdict})", file=sys.stderr)
    return 1


def diff_command(old: str, new: str, *, as_json: bool, as_html: bool = False) -> int:
    """0 for no change, 1 for changes."""
    before, after = two_sides(old, new)
    comparison = compare(before, after)
    if as_html:
        print(page(comparison, before, after), end="")
    elif as_json:
        print(encode(comparison).decode())
    else:
        shown = show(comparison, before, after, colour=sys.stdout.isatty())
        print(wrapped(shown, get_terminal_size().columns) if sys.stdout.isatty() else shown)
    return 1 if comparison.changes else 0


def summary(document: Document, *, colour: bool = False) -> str:
    """The document for a person: who, what, when, then its text with commitments, targets and deadlines marked.

    Under the line a commitment ends on stands what was understood of it.
    """
    lines = [*_head(document), ""]
    lines += [] if colour else ["⟦承诺 commitment⟧ [目标 target] {期限 deadline}", ""]
    targets = {target.id: target for target in document.targets}
    notes: dict[int, list[str]] = {}
    ends = [block.end for block in document.blocks]
    for commitment in document.commitments:
        note = _commitment(commitment, [targets[id_] for id_ in commitment.targets if id_ in targets])
        notes.setdefault(bisect_left(ends, commitment.end), []).extend(note)
    for number, line in enumerate(marked_lines(document, colour=colour)):
        lines += [line, *notes.get(number, ())]
    return "\n".join(lines)


def _head(document: Document) -> list[str]:
    meta = document.metadata
    suggestion = meta.suggestion
    facts = {
        "类型 kind": meta.kind,
        "标题 title": meta.title.normalised if meta.title else None,
        "文号 number": meta.doc_number.normalised if meta.doc_number else None,
        "机关 agency": (meta.agency.normalised if meta.agency else None) or meta.publisher,
        "收文 to": meta.recipient.text if meta.recipient else None,
        "建议 suggestion": suggestion.title.normalised if suggestion and suggestion.title else None,
        "建议号 number": suggestion.number.normalised if suggestion and suggestion.number else None,
        "会办 with": "、".join(meta.co_departments.units) if meta.co_departments else None,
        "签发 approver": meta.approver.name if meta.approver else None,
        "日期 date": meta.date.iso if meta.date else None,
        "发布 published": meta.published_at,
        "读取 quality": document.quality.verdict if document.quality.verdict != "ok" else None,
        "注意 warnings": "; ".join(document.quality.warnings) or None,
        "结构 structure": f"{len(document.sections)} sections, {len(document.commitments)} commitments, "
        f"{len(document.targets)} targets, {len(document.figures)} figures",
    }
    return [f"{label}: {value}" for label, value in facts.items() if value]


def _commitment(commitment: Commitment, targets: list[Target]) -> list[str]:
    by = f"  {commitment.deadline.raw} → {commitment.deadline.end or ''}" if commitment.deadline else ""
    said = f"    {commitment.id} [{commitment.tier}{commitment.modality}] {'、'.join(commitment.actors)}{by}"
    return [
        said.rstrip(),
        *(f"      目标 target: {each.metric} {each.comparator} {each.norm_value} {each.norm_unit}" for each in targets),
    ]
