"""What a filter lets through, what it would have let through, and when a digest goes out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api.webhooks.desk import START, Desk, open_desk, published, revised

from services.api.webhooks.digest import next_digest
from services.domain.event import HARD_LIMIT
from services.domain.subscription import Digest
from services.storage.database import Database

pytestmark = pytest.mark.anyio
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"keywords": {"any": ["養老服務"]}}, True),
        ({"keywords": {"all": ["护理 型床位", "２００张"]}}, True),
        ({"keywords": {"all": ["护理型床位", "绿色工厂"]}}, False),
        ({"keywords": {"any": ["绿色工厂", "床位"]}}, True),
        ({"keywords": {"any": ["床位"], "none": ["養老"]}}, False),
        ({"has_target": True}, True),
        ({"has_target": False}, False),
        ({"deadline_before": "2026-01-01"}, True),
        ({"deadline_before": "2025-12-31"}, False),
    ],
)
async def test_a_change_is_asked_for_its_words_target_and_deadline(
    office: Desk, asked: dict[str, Any], told: bool
) -> None:
    await office.subscribe(filter=asked)
    office.publish(revised(deadline="2025-12-31"))
    assert len(await office.tell()) == int(told)


@pytest.mark.parametrize(
    "asked",
    [
        {"keywords": {"some": ["x"]}},
        {"keywords": {"any": ["、"]}},
        {"keywords": {"any": [""]}},
        {"keywords": {"any": ["长" * 201]}},
        {"documents": ["d"] * 201},
        {"deadline_before": "soon"},
    ],
)
async def test_a_filter_that_means_nothing_is_refused(office: Desk, asked: dict[str, Any]) -> None:
    for path, body in (("", {"url": "https://e.org/"}), ("/preview", {})):
        refused = await office.client.post(f"/subscriptions{path}", json={**body, "filter": asked})
        assert refused.status_code == 422, asked


async def test_a_preview_is_what_a_replay_sends(lived: Database) -> None:
    """Over the recorded week of a lowered target, whose documents are asked for their whole text."""
    async with open_desk(lived) as desk:
        for asked in ({}, {"keywords": {"any": ["綠色"]}}, {"keywords": {"any": ["月球"]}}, {"has_target": True}):
            body = {"filter": asked, "backfill": True, "first": 50}
            seen = (await desk.client.post("/subscriptions/preview", json=body)).json()
            assert seen["matched"] == len(seen["first"]) == sum(seen["by_month"].values()), asked
            assert sum(seen["by_type"].values()) == seen["matched"] <= seen["events"]
    assert seen["events"] > 0


async def test_a_preview_counts_by_month_and_shows_the_first(office: Desk) -> None:
    office.publish(revised(1), revised(2, at=START + 40 * DAY), revised(3, severity="low"), published(4, backfill=True))
    seen = await office.post("preview", first=1)
    assert (seen["events"], seen["matched"], seen["by_month"]) == (4, 2, {"2023-04": 1, "2023-05": 1})
    assert [event["id"] for event in seen["first"]] == [revised(1).id]
    assert seen["by_type"] == {"document.revised": 2}
    later = await office.post("preview", since=(START + DAY).isoformat(), backfill=True)
    assert (later["events"], later["matched"]) == (1, 1)
    assert await office.tell() == []


async def test_a_digest_holds_what_comes_and_sends_it_once_a_day(office: Desk) -> None:
    made = await office.subscribe(digest={"every": "day", "at": "08:00", "zone": "Asia/Shanghai"})
    office.publish(revised(1), revised(2))
    assert await office.tell() == []
    office.publish(revised(3))
    assert await office.tell(after=timedelta(minutes=30)) == []  # it was 08:00 there when the first came
    (digest,) = await office.tell(after=timedelta(hours=23, minutes=30))
    assert digest["type"] == "digest"
    assert [event["id"] for event in digest["data"]["events"]] == [revised(n).id for n in (1, 2, 3)]
    assert [event["data"]["document"]["id"] for event in digest["data"]["events"]] == ["doc_x"] * 3
    assert await office.tell(after=3 * DAY) == []
    shown = (await office.client.get(f"/subscriptions/{made['id']}/deliveries?status=bundled")).json()["items"]
    assert {one["bundle"] for one in shown} == {digest["id"]}
    await office.client.patch(f"/subscriptions/{made['id']}", json={"digest": None})
    office.publish(revised(4))
    assert [event["type"] for event in await office.tell()] == ["document.revised"]


async def test_what_is_held_is_sent_when_the_digest_is_given_up(office: Desk) -> None:
    made = await office.subscribe(digest={"every": "week"})
    office.publish(revised(1))
    assert await office.tell() == []
    await office.client.patch(f"/subscriptions/{made['id']}", json={"digest": None})
    assert [event["id"] for event in await office.tell()] == [revised(1).id]


async def test_a_large_digest_names_what_it_has_no_room_for(office: Desk) -> None:
    await office.subscribe(digest={"every": "hour"})
    office.publish(*(revised(n, context_after="长" * 5000) for n in range(40)))
    await office.tell()
    (digest,) = await office.tell(after=HOUR)
    assert len(office.received[-1].content) <= HARD_LIMIT
    assert 0 < digest["data"]["events_full"] < digest["data"]["events_total"] == 40
    assert digest["data"]["events"][-1] == {
        "id": revised(39, context_after="长" * 5000).id, "type": "document.revised", "subject": "doc_x",
        "time": START.isoformat(), "sequence": "39",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        (Digest("hour"), "2026-03-01T10:15:30+00:00", "2026-03-01T11:00:00+00:00"),
        (Digest("hour"), "2026-03-01T10:00:00+00:00", "2026-03-01T11:00:00+00:00"),
        (Digest("day"), "2026-03-01T00:00:00+00:00", "2026-03-02T00:00:00+00:00"),
        (Digest("day", at="07:59"), "2026-03-01T00:00:00+00:00", "2026-03-01T23:59:00+00:00"),
        (Digest("week", weekday="friday"), "2026-03-01T00:00:00+00:00", "2026-03-06T00:00:00+00:00"),
        (Digest("week", weekday="sunday"), "2026-03-01T00:00:00+00:00", "2026-03-08T00:00:00+00:00"),
        # 02:30 does not exist on the morning the clocks go forward, and comes twice when they go back
        (Digest("day", "02:30", zone="Europe/Berlin"), "2026-03-28T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),
        (Digest("day", "02:30", zone="Europe/Berlin"), "2026-10-24T12:00:00+00:00", "2026-10-25T00:30:00+00:00"),
        (Digest("day", "02:30", zone="Europe/Berlin"), "2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
    ],
)
def test_when_a_digest_goes_out(digest: Digest, now: str, due: str) -> None:
    assert next_digest(digest, datetime.fromisoformat(now).astimezone(UTC)) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    "digest", [{"every": "day", "at": "24:00"}, {"every": "day", "zone": "Mars/Base"}, {"every": "x"}]
)
async def test_a_digest_that_never_comes_is_refused(office: Desk, digest: dict[str, str]) -> None:
    refused = await office.client.post("/subscriptions", json={"url": "https://e.org/", "digest": digest})
    assert refused.status_code == 422


async def test_a_rate_is_kept(office: Desk) -> None:
    await office.subscribe(per_minute=30)
    office.publish(*(revised(n) for n in range(10)))
    counts = [len(await office.tell(after=timedelta(seconds=2))) for _ in range(4)]
    assert counts[0] <= 2
    assert 3 <= sum(counts) <= 5
    for _ in range(10):
        await office.tell(after=timedelta(seconds=2))
    assert len(office.received) == 10


async def test_what_changed_meanwhile_is_not_overwritten(office: Desk) -> None:
    made = await office.subscribe()
    path = f"/subscriptions/{made['id']}"
    tag = (await office.client.get(path)).headers["etag"]
    changed = await office.client.patch(path, json={"note": "desk", "per_minute": 5}, headers={"if-match": tag})
    assert (changed.status_code, changed.json()["note"], changed.json()["per_minute"]) == (200, "desk", 5)
    stale = await office.client.patch(path, json={"note": "other"}, headers={"if-match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    taken = await office.subscribe(filter={"tiers": ["A"]})
    twin = await office.client.patch(f"/subscriptions/{taken['id']}", json={"filter": {}})
    assert (twin.status_code, twin.headers["location"]) == (409, f"/subscriptions/{made['id']}")
