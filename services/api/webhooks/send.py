"""The acting side of telling: events to delivery rows, delivery rows to requests.

    bus ─► match (pure) ─► one transaction: delivery rows + bus.done
    delivery due ─► attempt row, committed ─► sign (pure) ─► egress ─► retry (pure) ─► attempt and delivery rows

A row is written before the socket opens and the stored bytes are the sent bytes: after a crash the same message goes
out again under the same id.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from services.api.webhooks import retry, sign
from services.api.webhooks.match import wants
from services.api.webhooks.secrets import SecretBox
from services.bus.interface import Bus, Claimed
from services.domain.clock import Clock
from services.domain.subscription import Subscription
from services.egress.answer import Answer, Failure
from services.egress.door import Door
from services.storage import deliveries, subscriptions
from services.storage.database import Database
from services.storage.deliveries import Due

GROUP = "webhooks"
#: Requests under way to one endpoint: a slow one takes nobody else's place.
IN_FLIGHT = 4
#: Longer than the door's deadline, so that a live request never loses its lease.
LEASE = timedelta(seconds=60)
DEADLINE = 15.0
_KEPT = 4096
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one request."""

    due: Due
    attempt: int
    outcome: Answer | Failure


class Teller:
    """`clock` drives the schedule, `stamp` (unix seconds) the signatures, which must be real time for the receiver."""

    def __init__(self, database: Database, bus: Bus, door: Door, box: SecretBox, clock: Clock, stamp: Clock) -> None:
        self._database = database
        self._bus = bus
        self._door = door
        self._box = box
        self._clock = clock
        self._stamp = stamp

    def match_due(self, limit: int = 100) -> int:
        """Turn events into delivery rows; answers how many events were taken."""
        now = self._clock()
        with self._database.write() as conn:
            claimed = self._bus.claim(conn, GROUP, now, limit, LEASE)
            asked = subscriptions.active_subscriptions(conn) if claimed else ()
            for one in claimed:
                self._owe(conn, one, asked, now)
        return len(claimed)

    def _owe(self, conn: Connection, one: Claimed, asked: tuple[Subscription, ...], now: datetime) -> None:
        data = one.event.data
        for subscription in asked:
            if wants(subscription.filter, subscription.backfill, one.event.type, data):
                deliveries.add_delivery(conn, subscription.id, one.event.id, now)
        self._bus.done(conn, GROUP, one.event.id, one.token, now)

    async def send_due(self, limit: int = 50) -> int:
        """Make every attempt that is due, side by side; answers how many were made."""
        started = await asyncio.to_thread(self._start, limit)
        sent = await asyncio.gather(*(self._send(due, attempt) for due, attempt in started))
        if sent:
            await asyncio.to_thread(self._finish, sent)
        return len(sent)

    def _start(self, limit: int) -> list[tuple[Due, int]]:
        """Claim, and write the attempts' rows: committed before a socket opens."""
        now = self._clock()
        with self._database.write() as conn:
            due = deliveries.claim_due(conn, now, limit, LEASE, IN_FLIGHT)
            started = [(one, deliveries.start_attempt(conn, one.delivery.id, one.token, now)) for one in due]
        return [(one, attempt) for one, attempt in started if attempt is not None]

    async def _send(self, due: Due, attempt: int) -> Sent:
        key = self._box.open(due.secret, due.delivery.subscription)
        headers = sign.headers([key], due.event.id, int(self._stamp().timestamp()), due.event.body)
        outcome = await self._door.post(due.url, body=due.event.body, headers=headers, deadline=DEADLINE)
        return Sent(due, attempt, outcome)

    def _finish(self, sent: list[Sent]) -> None:
        now = self._clock()
        with self._database.write() as conn:
            for one in sent:
                self._record(conn, one, now)

    def _record(self, conn: Connection, sent: Sent, now: datetime) -> None:
        delivery, answered = sent.due.delivery, isinstance(sent.outcome, Answer)
        status = sent.outcome.status if isinstance(sent.outcome, Answer) else None
        patience = sent.outcome.headers.get("retry-after") if isinstance(sent.outcome, Answer) else None
        verdict = retry.after_attempt(str(delivery.id), delivery.attempts + 1, status, patience, now)
        deliveries.finish_attempt(
            conn,
            sent.attempt,
            sent.due.token,
            now,
            outcome=_STATE[type(verdict)],
            next_attempt=verdict.at if isinstance(verdict, retry.Again) else None,
            status=status,
            error=None if answered else getattr(sent.outcome, "reason", None),
            answer=_kept(sent.outcome),
        )
        self._judge_endpoint(conn, delivery.subscription, verdict, now)

    def _judge_endpoint(self, conn: Connection, subscription: str, verdict: retry.Verdict, now: datetime) -> None:
        """An endpoint that says 410, or nothing but failures for days, is not asked any more."""
        if isinstance(verdict, retry.Done):
            subscriptions.record_success(conn, subscription)
            return
        streak = subscriptions.record_failure(conn, subscription, now)
        gone = isinstance(verdict, retry.GiveUp) and verdict.disable
        if gone or retry.hopeless(streak.since, streak.attempts, now):
            subscriptions.set_status(conn, subscription, "disabled")
            _log.warning("subscription disabled", subscription=subscription, gone=gone, failures=streak.attempts)


_STATE: dict[type[retry.Verdict], deliveries.Status] = {
    retry.Done: "delivered",
    retry.Again: "pending",
    retry.GiveUp: "failed",
}


def _kept(outcome: Answer | Failure) -> str | None:
    """The first 4 KiB of the receiver's answer as text without control characters."""
    if isinstance(outcome, Failure):
        return None
    text = outcome.body[:_KEPT].decode("utf-8", "replace")
    return json.dumps(text, ensure_ascii=True)[1:-1]
