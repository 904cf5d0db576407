"""Reported numbers: corrected, updated to another period, added, removed (SPEC §12 rows 21 to 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.change import Change, ChangeType, Said
from services.domain.figure import Figure
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.kinds.slots import couples, shared
from services.parser.compare.marking.pair import Pair, Stretch, Verdict, held, told, touches, words
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.marking.words import names_course
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
    places = _period(pair.frame.old, pair.old_start, old), _period(pair.frame.new, pair.new_start, new)
    period = [h for h in left if touches(h, old=places[0], new=places[1])]
    mine = [hunk for hunk in left if hunk in number or hunk in period]
    other_period = _term(old) != _term(new) and (bool(period) or (bool(number) and _dated(pair, old, new)))
    same = (old.norm_value, old.comparator, old.norm_unit) == (new.norm_value, new.comparator, new.norm_unit)
    if other_period:
        return Found(without(left, mine), (_updated(pair, old, new, mine),))
    if _turned(old, new) and not number:
        mine = [h for h in left if _before(pair, h, old, new) and any(map(names_course, words(pair, h)))]
        return Found(without(left, mine), (_corrected(pair, old, new, mine),) if mine else ())
    if number and not same:
        return Found(without(left, number), (_corrected(pair, old, new, number),))
    if number and same and old.norm_value is not None and _inside(number, old, new):
        return Found(without(left, number), held=(held(pair, "format_only", "SPEC §12.3 norm_value", number),))
    return Found(left)


def _dated(pair: Pair, old: Figure, new: Figure) -> bool:
    """Whether the edit dated it otherwise, be it with another figure before it."""
    places = _period(pair.frame.old, pair.old_start, old), _period(pair.frame.new, pair.new_start, new)
    return any(touches(h, old=places[0], new=places[1]) for h in pair.meant)


def _turned(old: Figure, new: Figure) -> bool:
    """下降7.3% became 上升7.3%."""
    return old.norm_value == new.norm_value and {old.direction, new.direction} == {"up", "down"}


def _before(pair: Pair, hunk: Hunk, old: Figure, new: Figure) -> bool:
    spots = (max(pair.old_start, old.start - 8), old.start), (max(pair.new_start, new.start - 8), new.start)
    return touches(hunk, old=spots[:1], new=spots[1:])


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
    level = severity.figure_corrected(_signed(old, old.norm_value), _signed(new, new.norm_value))
    return _of_figure(
        told(pair, Verdict("figure_corrected", "SPEC §12.21", level, "neutral", *_said(old, new)), mine), old, new
    )


def _updated(pair: Pair, old: Figure, new: Figure, mine: Sequence[Hunk]) -> Change:
    verdict = Verdict("figure_updated", "SPEC §12.22", severity.FIXED["figure_updated"], "neutral", *_said(old, new))
    return _of_figure(told(pair, verdict, mine), old, new)


def _said(old: Figure, new: Figure) -> tuple[Said, Said]:
    if _turned(old, new):
        return _signed(old, old.value), _signed(new, new.value)
    if old.norm_value == new.norm_value and old.comparator != new.comparator:
        return old.comparator, new.comparator
    if old.unit == new.unit or old.norm_value is None or new.norm_value is None:
        return old.value, new.value
    return old.norm_value, new.norm_value


def _signed(figure: Figure, amount: Said) -> float | None:
    """Less than nothing for a fall."""
    if not isinstance(amount, int | float):
        return None
    return -amount if figure.direction == "down" else amount


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
