"""Reported numbers: corrected, updated to another period, added, removed (SPEC §12 rows 21 to 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.change import Change, ChangeType, Said
from services.domain.figure import Figure
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.kinds.slots import couples, shared
from services.parser.compare.marking.pair import Pair, Stretch, Verdict, held, told, touches
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.matching.view import View
from services.parser.reading.numbers.metrics import metric_key


def figures(pair: Pair, left: Open) -> Found:
    """Figures whose number or own period the hunks touch. A period written once is reported with its first figure."""
    olds = pair.frame.old.figures(pair.old_start, pair.old_end)
    news = pair.frame.new.figures(pair.new_start, pair.new_end)
    if not olds and not news:
        return Found(left)
    twins, gone, come = couples(pair, olds, news, lambda figure: (metric_key(figure.metric), figure.kind))
    found = Found(left)
    seen: set[tuple[int, int]] = set()
    for old, new in twins:
        if (old.start, old.end) not in seen:
            found = _merge(found, _twin(pair, old, new, found.left))
        seen.add((old.start, old.end))
    found = _merge(found, _lone(pair, gone, found.left, old=True))
    return _merge(found, _lone(pair, come, found.left, old=False))


def _twin(pair: Pair, old: Figure, new: Figure, left: Open) -> Found:
    number = [h for h in left if touches(h, old=[(old.start, old.end)], new=[(new.start, new.end)])]
    period = [
        h
        for h in left
        if touches(
            h, old=_period(pair.frame.old, pair.old_start, old), new=_period(pair.frame.new, pair.new_start, new)
        )
    ]
    mine = [hunk for hunk in left if hunk in number or hunk in period]
    other_period = bool(period) and _term(old) != _term(new)
    same = (old.norm_value, old.comparator, old.norm_unit) == (new.norm_value, new.comparator, new.norm_unit)
    if other_period:
        return Found(without(left, mine), (_updated(pair, old, new, mine),))
    if number and not same:
        return Found(without(left, number), (_corrected(pair, old, new, number),))
    if number and same and old.norm_value is not None and _inside(number, old, new):
        return Found(without(left, number), held=(held(pair, "format_only", "SPEC §12.3 norm_value", number),))
    return Found(left)


def _inside(mine: Sequence[Hunk], old: Figure, new: Figure) -> bool:
    return all(
        old.start <= h.old_start and h.old_end <= old.end and new.start <= h.new_start and h.new_end <= new.end
        for h in mine
    )


def _period(view: View, start: int, figure: Figure) -> list[Stretch]:
    """The last place before the figure, in its sentence, where its period is written."""
    raw = figure.period.raw if figure.period else ""
    at = view.matched.rfind(raw, start, figure.end) if raw else -1
    return [(at, at + len(raw))] if at >= 0 else []


def _term(figure: Figure) -> tuple[str | None, str | None, str] | None:
    period = figure.period
    return (period.start, period.end, period.type) if period else None


def _corrected(pair: Pair, old: Figure, new: Figure, mine: Sequence[Hunk]) -> Change:
    level = severity.figure_corrected(_number(old), _number(new))
    return _of_figure(
        told(pair, Verdict("figure_corrected", "SPEC §12.21", level, "neutral", *_said(old, new)), mine), old, new
    )


def _updated(pair: Pair, old: Figure, new: Figure, mine: Sequence[Hunk]) -> Change:
    verdict = Verdict("figure_updated", "SPEC §12.22", severity.FIXED["figure_updated"], "neutral", *_said(old, new))
    return _of_figure(told(pair, verdict, mine), old, new)


def _said(old: Figure, new: Figure) -> tuple[Said, Said]:
    if old.norm_value == new.norm_value and old.comparator != new.comparator:
        return old.comparator, new.comparator
    if old.unit == new.unit or old.norm_value is None or new.norm_value is None:
        return old.value, new.value
    return old.norm_value, new.norm_value


def _number(figure: Figure) -> float | None:
    return figure.norm_value if isinstance(figure.norm_value, int | float) else None


def _lone(pair: Pair, lone: Sequence[Figure], left: Open, *, old: bool) -> Found:
    """Figures in what was cut out of (or put into) a sentence that stayed."""
    places = [(figure.start, figure.end) for figure in lone]
    parts = [(hunk, place, part) for hunk in left for place, part in shared(hunk, places, pair, old=old)]
    changes: list[Change] = []
    for place in dict.fromkeys(places):
        figure = next(figure for figure in lone if (figure.start, figure.end) == place)
        mine = [part for _, where, part in parts if where == place]
        if mine:
            changes.append(_one_sided(pair, figure, mine, old=old))
    return Found(without(left, [hunk for hunk, _, _ in parts]), tuple(changes))


def _one_sided(pair: Pair, figure: Figure, mine: Sequence[Hunk], *, old: bool) -> Change:
    kind: ChangeType = "figure_removed" if old else "figure_added"
    before, after = (figure.value, None) if old else (None, figure.value)
    verdict = Verdict(kind, "SPEC §12.23", severity.FIXED[kind], "neutral", before, after)
    return replace(told(pair, verdict, mine), figure=figure.id, metric=figure.metric)


def _of_figure(change: Change, old: Figure, new: Figure) -> Change:
    return replace(
        change, figure=new.id, metric=new.metric, period_before=old.period.raw if old.period else None,
        period_after=new.period.raw if new.period else None,
    )  # fmt: skip


def _merge(first: Found, then: Found) -> Found:
    return Found(then.left, first.changes + then.changes, first.held + then.held)
