"""Numbers promised: raised, lowered, added, removed, another scope, another comparator (SPEC §12 rows 11 to 13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.domain.change import Change, ChangeType, Direction, Said
from services.domain.commitment import Amount, Target
from services.parser.compare.judging import severity
from services.parser.compare.kinds.ambition import lower_is_better, unclear
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.kinds.slots import couples, shared
from services.parser.compare.marking.pair import Pair, Stretch, Verdict, held, told, touches, words
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.marking.words import dimension, names_bound, names_course, names_scope, same_unit
from services.parser.compare.matching.dice import dice, pairs
from services.parser.compare.matching.view import View
from services.parser.reading.numbers.metrics import metric_key, polarity
from services.parser.text.layers import match

_CLAUSE_END = re.compile("[,;。]")
_SEPARATOR = re.compile("[、,;和及与]")
#: Likeness from which two names are left of one noun: 新建村小, 新建和改扩建村小.
_ALIKE = 0.5
_LOST: tuple[ChangeType, Direction] = ("target_removed", "softened")
_GAINED: tuple[ChangeType, Direction] = ("target_added", "strengthened")
_RAISED: tuple[ChangeType, Direction] = ("target_raised", "strengthened")
_LOWERED: tuple[ChangeType, Direction] = ("target_lowered", "softened")


@dataclass(frozen=True, slots=True)
class _Twin:
    """One number before and after."""

    old: Target
    new: Target

    @property
    def same_amount(self) -> bool:
        return self.old.norm_value == self.new.norm_value

    @property
    def turned(self) -> bool:
        """下降5% became 上升5%."""
        return self.same_amount and (self.old.direction == "decrease") != (self.new.direction == "decrease")

    @property
    def comparable(self) -> bool:
        return dimension(self.old.norm_unit) == dimension(self.new.norm_unit)

    @property
    def said(self) -> tuple[Said, Said]:
        """In the page's own unit where both sides share it."""
        if self.old.unit == self.new.unit:
            return self.old.value, self.new.value
        return self.old.norm_value, self.new.norm_value


def targets(pair: Pair, left: Open) -> Found:
    """Every target whose number the hunks touch; one change each, the first of a coordinated pair stands for both."""
    olds, news = _of(pair, old=True), _of(pair, old=False)
    if not olds and not news:
        return Found(left)
    found = Found(left)
    twins, gone, come = couples(pair, olds, news, _measure)
    gone, come = _unmoved(gone, come)
    for twin in _distinct(_Twin(*spot) for spot in twins):
        found = _merge(found, _number(pair, twin, found.left))
    found = _merge(found, _vanished(pair, gone, found.left, old=True))
    return _merge(found, _vanished(pair, come, found.left, old=False))


def _unmoved(gone: Sequence[Target], come: Sequence[Target]) -> tuple[list[Target], list[Target]]:
    """Both without the numbers that only changed their place in the sentence, and with it the words of their noun."""
    left, free = [], list(come)
    for old in gone:
        same = (new for new in free if _said(new) == _said(old) and _one_thing(old.metric, new.metric))
        partner = next(same, None)
        if partner is None:
            left.append(old)
        else:
            free.remove(partner)
    return left, free


def _said(target: Target) -> tuple[Amount, str, str]:
    return target.norm_value, target.norm_unit, target.comparator


def _one_thing(a: str, b: str) -> bool:
    return dice(pairs(metric_key(a)), pairs(metric_key(b))) >= _ALIKE


def scopes(pair: Pair, left: Open) -> Found:
    """Numbers that stayed while whom or where they count changed: one change for each such hunk (row 12a)."""
    found = Found(left)
    for old, new in couples(pair, _of(pair, old=True), _of(pair, old=False), _measure)[0]:
        if old.norm_value != new.norm_value:
            continue
        mine = [
            hunk
            for hunk in found.left
            if _in_clause(pair, hunk, old, new) and (_scope_words(pair, hunk) or _qualifies(pair, hunk, old, new))
        ]
        if not mine:
            continue
        before, after = old.scope or old.metric, new.scope or new.metric
        said: tuple[Said, Said] = (before, after)
        if before == after:
            said = _joined(pair, mine, old=True), _joined(pair, mine, old=False)
        verdict = Verdict(
            "target_scope_changed", "SPEC §12.12a", severity.FIXED["target_scope_changed"], "unclear", *said
        )
        found = _merge(found, Found(without(found.left, mine), (_of_target(told(pair, verdict, mine), new),)))
    return found


def baselines(pair: Pair, left: Open) -> Found:
    """Numbers that stayed while what they are measured from changed: 比2020年 became 比2022年 (row 12a)."""
    found = Found(left)
    for old, new in couples(pair, _of(pair, old=True), _of(pair, old=False), _measure)[0]:
        if old.norm_value != new.norm_value or not old.baseline or not new.baseline or old.baseline == new.baseline:
            continue
        places = _written(pair.frame.old, pair.old_start, old), _written(pair.frame.new, pair.new_start, new)
        mine = [hunk for hunk in found.left if touches(hunk, old=places[0], new=places[1])]
        if not mine:
            continue
        level = severity.FIXED["target_scope_changed"]
        verdict = Verdict(
            "target_scope_changed", "SPEC §12.12a", level, "unclear", old.baseline, new.baseline, "baseline"
        )
        found = _merge(found, Found(without(found.left, mine), (_of_target(told(pair, verdict, mine), new),)))
    return found


def _written(view: View, start: int, target: Target) -> list[Stretch]:
    at = view.matched.rfind(target.baseline or "", start, target.end)
    return [(at, at + len(target.baseline or ""))] if at >= 0 else []


def _measure(target: Target) -> tuple[str, str | None]:
    return metric_key(target.metric), target.scope


def _of(pair: Pair, *, old: bool) -> list[Target]:
    view = pair.frame.old if old else pair.frame.new
    return [target for promise in pair.promises(old=old) for target in view.targets.get(promise.id, ())]


def _distinct(twins: Iterable[_Twin]) -> list[_Twin]:
    """Targets that share one span are one number: 「A和B双倍增」."""
    found: dict[tuple[int, int], _Twin] = {}
    for twin in twins:
        place = (twin.old.start, twin.old.end)
        first = found.get(place)
        if first is None:
            found[place] = twin
        elif twin.new.metric != first.new.metric:
            found[place] = _Twin(first.old, replace(first.new, metric=f"{first.new.metric}、{twin.new.metric}"))
    return list(found.values())


def _number(pair: Pair, twin: _Twin, left: Open) -> Found:
    old, new = twin.old, twin.new
    before, after = (old.start, old.end), (new.start, new.end)
    touched = _bounding(pair, twin) or [hunk for hunk in pair.meant if touches(hunk, old=[before], new=[after])]
    mine = [hunk for hunk in touched if hunk in left]
    if not touched:
        return Found(left)
    rest = without(left, mine)
    if mine and twin.turned:
        return Found(rest, (_turned(pair, twin, mine),))
    if not twin.comparable or (old.comparator == "multiple") != (new.comparator == "multiple"):
        return Found(rest, _replaced(pair, twin, mine))
    if not twin.same_amount:
        return Found(rest, (_valued(pair, twin, mine),))
    if old.comparator != new.comparator:
        return Found(rest, (_compared(pair, twin, mine),))
    if mine and same_unit(old.norm_unit, new.norm_unit) and _inside(mine, before, after):
        return Found(rest, held=(held(pair, "format_only", "SPEC §12.3 norm_value", mine),))
    return Found(left)


def _bounding(pair: Pair, twin: _Twin) -> list[Hunk]:
    """Where only the bound or the course is another one, the hunks that say so; they may stand away from the number."""
    said = names_course if twin.turned else names_bound
    if not twin.same_amount or (twin.old.comparator == twin.new.comparator and not twin.turned):
        return []
    spots = [_clause(pair.frame.old.matched, twin.old)], [_clause(pair.frame.new.matched, twin.new)]
    return [h for h in pair.meant if touches(h, old=spots[0], new=spots[1]) and any(map(said, words(pair, h)))]


def _inside(mine: Sequence[Hunk], before: Stretch, after: Stretch) -> bool:
    return all(
        before[0] <= hunk.old_start
        and hunk.old_end <= before[1]
        and after[0] <= hunk.new_start
        and hunk.new_end <= after[1]
        for hunk in mine
    )


def _valued(pair: Pair, twin: _Twin, mine: Sequence[Hunk]) -> Change:
    before, after = twin.said
    more = _low_high(twin.new.norm_value) > _low_high(twin.old.norm_value)
    raised = more != lower_is_better(pair, twin.old, twin.new)
    kind, direction = _RAISED if raised else _LOWERED
    if unclear(twin.old):
        direction = "unclear"
    verdict = Verdict(kind, "SPEC §12.11", severity.FIXED[kind], direction, before, after)
    return _of_target(told(pair, verdict, mine), twin.new)


def _turned(pair: Pair, twin: _Twin, mine: Sequence[Hunk]) -> Change:
    """The same number the other way: both are told with their sign."""
    less = polarity(twin.new.metric, "increase") == "lower"
    kind, direction = _RAISED if (twin.new.direction == "decrease") == less else _LOWERED
    before, after = (_signed(target) for target in (twin.old, twin.new))
    return _of_target(
        told(pair, Verdict(kind, "SPEC §12.11", severity.FIXED[kind], direction, before, after), mine), twin.new
    )


def _signed(target: Target) -> Said:
    amount = target.value
    if target.direction != "decrease":
        return amount
    return tuple(-end for end in reversed(amount)) if isinstance(amount, tuple) else -amount


def _compared(pair: Pair, twin: _Twin, mine: Sequence[Hunk]) -> Change:
    ceiling = lower_is_better(pair, twin.old, twin.new)
    direction = severity.comparator(twin.old.comparator, twin.new.comparator, ceiling=ceiling)
    detail = {"softened": "loosened", "strengthened": "tightened"}.get(direction)
    level = severity.FIXED["target_comparator_changed"]
    signs = twin.old.comparator, twin.new.comparator
    verdict = Verdict("target_comparator_changed", "SPEC §12.13", level, direction, *signs, detail)
    return _of_target(told(pair, verdict, mine), twin.new)


def _replaced(pair: Pair, twin: _Twin, mine: Sequence[Hunk]) -> tuple[Change, ...]:
    """Another dimension: one number went, another came, each with its own characters."""
    went = [replace(hunk, new_end=hunk.new_start) for hunk in mine]
    came = [replace(hunk, old_start=hunk.old_end) for hunk in mine]
    return (_one_sided(pair, twin.old, went, old=True), _one_sided(pair, twin.new, came, old=False))


def _vanished(pair: Pair, lone: Sequence[Target], left: Open, *, old: bool) -> Found:
    """Numbers without a partner that lie in what was cut out (or put in)."""
    places = [(target.start, target.end) for target in lone]
    parts = [(hunk, place, part) for hunk in left for place, part in shared(hunk, places, pair, old=old)]
    rest = without(left, [hunk for hunk, _, _ in parts])
    changes: list[Change] = []
    for place, target in {(target.start, target.end): target for target in reversed(lone)}.items():
        mine = [part for _, where, part in parts if where == place]
        if any(touches(hunk, old=[place]) if old else touches(hunk, new=[place]) for hunk in pair.meant):
            also = [hunk for hunk in rest if _goes_with(pair, hunk, target, old=old)]
            rest = without(rest, also)
            changes.append(_one_sided(pair, target, sorted([*mine, *also], key=lambda x: x.old_start), old=old))
    return Found(rest, tuple(reversed(changes)))


def _goes_with(pair: Pair, hunk: Hunk, target: Target, *, old: bool) -> bool:
    """Of the same sentence: the number's own noun on this side (、山区), or 一批 on the other in its stead."""
    here, there = words(pair, hunk) if old else reversed(words(pair, hunk))
    noun = _SEPARATOR.sub("", here)
    vague = {word for promise in pair.promises(old=not old) for word in promise.indefinite}
    if not noun:
        return there in vague
    return not there and len(noun) > 1 and match(target.metric).startswith(noun)


def _one_sided(pair: Pair, target: Target, mine: Sequence[Hunk], *, old: bool) -> Change:
    kind, direction = _LOST if old else _GAINED
    before, after = (target.value, None) if old else (None, target.value)
    verdict = Verdict(kind, "SPEC §12.12", severity.FIXED[kind], direction, before, after)
    return _of_target(told(pair, verdict, mine), target)


def _of_target(change: Change, target: Target) -> Change:
    deadline = target.deadline
    ends = deadline and (deadline.end or deadline.raw)
    return replace(change, target=target.id, metric=target.metric, deadline=ends or change.deadline, has_target=True)


def _low_high(amount: Amount) -> tuple[float, float]:
    return amount if isinstance(amount, tuple) else (amount, amount)


def _in_clause(pair: Pair, hunk: Hunk, old: Target, new: Target) -> bool:
    """Between the separators around the number, on either side."""
    return touches(hunk, old=[_clause(pair.frame.old.matched, old)], new=[_clause(pair.frame.new.matched, new)])


def _clause(matched: str, target: Target) -> Stretch:
    start = max(matched.rfind(sign, 0, target.start) for sign in "。;,\n") + 1
    ends = [place for sign in "。;,\n" if (place := matched.find(sign, target.end)) >= 0]
    return start, min(ends, default=len(matched))


def _scope_words(pair: Pair, hunk: Hunk) -> bool:
    return any(map(names_scope, words(pair, hunk)))


def _qualifies(pair: Pair, hunk: Hunk, old: Target, new: Target) -> bool:
    """普惠托位占比 → 托位占比: what is counted lost a word of its name, or was given one."""
    before, after = words(pair, hunk)
    promises = (*pair.promises(old=True), *pair.promises(old=False))
    if any(word in promise.recurrence for promise in promises for word in (before, after)):
        return False
    more, less, word = (old.metric, new.metric, before) if before else (new.metric, old.metric, after)
    return not (before and after) and match(more) != match(less) and match(more).replace(word, "", 1) == match(less)


def _joined(pair: Pair, mine: Sequence[Hunk], *, old: bool) -> str | None:
    view = pair.frame.old if old else pair.frame.new
    words = [
        view.matched[hunk.old_start : hunk.old_end] if old else view.matched[hunk.new_start : hunk.new_end]
        for hunk in mine
    ]
    return "、".join(filter(None, words)) or None


def _merge(first: Found, then: Found) -> Found:
    return Found(then.left, first.changes + then.changes, first.held + then.held)
