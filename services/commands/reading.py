"""`dafu parse` and `dafu diff`."""

from __future__ import annotations

import sys

from services.commands.inputs import read_input
from services.domain.commitment import Commitment, Target
from services.domain.document import Document, section_path
from services.parser.compare.compare import compare
from services.parser.compare.show import show
from services.storage.codec import encode


def parse_command(name: str, url: str | None, *, as_json: bool) -> int:
    """0 for a document, 1 for a page that holds none (with the reason on stderr)."""
    document = read_input(name, url)
    print(encode(document).decode() if as_json else summary(document))
    if document.quality.verdict == "ok":
        return 0
    quality = document.quality
    print(f"dafu: {name}: no document: {quality.reason} ({quality.evidence or quality.verdict})", file=sys.stderr)
    return 1


def diff_command(old: str, new: str, *, as_json: bool) -> int:
    """0 for no change, 1 for changes."""
    before, after = read_input(old), read_input(new)
    comparison = compare(before, after)
    if as_json:
        print(encode(comparison).decode())
    else:
        print(show(comparison, before, after, colour=sys.stdout.isatty()))
    return 1 if comparison.changes else 0


def summary(document: Document) -> str:
    """The document for a person: who, what, when, then every commitment under its section."""
    lines = [*_head(document), ""]
    targets = {target.id: target for target in document.targets}
    path: tuple[str, ...] = ()
    for commitment in document.commitments:
        here = section_path(document, commitment.section)
        if here != path:
            lines += ["", " › ".join(here)]
            path = here
        lines += _commitment(commitment, [targets[id_] for id_ in commitment.targets if id_ in targets])
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
    by = f"  by {commitment.deadline.raw}" if commitment.deadline else ""
    actors = "、".join(commitment.actors)
    lines = [f"  {commitment.id} [{commitment.tier}{commitment.modality}] {commitment.text}"]
    lines.append(f"      {actors}{by}")
    lines += [f"      目标 target: {target.metric} {target.comparator} {target.raw}" for target in targets]
    return lines
