"""What came of requests: attempts and deliveries settled, endpoints warned, disabled, confirmed. One transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from services.api.webhooks import notices, retry
from services.api.webhooks.owe import let_go
from services.bus.interface import Bus
from services.domain.event import Event
from services.egress.answer import Answer, Failure
from services.metrics import counted
from services.storage import deliveries, subscriptions
from services.storage.database import after_commit
from services.storage.deliveries import Due, Outcome

CHALLENGE = "subscription.challenge"
_KEPT = 4096
_SHOWN = ("content-type", "retry-after", "location", "server")
_STATE: dict[type[retry.Verdict], deliveries.Status] = {
    retry.Done: "delivered",
    retry.Again: "pending",
    retry.GiveUp: "failed",
}
#: What an attempt is recorded as where the door refused to connect.
_REFUSED = {"forbidden_address": "blocked_address"}
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one request."""

    due: Due
    attempt: int
    outcome: Answer | Failure
    #: When the request began, and when it was answered or given up.
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """`error`: why an answer that came is none, or none came."""

    sent: Sent
    verdict: retry.Verdict
    error: str | None


class Recorder:
    """`address` is the public address of this service, which notices link to."""

    def __init__(self, bus: Bus, address: str) -> None:
        self._bus = bus
        self._address = address

    def record(self, conn: Connection, sent: Sequence[Sent], now: datetime) -> list[Judged]:
        """Settle every attempt of `sent`; what follows for an endpoint is judged once its attempts are.

        Answers what became of each, to be counted once it is committed.
        """
        judged = [self._judge(conn, one, now) for one in sent]
        settled = deliveries.finish_attempts(conn, [_outcome(one) for one in judged], now)
        by_endpoint: dict[str, list[Judged]] = {}
        for one in judged:
            if one.sent.due.delivery.id in settled:
                by_endpoint.setdefault(one.sent.due.delivery.subscription, []).append(one)
        well = [id_ for id_, made in by_endpoint.items() if any(isinstance(one.verdict, retry.Done) for one in made)]
        if well:
            subscriptions.record_success(conn, *well)
        for id_, made in by_endpoint.items():
            self._follow(conn, id_, made, now, failed=id_ not in well)
        return judged

    def _judge(self, conn: Connection, sent: Sent, now: datetime) -> Judged:
        delivery, outcome = sent.due.delivery, sent.outcome
        status = outcome.status if isinstance(outcome, Answer) else None
        patience = outcome.headers.get("retry-after") if isinstance(outcome, Answer) else None
        error = _REFUSED.get(outcome.reason, outcome.reason) if isinstance(outcome, Failure) else None
        if sent.due.event.type == CHALLENGE and isinstance(outcome, Answer) and 200 <= outcome.status < 300:
            awaited = subscriptions.awaited_answer(conn, delivery.subscription)
            if awaited is not None and not notices.answers(outcome.body, awaited):
                status, error = None, "challenge_unanswered"
        number = delivery.attempts + 1 - delivery.spent
        return Judged(sent, retry.after_attempt(str(delivery.id), number, status, patience, now), error)

    def _follow(self, conn: Connection, id_: str, made: list[Judged], now: datetime, *, failed: bool) -> None:
        """An endpoint that says 410, or nothing but failures for days, is not asked any more."""
        if any(isinstance(one.verdict, retry.GiveUp) and one.verdict.disable for one in made):
            self._disable(conn, id_, "gone", now)
            return
        for one in made:
            if one.sent.due.event.type == CHALLENGE:
                self._challenged(conn, id_, one.verdict, now)
        if not failed:
            return
        streak = [subscriptions.record_failure(conn, id_, now) for _ in made][-1]
        percent = retry.worn(streak.since, streak.attempts, now)
        if percent >= 100:
            self._disable(conn, id_, "failing", now)
        elif streak.since is not None and (step := retry.warning(percent, streak.warned)) is not None:
            subscriptions.record_warning(conn, id_, step)
            about, ends = subscriptions.get_subscription(conn, id_), streak.since + retry.PATIENCE
            told = notices.failing(about, step, streak.since, streak.attempts, ends, now, self._address)
            self._tell(conn, told)

    def _challenged(self, conn: Connection, id_: str, verdict: retry.Verdict, now: datetime) -> None:
        if isinstance(verdict, retry.GiveUp):
            self._disable(conn, id_, "unconfirmed", now)
        elif isinstance(verdict, retry.Done) and subscriptions.confirm(conn, id_):
            let_go(conn, subscriptions.get_subscription(conn, id_), now)

    def _disable(self, conn: Connection, id_: str, reason: notices.Reason, now: datetime) -> None:
        if subscriptions.set_status(conn, id_, "disabled"):
            after_commit(conn, partial(counted.disabled, reason))
            _log.warning("subscription.disabled", subscription_id=id_, reason=reason)
            self._tell(conn, notices.disabled(subscriptions.get_subscription(conn, id_), reason, now, self._address))

    def _tell(self, conn: Connection, event: Event) -> None:
        self._bus.publish(conn, event)


def _outcome(judged: Judged) -> Outcome:
    sent, verdict = judged.sent, judged.verdict
    answer = sent.outcome if isinstance(sent.outcome, Answer) else None
    return Outcome(
        delivery=sent.due.delivery.id,
        attempt=sent.attempt,
        token=sent.due.token,
        status=_STATE[type(verdict)],
        next_attempt=verdict.at if isinstance(verdict, retry.Again) else None,
        answered=answer.status if answer else None,
        error=judged.error,
        answer=_harmless(answer.body[:_KEPT].decode("utf-8", "replace")) if answer else None,
        headers={name: _harmless(answer.headers[name][:200]) for name in _SHOWN if name in answer.headers}
        if answer
        else {},
    )


def _harmless(text: str) -> str:
    """As text without control or direction characters: what is not ASCII is written `\\u…`."""
    return json.dumps(text, ensure_ascii=True)[1:-1]
