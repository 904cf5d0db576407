"""What one detector answers: the changes it saw, what it held back, and the hunks it leaves to the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.domain.change import Change, Suppression
from services.parser.compare.marking.pair import Pair
from services.parser.compare.marking.wording import Hunk

Open = tuple[Hunk, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`left` are the hunks nobody has accounted for yet."""

    left: Open
    changes: tuple[Change, ...] = ()
    held: tuple[Suppression, ...] = ()


Detector = Callable[[Pair, Open], Found]


def without(left: Open, taken: Sequence[Hunk]) -> Open:
    return tuple(hunk for hunk in left if hunk not in taken)


def run(detectors: Sequence[Detector], pair: Pair, left: Open) -> Found:
    """Each detector on what the ones before it left: the first explanation consumes a difference (SPEC §12)."""
    answer = Found(left)
    for detector in detectors:
        if not answer.left:
            break
        found = detector(pair, answer.left)
        answer = Found(found.left, answer.changes + found.changes, answer.held + found.held)
    return answer
