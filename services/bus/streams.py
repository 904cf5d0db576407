"""The bus on Redis Streams: consumers hear of events there; all that counts stays in the database.

    commit ─► relay: offer (database) ─► XADD          wait: XREADGROUP > ─► in hand
                                                       claim: of what is in hand, what the database still owes
                                                       done, commit ─► XACK

An entry is a hint. The claim, its lease and its fencing token are rows, as in services.bus.database, so a lost entry is
offered again by the relay and a repeated one finds nothing owed. Nobody takes over another's pending entries.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Connection

from services.bus import database
from services.bus.connection import Trouble, connect
from services.bus.entries import event_id_of, streams_of
from services.bus.interface import Claimed
from services.storage.database import after_commit, ring_after_commit

#: Entries remembered until their effect is committed; who is forgotten is acknowledged when its consumer is dropped.
_REMEMBERED = 10_000
#: A call that fails at once must not be repeated at once.
_PAUSE = 0.5


class Streams(database.InDatabase):
    """One process's end of the streams at `url`, shared by its threads. A consumer group begins at the first entry."""

    def __init__(self, url: str, pause: Callable[[float], object] = time.sleep) -> None:
        self._redis: Redis = connect(url)
        self._trouble = Trouble(url)
        self._pause = pause
        self._name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"
        self._lock = threading.Lock()
        #: Per group: event id to where it stands, in the order they came, not claimed yet.
        self._in_hand: defaultdict[str, OrderedDict[str, _Place]] = defaultdict(OrderedDict)
        #: Claimed, its effect not committed yet.
        self._claimed: OrderedDict[tuple[str, str], _Place] = OrderedDict()
        self._to_ack: list[tuple[str, _Place]] = []

    def wait(self, group: str, limit: int, seconds: float) -> bool:
        began = time.monotonic()
        try:
            self._acknowledge()
            with self._lock:
                waiting = len(self._in_hand[group])
            if waiting < limit:
                self._take_in(group, limit - waiting, 0 if waiting else seconds)
            self._trouble.is_over()
        except RedisError as error:
            self._trouble.met(error)
            self._pause(max(0.0, min(seconds, _PAUSE) - (time.monotonic() - began)))
        with self._lock:
            return bool(self._in_hand[group])

    def claim(self, conn: Connection, group: str, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
        """Of what `wait` brought. What is not owed to us any more, or not yet, is let go."""
        with self._lock:
            hand = self._in_hand[group]
            taken = dict(hand.popitem(last=False) for _ in range(min(limit, len(hand))))
        if not taken:
            return []
        claimed = database.claim_offered(conn, group, taken, now, lease)
        with self._lock:
            for one in claimed:
                self._claimed[group, one.event.id] = taken.pop(one.event.id)
            while len(self._claimed) > _REMEMBERED:
                self._claimed.popitem(last=False)
            self._to_ack += [(group, place) for place in taken.values()]
        return claimed

    def done(self, conn: Connection, group: str, event_id: str, token: str, now: datetime) -> bool:
        self._ends(conn, group, event_id)
        return database.done(conn, group, event_id, token, now)

    def done_all(self, conn: Connection, group: str, claimed: Sequence[Claimed], now: datetime) -> frozenset[str]:
        self._ends(conn, group, *(one.event.id for one in claimed))
        return database.done_all(conn, group, claimed, now)

    def failed(self, conn: Connection, group: str, event_id: str, token: str, error: str, now: datetime) -> bool:
        after_commit(conn, partial(self._answered, group, event_id))
        return database.failed(conn, group, event_id, token, error, now)

    def trouble(self) -> str | None:
        return self._trouble.reason

    def close(self) -> None:
        """What is in hand is offered again to others after its time."""
        try:
            self._acknowledge()
        except RedisError:
            pass  # nothing depends on it
        finally:
            self._redis.close()

    def _ends(self, conn: Connection, group: str, *event_ids: str) -> None:
        if event_ids:
            ring_after_commit(conn)  # the next event of each key may be offered
        for id_ in event_ids:
            after_commit(conn, partial(self._answered, group, id_))

    def _answered(self, group: str, event_id: str) -> None:
        with self._lock:
            place = self._claimed.pop((group, event_id), None)
            if place is not None:
                self._to_ack.append((group, place))

    def _acknowledge(self) -> None:
        with self._lock:
            due, self._to_ack = self._to_ack, []
        if not due:
            return
        by_stream: defaultdict[tuple[str, bytes], list[bytes]] = defaultdict(list)
        for group, (stream, entry) in due:
            by_stream[group, stream].append(entry)
        with self._redis.pipeline(transaction=False) as pipe:
            for (group, stream), entries in by_stream.items():
                pipe.xack(stream, group, *entries)
            pipe.execute(raise_on_error=False)

    def _take_in(self, group: str, limit: int, seconds: float) -> None:
        streams = streams_of(group)
        count = max(1, limit // len(streams) * 2)
        block = max(1, round(seconds * 1000)) if seconds else None
        try:
            found = self._redis.xreadgroup(group, self._name, dict.fromkeys(streams, ">"), count=count, block=block)
        except ResponseError as error:
            if not str(error).startswith(("NOGROUP", "UNBLOCKED")):
                raise
            make_groups(self._redis, group)  # flushed, deleted, or never there: from the first entry on
            found = self._redis.xreadgroup(group, self._name, dict.fromkeys(streams, ">"), count=count)
        brought = cast("list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes] | None]]]]", found or [])
        with self._lock:
            hand = self._in_hand[group]
            for stream, entries in brought:
                for entry, fields in entries:
                    id_ = event_id_of(fields)
                    if id_ is None or id_ in hand:
                        self._to_ack.append((group, (stream, entry)))
                    else:
                        hand[id_] = (stream, entry)


_Place = tuple[bytes, bytes]


def make_groups(redis: Redis, group: str) -> None:
    """The consumer group `group` on each of its streams, from their first entry on; where it is, it stays."""
    for stream in streams_of(group):
        try:
            redis.xgroup_create(stream, group, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
