"""Who is responsible: units joined, left, first in line (SPEC §12 row 15). One change a list or a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.domain.change import Change
from services.domain.commitment import Commitment
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.kinds.partners import apart, partners
from services.parser.compare.marking.pair import Frame, Pair, Stretch, Verdict, held, told, touches, widened
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.matching.view import View
from services.parser.reading.bodies import same_body

_RULE = "SPEC §12.15"


def unit_lists(pair: Pair, left: Open) -> Found:
    """A 责任单位 list against its successor. Order behind the first unit carries no meaning."""
    old = pair.frame.old.lists.get(pair.match.olds[0].of or "")
    new = pair.frame.new.lists.get(pair.match.news[0].of or "")
    if old is None or new is None:
        return Found(left)
    names = _spots(pair, old.units, new.units)
    whole_names = [widened(pair, hunk, old=names[0], new=names[1]) for hunk in left]
    changes = _differences(pair, old.units, new.units, whole_names, _bound(pair.frame, new.id, new.section))
    if changes:
        return Found((), changes)
    if set(_renamed(old.units, new.units)) == set(new.units):
        return Found((), held=(held(pair, "format_only", _RULE, left),))
    return Found(left)


def subjects(pair: Pair, left: Open) -> Found:
    """Named subjects, and bodies named beside them, that became others; whoever inherits a subject is `affected`."""
    old, new = next(pair.promises(old=True), None), next(pair.promises(old=False), None)
    if old is None or new is None:
        return Found(left)
    beside = _beside(pair, old=True), _beside(pair, old=False)
    explicit = "explicit" in (old.actor_source, new.actor_source)
    if not explicit and not any(beside):
        return Found(left)
    before = _everyone(_subjects(old, new), beside[0])
    after = _everyone(_subjects(new, old), beside[1])
    known = _renamed(before, after)
    names = (
        [*(part for name in (old.actor_raw or "", *old.actors) for part in apart(name) if part), *before],
        [*(part for name in (new.actor_raw or "", *new.actors) for part in apart(name) if part), *after],
    )
    spots = _spots(pair, *names)
    mine = [hunk for hunk in left if touches(hunk, old=spots[0], new=spots[1])]
    if not mine:
        return Found(left)
    if set(known) == set(after) and known[:1] == after[:1]:
        renamed = [hunk for hunk in mine if _inside(hunk, *spots)]
        return Found(without(left, renamed), held=(held(pair, "format_only", _RULE, renamed),) if renamed else ())
    whole_names = [widened(pair, hunk, old=spots[0], new=spots[1]) for hunk in mine]
    changes = _differences(pair, before, after, whole_names, _inheriting(pair.frame, old.actors, new.actors))
    return Found(without(left, mine), changes) if changes else Found(left)


def _subjects(promise: Commitment, other: Commitment) -> tuple[str, ...]:
    """Who is named as subject; whoever a sentence falls to that names nobody was neither put in nor taken out."""
    if promise.actor_source == "explicit":
        return promise.actors
    return promise.actors if other.actor_source == "explicit" and promise.actor_source == "inherited" else ()


def _beside(pair: Pair, *, old: bool) -> tuple[str, ...]:
    view, start, end = (
        (pair.frame.old, pair.old_start, pair.old_end) if old else (pair.frame.new, pair.new_start, pair.new_end)
    )
    return tuple(name for name, _ in partners(view.matched, start, end))


def _everyone(actors: Sequence[str], beside: Sequence[str]) -> tuple[str, ...]:
    """Each body once, subjects first."""
    found: list[str] = []
    for name in [*(part for actor in actors for part in apart(actor)), *beside]:
        if not any(same_body(name, other) for other in found):
            found.append(name)
    return tuple(found)


def _inside(hunk: Hunk, olds: Sequence[Stretch], news: Sequence[Stretch]) -> bool:
    """Whether the hunk lies in a name, or from one name to another."""
    return _between(hunk.old_start, hunk.old_end, olds) and _between(hunk.new_start, hunk.new_end, news)


def _between(start: int, end: int, names: Sequence[Stretch]) -> bool:
    return any(a <= start for a, _ in names) and any(end <= b for _, b in names)


def _differences(
    pair: Pair, before: tuple[str, ...], after: tuple[str, ...], mine: Sequence[Hunk], affected: tuple[str, ...]
) -> tuple[Change, ...]:
    """What was written belongs to who left, what is written now to who joined, a swap in front to the new lead."""
    known = _renamed(before, after)
    gone = tuple(unit for unit, name in zip(before, known, strict=True) if name not in after)
    come = tuple(unit for unit in after if unit not in known)
    stayed_before, stayed_after = [unit for unit in known if unit in after], [unit for unit in after if unit in known]
    leads = stayed_before[:1] != stayed_after[:1]
    tell = _teller(pair, affected)
    went = [replace(hunk, new_end=hunk.new_start) if come or leads else hunk for hunk in mine]
    came = [replace(hunk, old_start=hunk.old_end) if gone else hunk for hunk in mine]
    detail = "lead" if before[:1] and before[0] in gone else None
    found: list[Change] = []
    if gone:
        found.append(
            tell(Verdict("actor_removed", _RULE, severity.FIXED["actor_removed"], "softened", gone, None, detail), went)
        )
    if come:
        detail = "lead" if after[0] in come else None
        found.append(
            tell(Verdict("actor_added", _RULE, severity.FIXED["actor_added"], "strengthened", None, come, detail), came)
        )
    if leads:
        rest = [] if come else came
        lead = Verdict(
            "lead_actor_changed", _RULE, severity.FIXED["lead_actor_changed"], "unclear", before[0], after[0]
        )
        found.append(tell(lead, rest))
    return tuple(found)


def _teller(pair: Pair, affected: tuple[str, ...]) -> Callable[[Verdict, Sequence[Hunk]], Change]:
    tiers = [pair.frame.new.commitments[id_].tier for id_ in affected]

    def tell(verdict: Verdict, mine: Sequence[Hunk]) -> Change:
        change = told(pair, verdict, mine)
        named = tuple(
            unit for said in (verdict.before, verdict.after) for unit in (said if isinstance(said, tuple) else (said,))
        )
        names = tuple(str(unit) for unit in named if unit is not None)
        everyone = dict.fromkeys((*change.actors, *names))
        return replace(change, affected=affected, tier=change.tier or min(tiers, default=None), actors=tuple(everyone))

    return tell


def _renamed(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """`before` with each unit under the name it has in `after`: a short and a full name are one body."""
    return tuple(
        unit if unit in after else next((other for other in after if same_body(unit, other)), unit) for unit in before
    )


def _spots(pair: Pair, olds: Sequence[str], news: Sequence[str]) -> tuple[list[Stretch], list[Stretch]]:
    """Where the names are written on either side."""
    return (
        _written(pair.frame.old, pair.old_start, pair.old_end, olds),
        _written(pair.frame.new, pair.new_start, pair.new_end, news),
    )


def _written(view: View, start: int, end: int, names: Sequence[str]) -> list[Stretch]:
    spots = [(view.matched.find(name, start, end), len(name)) for name in names]
    return [(at, at + length) for at, length in spots if at >= 0]


def _bound(frame: Frame, list_id: str, section: str) -> tuple[str, ...]:
    """Commitments the list answers for."""
    return frame.new.answered.get(list_id) or frame.new.promised.get(section, ())


def _inheriting(frame: Frame, before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(frame.handed.get((before, after), ()))
