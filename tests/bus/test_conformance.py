"""What every engine of the bus must do (services.bus.interface), on every database and with every engine.

On Redis a claim is what a relay carried, a stream held and a consumer took in: `Bench.move` plays the relay before each
claim, as often as a real one would run.
"""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import Table, func, select, text

from services.bus.engine import open_bus
from services.bus.interface import BACKOFF, HANDOUTS, TRIES, Claimed, Engine
from services.bus.relay import Relay
from services.domain.errors import NotFound
from services.domain.event import EVENT_TYPES, Event, EventType, envelope
from services.domain.identity import event_id
from services.storage.database import Database, Rollback
from services.storage.outbox import events_after
from services.storage.tables import inbox, queue

NOW = datetime(2023, 3, 27, 1, tzinfo=UTC)
SECOND, MINUTE, DAY = (timedelta(seconds=n) for n in (1, 60, 86400))
LEASE = MINUTE
GROUP = "webhooks"


class Bench:
    """An engine, the relay it may need, and the time that goes by."""

    def __init__(self, engine: Engine, database: Database, redis: str | None) -> None:
        self.engine = engine
        self.at = NOW
        self.relay = Relay(database, redis, lambda: self.at) if redis else None

    def move(self, group: str, at: datetime, limit: int) -> None:
        if self.relay is not None:
            self.at = at
            self.relay.move()
            self.engine.wait(group, limit, 0)


@pytest.fixture(params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def bus(request: pytest.FixtureRequest, database: Database) -> Iterator[Bench]:
    if request.param == "database":
        with open_bus("database", database) as engine:
            yield Bench(engine, database, None)
        return
    url = request.getfixturevalue("redis_url")
    with Redis.from_url(url) as client:
        client.flushdb()
    with open_bus(url, database) as engine:
        bench = Bench(engine, database, url)
        yield bench
        assert bench.relay is not None
        bench.relay.close()


def revised(key: str, n: int, at: datetime = NOW) -> Event:
    id_ = event_id("document.revised", key, n)
    return envelope(id_, "document.revised", source="urn:dafu", subject=key, time=at, sequence=n, data={"n": n})


def taken(key: str, n: int) -> Event:
    id_ = event_id("snapshot.taken", key, n)
    return envelope(id_, "snapshot.taken", source="urn:dafu", subject=key, time=NOW, sequence=n, data={"n": n})


def publish(database: Database, bus: Bench, events: Iterable[Event]) -> None:
    with database.write() as conn:
        for event in events:
            assert bus.engine.publish(conn, event)


def claim(database: Database, bus: Bench, at: datetime = NOW, limit: int = 100, group: str = GROUP) -> list[Claimed]:
    bus.move(group, at, limit)
    with database.write() as conn:
        return bus.engine.claim(conn, group, at, limit, LEASE)


def done(database: Database, bus: Bench, claimed: Claimed, at: datetime = NOW, group: str = GROUP) -> bool:
    with database.write() as conn:
        finished = bus.engine.done(conn, group, claimed.event.id, claimed.token, at)
        if not finished:
            raise Rollback
    return finished


def failed(database: Database, bus: Bench, claimed: Claimed, at: datetime = NOW) -> bool:
    with database.write() as conn:
        return bus.engine.failed(conn, GROUP, claimed.event.id, claimed.token, "boom", at)


def due(database: Database, bus: Bench) -> datetime | None:
    with database.read() as conn:
        return bus.engine.next_due(conn, GROUP)


def drain(database: Database, bus: Bench, at: datetime = NOW, group: str = GROUP) -> list[int]:
    """Handle all there is; answers the numbers of the events in the order they came."""
    seen: list[int] = []
    while held := claim(database, bus, at, group=group):
        for one in held:
            assert done(database, bus, one, at, group)
            seen.append(one.event.data["n"])
    return seen


def kill(database: Database, bus: Bench, key: str, n: int = 0, at: datetime = NOW) -> Event:
    """An event that fails until it is dead."""
    poison = revised(key, n)
    publish(database, bus, [poison])
    for _ in range(TRIES):
        (held,) = claim(database, bus, at)
        assert failed(database, bus, held, at)
        at += DAY
    return poison


# publishing


def test_an_event_arrives_as_it_was_published(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert (held.event, held.tries) == (revised("doc_a", 1), 1)


def test_what_was_rolled_back_never_arrives(database: Database, bus: Bench) -> None:
    with database.write() as conn:
        bus.engine.publish(conn, revised("doc_a", 1))
        raise Rollback
    assert claim(database, bus) == []
    assert due(database, bus) is None


def test_what_is_not_committed_yet_is_not_handed_out(database: Database, bus: Bench) -> None:
    with database.write() as conn:
        bus.engine.publish(conn, revised("doc_a", 1))
        assert due(database, bus) is None
    assert due(database, bus) is not None


def test_publishing_the_same_fact_again_is_nothing(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    with database.write() as conn:
        assert not bus.engine.publish(conn, revised("doc_a", 1))
    assert drain(database, bus) == [1]
    with database.write() as conn:
        assert not bus.engine.publish(conn, revised("doc_a", 1))
    assert claim(database, bus) == []


def test_an_event_goes_to_the_groups_it_is_routed_to(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2)])
    assert drain(database, bus, group="parser") == [1]
    assert drain(database, bus, group="webhooks") == [2]


def test_published_events_can_be_read_in_the_log(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(3)])
    drain(database, bus)
    with database.read() as conn:
        assert [json.loads(logged.event.body)["data"]["n"] for logged in events_after(conn, 0, 10)] == [0, 1, 2]


@pytest.mark.parametrize("type_", EVENT_TYPES)
def test_whatever_may_be_told_goes_to_the_webhooks_only(database: Database, bus: Bench, type_: EventType) -> None:
    told = envelope(event_id(type_, "a", 1), type_, source="urn:dafu", subject="a", time=NOW, sequence=1, data={"n": 1})
    publish(database, bus, [told])
    assert claim(database, bus, group="parser") == []
    assert drain(database, bus) == [1]


def test_a_type_without_a_route_is_refused_and_nothing_is_written(database: Database, bus: Bench) -> None:
    unknown = dataclasses.replace(revised("doc_a", 1), type="document.dreamt")  # type: ignore[arg-type]
    with pytest.raises(KeyError), database.write() as conn:
        bus.engine.publish(conn, unknown)
    with database.read() as conn:
        assert events_after(conn, 0, 10) == ()


@pytest.mark.parametrize("key", ["doc_a", "文件〔2023〕15号", "a b:c{d}*?", "x" * 200], ids=str.__len__)
def test_a_key_may_be_anything(database: Database, bus: Bench, key: str) -> None:
    publish(database, bus, [revised(key, 0), revised(key, 1)])
    assert drain(database, bus) == [0, 1]


def test_a_large_event_travels_whole(database: Database, bus: Bench) -> None:
    data = {"n": 1, "text": "到2025年，建成90个。" * 5000}
    id_ = event_id("document.revised", "a", 1)
    large = envelope(id_, "document.revised", source="urn:dafu", subject="a", time=NOW, sequence=1, data=data)
    publish(database, bus, [large])
    (held,) = claim(database, bus)
    assert held.event == large


def test_an_empty_bus_has_nothing(database: Database, bus: Bench) -> None:
    assert claim(database, bus) == []
    assert due(database, bus) is None
    with database.write() as conn:
        assert bus.engine.dead_letters(conn, GROUP) == []
        assert bus.engine.replay(conn, GROUP, NOW) == 0
        assert not bus.engine.revive(conn, GROUP, "evt_unknown")


def test_what_is_published_in_one_transaction_arrives_together_or_not_at_all(database: Database, bus: Bench) -> None:
    with database.write() as conn:
        bus.engine.publish(conn, revised("doc_a", 1))
        bus.engine.publish(conn, revised("doc_b", 2))
        raise Rollback
    assert claim(database, bus) == []
    publish(database, bus, [revised("doc_a", 1), revised("doc_b", 2)])
    assert sorted(drain(database, bus)) == [1, 2]


def test_an_effect_may_publish_what_follows_from_it(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 1)])
    (held,) = claim(database, bus, group="parser")
    with database.write() as conn:
        assert bus.engine.done(conn, "parser", held.event.id, held.token, NOW)
        assert bus.engine.publish(conn, revised("doc_a", 2))
    assert drain(database, bus) == [2]


def test_what_an_undone_effect_published_never_arrives(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 1)])
    (held,) = claim(database, bus, group="parser")
    with database.write() as conn:
        assert bus.engine.done(conn, "parser", held.event.id, held.token, NOW)
        assert bus.engine.publish(conn, revised("doc_a", 2))
        raise Rollback
    assert claim(database, bus) == []
    assert len(claim(database, bus, NOW + LEASE, group="parser")) == 1


# waiting


def test_waiting_returns_at_once_when_something_was_committed(database: Database, bus: Bench) -> None:
    """The backstop is far away: without the wake-up this takes the whole minute."""
    listening = threading.Event()

    def tell() -> None:
        listening.wait(5)
        publish(database, bus, [revised("doc_a", 1)])
        if bus.relay is not None:
            bus.relay.move()

    teller = threading.Thread(target=tell)
    teller.start()
    bus.engine.wait(GROUP, 10, 0)
    listening.set()
    bus.engine.wait(GROUP, 10, 4 if bus.relay else 60)
    teller.join()
    assert [one.event.data["n"] for one in claim(database, bus)] == [1]


def test_waiting_ends_when_nothing_comes(database: Database, bus: Bench) -> None:
    bus.engine.wait(GROUP, 10, 0.01)
    assert bus.engine.trouble() is None


# leases


def test_an_event_is_handed_to_one_consumer(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    assert len(claim(database, bus)) == 1
    assert claim(database, bus, NOW + LEASE - SECOND) == []


def test_a_lease_that_ran_out_is_handed_to_another(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (first,) = claim(database, bus)
    assert due(database, bus) == NOW + LEASE
    (second,) = claim(database, bus, NOW + LEASE)
    assert (second.event, second.tries) == (first.event, 2)
    assert second.token != first.token


def test_who_lost_the_lease_can_neither_finish_nor_fail(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (stalled,) = claim(database, bus)
    (heir,) = claim(database, bus, NOW + LEASE)
    assert not done(database, bus, stalled, NOW + LEASE)
    assert not failed(database, bus, stalled, NOW + LEASE)
    assert claim(database, bus, NOW + LEASE) == []
    assert done(database, bus, heir, NOW + LEASE)
    assert not done(database, bus, stalled, NOW + LEASE)


def test_a_stalled_worker_is_refused_after_a_replay_too(database: Database, bus: Bench) -> None:
    """A count as fencing token would start again at one and let it in."""
    publish(database, bus, [revised("doc_a", 1)])
    (stalled,) = claim(database, bus)
    (heir,) = claim(database, bus, NOW + LEASE)
    assert done(database, bus, heir)
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 1
    (replayed,) = claim(database, bus, NOW + DAY)
    assert not done(database, bus, stalled)
    assert done(database, bus, replayed)


def test_a_lapsed_lease_nobody_took_over_still_counts(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert done(database, bus, held, NOW + DAY)


def test_finishing_twice_is_refused(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert done(database, bus, held)
    assert not done(database, bus, held)
    assert claim(database, bus, NOW + DAY) == []


def test_an_effect_that_is_rolled_back_is_handed_out_again(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert bus.engine.done(conn, GROUP, held.event.id, held.token, NOW)
        raise Rollback
    (again,) = claim(database, bus, NOW + LEASE)
    assert done(database, bus, again)


def test_releasing_all_ends_every_lease(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1), taken("doc_a", 2)])
    claim(database, bus)
    claim(database, bus, group="parser")
    with database.write() as conn:
        bus.engine.release_all(conn)
    assert drain(database, bus) == [1]
    assert drain(database, bus, group="parser") == [2]


def test_what_was_not_begun_is_given_back_as_if_it_had_not_been_handed_out(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_a", 2)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert bus.engine.release(conn, GROUP, held.event.id, held.token)
        assert not bus.engine.release(conn, GROUP, held.event.id, held.token)
    (again,) = claim(database, bus)
    assert (again.event, again.tries) == (held.event, 1)
    assert not done(database, bus, held)
    assert done(database, bus, again)


def test_who_lost_the_lease_gives_nothing_back(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (stalled,) = claim(database, bus)
    (heir,) = claim(database, bus, NOW + LEASE)
    with database.write() as conn:
        assert not bus.engine.release(conn, GROUP, stalled.event.id, stalled.token)
    assert done(database, bus, heir, NOW + LEASE)


def test_a_token_is_good_for_one_event_of_one_group(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_b", 2), taken("doc_c", 3)])
    one, other = claim(database, bus)
    with database.write() as conn:
        assert not bus.engine.done(conn, "parser", one.event.id, one.token, NOW)
        assert not bus.engine.done(conn, GROUP, one.event.id, "", NOW)
        assert not bus.engine.done(conn, GROUP, "evt_unknown", one.token, NOW)
    assert done(database, bus, one)
    assert done(database, bus, other)


def test_many_are_done_at_once_but_for_those_somebody_else_took_over(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_b", 2), revised("doc_c", 3)])
    lost, *ours = claim(database, bus)
    with database.write() as conn:
        assert bus.engine.release(conn, GROUP, lost.event.id, lost.token)
    (heir,) = claim(database, bus)
    with database.write() as conn:
        assert bus.engine.done_all(conn, GROUP, [lost, *ours], NOW) == {one.event.id for one in ours}
        assert bus.engine.done_all(conn, GROUP, [lost, *ours], NOW) == frozenset()
        assert bus.engine.done_all(conn, GROUP, [], NOW) == frozenset()
    assert done(database, bus, heir)


def test_nothing_published_is_nothing(database: Database, bus: Bench) -> None:
    with database.write() as conn:
        assert bus.engine.publish_all(conn, []) == 0
    assert claim(database, bus) == []


def test_a_lease_that_ends_just_now_is_over(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    claim(database, bus)
    assert claim(database, bus, NOW + LEASE - SECOND / 1_000_000) == []
    assert len(claim(database, bus, NOW + LEASE)) == 1


def test_nobody_gets_what_another_claimed_meanwhile(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised(f"doc_{n}", n) for n in range(6)])
    taken_by = [claim(database, bus, limit=2) for _ in range(4)]
    ids = [one.event.id for held in taken_by for one in held]
    assert len(ids) == len(set(ids)) == 6


def test_a_limit_is_kept(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised(f"doc_{n}", n) for n in range(5)])
    first, rest = claim(database, bus, limit=2), claim(database, bus, limit=9)
    assert (len(first), len(rest)) == (2, 3)
    assert sorted(held.event.data["n"] for held in first + rest) == [0, 1, 2, 3, 4]


# order


def test_events_of_one_key_come_one_at_a_time_and_in_order(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(4)])
    seen = []
    while held := claim(database, bus):
        assert len(held) == 1
        assert claim(database, bus) == []
        seen.append(held[0].event.data["n"])
        assert done(database, bus, held[0])
    assert seen == [0, 1, 2, 3]


def test_other_keys_are_not_kept_waiting(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 0), revised("doc_a", 1), revised("doc_b", 2), revised("doc_b", 3)])
    assert [held.event.data["n"] for held in claim(database, bus)] == [0, 2]


def test_an_event_that_waits_to_be_tried_again_keeps_its_place(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 0), revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert failed(database, bus, held)
    assert claim(database, bus) == []
    assert due(database, bus) == NOW + BACKOFF[0]
    assert drain(database, bus, NOW + BACKOFF[0]) == [0, 1]


def test_each_group_has_its_own_order(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 0), revised("doc_a", 1)])
    assert len(claim(database, bus, group="parser")) == 1
    assert drain(database, bus) == [1]


def test_a_dead_event_no_longer_holds_up_those_that_waited_behind_it(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 0), revised("doc_a", 1)])
    at = NOW
    for _ in range(TRIES):
        (held,) = claim(database, bus, at)
        assert held.event.data["n"] == 0
        assert failed(database, bus, held, at)
        at += DAY
    assert drain(database, bus, at) == [1]


def test_what_one_group_does_not_manage_holds_up_no_other(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 0), revised("doc_a", 1)])
    (held,) = claim(database, bus, group="parser")
    with database.write() as conn:
        assert bus.engine.failed(conn, "parser", held.event.id, held.token, "boom", NOW)
    assert drain(database, bus) == [1]


# failing


def test_the_wait_after_a_failure_counts_from_the_failure(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert failed(database, bus, held, NOW + 30 * SECOND)
    assert due(database, bus) == NOW + 30 * SECOND + BACKOFF[0]


def test_who_failed_holds_no_lease_any_more(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert failed(database, bus, held)
    assert not failed(database, bus, held)
    assert not done(database, bus, held)
    assert drain(database, bus, NOW + BACKOFF[0]) == [1]


def test_the_dead_are_shown_in_pages_oldest_first(database: Database, bus: Bench) -> None:
    ids = [kill(database, bus, f"doc_{n}", n, NOW).id for n in range(3)]
    with database.read() as conn:
        first = bus.engine.dead_letters(conn, GROUP, limit=2)
        rest = bus.engine.dead_letters(conn, GROUP, after=(GROUP, first[-1].seq), limit=2)
        assert bus.engine.dead_letters(conn, "parser") == []
    assert [letter.event for letter in (*first, *rest)] == ids


def test_the_dead_of_all_groups_are_shown_and_revived_together(database: Database, bus: Bench) -> None:
    ids = [kill(database, bus, f"doc_{n}", n, NOW).id for n in range(3)]
    with database.write() as conn:
        bus.engine.replay(conn, "audit", NOW - DAY, ["document.revised"])
        conn.execute(text("update queue set dead = true where \"group\" = 'audit'"))
        page = bus.engine.dead_letters(conn, limit=4)
        rest = bus.engine.dead_letters(conn, after=(page[-1].group, page[-1].seq))
        shown = [(letter.group, letter.event) for letter in (*page, *rest)]
        assert shown == [("audit", id_) for id_ in ids] + [(GROUP, id_) for id_ in ids]
        assert bus.engine.revive(conn, event_id=ids[0]) == 2
        assert bus.engine.revive(conn, "audit") == 2
        assert bus.engine.revive(conn) == 2
        assert bus.engine.revive(conn) == 0
        assert bus.engine.dead_letters(conn) == []


def test_a_revived_event_has_all_its_tries_again(database: Database, bus: Bench) -> None:
    poison = kill(database, bus, "doc_a", 1)
    with database.write() as conn:
        assert bus.engine.revive(conn, GROUP, poison.id)
    at = NOW + 100 * DAY
    for _ in range(TRIES):
        (held,) = claim(database, bus, at)
        assert failed(database, bus, held, at)
        at += DAY
    with database.read() as conn:
        assert len(bus.engine.dead_letters(conn, GROUP)) == 1


def test_a_revived_event_goes_before_later_ones_of_its_key(database: Database, bus: Bench) -> None:
    poison = kill(database, bus, "doc_a", 0)
    publish(database, bus, [revised("doc_a", 1)])
    with database.write() as conn:
        assert bus.engine.revive(conn, GROUP, poison.id)
    assert drain(database, bus, NOW + 10 * DAY) == [0, 1]


def test_a_failed_event_comes_again_later_and_later(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    at = NOW
    for number, wait in enumerate(BACKOFF, start=1):
        (held,) = claim(database, bus, at)
        assert held.tries == number
        assert failed(database, bus, held, at)
        assert due(database, bus) == at + wait
        assert claim(database, bus, at + wait - SECOND / 1000) == []
        at += wait
    assert len(claim(database, bus, at)) == 1


def test_an_event_that_always_fails_is_put_aside_and_shown(database: Database, bus: Bench) -> None:
    poison = kill(database, bus, "doc_a")
    assert claim(database, bus, NOW + 100 * DAY) == []
    assert due(database, bus) is None
    with database.read() as conn:
        (letter,) = bus.engine.dead_letters(conn, GROUP)
        assert bus.engine.dead_letters(conn, GROUP, after=(GROUP, letter.seq)) == []
    assert (letter.event, letter.key, letter.tries, letter.error) == (poison.id, "doc_a", TRIES, "boom")


def test_a_dead_event_stops_nobody_not_even_its_own_document(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_b", 9)])
    (bystander,) = claim(database, bus)
    assert done(database, bus, bystander)
    kill(database, bus, "doc_a", 1)
    publish(database, bus, [revised("doc_a", 2), revised("doc_b", 3)])
    assert drain(database, bus, NOW + 10 * DAY) == [2, 3]


def test_a_dead_event_can_be_revived(database: Database, bus: Bench) -> None:
    poison = kill(database, bus, "doc_a", 1)
    with database.write() as conn:
        assert bus.engine.revive(conn, GROUP, poison.id)
        assert not bus.engine.revive(conn, GROUP, poison.id)
        assert bus.engine.dead_letters(conn, GROUP) == []
    (held,) = claim(database, bus, NOW)
    assert (held.event, held.tries) == (poison, 1)


def test_only_a_dead_event_is_revived(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert not bus.engine.revive(conn, GROUP, held.event.id)
    assert done(database, bus, held)


def test_an_event_that_kills_whoever_takes_it_is_put_aside_in_the_end(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_a", 2)])
    at = NOW
    for _ in range(HANDOUTS):
        (held,) = claim(database, bus, at)
        assert held.event.data["n"] == 1
        at += LEASE
    assert drain(database, bus, at) == [2]
    with database.read() as conn:
        (letter,) = bus.engine.dead_letters(conn, GROUP)
    assert letter.tries == HANDOUTS


def test_being_killed_often_is_not_failing(database: Database, bus: Bench) -> None:
    """Ten restarts in a row must not cost an alert."""
    publish(database, bus, [revised("doc_a", 1)])
    for _ in range(10):
        claim(database, bus)
        with database.write() as conn:
            bus.engine.release_all(conn)
    assert drain(database, bus) == [1]


def test_an_error_message_may_hold_anything(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert bus.engine.failed(conn, GROUP, held.event.id, held.token, "页面\x00\ud800" * 5000, NOW)


# replaying


def test_everything_can_be_replayed_in_order(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(4)])
    assert drain(database, bus) == [0, 1, 2, 3]
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 4
    assert drain(database, bus) == [0, 1, 2, 3]


def test_a_replay_begins_where_it_is_told(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", n, NOW + n * MINUTE) for n in range(4)])
    drain(database, bus)
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW + 2 * MINUTE) == 2
    assert drain(database, bus) == [2, 3]


def test_a_replay_leaves_alone_what_is_owed_anyway(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_b", 2), revised("doc_c", 3)])
    one, two, _ = claim(database, bus)
    assert done(database, bus, one)
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 1
    assert done(database, bus, two)  # its lease was not touched
    assert drain(database, bus, NOW + DAY) == [1, 3]


def test_a_replay_revives_the_dead(database: Database, bus: Bench) -> None:
    kill(database, bus, "doc_a", 1)
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 1
    assert drain(database, bus) == [1]


def test_a_replay_keeps_to_the_routes_of_its_group(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2)])
    drain(database, bus)
    drain(database, bus, group="parser")
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 1
    assert drain(database, bus, group="parser") == []
    assert drain(database, bus) == [2]


def test_a_fresh_group_is_given_the_whole_past(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2), revised("doc_b", 3)])
    drain(database, bus)
    with database.write() as conn:
        with pytest.raises(NotFound, match="'audit'"):
            bus.engine.replay(conn, "audit", NOW)
        assert bus.engine.replay(conn, "audit", NOW, ["document.revised"]) == 2
    assert drain(database, bus, group="audit") == [2, 3]
    assert drain(database, bus) == []


def test_a_replay_may_name_its_types(database: Database, bus: Bench) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2)])
    drain(database, bus)
    drain(database, bus, group="parser")
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW, ["snapshot.taken", "document.revised"]) == 2
    assert drain(database, bus) == [1, 2]


def test_a_replay_can_be_replayed(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(2)])
    drain(database, bus)
    for _ in range(3):
        with database.write() as conn:
            assert bus.engine.replay(conn, GROUP, NOW) == 2
        assert drain(database, bus) == [0, 1]


def test_a_replay_that_is_rolled_back_is_none(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    drain(database, bus)
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 1
        raise Rollback
    assert claim(database, bus) == []


def test_what_is_told_meanwhile_comes_after_what_is_replayed(database: Database, bus: Bench) -> None:
    publish(database, bus, [revised("doc_a", 0)])
    drain(database, bus)
    with database.write() as conn:
        assert bus.engine.replay(conn, GROUP, NOW) == 1
        assert bus.engine.publish(conn, revised("doc_a", 1))
    assert drain(database, bus) == [0, 1]


# many at once


def test_many_consumers_do_everything_once_and_in_order(database: Database, bus: Bench) -> None:
    """Four publishers, six consumers, some of which die holding a lease: per key 0…9, each effect once."""
    keys = [f"doc_{n}" for n in range(8)]
    effects: dict[str, list[int]] = {key: [] for key in keys}
    clock = [NOW]
    publishing = [True]

    def tell(mine: list[str]) -> None:
        for n in range(10):
            for key in mine:
                publish(database, bus, [revised(key, n)])

    def work(dies: bool) -> None:
        misses = 0
        while publishing[0] or misses < 4:
            held = claim(database, bus, clock[0], limit=3)
            misses = 0 if held else misses + 1
            clock[0] += SECOND
            if dies and held:
                dies = False  # keeps what it holds; after the lease somebody else gets it
                clock[0] += LEASE
                continue
            for one in held:
                with database.write() as conn:
                    if bus.engine.done(conn, GROUP, one.event.id, one.token, clock[0]):
                        # before the commit: after it somebody else may be done with the next one of the key
                        effects[one.event.key].append(one.event.data["n"])

    tellers = [threading.Thread(target=tell, args=(keys[n::4],)) for n in range(4)]
    workers = [threading.Thread(target=work, args=(n < 3,)) for n in range(6)]
    for thread in (*tellers, *workers):
        thread.start()
    for thread in tellers:
        thread.join()
    publishing[0] = False
    for thread in workers:
        thread.join()
    drain(database, bus, clock[0] + DAY)  # what the dead ones held
    assert (count(database, queue), count(database, inbox)) == (0, 80)
    for numbers in effects.values():
        assert numbers == sorted(set(numbers))


def count(database: Database, table: Table) -> int:
    with database.read() as conn:
        return int(conn.execute(select(func.count()).select_from(table)).scalar_one())
