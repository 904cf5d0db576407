"""What is owed, from the database to the streams. The only way there, and the only way back after anything was lost.

    owed, due, nobody's ─► offer: kept for OFFER, committed ─► XADD ─► consumers
         ▲                                                        │ (or nothing came of it)
         └──────────────────── OFFER is over ◄────────────────────┘

Whatever happens to a stream, an entry, a consumer or a relay, the row stays owed and is offered again when its time is
over; so any number of relays may run, and Redis may forget everything. Only the first event of a key is offered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError, ResponseError

from services.bus import database as log
from services.bus.connection import Trouble, connect
from services.bus.entries import KEPT, OWED_CHANNEL, fields_of, stream_of, streams_of
from services.bus.interface import Offered
from services.bus.streams import make_groups
from services.domain.clock import Clock
from services.storage.database import Database

#: How long an event stands on a stream before it is offered again: the longest time anything lost stays lost.
OFFER = timedelta(seconds=10)
#: Entries of a group that nobody has read yet; what is more waits in the database, but for one such lot in each OFFER.
ROOM = 512
#: How long what was seen of a stream is believed.
LOOK = timedelta(seconds=1)
#: The backstop of the wake-up.
PAUSE = 0.25
#: Consumers that asked for nothing for so long are gone.
GONE = timedelta(hours=1)
_log = structlog.get_logger()


class Relay:
    """`clock` should be the database's where several machines share the work; `room` is entries of a group unread."""

    def __init__(self, database: Database, url: str, clock: Clock, room: int = ROOM) -> None:
        self._database = database
        self._clock = clock
        self._most = room
        self._redis = connect(url)
        self._trouble = Trouble(url)
        self._swept = float("-inf")
        #: Of each group: entries that may be added to its streams, and when they were looked at.
        self._rooms: dict[str, tuple[int, datetime]] = {}
        #: When each group was offered something last.
        self._last: dict[str, datetime] = {}

    def move(self) -> int:
        """Offer what may be claimed now and is on no stream; answers how many. Raises RedisError, nothing lost."""
        return sum(self._move(group) for group in self._groups())

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; woken by whoever commits something, and again when Redis comes back."""
        with PubSub(self._redis.connection_pool, ignore_subscribe_messages=True) as owed:
            while not stopping.is_set():
                try:
                    if not owed.subscribed:
                        owed.subscribe(OWED_CHANNEL)
                    moved = self.move()
                    self._trouble.is_over()
                    if not moved:
                        owed.get_message(timeout=PAUSE)
                        while owed.get_message(timeout=0) is not None:
                            pass  # one look serves all who called
                    self._sweep()
                except RedisError as error:
                    self._trouble.met(error)
                    owed.reset()
                    stopping.wait(PAUSE)
                except Exception:  # the database went away, say: it is asked again
                    _log.exception("relay.failed")
                    stopping.wait(PAUSE)

    def trouble(self) -> str | None:
        return self._trouble.reason

    def close(self) -> None:
        self._redis.close()

    def _groups(self) -> Sequence[str]:
        """Those with anything due."""
        with self._database.read() as conn:
            return log.due_groups(conn, self._clock())

    def _move(self, group: str) -> int:
        now = self._clock()
        room = seen = self._room(group, now)
        if room <= 0:
            # an estimate may put off an offer, it never prevents one
            if now < self._last.get(group, now - OFFER) + OFFER:
                return 0
            room = self._most
        self._last[group] = now
        with self._database.write() as conn:
            offered = log.offer(conn, group, now, room, OFFER)
        if offered:
            self._rooms[group] = seen - len(offered), self._rooms[group][1]
            self._add(group, offered)
        return len(offered)

    def _room(self, group: str, now: datetime) -> int:
        """Entries that may be added. What is read meanwhile only makes room: the streams are looked at now and then."""
        room, looked = self._rooms.get(group, (0, now))
        if room <= 0 or now - looked >= LOOK:
            room, looked = self._most - self._unread(group), now
            self._rooms[group] = room, looked
        return room

    def _add(self, group: str, offered: Sequence[Offered]) -> None:
        try:
            with self._redis.pipeline(transaction=False) as pipe:
                for one in offered:
                    pipe.xadd(stream_of(group, one.event.key), fields_of(one), maxlen=KEPT, approximate=True)
                pipe.execute()
        except RedisError:
            with self._database.write() as conn:  # whatever arrived all the same: repeated entries find nothing owed
                log.withdraw(conn, group, [one.event.id for one in offered])
            raise

    def _unread(self, group: str) -> int:
        """Entries that no consumer of the group was given; 0 where Redis cannot tell."""
        with self._redis.pipeline(transaction=False) as pipe:
            for stream in streams_of(group):
                pipe.xinfo_groups(stream)
                pipe.xinfo_stream(stream)
            answers = pipe.execute(raise_on_error=False)
        if any(isinstance(answer, RedisError) and not isinstance(answer, ResponseError) for answer in answers):
            raise next(answer for answer in answers if isinstance(answer, RedisError))
        known = [_lag(of, stream, group) for of, stream in zip(answers[::2], answers[1::2], strict=True)]
        if None in known:
            make_groups(self._redis, group)
        return sum(lag or 0 for lag in known)

    def _sweep(self) -> None:
        """Drop the names of consumers that are gone; what they had pending is owed by the database."""
        if time.monotonic() - self._swept < GONE.total_seconds() / 4:
            return
        self._swept = time.monotonic()
        with self._database.read() as conn:
            groups = log.owed_groups(conn)
        for group in groups:
            for stream in streams_of(group):
                drop_gone(self._redis, stream, group, GONE)


def drop_gone(redis: Redis, stream: str, group: str, gone: timedelta) -> None:
    try:
        consumers = redis.xinfo_consumers(stream, group)
    except ResponseError:  # no such stream or group
        return
    for consumer in consumers:
        if consumer["idle"] > gone.total_seconds() * 1000:
            redis.xgroup_delconsumer(stream, group, consumer["name"])


def _lag(groups: object, stream: object, group: str) -> int | None:
    """Entries of one stream that were not given out; None: there is no such group, or no such stream.

    Redis's own figure counts entries that were cut off before anybody read them, for ever.
    """
    if not isinstance(groups, list) or not isinstance(stream, dict):
        return None
    for found in groups:
        if found["name"] == group.encode():
            all_read = _place(found["last-delivered-id"]) >= _place(stream["last-generated-id"])
            return 0 if all_read else min(int(found["lag"] or 0), int(stream["length"]))
    return None


def _place(entry: bytes) -> tuple[int, ...]:
    """An entry's id as numbers: their order is the stream's."""
    return tuple(map(int, entry.split(b"-")))
