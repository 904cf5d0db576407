"""The vocabulary of change (SPEC §12). Finding, applying, judging and showing share this one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from services.domain.commitment import Tier

ChangeType = Literal[
    "page_removed", "page_restored", "page_moved",
    "metadata_changed",
    "attachment_added", "attachment_removed", "attachment_changed",
    "section_added", "section_removed", "section_moved", "section_retitled", "section_renumbered",
    "commitment_added", "commitment_withdrawn", "commitment_to_achievement",
    "commitment_reworded", "commitment_moved", "commitment_split", "commitment_merged",
    "target_raised", "target_lowered", "target_added", "target_removed",
    "target_scope_changed", "target_comparator_changed",
    "deadline_moved",
    "actor_added", "actor_removed", "lead_actor_changed",
    "modality_softened", "modality_strengthened",
    "recurrence_changed", "reference_changed",
    "figure_corrected", "figure_updated", "figure_added", "figure_removed",
    "narrative_changed",
]  # fmt: skip
SuppressionType = Literal["format_only", "boilerplate_only"]
Severity = Literal["none", "info", "low", "medium", "high", "critical"]
Direction = Literal["softened", "strengthened", "neutral", "unclear"]

CHANGE_TYPES: tuple[str, ...] = get_args(ChangeType)
#: Least serious first; the position is the rank.
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

#: What a change says was there before and is there now: a number in the page's own unit (or both ends of a range),
#: a level, a date, a name, a quotation, a list of names.
Said = str | int | float | tuple[str | int | float, ...] | None
#: Spans of a text, ascending, without overlap.
Marks = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """`source_text[start:end]` of one side."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """One typed change. `old` and `new` are the smallest exact places, `before` and `after` what they say."""

    type: ChangeType
    severity: Severity
    direction: Direction
    #: earlier, later, added, removed, loosened, tightened …
    detail: str | None
    #: Section headings, outermost first.
    path: tuple[str, ...]
    before: Said
    after: Said
    old: Quote | None
    new: Quote | None
    #: Row of SPEC §12 and the step that found it: `SPEC §12.11`.
    rule: str
    #: metadata_changed: which field.
    field: str | None = None
    #: Ids in the new document, or in the old one for what is gone.
    section: str | None = None
    commitment: str | None = None
    target: str | None = None
    figure: str | None = None
    metric: str | None = None
    tier: Tier | None = None
    actors: tuple[str, ...] = ()
    #: The whole sentence on both sides, for people.
    context_before: str | None = None
    context_after: str | None = None
    dice: float | None = None
    period_before: str | None = None
    period_after: str | None = None
    #: Commitments touched by one change of a list or a plan period.
    affected: tuple[str, ...] = ()
    deadline: str | None = None
    #: What was withdrawn had a target, what changed has one.
    has_target: bool = False
    #: Exactly the characters this change accounts for, as spans in either text; `old` and `new` are their hulls or the
    #: sentence they make up. No character lies in the marks of two changes or suppressions.
    old_marks: Marks = ()
    new_marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """A raw difference judged no change, with the rule that held it back."""

    type: SuppressionType
    rule: str
    old: Quote | None
    new: Quote | None
    severity: Severity = "none"
    direction: Direction = "neutral"
    detail: str | None = None
    path: tuple[str, ...] = ()
    before: Said = None
    after: Said = None
    old_marks: Marks = ()
    new_marks: Marks = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`comparison.changes` most serious first, then in document order."""

    changes: tuple[Change, ...] = ()
    suppressed: tuple[Suppression, ...] = ()


def rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)
