"""What became of requests to receivers, counted and logged once it is committed."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from services.api.webhooks import retry
from services.api.webhooks.record import Judged, Sent
from services.egress.answer import Answer, Failure
from services.metrics import counted

_log = structlog.get_logger()
_OUTCOMES: dict[type[retry.Verdict], str] = {
    retry.Done: "delivered",
    retry.Again: "again",
    retry.GiveUp: "given_up",
}


def note_attempts(judged: Sequence[Judged]) -> None:
    for one in judged:
        delivery, event = one.sent.due.delivery, one.sent.due.event
        outcome, seconds = _OUTCOMES[type(one.verdict)], (one.sent.ended - one.sent.began).total_seconds()
        counted.attempted(outcome, _reason(one), seconds)
        if outcome == "delivered" and event.type.startswith("document.") and _is_news(one.sent):
            alerted = (one.sent.ended - event.time).total_seconds()
            counted.alerted(alerted, first=delivery.attempts == delivery.spent)
        _log.info(
            "attempt.done",
            delivery_id=delivery.id,
            event_id=event.id,
            subscription_id=delivery.subscription,
            document_id=event.key if event.type.startswith("document.") else None,
            attempt=delivery.attempts + 1,
            outcome=outcome,
            reason=_reason(one),
            seconds=round(seconds, 3),
        )


def _is_news(sent: Sent) -> bool:
    """Owed when it happened: not sent again by hand, not held for a digest or for an endpoint to answer."""
    delivery = sent.due.delivery
    if delivery.spent or delivery.next_attempt is None:
        return False
    return delivery.attempts > 0 or delivery.next_attempt == delivery.created


def _reason(judged: Judged) -> str:
    """The hundred of the answer's status, or why there was none."""
    if judged.error is not None:
        return judged.error
    outcome: Answer | Failure = judged.sent.outcome
    return outcome.reason if isinstance(outcome, Failure) else f"http_{outcome.status // 100}xx"
