"""Who asked to be told what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from storage.samples import DAY, HOUR, NOW

from services.domain.errors import Conflict, NotFound
from services.domain.subscription import Filter, Subscription
from services.storage import subscriptions
from services.storage.database import Database
from services.storage.subscriptions import Streak, add_subscription, get_subscription, list_subscriptions

SECRET = bytes(range(60))
ALERTS = Subscription(
    id="sub_a",
    owner="local",
    url="https://desk.example.org/hook",
    filter=Filter(change_types=("target_lowered", "deadline_moved"), agencies=("市经济信息委",), min_severity="high"),
    created=NOW,
    note="编辑部",
    backfill=True,
)


def test_a_subscription_comes_back_as_it_was_made(database: Database) -> None:
    with database.write() as conn:
        add_subscription(conn, ALERTS, SECRET)
        assert get_subscription(conn, "sub_a") == ALERTS
        with pytest.raises(NotFound, match="sub_b"):
            get_subscription(conn, "sub_b")


@pytest.mark.parametrize(
    "again",
    [
        replace(ALERTS, id="sub_b", note="another note", backfill=False),
        replace(ALERTS, id="sub_b", filter=replace(ALERTS.filter, change_types=("deadline_moved", "target_lowered"))),
        replace(ALERTS, id="sub_b", filter=replace(ALERTS.filter, agencies=("市经济信息委",) * 2)),
        ALERTS,
    ],
)
def test_asking_for_the_same_twice_names_the_first(database: Database, again: Subscription) -> None:
    with database.write() as conn:
        add_subscription(conn, ALERTS, SECRET)
        with pytest.raises(Conflict, match="sub_a") as caught:
            add_subscription(conn, again, SECRET)
        assert caught.value.existing == "sub_a"
        assert list_subscriptions(conn) == (ALERTS,)


@pytest.mark.parametrize(
    "other",
    [
        replace(ALERTS, id="sub_b", owner="team"),
        replace(ALERTS, id="sub_b", url="https://desk.example.org/other"),
        replace(ALERTS, id="sub_b", filter=Filter()),
        replace(ALERTS, id="sub_b", filter=replace(ALERTS.filter, agencies=(), actors=ALERTS.filter.agencies)),
    ],
)
def test_asking_for_something_else_is_another_subscription(database: Database, other: Subscription) -> None:
    with database.write() as conn:
        add_subscription(conn, ALERTS, SECRET)
        add_subscription(conn, other, SECRET)
        assert list_subscriptions(conn) == (ALERTS, other)


def test_subscriptions_are_listed_by_owner_and_key(database: Database) -> None:
    made = [replace(ALERTS, id=f"sub_{n}", url=f"https://h{n}.example.org/", owner="ab"[n % 2]) for n in range(5)]
    with database.write() as conn:
        for one in made:
            add_subscription(conn, one, SECRET)
        assert list_subscriptions(conn, limit=2) == tuple(made[:2])
        assert list_subscriptions(conn, after="sub_1") == tuple(made[2:])
        assert list_subscriptions(conn, owner="b") == (made[1], made[3])


def test_only_active_ones_are_matched(database: Database) -> None:
    with database.write() as conn:
        add_subscription(conn, ALERTS, SECRET)
        assert subscriptions.active_subscriptions(conn) == (ALERTS,)
        assert subscriptions.set_status(conn, "sub_a", "disabled")
        assert not subscriptions.set_status(conn, "sub_a", "disabled")  # disabled once, told once
        assert subscriptions.active_subscriptions(conn) == ()
        assert get_subscription(conn, "sub_a").status == "disabled"
        assert not subscriptions.set_status(conn, "sub_x", "disabled")


def test_a_deleted_one_is_gone_and_can_be_made_again(database: Database) -> None:
    with database.write() as conn:
        add_subscription(conn, ALERTS, SECRET)
        subscriptions.delete_subscription(conn, "sub_a")
        with pytest.raises(NotFound, match="sub_a"):
            subscriptions.delete_subscription(conn, "sub_a")
        add_subscription(conn, ALERTS, SECRET)


def test_failures_in_a_row_are_counted_from_the_first(database: Database) -> None:
    with database.write() as conn:
        add_subscription(conn, ALERTS, SECRET)
        assert subscriptions.record_failure(conn, "sub_a", NOW) == Streak(NOW, 1)
        assert subscriptions.record_failure(conn, "sub_a", NOW + HOUR) == Streak(NOW, 2)
        subscriptions.record_success(conn, "sub_a")
        assert subscriptions.record_failure(conn, "sub_a", NOW + DAY) == Streak(NOW + DAY, 1)
        assert subscriptions.record_failure(conn, "sub_gone", NOW) == Streak(None, 0)
