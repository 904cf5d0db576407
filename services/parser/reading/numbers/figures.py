"""The numbers a document reports (SPEC §9), and the labels of all other numbers.

past and preamble units ─► passage ─► figure_rules ─► Figure with kind, head, period, basis
numbers in commitments reached already ──────────┘
everything else ─► numeric_labels
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.domain.commitment import Amount, Comparator
from services.domain.document import Block, Document, Unit
from services.domain.figure import Figure, FigurePeriod
from services.parser.lexicon import load
from services.parser.reading.commitments.promises import is_rulebook
from services.parser.reading.numbers.figure_kinds import Reading, Stock, is_cumulative, read_kind
from services.parser.reading.numbers.figure_rules import is_batch, reason_against
from services.parser.reading.numbers.heads import Head, find_heads, group_of, metric_noun
from services.parser.reading.numbers.numbering import numbered
from services.parser.reading.numbers.numeric_labels import find_labels
from services.parser.reading.numbers.passages import Passage, passages
from services.parser.reading.numbers.periods import Years, document_period, find_periods, resolve_same, years_of
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.numbers.ranks import find_ranks
from services.parser.reading.numbers.target_rules import (
    FIGURE,
    TARGET,
    is_rate,
    judge,
    setting_of,
)
from services.parser.reading.numbers.targets import INDEX
from services.parser.reading.patterns import alternatives

#: 由2020年的30%: at most so far behind the year stands its number.
_BESIDE_PERIOD = 7
_PAST_LABELS = ("narrative", "fact", "preamble", "lead_in")
#: 高于全国 and 占全市 name what something is compared with.
_WORDS = load("metrics")["areas"]["words"]
_AREAS = re.compile(alternatives(_WORDS, {word[0]: "于过先占" for word in _WORDS}))


def find_figures(document: Document, matched: str) -> Document:
    """`document` with its figures (F-01 …), its numeric labels, and the unit label `fact` where a figure stands.

    `matched` is `match(document.text)`; targets, where there are any, must be filled already.
    """
    found = _Found()
    _read_past(document, matched, found)
    _read_promises(document, matched, found)
    ordered = sorted(found.figures, key=lambda figure: (figure.start, figure.end))
    figures = numbered(ordered, "F")
    taken = [(target.start, target.end) for target in document.targets]
    taken += [(figure.start, figure.end) for figure in figures]
    labels = find_labels(document, matched, found.judged, taken)
    quality = replace(document.quality, warnings=(*document.quality.warnings, *found.warnings))
    units = _facts(document.units, figures)
    return replace(document, quality=quality, figures=figures, numeric_labels=labels, units=units)


@dataclass(slots=True)
class _Found:
    figures: list[Figure] = field(default_factory=list)
    #: Where the numbers stand that are no figures, and why.
    judged: dict[tuple[int, int], str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def uneven(self, start: int, raw: str) -> None:
        """A value of a list that 分别 announces with another number of names: nothing is read into it (SPEC §9)."""
        self.judged[start, start + len(raw)] = "uneven_list"
        self.warnings.append(f"numbers: {raw!r} at {start}: 分别 announces another number of values than of names")


def _facts(units: tuple[Unit, ...], figures: tuple[Figure, ...]) -> tuple[Unit, ...]:
    """A past unit, preamble or lead-in that holds a figure is a fact (SCHEMA.md)."""
    starts = [figure.start for figure in figures]
    return tuple(
        Unit(unit.start, unit.end, unit.section, "fact", unit.commitment)
        if unit.label in _PAST_LABELS and bisect_right(starts, unit.end - 1) > bisect_right(starts, unit.start - 1)
        else unit
        for unit in units
    )


def _read_past(document: Document, matched: str, found: _Found) -> None:
    years, rules = years_of(document), is_rulebook(document)
    units = sorted((unit for unit in document.units if unit.label in _PAST_LABELS), key=lambda unit: unit.start)
    carried, line, stock, noun = document_period(years), -1, None, ""
    spans = [(unit.start, unit.end) for unit in units]
    for unit, (passage, shift) in zip(units, passages(matched, spans), strict=True):
        block = _line(document.blocks, unit.start)
        if block != line or (years.review and matched[unit.start - 1 : unit.start] != ";"):
            carried, line = document_period(years), block
        noun = noun if matched[unit.start - 1 : unit.start] == ";" else ""
        reader = _Reader(document, passage, shift, unit.section, block, years, carried, noun, rules)
        stock = reader.read(found, stock if matched.startswith("其中", unit.start) else None)
        carried, noun = reader.carried, reader.noun
        found.figures.extend(reader.ranks())


def _read_promises(document: Document, matched: str, found: _Found) -> None:
    """Numbers inside commitments: what was reached already is a figure, the rest has its reason."""
    commitments = sorted(document.commitments, key=lambda commitment: commitment.start)
    spans = [(commitment.start, commitment.end) for commitment in commitments]
    years = years_of(document)
    for commitment, (passage, shift) in zip(commitments, passages(matched, spans), strict=True):
        if not passage.quantities:
            continue
        block, setting = _line(document.blocks, commitment.start), setting_of(document, commitment, shift)
        reader = _Reader(document, passage, shift, commitment.section, block, years, None)
        heads: Sequence[Head] = ()
        for index, quantity in enumerate(passage.quantities):
            verdict = judge(passage, quantity, setting)
            if verdict in (FIGURE, TARGET) and (heads := heads or find_heads(passage))[index].uneven:
                found.uneven(quantity.start + shift, passage.matched[quantity.start : quantity.end])
            elif verdict == FIGURE:
                rate = setting.notice and is_rate(passage, quantity)
                reading = Reading("level") if rate else read_kind(passage, index, None)
                found.figures.append(reader.figure(index, heads[index], reading))
            else:
                found.judged[quantity.start + shift, quantity.end + shift] = verdict


@dataclass(slots=True)
class _Reader:
    document: Document
    passage: Passage
    #: From places in the passage to those in the text.
    shift: int
    section: str | None
    line: int
    years: Years
    carried: FigurePeriod | None
    #: What is measured of several things, as the segment before said it (SPEC §9): 增加值.
    noun: str = ""
    #: Whether the document issues rules or rates: only a rate is a figure there, conditions and counts are not.
    rules: bool = False
    periods: list[tuple[int, FigurePeriod]] = field(default_factory=list)
    starting: list[tuple[int, FigurePeriod]] = field(default_factory=list)

    def read(self, found: _Found, stock: Stock | None) -> Stock | None:
        """Adds the figures of the passage; answers flow or level of the last one, for 其中 in the next unit."""
        self._find_periods()
        heads: Sequence[Head] = ()
        for index, quantity in enumerate(self.passage.quantities):
            reason = reason_against(self.passage, quantity) or self._bounds(quantity)
            if reason:
                found.judged[quantity.start + self.shift, quantity.end + self.shift] = reason
                continue
            heads = heads or find_heads(self.passage)
            if heads[index].uneven:
                found.uneven(quantity.start + self.shift, self.passage.matched[quantity.start : quantity.end])
                continue
            reading = Reading("level") if self.rules else read_kind(self.passage, index, stock)
            stock = _stock(reading) or stock
            found.figures.append(self.figure(index, self._completed(index, heads[index], reading), reading))
        return stock

    def _bounds(self, quantity: Quantity) -> str | None:
        """低于15平方米 in a rule says who is meant; only 超过 can also be a result that was reached."""
        if self.document.metadata.kind == "policy_notice" and quantity.comparator in ("<", "<=", ">="):
            return "attribute"
        return "provision" if self.rules and not is_rate(self.passage, quantity) else None

    def _completed(self, index: int, head: Head, reading: Reading) -> Head:
        """A、B分别增长x和y: the noun that is elided here is the one the segment before named."""
        if reading.kind != "change" or group_of(self.passage, index) is None:
            return head
        own = metric_noun(head.name)
        self.noun = own or self.noun
        return head if own or not self.noun else Head(head.name + self.noun, True)

    def _find_periods(self) -> None:
        last, passage = self.carried, self.passage
        for position, period, once in passage.once(
            self.years, lambda: tuple(find_periods(passage.matched, passage.start, passage.end, self.years))
        ):
            if once:
                self.starting.append((position, period))
                continue
            last = resolve_same(period, last)
            self.periods.append((position, last))
        if last is not None and last.source == "explicit":
            self.carried = replace(last, source="carried")

    def _period(self, position: int) -> FigurePeriod | None:
        start, period = _last_before(self.starting, position)
        if period is not None and position <= start + _BESIDE_PERIOD:
            return period
        named = _last_before(self.periods, position)[1]
        return named or (self.carried if not self.periods else None)

    def figure(self, index: int, head: Head, reading: Reading) -> Figure:
        quantity = self.passage.quantities[index]
        norm, norm_unit = _norm(quantity, reading)
        return Figure(
            id="",
            section=self.section,
            line=self.line,
            start=quantity.start + self.shift,
            end=quantity.end + self.shift,
            raw=self.document.text[quantity.start + self.shift : quantity.end + self.shift],
            metric=head.name,
            kind=reading.kind,
            comparator=_comparator(quantity, reading),
            value=quantity.value,
            unit=quantity.unit or INDEX,
            norm_value=norm,
            norm_unit=norm_unit or INDEX,
            period=self._period(quantity.start),
            cumulative=reading.kind in ("flow", "level") and is_cumulative(self.passage, quantity),
            basis=reading.basis,
            basis_source=reading.basis_source,
            direction=reading.direction,
            scope=self._scope(quantity),
            group=group_of(self.passage, index),
            elided_head=head.elided,
            optional=quantity.chinese and is_batch(self.passage, quantity),
            rule=f"SPEC §9 {reading.kind}",
        )

    def _scope(self, quantity: Quantity) -> str | None:
        area = _AREAS.search(self.passage.ahead(quantity))
        return area[0] if area else None

    def ranks(self) -> Iterator[Figure]:
        """全国首批, 全市第5位: a rank is a fact about a place in a list, and optional (SPEC §15 D25)."""
        passage = self.passage
        for start, end, place in passage.once(
            "ranks", lambda: tuple(find_ranks(passage.matched, passage.start, passage.end))
        ):
            yield Figure(
                id="",
                section=self.section,
                line=self.line,
                start=start + self.shift,
                end=end + self.shift,
                raw=self.document.text[start + self.shift : end + self.shift],
                metric="位次",
                kind="rank",
                comparator="=",
                value=place,
                unit="",
                norm_value=None,
                norm_unit="",
                period=self._period(start),
                optional=True,
                rule="SPEC §9 rank",
            )


def _last_before(periods: list[tuple[int, FigurePeriod]], position: int) -> tuple[int, FigurePeriod | None]:
    index = bisect_right(periods, position, key=lambda found: found[0]) - 1
    return periods[index] if index >= 0 else (0, None)


def _stock(reading: Reading) -> Stock | None:
    return reading.kind if reading.kind == "flow" or reading.kind == "level" else None


def _norm(quantity: Quantity, reading: Reading) -> tuple[Amount, str]:
    """增长2.5倍 is +250 % (SPEC §9)."""
    if quantity.cls == "multiple" and reading.kind == "change" and isinstance(quantity.value, int | float):
        value = round(quantity.value * 100, 6)
        return int(value) if value == int(value) else value, "%"
    return quantity.norm_value, quantity.norm_unit


def _comparator(quantity: Quantity, reading: Reading) -> Comparator:
    return ">" if reading.kind == "threshold" and quantity.comparator == "=" else quantity.comparator


def _line(blocks: tuple[Block, ...], position: int) -> int:
    index = bisect_right(blocks, position, key=lambda block: block.start) - 1
    return blocks[index].line if index >= 0 else 0
