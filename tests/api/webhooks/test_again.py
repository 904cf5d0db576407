"""Secrets that overlap; one event again, all that failed, all there was; warnings; the challenge; who is let in."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest
import standardwebhooks
import svix.webhooks
from api.webhooks.desk import START, URL, Desk, open_desk, published, revised

from services.api.webhooks.verify import verify
from services.storage import subscriptions
from services.storage.database import Database

pytestmark = pytest.mark.anyio
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def accepted(secret: str, request: httpx.Request) -> bool:
    """Our own file and the two public libraries agree."""
    headers, body = dict(request.headers), request.content
    ours = verify(secret, headers, body, int(time.time()))
    for stranger in (standardwebhooks.Webhook, svix.webhooks.Webhook):
        try:
            stranger(secret).verify(body, headers)
        except standardwebhooks.WebhookVerificationError:
            assert not ours
        else:
            assert ours
    return ours


def down(_: httpx.Request) -> httpx.Response:
    return httpx.Response(500)


def up(_: httpx.Request) -> httpx.Response:
    return httpx.Response(204)


async def test_a_rotated_secret_signs_beside_the_new_one_until_it_ends(office: Desk) -> None:
    made = await office.subscribe()
    new = await office.post(f"{made['id']}/secret/rotate", overlap_hours=24)
    assert len(new["old_secrets"]) == 1
    office.publish(revised(1))
    await office.tell()
    assert accepted(made["secret"], office.received[-1])
    assert accepted(new["secret"], office.received[-1])
    office.publish(revised(2))
    await office.tell(after=DAY)
    assert not accepted(made["secret"], office.received[-1])
    assert accepted(new["secret"], office.received[-1])


async def test_at_most_three_secrets_sign_and_a_lost_one_can_end_at_once(office: Desk) -> None:
    id_ = (await office.subscribe())["id"]
    first, second = [await office.post(f"{id_}/secret/rotate", overlap_hours=168) for _ in range(2)]
    refused = await office.client.post(f"/subscriptions/{id_}/secret/rotate", json={"overlap_hours": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_secrets")
    third = await office.post(f"{id_}/secret/rotate", overlap_hours=0)
    office.publish(revised())
    await office.tell()
    assert [accepted(one["secret"], office.received[-1]) for one in (first, second, third)] == [True, False, True]
    assert len(office.received[-1].headers["webhook-signature"].split(" ")) == 3
    for hours in (-1, 169):
        bad = await office.client.post(f"/subscriptions/{id_}/secret/rotate", json={"overlap_hours": hours})
        assert bad.status_code == 422


async def failed_for_good(office: Desk, id_: str) -> None:
    """One event given up after its ten attempts, which takes 75 hours."""
    office.answer = down
    office.publish(revised(1))
    await office.tell_all()
    assert len(office.attempts(id_)) == 10


async def test_one_event_is_sent_again_with_a_whole_schedule(office: Desk) -> None:
    id_ = (await office.subscribe())["id"]
    await failed_for_good(office, id_)
    event = revised(1).id
    assert await office.tell() == []
    await office.post(f"{id_}/deliveries/{event}/resend")
    assert len(await office.tell()) == 1
    office.answer = up
    assert len(await office.tell(after=timedelta(seconds=6))) == 1
    assert [attempt.number for attempt in office.attempts(id_)] == list(range(1, 13))
    assert len({(request.headers["webhook-id"], request.content) for request in office.received}) == 1
    unknown = await office.client.post(f"/subscriptions/{id_}/deliveries/evt_x/resend")
    assert unknown.status_code == 404


async def test_what_failed_since_is_recovered_and_counted_first(office: Desk) -> None:
    id_ = (await office.subscribe())["id"]
    await failed_for_good(office, id_)
    office.answer = up
    office.publish(revised(2))
    await office.tell()
    since = (START - HOUR).isoformat()
    dry = await office.post(f"{id_}/recover", since=since, dry_run=True)
    assert (dry, await office.tell()) == ({"count": 1, "dry_run": True}, [])
    assert (await office.post(f"{id_}/recover", since=since))["count"] == 1
    assert [event["id"] for event in await office.tell()] == [revised(1).id]
    assert (await office.post(f"{id_}/recover", since=since))["count"] == 0
    later = (START + HOUR).isoformat()
    assert (await office.post(f"{id_}/recover", since=later, dry_run=True))["count"] == 0


async def test_everything_since_is_replayed_byte_for_byte(office: Desk) -> None:
    office.publish(revised(1), revised(2, severity="low"), published(3, at=START + HOUR), revised(4, at=START + DAY))
    await office.tell()
    id_ = (await office.subscribe())["id"]
    office.publish(revised(5, at=START + 2 * DAY))
    first = await office.tell(after=3 * DAY)
    assert [event["id"] for event in first] == [revised(5).id]
    since = (START + HOUR).isoformat()
    dry = await office.post(f"{id_}/replay", since=since, dry_run=True)
    assert (dry["count"], await office.tell()) == (3, [])
    assert (await office.post(f"{id_}/replay", since=since))["count"] == 3
    assert [event["sequence"] for event in await office.tell()] == ["3", "4", "5"]
    both = [request.content for request in office.received if request.headers["webhook-id"] == revised(5).id]
    assert len(both) == 2
    assert both[0] == both[1]
    until = (START + DAY).isoformat()
    assert (await office.post(f"{id_}/replay", since=since, until=until, dry_run=True))["count"] == 1


async def test_nothing_is_sent_again_to_a_disabled_one(office: Desk) -> None:
    id_ = (await office.subscribe())["id"]
    await office.client.patch(f"/subscriptions/{id_}", json={"status": "disabled"})
    for path, body in (
        ("recover", {"since": START.isoformat()}),
        ("replay", {"since": START.isoformat()}),
        ("test", {}),
    ):
        refused = await office.client.post(f"/subscriptions/{id_}/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "not_active")
    office.publish(revised(1))
    assert await office.tell() == []
    await office.client.patch(f"/subscriptions/{id_}", json={"status": "active"})
    office.publish(revised(2))
    assert [event["id"] for event in await office.tell()] == [revised(2).id]


async def test_the_owner_is_warned_three_times_and_told_of_the_end(office: Desk) -> None:
    dead = await office.subscribe(URL + "/dead")
    await office.subscribe(URL + "/desk", filter={"event_types": ["subscription.failing", "subscription.disabled"]})
    office.answer = lambda request: httpx.Response(500 if request.url.path.endswith("dead") else 204)
    told: list[dict[str, Any]] = []
    for hours in range(0, 160, 4):
        office.publish(revised(hours))
        told += [event for event in await office.tell(after=4 * HOUR) if event["type"].startswith("subscription.")]
    kinds = [(event["type"], event["data"].get("percent")) for event in told]
    assert kinds == [("subscription.failing", step) for step in (50, 70, 90)] + [("subscription.disabled", None)]
    assert {event["data"]["subscription"] for event in told} == {dead["id"]}
    assert told[-1]["data"]["reason"] == "failing"
    shown = (await office.client.get(f"/subscriptions/{dead['id']}")).json()
    assert shown["status"] == "disabled"


async def test_an_endpoint_that_answers_now_and_then_is_never_disabled(office: Desk) -> None:
    id_ = (await office.subscribe())["id"]
    answers = iter(range(10**6))
    office.answer = lambda _: httpx.Response((200, 500)[next(answers) % 2])
    for hours in range(0, 24 * 14, 8):
        office.publish(revised(hours))
        await office.tell(after=8 * HOUR)
    assert (await office.client.get(f"/subscriptions/{id_}")).json()["status"] == "active"


async def test_what_happens_to_one_owners_subscription_is_not_told_to_another(office: Desk) -> None:
    made = await office.subscribe(URL + "/dead")
    await office.subscribe(URL + "/desk", filter={"event_types": ["subscription.disabled"]})
    with office.database.write() as conn:
        conn.exec_driver_sql("update subscription set owner = 'other' where id = ?", (made["id"],))
    office.answer = lambda _: httpx.Response(410)
    office.publish(revised())
    told = await office.tell()
    assert [event["type"] for event in told] == ["document.revised"]


async def test_a_receiver_answers_its_challenge_and_is_then_told_what_was_held(database: Database) -> None:
    async with open_desk(database, challenge="public") as office:
        made = await office.subscribe()
        assert made["status"] == "pending"
        office.publish(revised())
        (asked,) = await office.tell()
        assert (asked["type"], accepted(made["secret"], office.received[-1])) == ("subscription.challenge", True)
        assert (await office.client.get(f"/subscriptions/{made['id']}")).json()["status"] == "pending"
        assert office.attempts(made["id"])[0].error == "challenge_unanswered"
        office.answer = lambda request: httpx.Response(200, content=request.content)  # an echo is no answer
        assert len(await office.tell(after=timedelta(seconds=6))) == 1
        office.answer = answer_challenge
        told = await office.tell(after=timedelta(minutes=6))
        assert [event["type"] for event in told] == ["subscription.challenge", "document.revised"]
        assert (await office.client.get(f"/subscriptions/{made['id']}")).json()["status"] == "active"


def answer_challenge(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"challenge": json.loads(request.content)["data"].get("challenge")})


async def test_who_never_answers_its_challenge_is_told_nothing_and_asked_ten_times(database: Database) -> None:
    async with open_desk(database, challenge="all") as office:
        id_ = (await office.subscribe())["id"]
        office.publish(revised())
        told = [event for _ in range(14) for event in await office.tell(after=DAY)]
        assert [event["type"] for event in told] == ["subscription.challenge"] * 10
        assert (await office.client.get(f"/subscriptions/{id_}")).json()["status"] == "disabled"
        office.answer = answer_challenge
        taken_up = await office.client.patch(f"/subscriptions/{id_}", json={"status": "active"})
        assert taken_up.json()["status"] == "pending"
        assert [event["type"] for event in await office.tell()] == ["subscription.challenge", "document.revised"]


async def test_an_owner_has_so_many_subscriptions_and_no_more(database: Database) -> None:
    async with open_desk(database, most_subscriptions=2) as office:
        for name in "ab":
            await office.subscribe(f"{URL}/{name}")
        refused = await office.client.post("/subscriptions", json={"url": f"{URL}/c"})
        assert (refused.status_code, refused.json()["code"]) == (422, "too_many_subscriptions")
        with database.read() as conn:
            assert subscriptions.count_subscriptions(conn, "local") == 2


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.8"], ["::ffff:169.254.169.254"]])
async def test_a_name_that_leads_inside_is_refused_at_registration(database: Database, addresses: list[str]) -> None:
    async with open_desk(database, lookup=lambda _: addresses) as office:
        refused = await office.client.post("/subscriptions", json={"url": URL})
        assert (refused.status_code, refused.json()["code"]) == (422, "forbidden_address")
        assert not any(address in refused.text for address in addresses)


async def test_a_name_that_does_not_resolve_yet_is_taken(database: Database) -> None:
    def nothing(_: str) -> list[str]:
        raise OSError("no such name")

    async with open_desk(database, lookup=nothing, challenge="public") as office:
        assert (await office.subscribe())["status"] == "pending"
