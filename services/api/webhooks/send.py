"""The acting side of telling: events to delivery rows, delivery rows to requests.

    bus ─► match (pure) ─► one transaction: delivery rows + bus.done                                      owe.py
    delivery due ─► attempt rows, committed ─► sign (pure) ─► egress ─► retry (pure) ─► attempts settled  record.py

A row is written before the socket opens and the stored bytes are the sent bytes: after a crash the same message goes
out again under the same id. What is finished is recorded and what is due claimed in one transaction, however many
requests that is: the busier, the larger the batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from services.api.webhooks import sign
from services.api.webhooks.counting import note_attempts
from services.api.webhooks.owe import GROUP, owe_events, send_digests
from services.api.webhooks.record import Recorder, Sent
from services.api.webhooks.secrets import SecretBox
from services.bus.interface import Bus
from services.domain.clock import Clock
from services.egress.answer import Failure
from services.egress.door import Door
from services.metrics import counted
from services.storage import deliveries, subscriptions
from services.storage.database import Database
from services.storage.deliveries import Due
from services.storage.owed import Caps

__all__ = ["GROUP", "Teller"]

#: Requests under way at a time: of one process, and of an endpoint, a host, an owner over all processes.
AT_ONCE = 128
CAPS = Caps(endpoint=2, host=2, owner=64)
#: Longer than the door's deadline, so that a live request never loses its lease.
LEASE = timedelta(seconds=60)
DEADLINE = 15.0
#: The backstop of the wake-up: what another process owes is found within this time.
PAUSE = 0.5
#: Answers that arrive within this time of each other are recorded together.
GATHER = 0.005
_log = structlog.get_logger()


class Teller:
    """`clock` drives the schedule, `stamp` (unix seconds) the signatures, which must be real time for the receiver.

    `address` is the public address of this service, without a slash at its end.
    """

    def __init__(
        self,
        database: Database,
        bus: Bus,
        door: Door,
        box: SecretBox,
        clock: Clock,
        stamp: Clock,
        address: str = "",
        *,
        caps: Caps = CAPS,
        deadline: float = DEADLINE,
    ) -> None:
        self._database = database
        self._bus = bus
        self._door = door
        self._box = box
        self._clock = clock
        self._stamp = stamp
        self._address = address
        self._caps = caps
        self._deadline = deadline
        self._recorder = Recorder(bus, address)
        self._owed = asyncio.Event()

    def match_due(self, limit: int = 100) -> int:
        """Turn events into delivery rows and make the digests that are due; answers how many there were."""
        now = self._clock()
        with self._database.write() as conn:
            return owe_events(conn, self._bus, now, limit, LEASE) + send_digests(conn, now, self._address)

    def next_due(self, conn: Connection) -> datetime | None:
        """The next moment at which `match_due` or `send_due` may find something; None: nothing is owed."""
        moments = (
            self._bus.next_due(conn, GROUP),
            subscriptions.next_digest_due(conn),
            deliveries.next_delivery_due(conn, self._clock(), self._caps.endpoint, self._caps),
        )
        return min((moment for moment in moments if moment is not None), default=None)

    async def send_due(self, limit: int = 50) -> int:
        """Make every attempt that is due, side by side, and wait for all; answers how many were made."""
        started = await asyncio.to_thread(self._turn, (), limit)
        sent = await asyncio.gather(*(self._send(due, attempt) for due, attempt in started))
        if sent:
            await asyncio.to_thread(self._turn, sent, 0)
        return len(sent)

    def wake(self) -> None:
        """Something new may be owed. To be called in the event loop of `run`."""
        self._owed.set()

    async def run(self, stop: asyncio.Event | None = None, patience: float = DEADLINE) -> None:
        """Send what falls due until cancelled, or until `stop`: then the requests under way have `patience` seconds to
        be answered, and whatever is answered is on record. Nobody waits for anybody else's answer.
        """
        under_way: set[asyncio.Task[Sent]] = set()
        answered: list[Sent] = []
        try:
            while stop is None or not stop.is_set():
                started = await self._next_turn(answered, AT_ONCE - len(under_way))
                under_way |= {asyncio.create_task(self._send(due, attempt)) for due, attempt in started}
                done = await self._wait(under_way)
                under_way -= done
                answered += [task.result() for task in done]
            if under_way:
                done, under_way = await asyncio.wait(under_way, timeout=patience)
                answered += [task.result() for task in done]
            if answered:
                await asyncio.to_thread(self._turn, tuple(answered), 0)
        finally:
            for task in under_way:
                task.cancel()

    async def _next_turn(self, answered: list[Sent], room: int) -> list[tuple[Due, int]]:
        """One transaction; what cannot be recorded now stays in `answered` for the next one."""
        self._owed.clear()
        try:
            started = await asyncio.to_thread(self._turn, tuple(answered), room)
        except Exception:
            counted.faulted("webhooks")
            _log.exception("telling.failed")
            await asyncio.sleep(PAUSE)
            return []
        answered.clear()
        return started

    async def _wait(self, under_way: set[asyncio.Task[Sent]]) -> set[asyncio.Task[Sent]]:
        """Until an answer is there, something new is owed, or PAUSE is over; then whatever else comes in GATHER."""
        owed = asyncio.create_task(self._owed.wait())
        try:
            done, _ = await asyncio.wait({owed, *under_way}, timeout=PAUSE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            owed.cancel()
        if under_way and done:
            await asyncio.sleep(GATHER)
        return {task for task in under_way if task.done()}

    def _turn(self, sent: Sequence[Sent], room: int) -> list[tuple[Due, int]]:
        """Record what was answered, claim what is due, write its attempts: committed before a socket opens."""
        now = self._clock()
        with self._database.write() as conn:
            settled = self._recorder.record(conn, sent, now) if sent else ()
            due = deliveries.claim_due(conn, now, room, LEASE, self._caps.endpoint, self._caps) if room > 0 else []
            started = deliveries.start_attempts(conn, due, now)
        note_attempts(settled)
        return [(one, started[one.delivery.id]) for one in due if one.delivery.id in started]

    async def _send(self, due: Due, attempt: int) -> Sent:
        began = self._clock()
        try:
            keys = [self._box.open(secret, due.delivery.subscription) for secret in due.secrets]
            headers = sign.headers(keys, due.event.id, int(self._stamp().timestamp()), due.event.body)
            outcome = await self._door.post(due.url, body=due.event.body, headers=headers, deadline=self._deadline)
        except Exception as error:  # whatever it is, it is this delivery's and stops nobody else's
            counted.faulted("webhooks")
            _log.exception("delivery.failed", delivery_id=due.delivery.id, event_id=due.event.id)
            outcome = Failure("internal", type(error).__name__)
        return Sent(due, attempt, outcome, began, self._clock())
