"""What a committed reading counts as, and the line the log has about it."""

from __future__ import annotations

from typing import Any

import structlog

from services.bus.interface import Claimed
from services.domain.change import Change, Suppression
from services.domain.document import Quality
from services.metrics import counted
from services.parser.judge import FURNITURE, Finding, First, Missing, Returned, Revised, Same, Unchanged, Unreadable

_log = structlog.get_logger()


def note_reading(claimed: Claimed, finding: Finding, seconds: float) -> None:
    """To be called when what `finding` says is committed."""
    quality, changes, suppressed = _account(finding)
    counted.compared(((one.type, one.severity) for one in changes), (one.type for one in suppressed))
    more = {"finding": type(finding).__name__.lower(), "changes": len(changes), "suppressed": len(suppressed)}
    _note(claimed, quality, seconds, more)


def note_piece(claimed: Claimed, quality: Quality, seconds: float) -> None:
    """A further page or a linked file was read."""
    _note(claimed, quality, seconds, {"finding": "piece"})


def _note(claimed: Claimed, quality: Quality, seconds: float, more: dict[str, Any]) -> None:
    reason = None if quality.verdict == "ok" else quality.reason
    counted.read(quality.verdict, reason, seconds)
    _log.info(
        "reading.done",
        document_id=claimed.event.key,
        event_id=claimed.event.id,
        verdict=quality.verdict,
        reason=reason,
        seconds=round(seconds, 3),
        **more,
    )


def _account(finding: Finding) -> tuple[Quality, tuple[Change, ...], tuple[Suppression, ...]]:
    """The reader's verdict, what is told of it and what is held back."""
    match finding:
        case Unreadable(quality) | Missing(_, quality):
            return quality, (), ()
        case Unchanged(quality):
            return quality, (), (FURNITURE,)
        case First(document, _):
            return document.quality, (), ()
        case Same(document, suppressed):
            return document.quality, (), suppressed
        case Revised(document, comparison):
            return document.quality, comparison.changes, comparison.suppressed
        case Returned(revised, _, told):
            changes = () if told else revised.comparison.changes
            return revised.document.quality, changes, revised.comparison.suppressed
