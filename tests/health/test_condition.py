"""Readiness names what is wrong: each trouble has a code, a message and a remedy; a well service has none."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, update
from storage.samples import DAY, HOUR, MINUTE, NOW, page_id, revised, watch

from services.api.webhooks.secrets import SecretBox
from services.bus import database as bus
from services.domain.subscription import Filter, Subscription
from services.health.checkup import Checkup
from services.health.condition import Finding, Limits, Look, judge
from services.line.observed import opening
from services.storage import deliveries, subscriptions
from services.storage.database import Database, create_engine_for
from services.storage.schema import head
from services.storage.tables import host, queue, source
from services.storage.vitals import Backlog, Vitals, look

WELL = Vitals(NOW, "9", {"parser": Backlog(0, None, 0)}, 0, None, None, {}, {}, {"queue": 0}, 4096)
NOW_WELL = Look(NOW, WELL, "9", disk=10**12)
HOOK = Subscription("sub_a", "local", "https://a.example.org/hook", Filter(), NOW)
LATE = NOW - timedelta(minutes=16)


@pytest.mark.parametrize(
    ("found", "code", "says"),
    [
        (replace(NOW_WELL, vitals=None, trouble="connection refused"), "database_unreachable", "connection refused"),
        (replace(NOW_WELL, bus="Redis does not answer"), "bus_unreachable", "Redis"),
        (replace(NOW_WELL, key="does not open"), "secret_key", "does not open"),
        (replace(NOW_WELL, disk=100 * 1024**2), "disk_low", "100 MiB"),
        (replace(NOW_WELL, vitals=replace(WELL, revision="10")), "schema_differs", "revision 10"),
        (replace(NOW_WELL, vitals=replace(WELL, revision=None)), "schema_differs", "revision none"),
        (replace(NOW_WELL, vitals=replace(WELL, now=NOW - timedelta(seconds=9))), "clock_skew", "9 s"),
        (replace(NOW_WELL, vitals=replace(WELL, backlogs={"p": Backlog(7, LATE, 0)})), "queue_lag", "p: 7 events"),
        (replace(NOW_WELL, vitals=replace(WELL, delivery_due=LATE)), "deliveries_late", "2023-03-27"),
        (replace(NOW_WELL, vitals=replace(WELL, visit_due=LATE)), "visits_late", "2023-03-27"),
        (replace(NOW_WELL, vitals=replace(WELL, stuck={"queue": 2})), "stuck_leases", "queue: 2"),
    ],
)
def test_each_trouble_is_named_with_its_remedy(found: Look, code: str, says: str) -> None:
    (finding,) = judge(found, Limits()).findings
    assert finding.code == code
    assert says in finding.message
    assert len(finding.remedy) > 20


def test_nothing_wrong_up_to_the_limits() -> None:
    edge = NOW - Limits().lag
    busy = replace(WELL, backlogs={"p": Backlog(9, edge, 3)}, delivery_due=edge, visit_due=NOW + HOUR)
    assert judge(replace(NOW_WELL, vitals=busy, disk=Limits().disk), Limits()).findings == ()


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


def test_a_new_database_is_well(database: Database, tmp_path: Path) -> None:
    found = Checkup(database, lambda: NOW, data=tmp_path, limits=Limits(skew=timedelta.max)).condition()
    assert found.findings == ()
    assert found.look.vitals is not None
    assert found.look.vitals.revision == head()
    assert found.look.vitals.size > 0


def owe(conn: Connection) -> None:
    """A week ago an event happened and nobody took it; another was taken an hour ago and never came back."""
    watch(conn, [1, 2])
    bus.publish(conn, revised(page_id(1), 1, NOW - 7 * DAY))
    bus.publish(conn, revised(page_id(2), 1, NOW - DAY))
    late = (queue.c.key == page_id(2), {"lease_until": NOW - HOUR, "token": "t"})
    conn.execute(update(queue).where(late[0]).values(**late[1]))


def test_the_line_is_described_by_what_it_owes(database: Database) -> None:
    with database.write() as conn:
        owe(conn)
        vitals = look(conn, ("parser", "webhooks"), NOW)
    assert vitals.backlogs["parser"] == Backlog(0, None, 0)
    assert vitals.backlogs["webhooks"] == Backlog(2, NOW - 7 * DAY, 0)
    assert vitals.visit_due is not None
    assert vitals.sources == {"new": 1}
    assert vitals.stuck == {"queue": 1, "delivery": 0}
    with database.write() as conn:
        conn.execute(update(queue).where(queue.c.key == page_id(1)).values(dead=True))
        conn.execute(update(source).values(last_visit=NOW, told_health="failing"))
        conn.execute(update(host).values(next_request=NOW + HOUR))
        vitals = look(conn, ("webhooks",), NOW)
    assert vitals.backlogs["webhooks"] == Backlog(1, NOW - DAY, 1)
    assert vitals.sources == {"failing": 1}
    assert vitals.visit_due == NOW + HOUR


def test_a_late_delivery_counts_and_a_disabled_endpoint_s_does_not(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        bus.publish(conn, revised(page_id(1), 1, NOW))
        subscriptions.add_subscription(conn, HOOK, b"s")
        deliveries.add_delivery(conn, HOOK.id, revised(page_id(1), 1, NOW).id, NOW)
        deliveries.claim_due(conn, NOW, 1, MINUTE, 1)
        vitals = look(conn, (), NOW + HOUR)
        assert (vitals.deliveries, vitals.stuck["delivery"], vitals.subscriptions) == (1, 1, {"active": 1})
        assert vitals.delivery_due == NOW
        subscriptions.set_status(conn, HOOK.id, "disabled")
        vitals = look(conn, (), NOW + HOUR)
    assert vitals.stuck["delivery"] == 0
    assert vitals.delivery_due is None


def test_what_stops_the_service_is_found(tmp_path: Path, empty_sqlite: Path) -> None:
    path = tmp_path / "dafu.sqlite"
    shutil.copy(empty_sqlite, path)
    database = Database(create_engine_for(f"sqlite:///{path}"))
    with database.write() as conn:
        subscriptions.add_subscription(conn, HOOK, SecretBox(bytes(32)).seal(b"s", HOOK.id))
    found = Checkup(
        database,
        lambda: NOW,
        bus_url="redis://127.0.0.1:1",
        data=tmp_path,
        opens=opening(database, SecretBox(bytes(31) + b"x")),
        limits=Limits(disk=2**62),
    ).condition()
    assert codes(found.findings) == ["bus_unreachable", "secret_key", "disk_low"]
    with database.engine.begin() as connection:
        connection.exec_driver_sql("update dafu_schema set version_num = '9999'")
    assert "schema_differs" in codes(Checkup(database, lambda: NOW).condition().findings)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("drop table delivery")
    assert codes(Checkup(database, lambda: NOW).condition().findings) == ["schema_differs"]
    database.close()
    path.unlink()
    path.mkdir()
    assert codes(Checkup(database, lambda: NOW).condition().findings) == ["database_unreachable"]


class Slow:
    """A database that answers when it is let."""

    def __init__(self, inner: Database) -> None:
        self.engine = inner.engine
        self.inner, self.asked, self.go = inner, 0, threading.Event()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self.asked += 1
        self.go.wait(10)
        with self.inner.read() as conn:
            yield conn


def test_many_askers_make_one_look_and_none_waits_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.health.checkup.DEADLINE", 0.05)
    slow = Slow(database)
    checkup = Checkup(slow, lambda: NOW)  # type: ignore[arg-type]  # it reads, like a Database
    for _ in range(3):
        (finding,) = checkup.condition().findings
        assert finding.code == "database_unreachable"
    assert slow.asked == 1
    slow.go.set()
    wait_for(lambda: checkup.condition().look.vitals is not None)
    checkup.condition()
    assert slow.asked == 1


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it never came true")
