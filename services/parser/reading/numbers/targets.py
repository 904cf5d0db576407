"""The numbers promised in the commitments of a document (SPEC §8).

commitment span ─► passage (its numbers, its clauses) ─► target_rules.judge ─► Target with head, deadline, direction
               └► implicit (全覆盖, 翻番, 万亿级) ─────────────────────────────┘
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from services.domain.commitment import Amount, Commitment, Comparator, Deadline, Target
from services.domain.document import Document
from services.parser.lexicon import load
from services.parser.reading.commitments.context import written_on
from services.parser.reading.commitments.deadlines import explicit_deadline
from services.parser.reading.numbers.figure_kinds import first_of_run
from services.parser.reading.numbers.heads import Head, find_heads, group_of, split_heads
from services.parser.reading.numbers.implicit import Implicit, find_implicit
from services.parser.reading.numbers.lead_words import before_head
from services.parser.reading.numbers.numbering import numbered
from services.parser.reading.numbers.passages import VERBS, Passage, passages
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.numbers.target_rules import (
    TARGET,
    THRESHOLD,
    at_least,
    is_starting_point,
    judge,
    setting_of,
)
from services.parser.reading.patterns import alternatives

#: 高于全国 and 占全市 name what something is compared with.
_WORDS = load("metrics")["areas"]["words"]
_AREAS = re.compile(alternatives(_WORDS, {word[0]: "于过先占" for word in _WORDS}))
_DOWN = alternatives(VERBS["change"]["down"])
_UP = alternatives(VERBS["change"]["up"])
_FILLER = "(?:分别|年均|同比|均|了|约|超过|再|实际)*"
_DECREASE = re.compile(f"{_DOWN}{_FILLER}$")
_INCREASE = re.compile(f"{_UP}{_FILLER}$")
_KEEP = re.compile(alternatives(VERBS["keep"]["words"]) + "$")
_BASELINE = re.compile(
    rf"(?:较|(?<![占同环对])比(?![例重值率])|与(?=[^,;。]{{2,12}}相比))([^,;。、增长下降提高减少]{{2,12}}?)(?:相比|分别|均|同期|{_DOWN}|{_UP}|翻|高|低)"
)
_RECURRENCE = re.compile(alternatives(VERBS["recurrence"]["words"]))
_CUMULATIVE = re.compile(alternatives(VERBS["cumulative"]["words"]))
_MULTIPLE_OF_ALL = re.compile("(?:全部|均|都|实现)*(翻一番|翻番|翻两番|倍增|双倍增)[,、]?分别")
_EACH = re.compile(r"(?:在([^,。;在]{2,40}))?各[^,。;]{0,8}$")
#: Names that say themselves what is measured; 数 is added to all others.
_AMOUNT = re.compile("(?:[数量额值率力度]|规模|收入|投入|投资|面积|里程|人口|强度)$")
#: How many there will be is no part of the name: …两个五千亿级产业集群和一批百亿级企业.
_SOME = re.compile("(?:^[^、]*和)?(?:一批|一个|若干个?|多个|[两二三四五六七八九0-9]+个|更多)$")
_IMPLIED: dict[str, Comparator] = {"doubling": "multiple", "whole": "=", "scale": ">="}
#: The unit of a bare number: a value of an index.
INDEX = "指数"
_PLAN_END = {"十": 2005, "十一": 2010, "十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030}
_PLAN = re.compile("十[一二三四五]?(?=五)")
_YEAR = re.compile("(?:19|20)[0-9]{2}")


def find_targets(document: Document, matched: str) -> Document:
    """`document` with its targets (T-01 … in order of place), each commitment's `targets` and verifiability filled.

    `matched` is `match(document.text)`. Only text inside commitments is read; `raw` is a slice of `document.text`.
    """
    commitments = sorted(document.commitments, key=lambda commitment: (commitment.start, commitment.end))
    spans = [(commitment.start, commitment.end) for commitment in commitments]
    targets: list[Target] = []
    implicit = tuple(find_implicit(matched))
    for commitment, (passage, shift) in zip(commitments, passages(matched, spans), strict=True):
        unsaid = [each.moved(-shift) for each in implicit if commitment.start <= each.start < commitment.end]
        if passage.quantities or unsaid:
            targets.extend(_targets(document, commitment, passage, shift, unsaid))
    found = numbered(targets, "T")
    return replace(document, targets=found, commitments=_with_targets(document.commitments, found, matched))


def _targets(
    document: Document, commitment: Commitment, passage: Passage, shift: int, unsaid: list[Implicit]
) -> list[Target]:
    """`shift`: from places in the passage to those in the text; `unsaid` has the former."""
    setting = setting_of(document, commitment, shift)
    chosen = [at for at, quantity in enumerate(passage.quantities) if judge(passage, quantity, setting) == TARGET]
    heads = find_heads(passage) if chosen or unsaid else ()
    facts = _Facts(document, commitment, passage, shift, heads, _deadlines(document, passage))
    found = [facts.target(index) for index in chosen if not heads[index].uneven]
    for implicit in unsaid:
        if implicit.start < setting.since:
            continue
        found.extend(facts.implicit(implicit, max([0, *(each.end for each in unsaid if each.end <= implicit.start)])))
    return sorted(found, key=lambda target: (target.start, target.end))


def _deadlines(document: Document, passage: Passage) -> tuple[tuple[int, Deadline], ...]:
    """The dates named in the passage, clause by clause, with where the clause begins."""
    if passage.matched.count("年", passage.start, passage.end) < 2:
        return ()
    today, found = written_on(document.metadata), []
    for start, end in pairwise((passage.start, *passage.cuts, passage.end)):
        deadline = explicit_deadline(passage.matched, start, end, today)
        if deadline is not None:
            found.append((start, deadline))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the commitment says about each of its numbers."""

    document: Document
    commitment: Commitment
    passage: Passage
    shift: int
    heads: Sequence[Head]
    deadlines: tuple[tuple[int, Deadline], ...]

    def target(self, index: int) -> Target:
        quantity, head = self.passage.quantities[index], self.heads[index]
        left = self.passage.left(quantity)
        lead = self.passage.left(self.passage.quantities[first_of_run(self.passage, index)])
        value, norm, unit = _changed(quantity, lead)
        baseline, baseline_year = _baseline(left)
        before = self.passage.quantities[index - 1] if index else None
        if baseline is None and before and is_starting_point(self.passage, before):
            baseline = self.passage.matched[before.start : before.end]
        multiple, multiple_raw = self._multiple(quantity)
        recurrence = _RECURRENCE.search(left)
        return Target(
            id="",
            start=quantity.start + self.shift,
            end=quantity.end + self.shift,
            raw=self._raw(quantity),
            commitment=self.commitment.id,
            metric=head.name,
            comparator=_comparator(quantity, left),
            value=value,
            unit=quantity.unit or INDEX,
            norm_value=norm,
            norm_unit=unit or INDEX,
            deadline=self.deadline(quantity.start),
            modality=self.modality(quantity.start),
            scope=_scope(left),
            direction=_direction(lead),
            baseline=baseline,
            baseline_year=baseline_year,
            multiple=multiple,
            multiple_raw=multiple_raw,
            group=group_of(self.passage, index),
            recurrence=recurrence[0] if recurrence else None,
            cumulative=bool(_CUMULATIVE.search(left)),
            elided_head=head.elided,
            unit_elided=quantity.unit_elided,
            rule=f"SPEC §8 {quantity.cls}",
        )

    def implicit(self, implicit: Implicit, behind: int) -> Iterator[Target]:
        """`behind`: where the one before it ends, if it is not the first."""
        matched, start = self.passage.matched, max(behind, self.passage.clause(implicit.start)[0])
        left = matched[start : implicit.start]
        if implicit.kind == "doubling" and _MULTIPLE_OF_ALL.match(matched, max(start, implicit.start)):
            return
        names = self._implicit_names(implicit, left)
        for name in names:
            yield self._implicit_target(implicit, name, left, coordinated=len(names) > 1)

    def _implicit_names(self, implicit: Implicit, left: str) -> list[str]:
        head = before_head(left) or self._head_before(implicit.start)
        if implicit.kind == "scale":
            head = _SOME.sub("", head)
            behind = re.match("[^,。;、]{0,16}", self.passage.matched[implicit.end : self.passage.end])
            return [f"{head.removesuffix('两大').removesuffix('三大')}{behind[0] if behind else ''}规模"]
        if implicit.kind == "whole":
            return [f"{head}覆盖率" if "覆盖" in self.passage.matched[implicit.start : implicit.end] else head]
        return [name if _AMOUNT.search(name) else f"{name}数" for name in split_heads(head, 2) or [head]]

    def _head_before(self, position: int) -> str:
        """比上年翻一番: the head of the number before."""
        index = bisect_left(self.passage.quantities, position, key=lambda quantity: quantity.start) - 1
        return self.heads[index].name.removesuffix("数") if index >= 0 else ""

    def _implicit_target(self, implicit: Implicit, name: str, left: str, coordinated: bool) -> Target:
        unit, norm_unit, value, norm = _implicit_values(implicit, self.passage.matched)
        return Target(
            id="",
            start=implicit.start + self.shift,
            end=implicit.end + self.shift,
            raw=self._raw(implicit),
            commitment=self.commitment.id,
            metric=name,
            comparator=_IMPLIED[implicit.kind],
            value=value,
            unit=unit,
            norm_value=norm,
            norm_unit=norm_unit,
            deadline=self.deadline(implicit.start),
            modality=self.modality(implicit.start),
            scope=_scope(left),
            coordinated=coordinated,
            soft=implicit.kind == "scale",
            implicit_value=implicit.kind == "whole",
            rule=f"SPEC §8 {implicit.kind}",
        )

    def _raw(self, found: Quantity | Implicit) -> str:
        """As the text writes it."""
        return self.document.text[found.start + self.shift : found.end + self.shift]

    def deadline(self, position: int) -> Deadline | None:
        """Where the commitment names several dates, the last one before the number; else the commitment's own."""
        index = bisect_right(self.deadlines, position, key=lambda named: named[0]) - 1
        several = len({deadline.end for _, deadline in self.deadlines}) > 1
        return self.deadlines[index][1] if several and index >= 0 else self.commitment.deadline

    def modality(self, position: int) -> int:
        """Strength of the clause the number stands in, else of the commitment."""
        for action in self.commitment.actions:
            if action.start <= position + self.shift < action.end:
                return action.strength
        return self.commitment.modality

    def _multiple(self, quantity: Quantity) -> tuple[int | None, str | None]:
        """A、B均翻番,分别达到x、y: each value is also a doubling (SPEC §8)."""
        found = _MULTIPLE_OF_ALL.search(self.passage.ahead(quantity))
        if not found or ";" in found.string[found.end() :]:
            return None, None
        return VERBS["doubling"][found[1]], found[0].rstrip(",、分别")


def _comparator(quantity: Quantity, left: str) -> Comparator:
    """突破1万亿元 is more than it; 至少培育1家 is the least, with the verb between."""
    if quantity.comparator != "=":
        return quantity.comparator
    return ">" if left.endswith(THRESHOLD) else ">=" if at_least(left) else "="


def _changed(quantity: Quantity, left: str) -> tuple[Amount, Amount, str]:
    """增长2倍 is +200 %; everything else stays what it is."""
    if (
        quantity.cls == "multiple"
        and isinstance(quantity.value, int | float)
        and (_INCREASE.search(left) or _DECREASE.search(left))
    ):
        return quantity.value, round(quantity.value * 100, 6), "%"
    return quantity.value, quantity.norm_value, quantity.norm_unit


def _implicit_values(implicit: Implicit, matched: str) -> tuple[str, str, int, int]:
    if implicit.kind == "doubling":
        return "倍", "×基期", implicit.value, implicit.value
    if implicit.kind == "whole":
        return "%", "%", 100, 100
    return matched[implicit.start : implicit.end - 1] + "元", "元", 1, implicit.value


def _scope(left: str) -> str | None:
    each = _EACH.search(left)
    if each and each[1]:
        return f"{each[1]}(各)"
    area = _AREAS.search(left)
    return area[0] if area else None


def _direction(left: str) -> Literal["increase", "decrease", "maintain"]:
    if _KEEP.search(left):
        return "maintain"
    return "decrease" if _DECREASE.search(left) else "increase"


def _baseline(left: str) -> tuple[str | None, int | None]:
    """What the number is measured against, and that year: 较“十三五”末下降9% → “十三五”末, 2020."""
    found = _BASELINE.search(left)
    if not found:
        return None, None
    plan, year = _PLAN.search(found[1]), _YEAR.search(found[1])
    return found[1], int(year[0]) if year else _PLAN_END.get(plan[0]) if plan else None


def _with_targets(
    commitments: tuple[Commitment, ...], targets: tuple[Target, ...], matched: str
) -> tuple[Commitment, ...]:
    by_commitment: dict[str, list[Target]] = {}
    for target in targets:
        by_commitment.setdefault(target.commitment, []).append(target)
    return tuple(_filled(commitment, by_commitment.get(commitment.id, []), matched) for commitment in commitments)


def _filled(commitment: Commitment, targets: list[Target], matched: str) -> Commitment:
    if not targets:
        return commitment
    return replace(
        commitment,
        targets=tuple(target.id for target in targets),
        verifiability=replace(
            commitment.verifiability,
            quantity=(targets[0].start, targets[0].end),
            baseline=_baseline_span(commitment, targets, matched),
        ),
    )


def _baseline_span(commitment: Commitment, targets: list[Target], matched: str) -> tuple[int, int] | None:
    raw = next((target.baseline for target in targets if target.baseline), None)
    start = matched.find(raw, commitment.start, commitment.end) if raw else -1
    return (start, start + len(raw)) if raw and start >= 0 else None
