"""What is reported: figures of the past, and the numbers that are neither figure nor target (SPEC §9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.domain.commitment import Amount, Comparator

FigureKind = Literal[
    "level", "flow", "change", "share", "ratio", "diff", "threshold", "forecast", "rank", "scope_count"
]


@dataclass(frozen=True, slots=True)
class FigurePeriod:
    """`source`: explicit in the same sentence, carried from an earlier one, or the document's own."""

    raw: str
    type: str
    start: str | None
    end: str | None
    source: Literal["explicit", "carried", "document"]


@dataclass(frozen=True, slots=True)
class Figure:
    id: str
    section: str | None
    line: int
    start: int
    end: int
    raw: str
    metric: str
    kind: FigureKind
    comparator: Comparator
    value: Amount | str
    unit: str
    norm_value: Amount | None
    norm_unit: str
    period: FigurePeriod | None = None
    cumulative: bool = False
    basis: str | None = None
    basis_source: Literal["explicit", "default"] | None = None
    direction: Literal["up", "down"] | None = None
    scope: str | None = None
    group: str | None = None
    elided_head: bool = False
    optional: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class NumericLabel:
    """A number that is neither figure nor target, with the reason."""

    start: int
    end: int
    raw: str
    context: str
    reason: str
