"""T15: the bus under a virtual clock and drawn faults, one seed one story; looked at after each step.

P1 what is committed is logged, what is not is not. P2, P3 each event's effect is there once at the end, never twice
on the way. P4 per key in order. P5 what always fails is put aside and stops nobody. P6 Redis may forget everything.
P7 who lost its lease is refused. P9 a replay does everything once more. P10 a seed that fails is one command:

    python tests/crash/run.py T15 --seed 4711
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

from consuming import GROUP, LEASE, effects, numbers, perform, prepare, told
from machine import NOW
from redis.exceptions import ConnectionError as AwayError
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import text

from services.bus.engine import OnDatabase
from services.bus.interface import TRIES, Claimed
from services.bus.relay import OFFER, Relay
from services.bus.streams import Streams
from services.domain.event import Event
from services.storage.database import Database, Rollback

STEPS = 50
KEYS = tuple(f"doc_{n}" for n in range(5))
POISON = "doc_poison"
_FORGET = "delete from {}"


class Memory:
    """As much of a Redis as the bus asks for, in memory; it can be away, and can be made to forget."""

    def __init__(self) -> None:
        self.away = False
        self.streams: dict[str, list[tuple[bytes, dict[bytes, bytes]]]] = {}
        self.groups: dict[tuple[str, str], int] = {}
        self._last = 0

    def forget(self) -> None:
        self.streams, self.groups = {}, {}

    def xadd(self, stream: str, fields: dict[str, Any], **_: Any) -> None:
        self._answer()
        self._last += 1
        entry = {key.encode(): value if isinstance(value, bytes) else value.encode() for key, value in fields.items()}
        self.streams.setdefault(stream, []).append((str(self._last).encode(), entry))

    def xgroup_create(self, stream: str, group: str, **_: Any) -> None:
        self._answer()
        self.streams.setdefault(stream, [])
        self.groups.setdefault((stream, group), 0)

    def xreadgroup(self, group: str, _: str, streams: dict[str, str], count: int = 1, block: int | None = None) -> Any:
        self._answer()
        if any((stream, group) not in self.groups for stream in streams):
            raise ResponseError("NOGROUP no such group")
        found = []
        for stream in streams:
            begin = self.groups[stream, group]
            entries = self.streams[stream][begin : begin + count]
            self.groups[stream, group] = begin + len(entries)
            if entries:
                found.append((stream.encode(), entries))
        return found

    def xinfo_groups(self, stream: str) -> list[dict[str, Any]]:
        self._answer()
        if stream not in self.streams:
            raise ResponseError("no such key")
        return [{"name": group.encode(), "lag": len(self.streams[of]) - read, "last-delivered-id": b"0-0"}
                for (of, group), read in self.groups.items() if of == stream]  # fmt: skip

    def xinfo_stream(self, stream: str) -> dict[str, Any]:
        self._answer()
        if stream not in self.streams:
            raise ResponseError("no such key")
        return {"length": len(self.streams[stream]), "last-generated-id": b"1-0"}

    def xack(self, *_: Any) -> None:
        self._answer()

    def close(self) -> None: ...

    def pipeline(self, **_: Any) -> _Pipe:
        return _Pipe(self)

    def _answer(self) -> None:
        if self.away:
            raise AwayError("gone")


class _Pipe:
    def __init__(self, redis: Memory) -> None:
        self._redis = redis
        self._calls: list[tuple[str, Any, Any]] = []

    def __enter__(self) -> _Pipe:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self._calls.append((name, given, named))

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        answers: list[Any] = []
        for name, given, named in self._calls:
            try:
                answers.append(getattr(self._redis, name)(*given, **named))
            except ResponseError as error:
                if raise_on_error:
                    raise
                answers.append(error)
        return answers


class Story:
    """One seed. `database` is emptied first."""

    def __init__(self, database: Database, seed: int) -> None:
        self.chance = random.Random(seed)
        self.database = database
        self.now: datetime = NOW
        self.redis = Memory()
        self.streaming = self.chance.random() < 0.6
        self.logged: dict[str, list[Event]] = {key: [] for key in (*KEYS, POISON)}
        self.expected: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.replays = 0
        self.relay = self._relay()
        self.consumers = [self._consumer() for _ in range(3)]
        self.held: list[list[tuple[Claimed, datetime]]] = [[], [], []]
        prepare(database)
        with database.write() as conn:
            for table in ("inbox", "queue", "outbox", "trial_effect"):
                conn.execute(text(_FORGET.format(table)))

    def live(self) -> None:
        for number in range(STEPS):
            self._step()
            if number % 2:
                self._look()
        self._heal()
        self._end()

    def _step(self) -> None:
        self.chance.choices(
            (self._publish, self._carry, self._take, self._perform, self._fail, self._die, self._pass, self._break,
             self._half_a_relay, self._replay),
            weights=(8, 10, 10, 12, 2, 2, 5, 2, 2, 0.3),
        )[0]()  # fmt: skip

    def _publish(self) -> None:
        key = self.chance.choice((*KEYS, POISON))
        new = [told(key, len(self.logged[key]) + n, self.now) for n in range(self.chance.randint(1, 3))]
        undone = self.chance.random() < 0.2
        with self.database.write() as conn:
            for event in new:
                assert self.consumers[0].publish(conn, event)
            if undone:
                raise Rollback
        if not undone:
            self.logged[key] += new
            self.expected.update(event.id for event in new)

    def _carry(self) -> None:
        with suppress(RedisError):
            self.relay.move()

    def _half_a_relay(self) -> None:
        """It offers and dies before it tells anybody."""
        if self.streaming:
            self.redis.away = True
            with suppress(RedisError):
                self.relay._unread = lambda _: 0
                self.relay._add = lambda *_: None
                self.relay.move()
            self.redis.away = False
            self.relay = self._relay()

    def _take(self) -> None:
        n = self.chance.randrange(3)
        self.consumers[n].wait(GROUP, 3, 0)
        with self.database.write() as conn:
            taken = self.consumers[n].claim(conn, GROUP, self.now, self.chance.randint(1, 3), LEASE)
        self.held[n] += [(one, self.now) for one in taken]

    def _perform(self) -> None:
        """Perhaps long after the lease was over."""
        n = self.chance.randrange(3)
        if not self.held[n]:
            return
        one, _ = self.held[n].pop(self.chance.randrange(len(self.held[n])))
        if one.event.key == POISON:
            self._report(n, one)
        elif self.chance.random() < 0.1:  # dies in the middle of the effect
            with self.database.write() as conn:
                self.consumers[n].done(conn, GROUP, one.event.id, one.token, self.now)
                raise Rollback
        else:
            perform(self.database, self.consumers[n], one, self.now)

    def _fail(self) -> None:
        n = self.chance.randrange(3)
        if self.held[n] and self.failures[self.held[n][0][0].event.id] < TRIES - 2:
            self._report(n, self.held[n].pop(0)[0])

    def _report(self, n: int, one: Claimed) -> None:
        with self.database.write() as conn:
            self.consumers[n].failed(conn, GROUP, one.event.id, one.token, "boom", self.now)
        self.failures[one.event.id] += 1

    def _die(self) -> None:
        n = self.chance.randrange(3)
        self.consumers[n], self.held[n] = self._consumer(), []

    def _pass(self) -> None:
        self.now += timedelta(seconds=self.chance.choice((1, 5, 11, 31, 90)))

    def _break(self) -> None:
        if self.chance.random() < 0.5:
            self.redis.forget()
        else:
            self.redis.away = not self.redis.away

    def _replay(self) -> None:
        """Only of what is done: what is owed anyway stays as it is."""
        with self.database.write() as conn:
            owed = set(conn.execute(text("select event_id from queue where not dead")).scalars())
            self.consumers[0].replay(conn, GROUP, NOW)
        self.replays += 1
        for events in self.logged.values():
            self.expected.update(event.id for event in events if event.id not in owed)

    def _look(self) -> None:
        """What must hold at every moment."""
        seen = effects(self.database)
        for id_, times in seen.items():
            assert times <= self.expected[id_], f"{id_} happened {times} times"
        with self.database.read() as conn:
            logged = conn.execute(text("select count(*) from outbox")).scalar_one()
        assert logged == sum(map(len, self.logged.values())), "the log is not what was committed"
        if not self.replays:
            for key, order in numbers(self.database).items():
                assert order == list(range(len(order))), f"{key} came as {order}"

    def _heal(self) -> None:
        self.redis.away = False
        for _ in range(400):
            with self.database.read() as conn:
                if not conn.execute(text("select count(*) from queue where not dead")).scalar_one():
                    return
            self.now += max(LEASE, OFFER, timedelta(minutes=2)) if self.chance.random() < 0.3 else timedelta(seconds=1)
            self._carry()
            for n in range(3):
                self._take()
                while self.held[n]:
                    one, _ = self.held[n].pop(0)
                    if one.event.key == POISON:
                        self._report(n, one)
                    else:
                        perform(self.database, self.consumers[n], one, self.now)
        raise AssertionError("something is owed for ever")

    def _end(self) -> None:
        self._look()
        seen, poison = effects(self.database), {event.id for event in self.logged[POISON]}
        for key in KEYS:
            for event in self.logged[key]:
                assert seen[event.id] == self.expected[event.id], f"{event.id} happened {seen[event.id]} times"
        with self.database.read() as conn:
            dead = {letter.event for letter in self.consumers[0].dead_letters(conn, GROUP, limit=1000)}
        assert dead == poison, f"put aside: {dead ^ poison}"

    def _relay(self) -> Any:
        if not self.streaming:
            return _NoRelay()
        made = Relay(self.database, "redis://127.0.0.1:1/0", lambda: self.now)
        made._redis = cast(Any, self.redis)
        return made

    def _consumer(self) -> Any:
        if not self.streaming:
            return OnDatabase()
        made = Streams("redis://127.0.0.1:1/0", pause=lambda _: None)
        made._redis = cast(Any, self.redis)
        return made


class _NoRelay:
    def move(self) -> int:
        return 0


def simulate(database: Database, seeds: Sequence[int]) -> list[tuple[int, str]]:
    """The seeds whose story went wrong, and how."""
    wrong = []
    for seed in seeds:
        try:
            Story(database, seed).live()
        except AssertionError as error:
            wrong.append((seed, f"{error}: python tests/crash/run.py T15 --seed {seed}"))
    return wrong
