"""Every extracted thing of a document with its span and the rule that produced it, in the order of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

from services.domain.commitment import Commitment
from services.domain.document import Document


@dataclass(frozen=True, slots=True)
class Explained:
    """`text[start:end]` was read as `what`; `rule` says by which rule, `reading` as which value."""

    start: int
    end: int
    what: str
    id: str
    rule: str
    reading: str
    text: str


def explain(document: Document, *, as_json: bool) -> str:
    """One line per thing, or one JSON list of them."""
    found = explained(document)
    if as_json:
        return json.dumps([asdict(each) for each in found], ensure_ascii=False)
    return "\n".join(
        "\t".join((f"{each.start}-{each.end}", each.what, each.id, each.rule, each.reading, repr(each.text)[1:-1]))
        for each in found
    )


def explained(document: Document) -> tuple[Explained, ...]:
    """All things read, sorted by place, the longer first."""
    found = [*_metadata(document), *_structure(document), *_promises(document), *_numbers(document)]
    return tuple(sorted(found, key=lambda each: (each.start, -each.end)))


def _metadata(document: Document) -> Iterator[Explained]:
    meta, sources = document.metadata, document.metadata.sources or {}
    values = {each.name: getattr(meta, each.name) for each in fields(meta)}
    if meta.suggestion:
        values |= {"suggestion.title": meta.suggestion.title, "suggestion.number": meta.suggestion.number}
    for name, value in values.items():
        start, end = getattr(value, "start", None), getattr(value, "text", None) and getattr(value, "end", None)
        if start is not None and end is not None:
            source = sources.get(name, "text")
            yield _thing(document, start, end, f"metadata.{name}", "", f"SPEC §1 {source}", _said(value))
    for each in meta.boilerplate:
        yield _thing(document, each.start, each.end, "boilerplate", "", each.rule or "SPEC §1.3", "")


def _said(value: object) -> str:
    for name in ("normalised", "name", "iso", "letter", "value", "by", "to"):
        if isinstance(said := getattr(value, name, None), str):
            return said
    return ""


def _structure(document: Document) -> Iterator[Explained]:
    for section in document.sections:
        rule = f"SPEC §2.1 {section.form}"
        yield _thing(
            document, section.start, section.end, "section", section.id, rule, f"{section.kind}/{section.mode}"
        )
    for unit in document.units:
        yield _thing(document, unit.start, unit.end, "unit", unit.section or "", f"SPEC §2.4 {unit.label}", unit.label)
    for lists in document.responsible_units:
        units = "、".join(lists.units)
        yield _thing(document, lists.start, lists.end, "responsible_units", lists.id, "SPEC §2.3 责任单位", units)
    for reference in document.references:
        said = reference.doc_number or reference.title or ""
        yield _thing(document, reference.start, reference.end, "reference", "", f"SPEC §10 {reference.role}", said)


def _promises(document: Document) -> Iterator[Explained]:
    for promise in document.commitments:
        said = f"{promise.type}/{promise.tier}/{promise.modality} {'、'.join(promise.actors)}"
        yield _thing(document, promise.start, promise.end, "commitment", promise.id, f"SPEC §4 {promise.rule}", said)
        for action in promise.actions:
            said = f"{action.verb}/{action.strength}"
            yield _thing(document, action.start, action.end, "action", promise.id, "SPEC §6 leading verb", said)
        yield from _named(document, promise)
    for target in document.targets:
        said = f"{target.metric} {target.comparator} {target.norm_value} {target.norm_unit}"
        yield _thing(document, target.start, target.end, "target", target.id, target.rule, said)


def _named(document: Document, promise: Commitment) -> Iterator[Explained]:
    """Who acts and until when, where the words for it stand."""
    checked = promise.verifiability
    if checked.actor:
        yield _thing(
            document, *checked.actor, "actor", promise.id, f"SPEC §5 {promise.actor_source}", "、".join(promise.actors)
        )
    if checked.date and promise.deadline:
        due = promise.deadline
        said = f"{due.duration_years} years" if due.duration_years else f"{due.start or ''}..{due.end or ''}"
        yield _thing(document, *checked.date, "deadline", promise.id, f"SPEC §7 {due.source}", said)


def _numbers(document: Document) -> Iterator[Explained]:
    for figure in document.figures:
        said = f"{figure.metric} {figure.comparator} {figure.norm_value} {figure.norm_unit} ({figure.kind})"
        yield _thing(document, figure.start, figure.end, "figure", figure.id, figure.rule, said)
    for label in document.numeric_labels:
        yield _thing(document, label.start, label.end, "numeric_label", "", f"SPEC §8 {label.reason}", label.reason)


def _thing(document: Document, start: int, end: int, what: str, id_: str, rule: str, reading: str) -> Explained:
    return Explained(start, end, what, id_, rule, reading, document.text[start:end])
