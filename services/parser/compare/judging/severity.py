"""How serious a change is and which way it points (SPEC §12): one table, and the few rows that depend on more."""

from __future__ import annotations

from services.domain.change import ChangeType, Direction, Severity
from services.domain.commitment import Comparator, Tier

#: Rows of SPEC §12 whose severity is fixed.
FIXED: dict[ChangeType, Severity] = {
    "page_removed": "critical", "page_restored": "medium", "page_moved": "info",
    "attachment_added": "high", "attachment_removed": "critical", "attachment_changed": "high",
    "section_added": "medium", "section_removed": "medium", "section_moved": "low", "section_retitled": "low",
    "section_renumbered": "info",
    "commitment_to_achievement": "high", "commitment_moved": "low", "commitment_split": "info",
    "commitment_merged": "info",
    "target_raised": "high", "target_lowered": "critical", "target_added": "high", "target_removed": "critical",
    "target_scope_changed": "medium", "target_comparator_changed": "medium",
    "deadline_moved": "high", "actor_added": "medium", "actor_removed": "medium", "lead_actor_changed": "medium",
    "modality_strengthened": "medium", "recurrence_changed": "medium", "reference_changed": "medium",
    "figure_updated": "low", "figure_added": "low", "figure_removed": "medium", "narrative_changed": "low",
}  # fmt: skip

#: metadata_changed by field; what is not listed is medium.
METADATA: dict[str, Severity] = {
    "doc_number": "high", "recipient": "high", "suggestion": "high", "agency": "high",
    "feedback": "low", "publicity": "low", "published_at": "low", "publisher": "low",
}  # fmt: skip

_ADDED: dict[Tier, Severity] = {"A": "high", "B": "medium", "C": "low"}
#: From the firmest to the loosest, for a number that is to be reached …
_FLOORS: tuple[Comparator, ...] = (">", ">=", "=", "≈", "<=", "<")
#: … and for one that is not to be exceeded.
_CEILINGS: tuple[Comparator, ...] = ("<", "<=", "=", "≈", ">=", ">")

#: A figure that moves by this share or more is no slip of the pen.
_LARGE = 0.10
_CLOSE = 0.90


def commitment_added(tier: Tier) -> Severity:
    return _ADDED[tier]


def commitment_withdrawn(tier: Tier, *, has_target: bool) -> Severity:
    return "critical" if tier == "A" and has_target else _ADDED[tier]


def modality(before: int, after: int, *, lead: bool) -> Severity:
    falls_far = after <= 2 or (before == 5 and after <= 3)
    return "high" if after < before and lead and falls_far else "medium"


def reworded(dice: float) -> Severity:
    return "low" if dice >= _CLOSE else "medium"


def figure_corrected(before: float | None, after: float | None) -> Severity:
    """By the relative change; a figure that cannot be compared is medium."""
    if before is None or after is None:
        return "medium"
    return "high" if abs(after - before) >= _LARGE * abs(before) - 1e-9 else "medium"


def comparator(before: Comparator, after: Comparator, *, ceiling: bool) -> Direction:
    """Loosened is softened. Ranges and multiples stand in no order with the rest."""
    order = _CEILINGS if ceiling else _FLOORS
    if before not in order or after not in order:
        return "unclear"
    return "softened" if order.index(after) > order.index(before) else "strengthened"
