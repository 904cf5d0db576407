"""Ids carried from version to version: what is the same keeps its id, what is new gets one never used before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from services.domain.commitment import Commitment, Target
from services.domain.document import Document
from services.domain.figure import Figure
from services.domain.identity import digest_id
from services.parser.compare.kinds.slots import couples
from services.parser.compare.marking.pair import Frame, pair
from services.parser.compare.matching.align import align
from services.parser.compare.matching.alignment import Alignment
from services.parser.compare.matching.view import Piece, View, view
from services.parser.reading.numbers.metrics import metric_key
from services.parser.text.layers import key, match

Renamed = dict[str, str]
_Item = TypeVar("_Item")


def carry_ids(old: Document, new: Document) -> Document:
    """`new` with the ids of `old` wherever a section, commitment, target, figure or list is the same (SPEC §11).

    The rest gets ids made from what it says and where, so a sentence that comes back after two versions is known again,
    and none equals an id of `old` or one the reader counts out. Every reference inside the document follows.
    """
    alignment = align(view(old), view(new))
    sections = {theirs: mine for mine, theirs in alignment.sections.items()}
    commitments, targets, figures, lists = _matched(alignment)
    taken = {
        item.id
        for items in (old.sections, old.commitments, old.targets, old.figures, old.responsible_units)
        for item in items
    }
    laid = alignment.new
    sections |= _fresh(
        (x for x in new.sections if x.id not in sections), "sec", taken, lambda x: (*laid.path(x.id), str(x.form))
    )
    commitments |= _fresh(
        (x for x in new.commitments if x.id not in commitments),
        "com",
        taken,
        lambda x: (*laid.path(x.section), key(match(x.text))),
    )
    targets |= _fresh(
        (x for x in new.targets if x.id not in targets),
        "tgt",
        taken,
        lambda x: (commitments.get(x.commitment, ""), x.metric, x.raw),
    )
    figures |= _fresh(
        (x for x in new.figures if x.id not in figures),
        "fig",
        taken,
        lambda x: (*laid.path(x.section), x.metric, x.raw),
    )
    lists |= _fresh(
        (x for x in new.responsible_units if x.id not in lists),
        "units",
        taken,
        lambda x: (*laid.path(x.section), *x.units),
    )
    return _renamed(new, sections, commitments, targets, figures, lists)


def _matched(alignment: Alignment) -> tuple[Renamed, Renamed, Renamed, Renamed]:
    """New id -> old id, for commitments, targets, figures, lists. Of several parts the first keeps the id."""
    commitments: Renamed = {}
    targets: Renamed = {}
    figures: Renamed = {}
    lists: Renamed = {}
    frame = Frame(alignment)
    for found in alignment.matches:
        mine, theirs = found.olds[0], found.news[0]
        if mine.of and theirs.of and mine.kind == theirs.kind == "commitment":
            commitments[theirs.of] = mine.of
        if mine.of and theirs.of and mine.kind == theirs.kind == "list":
            lists[theirs.of] = mine.of
        olds, news = _targets(frame.old, found.olds), _targets(frame.new, found.news)
        was = frame.old.figures(mine.start, found.olds[-1].end)
        is_ = frame.new.figures(theirs.start, found.news[-1].end)
        if not (olds and news) and not (was and is_):
            continue
        one = pair(frame, found)
        targets |= {b.id: a.id for a, b in couples(one, olds, news, lambda x: (metric_key(x.metric), x.scope))[0]}
        figures |= {b.id: a.id for a, b in couples(one, was, is_, lambda x: (metric_key(x.metric), x.kind))[0]}
    return commitments, targets, figures, lists


def _targets(view: View, pieces: Sequence[Piece]) -> list[Target]:
    """What the commitments among `pieces` aim at."""
    return [x for piece in pieces if piece.kind == "commitment" for x in view.targets.get(piece.of or "", ())]


def _fresh(items: Iterable[object], prefix: str, taken: set[str], names: Callable[..., tuple[str, ...]]) -> Renamed:
    """Ids from what names the items; a repeat is counted."""
    found: Renamed = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for item in items:
        named = names(item)
        while (id_ := digest_id(prefix, *named, str(counts[named]))[: len(prefix) + 13]) in taken:
            counts[named] += 1
        taken.add(id_)
        found[item.id] = id_  # type: ignore[attr-defined]
    return found


def _with(x: _Item, **said: Any) -> _Item:
    """`x` saying that: mostly it does already, for the reader counts as it did the time before."""
    if all(getattr(x, name) == value for name, value in said.items()):
        return x
    return replace(x, **said)  # type: ignore[type-var]


def _renamed(
    new: Document, sections: Renamed, commitments: Renamed, targets: Renamed, figures: Renamed, lists: Renamed
) -> Document:
    def section(id_: str | None) -> str | None:
        return sections.get(id_, id_) if id_ else id_

    def commitment(id_: str | None) -> str | None:
        return commitments.get(id_, id_) if id_ else id_

    def promise(x: Commitment) -> Commitment:
        return _with(
            x, id=commitments[x.id], section=section(x.section), targets=tuple(targets.get(t, t) for t in x.targets),
            units_ref=lists.get(x.units_ref, x.units_ref) if x.units_ref else None,
        )  # fmt: skip

    def target(x: Target) -> Target:
        return _with(x, id=targets[x.id], commitment=commitments.get(x.commitment, x.commitment))

    def figure(x: Figure) -> Figure:
        return _with(x, id=figures[x.id], section=section(x.section))

    return replace(
        new,
        blocks=tuple(_with(x, section=section(x.section)) for x in new.blocks),
        sections=tuple(_with(x, id=sections[x.id], parent=section(x.parent)) for x in new.sections),
        units=tuple(_with(x, section=section(x.section), commitment=commitment(x.commitment)) for x in new.units),
        commitments=tuple(map(promise, new.commitments)),
        targets=tuple(map(target, new.targets)),
        figures=tuple(map(figure, new.figures)),
        responsible_units=tuple(
            _with(x, id=lists[x.id], section=sections.get(x.section, x.section)) for x in new.responsible_units
        ),
        references=tuple(_with(x, commitment=commitment(x.commitment)) for x in new.references),
    )
