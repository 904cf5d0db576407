"""A subscription's filter as a feed: what it lets through, the newest first, delivered or not."""

from __future__ import annotations

import base64
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from api.webhooks.desk import START, Desk, published, revised

pytestmark = pytest.mark.anyio
ATOM = "{http://www.w3.org/2005/Atom}"


async def test_a_saved_filter_is_a_feed(office: Desk) -> None:
    made = await office.subscribe(filter={"keywords": {"any": ["養老"]}}, note="养老\x1b\u202e")
    later = [revised(n, at=START + timedelta(hours=n)) for n in (1, 2, 3)]
    office.publish(*later, published(4, at=START + timedelta(hours=4)), revised(5, severity="low"))
    answer = await office.client.get(f"/subscriptions/{made['id']}/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.text)  # noqa: S314 - our own answer
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [f"urn:dafu:{one.id}" for one in reversed(later)]
    assert "target_lowered" in (entries[0].findtext(f"{ATOM}content") or "")
    assert feed.findtext(f"{ATOM}updated") == later[-1].time.isoformat()
    again = await office.client.get(
        f"/subscriptions/{made['id']}/feed.atom", headers={"if-none-match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_a_feed_reader_sends_its_token_as_a_password(office: Desk) -> None:
    made = await office.subscribe()
    token = office.client.headers["authorization"].removeprefix("Bearer ")
    basic = base64.b64encode(f"feed:{token}".encode()).decode()
    at = f"/subscriptions/{made['id']}/feed.atom"
    assert (await office.client.get(at, headers={"authorization": f"Basic {basic}"})).status_code == 200
    assert (await office.client.get(at, headers={"authorization": "Basic eDp5"})).status_code == 401
    assert (await office.client.get("/subscriptions/sub_x/feed.atom")).status_code == 404
