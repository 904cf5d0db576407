"""What Redis may do to us: forget everything, be away, repeat itself, cut entries off. It is owed all the same."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bus.test_conformance import NOW, publish, revised, taken
from redis import Redis
from redis.exceptions import RedisError
from servers import OwnRedis

from services.bus.engine import OnDatabase, open_bus
from services.bus.entries import KEPT, PARTITIONS, stream_of, streams_of
from services.bus.interface import Engine
from services.bus.relay import OFFER, ROOM, Relay, drop_gone
from services.bus.streams import Streams
from services.domain.clock import system_clock
from services.domain.errors import ConfigError
from services.storage.database import Database

pytestmark = pytest.mark.redis
GROUP = "webhooks"
LEASE = timedelta(minutes=1)


class Site:
    """A relay, a consumer and their time."""

    def __init__(self, database: Database, url: str) -> None:
        self.database = database
        self.at = NOW
        self.url = url
        self.redis: Any = Redis.from_url(url)
        self.relay = Relay(database, url, lambda: self.at)
        self.consumer = Streams(url, pause=lambda _: None)

    def tell(self, *numbers: int, key: str = "doc_{}") -> None:
        with self.database.write() as conn:
            for n in numbers:
                self.consumer.publish(conn, revised(key.format(n), n, self.at))

    def work(self, consumer: Streams | None = None, group: str = GROUP) -> list[int]:
        """Claim and finish all that the streams hold."""
        seen: list[int] = []
        ours = consumer or self.consumer
        while True:
            ours.wait(group, 100, 0)
            with self.database.write() as conn:
                held = ours.claim(conn, group, self.at, 100, LEASE)
            if not held:
                return seen
            for one in held:
                with self.database.write() as conn:
                    assert ours.done(conn, group, one.event.id, one.token, self.at)
                seen.append(one.event.data["n"])

    def later(self, time: timedelta = OFFER) -> None:
        self.at += time

    def close(self) -> None:
        self.redis.close()
        self.relay.close()
        self.consumer.close()


@pytest.fixture
def site(database: Database, redis_url: str) -> Iterator[Site]:
    with Redis.from_url(redis_url) as client:
        client.flushdb()
    made = Site(database, redis_url)
    yield made
    made.close()


def test_a_group_sees_what_stood_there_before_it(site: Site) -> None:
    """Created at $, it would begin with the next entry."""
    site.tell(1)
    site.redis.delete(*streams_of(GROUP))
    assert site.relay.move() == 1
    site.redis.xgroup_destroy(stream_of(GROUP, "doc_1"), GROUP)
    assert site.work() == [1]


FORGET: dict[str, Callable[[Redis], object]] = {
    "FLUSHALL": lambda redis: redis.flushdb(),
    "DEL": lambda redis: redis.delete(*streams_of(GROUP)),
    "XGROUP DESTROY": lambda redis: [redis.xgroup_destroy(stream, GROUP) for stream in streams_of(GROUP)],
    "MAXLEN 0": lambda redis: [redis.xtrim(stream, maxlen=0, approximate=False) for stream in streams_of(GROUP)],
}


@pytest.mark.parametrize("forget", FORGET)
def test_what_redis_forgets_is_offered_again(site: Site, forget: str) -> None:
    site.tell(*range(5))
    assert site.work() == []
    assert site.relay.move() == 5
    site.consumer.wait(GROUP, 8, 0)  # some are in hand already
    FORGET[forget](site.redis)
    seen = site.work()
    site.later()
    site.relay.move()
    assert sorted(seen + site.work()) == [0, 1, 2, 3, 4]
    site.tell(5)
    assert site.relay.move() == 1
    assert site.work() == [5]


def test_what_a_dead_consumer_had_in_hand_goes_to_another(site: Site) -> None:
    site.tell(*range(5))
    site.relay.move()
    site.consumer.wait(GROUP, 100, 0)  # and is never heard of again
    heir = Streams(site.url)
    assert site.work(heir) == []
    site.later()
    assert site.relay.move() == 5
    assert sorted(site.work(heir)) == [0, 1, 2, 3, 4]
    heir.close()


def test_what_a_dead_consumer_had_claimed_goes_to_another_after_its_lease(site: Site) -> None:
    site.tell(1)
    site.relay.move()
    site.consumer.wait(GROUP, 100, 0)
    with site.database.write() as conn:
        assert len(site.consumer.claim(conn, GROUP, site.at, 10, LEASE)) == 1
    heir = Streams(site.url)
    site.later(LEASE - timedelta(seconds=1))
    assert (site.relay.move(), site.work(heir)) == (0, [])
    site.later(timedelta(seconds=1))
    assert (site.relay.move(), site.work(heir)) == (1, [1])
    heir.close()


def test_a_relay_that_died_before_it_told_is_made_up_for(site: Site) -> None:
    from services.bus import database as log

    site.tell(1)
    with site.database.write() as conn:
        assert len(log.offer(conn, GROUP, site.at, 10, OFFER)) == 1  # and dies here
    assert (site.relay.move(), site.work()) == (0, [])
    site.later()
    assert (site.relay.move(), site.work()) == (1, [1])


def test_an_entry_that_stands_there_twice_does_nothing_twice(site: Site) -> None:
    site.tell(1, 2)
    site.relay.move()
    for stream in streams_of(GROUP):
        for _, fields in site.redis.xrange(stream):
            site.redis.xadd(stream, fields)
    assert sorted(site.work()) == [1, 2]
    other = Streams(site.url)
    assert site.work(other) == []
    other.close()


def test_entries_of_strangers_are_passed_over(site: Site) -> None:
    site.tell(1)
    site.relay.move()
    for stream in streams_of(GROUP):
        site.redis.xadd(stream, {"hello": "world"})
        site.redis.xadd(stream, {"id": b"\xff\xfe", "body": "{"})
    assert site.work() == [1]
    site.consumer.wait(GROUP, 10, 0)
    assert sum(site.redis.xpending(stream, GROUP)["pending"] for stream in streams_of(GROUP)) == 0


def test_entries_are_acknowledged_after_the_commit_only(site: Site) -> None:
    site.tell(1)
    site.relay.move()
    stream = stream_of(GROUP, "doc_1")
    site.consumer.wait(GROUP, 10, 0)
    with site.database.write() as conn:
        (held,) = site.consumer.claim(conn, GROUP, site.at, 10, LEASE)
        site.consumer.done(conn, GROUP, held.event.id, held.token, site.at)
        site.consumer.wait(GROUP, 10, 0)
        assert site.redis.xpending(stream, GROUP)["pending"] == 1
    site.consumer.wait(GROUP, 10, 0)
    assert site.redis.xpending(stream, GROUP)["pending"] == 0


def test_the_next_of_a_key_is_offered_when_the_one_before_is_done(site: Site) -> None:
    site.tell(0, 1, 2, key="doc_a")
    assert (site.relay.move(), site.relay.move()) == (1, 0)
    seen = []
    for _ in range(3):
        seen += site.work()
        site.relay.move()
    assert seen == [0, 1, 2]


def test_an_entry_that_comes_too_early_waits_for_the_one_before(site: Site) -> None:
    """A dead event was revived after the next one of its key had been offered."""
    site.tell(0, 1, key="doc_a")
    site.relay.move()
    late = site.redis.xrange(stream_of(GROUP, "doc_a"))[0][1] | {b"id": revised("doc_a", 1, NOW).id.encode()}
    site.redis.flushdb()
    site.redis.xadd(stream_of(GROUP, "doc_a"), late)
    assert site.work() == []
    site.later()
    site.relay.move()
    assert site.work() == [0]
    site.relay.move()
    assert site.work() == [1]


def test_a_backlog_is_offered_by_and_by(site: Site) -> None:
    relay = Relay(site.database, site.url, lambda: site.at, room=20)
    site.tell(*range(30))
    assert (relay.move(), relay.move()) == (20, 0)
    site.later(OFFER / 2)
    assert relay.move() == 0  # nobody reads: nothing is piled up
    seen = site.work()
    while relay.move():
        seen += site.work()
    relay.close()
    assert sorted(seen) == list(range(30))


def test_what_was_cut_off_unread_holds_up_nothing(site: Site) -> None:
    """Redis goes on counting entries that were trimmed before anybody read them."""
    relay = Relay(site.database, site.url, lambda: site.at, room=20)
    site.tell(*range(100, 120))
    assert relay.move() == 20
    seen = site.work()
    site.tell(*range(30))
    assert relay.move() == 20
    for stream in streams_of(GROUP):
        site.redis.xtrim(stream, maxlen=0, approximate=False)
    site.later()
    while relay.move():  # at once, not one lot in each OFFER
        seen += site.work()
    relay.close()
    assert sorted(seen) == [*range(30), *range(100, 120)]


def test_consumers_that_are_gone_are_forgotten(site: Site) -> None:
    site.tell(1)
    site.relay.move()
    site.consumer.wait(GROUP, 10, 0)
    stream = stream_of(GROUP, "doc_1")
    assert len(site.redis.xinfo_consumers(stream, GROUP)) == 1
    drop_gone(site.redis, stream, GROUP, timedelta(0))
    assert site.redis.xinfo_consumers(stream, GROUP) == []
    drop_gone(site.redis, "dafu:none:0", GROUP, timedelta(0))
    site.later()
    site.relay.move()
    assert site.work() == [1]


def test_entries_are_as_documented(site: Site) -> None:
    told = revised("doc_a", 7, NOW)
    publish_one(site, told)
    site.relay.move()
    ((_, fields),) = site.redis.xrange(stream_of(GROUP, "doc_a"))
    assert fields == {b"id": told.id.encode(), b"type": b"document.revised", b"key": b"doc_a", b"seq": b"1",
                      b"body": told.body}  # fmt: skip
    assert stream_of(GROUP, "doc_a") in streams_of(GROUP)
    assert len(streams_of(GROUP)) == PARTITIONS
    assert KEPT > ROOM


def publish_one(site: Site, event: object) -> None:
    with site.database.write() as conn:
        assert site.consumer.publish(conn, event)  # type: ignore[arg-type]


def test_an_address_that_is_none_is_refused(database: Database) -> None:
    for wrong in ("kafka://127.0.0.1", "", "redis://127.0.0.1:port/0"):
        with pytest.raises(ConfigError, match="DAFU_BUS_URL"), open_bus(wrong, database):
            pass


def test_while_redis_is_away_nothing_moves_nothing_is_lost_and_it_is_said(
    database: Database, own_redis: OwnRedis
) -> None:
    site = Site(database, own_redis.url)
    site.tell(1)
    assert (site.relay.move(), site.work()) == (1, [1])
    own_redis.kill()
    site.tell(2, 3)  # committing goes on
    with pytest.raises(RedisError):
        site.relay.move()
    assert site.work() == []
    assert "does not answer" in str(site.consumer.trouble())
    own_redis.start()
    assert site.relay.move() == 2  # what it could not tell it had taken back
    assert sorted(site.work()) == [2, 3]
    assert site.consumer.trouble() is None
    site.close()


def test_an_engine_without_its_redis_costs_no_busy_loop(database: Database, own_redis: OwnRedis) -> None:
    own_redis.kill()
    with open_bus(own_redis.url, database) as engine:
        began = time.monotonic()
        engine.wait(GROUP, 10, 0.2)
        assert time.monotonic() - began > 0.15
        publish(database, _Bench(engine), [taken("doc_a", 1)])  # type: ignore[arg-type]


class _Bench:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


def test_a_running_relay_is_woken_by_commits(site: Site) -> None:
    """And by the end of an effect, for the next event of its key."""
    stopping = threading.Event()
    relay = Relay(site.database, site.url, system_clock)
    runner = threading.Thread(target=relay.run, args=(stopping,))
    runner.start()
    with open_bus(site.url, site.database) as engine:
        with site.database.write() as conn:
            for n in range(10):
                engine.publish(conn, revised("doc_a", n, datetime.now(UTC)))
        seen: list[int] = []
        until = time.monotonic() + 20
        while len(seen) < 10 and time.monotonic() < until:
            engine.wait(GROUP, 10, 1)
            with site.database.write() as conn:
                held = engine.claim(conn, GROUP, system_clock(), 10, LEASE)
                for one in held:
                    assert engine.done(conn, GROUP, one.event.id, one.token, system_clock())
                    seen.append(one.event.data["n"])
    stopping.set()
    runner.join()
    relay.close()
    assert seen == list(range(10))


def test_an_engine_on_the_database_is_never_in_trouble() -> None:
    engine = OnDatabase()
    engine.rung()
    assert engine.trouble() is None
    engine.close()
