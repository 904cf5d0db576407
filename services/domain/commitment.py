"""What is promised: commitments, their actions, deadlines and targets (SPEC §4–8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CommitmentType = Literal["task", "goal", "umbrella"]
Basis = Literal["next_step", "task_section", "safeguard_section", "goal_section", "general_section", "ongoing"]
#: A firm; B tenseless measure in a reply without a next-step part; C umbrella or general approach.
Tier = Literal["A", "B", "C"]
ActorSource = Literal["explicit", "inherited", "section_units", "issuer"]
Comparator = Literal["=", ">=", ">", "<=", "<", "≈", "range", "multiple"]
#: A number, or both ends of a range.
Amount = int | float | tuple[int | float, int | float]


@dataclass(frozen=True, slots=True)
class Action:
    """One clause with a verb. `strength` is the level of SPEC §6: 5 guarantee … 1 explore."""

    verb: str
    strength: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """`raw` as written (MATCH layer). Dates are ISO; `duration_years` instead of an end for 通过5年时间."""

    raw: str
    source: Literal["explicit", "carried", "plan_period", "section_heading"]
    start: str | None = None
    end: str | None = None
    duration_years: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A number promised. `value` in the page's own `unit`; `norm_value` with 万, 亿 multiplied out, in `norm_unit`."""

    id: str
    start: int
    end: int
    raw: str
    commitment: str
    metric: str
    comparator: Comparator
    value: Amount
    unit: str
    norm_value: Amount
    norm_unit: str
    deadline: Deadline | None
    modality: int
    scope: str | None = None
    direction: Literal["increase", "decrease", "maintain"] = "increase"
    baseline: str | None = None
    baseline_year: int | None = None
    multiple: int | float | None = None
    multiple_raw: str | None = None
    group: str | None = None
    recurrence: str | None = None
    cumulative: bool = False
    elided_head: bool = False
    unit_elided: bool = False
    implicit_value: bool = False
    coordinated: bool = False
    soft: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Verifiability:
    """Is there an actor, an action, a quantity, a baseline, a date? Each with its span, None where there is none."""

    actor: tuple[int, int] | None = None
    action: tuple[int, int] | None = None
    quantity: tuple[int, int] | None = None
    baseline: tuple[int, int] | None = None
    date: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Commitment:
    id: str
    section: str | None
    start: int
    end: int
    text: str
    type: CommitmentType
    basis: Basis
    tier: Tier
    actors: tuple[str, ...]
    actor_source: ActorSource
    lead_verb: str | None
    modality: int
    actions: tuple[Action, ...] = ()
    deadline: Deadline | None = None
    recurrence: tuple[str, ...] = ()
    indefinite: tuple[str, ...] = ()
    topic: str | None = None
    conditional: str | None = None
    actor_raw: str | None = None
    units_ref: str | None = None
    targets: tuple[str, ...] = ()
    verifiability: Verifiability = Verifiability()
    rule: str = ""
