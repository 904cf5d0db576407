"""What two readings of one snapshot do not share. Pure.

The page is the same on both sides, so every difference is the reader's. Where the text differs too, the differences are
also given as the typed changes they would look like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from services.domain.change import Change
from services.domain.commitment import Deadline, Target
from services.domain.document import Document
from services.parser.compare.compare import compare

#: Keys that say where something was found, not what.
_PLACES = {"start", "end", "sources", "rule"}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a document: what only the earlier reading has, and only the newer one."""

    part: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def differing(old: Document, new: Document) -> tuple[tuple[Part, ...], tuple[Change, ...]]:
    """The parts that differ, in the order of `_PARTS`, and typed changes; empty where the readings say the same."""
    found = [_part(name, describe(old), describe(new)) for name, describe in _PARTS.items()]
    return tuple(part for part in found if part.before or part.after), compare(old, new).changes


def _part(name: str, old: Iterable[str], new: Iterable[str]) -> Part:
    mine, theirs = Counter(old), Counter(new)
    return Part(name, tuple((mine - theirs).elements()), tuple((theirs - mine).elements()))


def _commitments(document: Document) -> list[str]:
    return [
        f"{each.text} [{each.tier}{each.modality} {'、'.join(each.actors)}{_recurring(each.recurrence)}]"
        for each in document.commitments
    ]


def _recurring(words: tuple[str, ...]) -> str:
    return f" {'、'.join(words)}" if words else ""


def _target(target: Target) -> str:
    scope = f" ({target.scope})" if target.scope else ""
    return f"{target.metric}{scope} {target.comparator} {target.norm_value} {target.norm_unit}"


def _deadlines(document: Document) -> list[str]:
    promised = [(each.text, each.deadline) for each in document.commitments]
    promised += [(_target(each), each.deadline) for each in document.targets]
    return [f"{_deadline(deadline)}: {of}" for of, deadline in promised if deadline]


def _deadline(deadline: Deadline) -> str:
    years = f"{deadline.duration_years} 年" if deadline.duration_years else None
    return f"{deadline.raw} → {deadline.end or years or '?'}"


def _metadata(document: Document) -> list[str]:
    told = asdict(document.metadata).items()
    return [f"{name}: {_said(value)}" for name, value in told if name not in _PLACES and value not in (None, ())]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_said(part) for name, part in value.items() if name not in _PLACES and part not in (None, ()))
    if isinstance(value, list | tuple):
        return "、".join(_said(part) for part in value)
    return str(value)


_PARTS: dict[str, Callable[[Document], list[str]]] = {
    "metadata": _metadata,
    "body": lambda document: document.text.split("\n"),
    "sections": lambda document: [f"{each.heading} [{each.mode}]" for each in document.sections],
    "commitments": _commitments,
    "targets": lambda document: [_target(each) for each in document.targets],
    "deadlines": _deadlines,
    "figures": lambda document: [
        f"{each.metric} {each.comparator} {each.norm_value} {each.norm_unit}" for each in document.figures
    ],
    "attachments": lambda document: [each.name for each in document.attachments],
}
