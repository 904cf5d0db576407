"""What every engine of the bus must do (services.bus.interface), on every database. An engine is a line in ENGINES."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Table, func, select

from services.bus import database as on_the_database
from services.bus.interface import BACKOFF, HANDOUTS, TRIES, Bus, Claimed
from services.domain.errors import NotFound
from services.domain.event import Event, envelope
from services.domain.identity import event_id
from services.storage.database import Database, Rollback
from services.storage.outbox import events_after
from services.storage.tables import inbox, queue

ENGINES: dict[str, Callable[[], Bus]] = {"database": lambda: on_the_database}
NOW = datetime(2023, 3, 27, 1, tzinfo=UTC)
SECOND, MINUTE, DAY = (timedelta(seconds=n) for n in (1, 60, 86400))
LEASE = MINUTE
GROUP = "webhooks"


@pytest.fixture(params=ENGINES)
def bus(request: pytest.FixtureRequest) -> Bus:
    return ENGINES[request.param]()


def revised(key: str, n: int, at: datetime = NOW) -> Event:
    id_ = event_id("document.revised", key, n)
    return envelope(id_, "document.revised", source="urn:dafu", subject=key, time=at, sequence=n, data={"n": n})


def taken(key: str, n: int) -> Event:
    id_ = event_id("snapshot.taken", key, n)
    return envelope(id_, "snapshot.taken", source="urn:dafu", subject=key, time=NOW, sequence=n, data={"n": n})


def publish(database: Database, bus: Bus, events: Iterable[Event]) -> None:
    with database.write() as conn:
        for event in events:
            assert bus.publish(conn, event)


def claim(database: Database, bus: Bus, at: datetime = NOW, limit: int = 100, group: str = GROUP) -> list[Claimed]:
    with database.write() as conn:
        return bus.claim(conn, group, at, limit, LEASE)


def done(database: Database, bus: Bus, claimed: Claimed, at: datetime = NOW, group: str = GROUP) -> bool:
    with database.write() as conn:
        finished = bus.done(conn, group, claimed.event.id, claimed.token, at)
        if not finished:
            raise Rollback
    return finished


def failed(database: Database, bus: Bus, claimed: Claimed, at: datetime = NOW) -> bool:
    with database.write() as conn:
        return bus.failed(conn, GROUP, claimed.event.id, claimed.token, "boom", at)


def due(database: Database, bus: Bus) -> datetime | None:
    with database.read() as conn:
        return bus.next_due(conn, GROUP)


def drain(database: Database, bus: Bus, at: datetime = NOW, group: str = GROUP) -> list[int]:
    """Handle all there is; answers the numbers of the events in the order they came."""
    seen: list[int] = []
    while held := claim(database, bus, at, group=group):
        for one in held:
            assert done(database, bus, one, at, group)
            seen.append(one.event.data["n"])
    return seen


def kill(database: Database, bus: Bus, key: str, n: int = 0, at: datetime = NOW) -> Event:
    """An event that fails until it is dead."""
    poison = revised(key, n)
    publish(database, bus, [poison])
    for _ in range(TRIES):
        (held,) = claim(database, bus, at)
        assert failed(database, bus, held, at)
        at += DAY
    return poison


# publishing


def test_an_event_arrives_as_it_was_published(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert (held.event, held.tries) == (revised("doc_a", 1), 1)


def test_what_was_rolled_back_never_arrives(database: Database, bus: Bus) -> None:
    with database.write() as conn:
        bus.publish(conn, revised("doc_a", 1))
        raise Rollback
    assert claim(database, bus) == []
    assert due(database, bus) is None


def test_what_is_not_committed_yet_is_not_handed_out(database: Database, bus: Bus) -> None:
    with database.write() as conn:
        bus.publish(conn, revised("doc_a", 1))
        assert due(database, bus) is None
    assert due(database, bus) is not None


def test_publishing_the_same_fact_again_is_nothing(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    with database.write() as conn:
        assert not bus.publish(conn, revised("doc_a", 1))
    assert drain(database, bus) == [1]
    with database.write() as conn:
        assert not bus.publish(conn, revised("doc_a", 1))
    assert claim(database, bus) == []


def test_an_event_goes_to_the_groups_it_is_routed_to(database: Database, bus: Bus) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2)])
    assert drain(database, bus, group="parser") == [1]
    assert drain(database, bus, group="webhooks") == [2]


def test_published_events_can_be_read_in_the_log(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(3)])
    drain(database, bus)
    with database.read() as conn:
        assert [json.loads(logged.event.body)["data"]["n"] for logged in events_after(conn, 0, 10)] == [0, 1, 2]


# leases


def test_an_event_is_handed_to_one_consumer(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    assert len(claim(database, bus)) == 1
    assert claim(database, bus, NOW + LEASE - SECOND) == []


def test_a_lease_that_ran_out_is_handed_to_another(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (first,) = claim(database, bus)
    assert due(database, bus) == NOW + LEASE
    (second,) = claim(database, bus, NOW + LEASE)
    assert (second.event, second.tries) == (first.event, 2)
    assert second.token != first.token


def test_who_lost_the_lease_can_neither_finish_nor_fail(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (stalled,) = claim(database, bus)
    (heir,) = claim(database, bus, NOW + LEASE)
    assert not done(database, bus, stalled, NOW + LEASE)
    assert not failed(database, bus, stalled, NOW + LEASE)
    assert claim(database, bus, NOW + LEASE) == []
    assert done(database, bus, heir, NOW + LEASE)
    assert not done(database, bus, stalled, NOW + LEASE)


def test_a_stalled_worker_is_refused_after_a_replay_too(database: Database, bus: Bus) -> None:
    """A count as fencing token would start again at one and let it in."""
    publish(database, bus, [revised("doc_a", 1)])
    (stalled,) = claim(database, bus)
    (heir,) = claim(database, bus, NOW + LEASE)
    assert done(database, bus, heir)
    with database.write() as conn:
        assert bus.replay(conn, GROUP, NOW) == 1
    (replayed,) = claim(database, bus, NOW + DAY)
    assert not done(database, bus, stalled)
    assert done(database, bus, replayed)


def test_a_lapsed_lease_nobody_took_over_still_counts(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert done(database, bus, held, NOW + DAY)


def test_finishing_twice_is_refused(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert done(database, bus, held)
    assert not done(database, bus, held)
    assert claim(database, bus, NOW + DAY) == []


def test_an_effect_that_is_rolled_back_is_handed_out_again(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert bus.done(conn, GROUP, held.event.id, held.token, NOW)
        raise Rollback
    (again,) = claim(database, bus, NOW + LEASE)
    assert done(database, bus, again)


def test_releasing_all_ends_every_lease(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1), taken("doc_a", 2)])
    claim(database, bus)
    claim(database, bus, group="parser")
    with database.write() as conn:
        bus.release_all(conn)
    assert drain(database, bus) == [1]
    assert drain(database, bus, group="parser") == [2]


def test_a_limit_is_kept(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised(f"doc_{n}", n) for n in range(5)])
    assert [held.event.data["n"] for held in claim(database, bus, limit=2)] == [0, 1]
    assert [held.event.data["n"] for held in claim(database, bus, limit=9)] == [2, 3, 4]


# order


def test_events_of_one_key_come_one_at_a_time_and_in_order(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(4)])
    seen = []
    while held := claim(database, bus):
        assert len(held) == 1
        assert claim(database, bus) == []
        seen.append(held[0].event.data["n"])
        assert done(database, bus, held[0])
    assert seen == [0, 1, 2, 3]


def test_other_keys_are_not_kept_waiting(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 0), revised("doc_a", 1), revised("doc_b", 2), revised("doc_b", 3)])
    assert [held.event.data["n"] for held in claim(database, bus)] == [0, 2]


def test_an_event_that_waits_to_be_tried_again_keeps_its_place(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 0), revised("doc_a", 1)])
    (held,) = claim(database, bus)
    assert failed(database, bus, held)
    assert claim(database, bus) == []
    assert due(database, bus) == NOW + BACKOFF[0]
    assert drain(database, bus, NOW + BACKOFF[0]) == [0, 1]


def test_each_group_has_its_own_order(database: Database, bus: Bus) -> None:
    publish(database, bus, [taken("doc_a", 0), revised("doc_a", 1)])
    assert len(claim(database, bus, group="parser")) == 1
    assert drain(database, bus) == [1]


# failing


def test_a_failed_event_comes_again_later_and_later(database: Database, bus: Bus) -> None:
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


def test_an_event_that_always_fails_is_put_aside_and_shown(database: Database, bus: Bus) -> None:
    poison = kill(database, bus, "doc_a")
    assert claim(database, bus, NOW + 100 * DAY) == []
    assert due(database, bus) is None
    with database.read() as conn:
        (letter,) = bus.dead_letters(conn, GROUP, 0, 10)
        assert bus.dead_letters(conn, GROUP, letter.seq, 10) == []
    assert (letter.event, letter.key, letter.tries, letter.error) == (poison.id, "doc_a", TRIES, "boom")


def test_a_dead_event_stops_nobody_not_even_its_own_document(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_b", 9)])
    (bystander,) = claim(database, bus)
    assert done(database, bus, bystander)
    kill(database, bus, "doc_a", 1)
    publish(database, bus, [revised("doc_a", 2), revised("doc_b", 3)])
    assert drain(database, bus, NOW + 10 * DAY) == [2, 3]


def test_a_dead_event_can_be_revived(database: Database, bus: Bus) -> None:
    poison = kill(database, bus, "doc_a", 1)
    with database.write() as conn:
        assert bus.revive(conn, GROUP, poison.id)
        assert not bus.revive(conn, GROUP, poison.id)
        assert bus.dead_letters(conn, GROUP, 0, 10) == []
    (held,) = claim(database, bus, NOW)
    assert (held.event, held.tries) == (poison, 1)


def test_only_a_dead_event_is_revived(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert not bus.revive(conn, GROUP, held.event.id)
    assert done(database, bus, held)


def test_an_event_that_kills_whoever_takes_it_is_put_aside_in_the_end(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_a", 2)])
    at = NOW
    for _ in range(HANDOUTS):
        (held,) = claim(database, bus, at)
        assert held.event.data["n"] == 1
        at += LEASE
    assert drain(database, bus, at) == [2]
    with database.read() as conn:
        (letter,) = bus.dead_letters(conn, GROUP, 0, 10)
    assert letter.tries == HANDOUTS


def test_being_killed_often_is_not_failing(database: Database, bus: Bus) -> None:
    """Ten restarts in a row must not cost an alert."""
    publish(database, bus, [revised("doc_a", 1)])
    for _ in range(10):
        claim(database, bus)
        with database.write() as conn:
            bus.release_all(conn)
    assert drain(database, bus) == [1]


def test_an_error_message_may_hold_anything(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1)])
    (held,) = claim(database, bus)
    with database.write() as conn:
        assert bus.failed(conn, GROUP, held.event.id, held.token, "页面\x00\ud800" * 5000, NOW)


# replaying


def test_everything_can_be_replayed_in_order(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", n) for n in range(4)])
    assert drain(database, bus) == [0, 1, 2, 3]
    with database.write() as conn:
        assert bus.replay(conn, GROUP, NOW) == 4
    assert drain(database, bus) == [0, 1, 2, 3]


def test_a_replay_begins_where_it_is_told(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", n, NOW + n * MINUTE) for n in range(4)])
    drain(database, bus)
    with database.write() as conn:
        assert bus.replay(conn, GROUP, NOW + 2 * MINUTE) == 2
    assert drain(database, bus) == [2, 3]


def test_a_replay_leaves_alone_what_is_owed_anyway(database: Database, bus: Bus) -> None:
    publish(database, bus, [revised("doc_a", 1), revised("doc_b", 2), revised("doc_c", 3)])
    one, two, _ = claim(database, bus)
    assert done(database, bus, one)
    with database.write() as conn:
        assert bus.replay(conn, GROUP, NOW) == 1
    assert done(database, bus, two)  # its lease was not touched
    assert drain(database, bus, NOW + DAY) == [1, 3]


def test_a_replay_revives_the_dead(database: Database, bus: Bus) -> None:
    kill(database, bus, "doc_a", 1)
    with database.write() as conn:
        assert bus.replay(conn, GROUP, NOW) == 1
    assert drain(database, bus) == [1]


def test_a_replay_keeps_to_the_routes_of_its_group(database: Database, bus: Bus) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2)])
    drain(database, bus)
    drain(database, bus, group="parser")
    with database.write() as conn:
        assert bus.replay(conn, GROUP, NOW) == 1
    assert drain(database, bus, group="parser") == []
    assert drain(database, bus) == [2]


def test_a_fresh_group_is_given_the_whole_past(database: Database, bus: Bus) -> None:
    publish(database, bus, [taken("doc_a", 1), revised("doc_a", 2), revised("doc_b", 3)])
    drain(database, bus)
    with database.write() as conn:
        with pytest.raises(NotFound, match="'audit'"):
            bus.replay(conn, "audit", NOW)
        assert bus.replay(conn, "audit", NOW, ["document.revised"]) == 2
    assert drain(database, bus, group="audit") == [2, 3]
    assert drain(database, bus) == []


# many at once


def test_many_consumers_do_everything_once_and_in_order(database: Database, bus: Bus) -> None:
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
                    if bus.done(conn, GROUP, one.event.id, one.token, clock[0]):
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
