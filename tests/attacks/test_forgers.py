"""Forged, changed and repeated messages at a receiver built as our documentation says (ATTACKS.md F).

The signature by itself, its timestamp (the five minutes, and `nan`, `1e9`, `-1`, fractions, twenty digits) and the ids
it refuses are in tests/api/webhooks/test_signatures.py; secrets that rotate in tests/api/webhooks/test_again.py; a
receiver that is killed between two messages in tests/crash.
"""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.webhooks.sign import headers, secret_text
from services.demo.receiver import Receiver
from services.domain.event import envelope
from services.domain.identity import digest_id, event_id

pytestmark = pytest.mark.anyio
KEY = b"k" * 32
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def message(sequence: int) -> tuple[str, bytes]:
    """(id, body) of an event as it is stored and sent."""
    event = envelope(
        event_id("document.revised", "doc_a", sequence),
        "document.revised",
        source="urn:dafu:source:src",
        subject="doc_a",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        sequence=sequence,
        data={"document": {"title": "答复"}},
    )
    return event.id, event.body


class Told:
    """A receiver, what it said to its people, and a way to bring it a message."""

    def __init__(self, log: Path) -> None:
        self.events: list[dict[str, Any]] = []
        self.receiver = Receiver(log, secret_text(KEY), self.events.append)

    async def bring(self, sent: dict[str, str], body: bytes) -> int:
        transport = httpx.ASGITransport(self.receiver.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver.example.org") as client:
            return (await client.post("/alerts", headers=sent, content=body)).status_code

    @property
    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "received.jsonl")


async def test_a_message_that_comes_again_is_accepted_and_told_once(told: Told, tmp_path: Path) -> None:
    """Each attempt is signed at its own time; who answered too late gets the message again."""
    id_, body = message(1)
    now = int(time.time())
    for age in (0, 0, 5, 280):
        assert await told.bring(headers([KEY], id_, now - age, body), body) == 204
    other, another = message(2)
    assert await told.bring(headers([KEY], other, now, another), another) == 204
    assert told.ids == [id_, other]
    restarted = Told(tmp_path / "received.jsonl")
    assert await restarted.bring(headers([KEY], id_, now, body), body) == 204
    assert restarted.ids == [], "nor after a restart"


async def test_a_captured_message_is_worth_nothing_when_it_is_old_or_changed(told: Told) -> None:
    id_, body = message(1)
    now = int(time.time())
    sent = headers([KEY], id_, now, body)
    stale = headers([KEY], id_, now - 400, body)
    early = headers([KEY], id_, now + 400, body)
    forgeries = [
        (stale, body),
        (early, body),
        ({**stale, "webhook-timestamp": str(now)}, body),
        ({**sent, "webhook-id": message(2)[0]}, body),
        (sent, body.replace("答复".encode(), "决定".encode())),
        (sent, body + b" "),
        (sent, b""),
        (headers([b"x" * 32], id_, now, body), body),
        ({**sent, "webhook-signature": sent["webhook-signature"].replace("v1,", "v1a,")}, body),
        ({**sent, "webhook-signature": "v1,"}, body),
        ({**sent, "webhook-signature": ""}, body),
        ({name: text for name, text in sent.items() if not name.startswith("webhook-")}, body),
    ]
    assert [await told.bring(*forgery) for forgery in forgeries] == [401] * len(forgeries)
    assert told.events == []
    assert told.receiver.refused == len(forgeries)
    assert await told.bring(sent, body) == 204
    assert told.ids == [id_]


async def test_no_part_of_a_message_can_pass_for_another_part(told: Told) -> None:
    """`{id}.{timestamp}.{body}` is signed: where the dots move, the signature must not hold."""
    now = int(time.time())
    body = f"{now}.".encode() + message(1)[1]
    sent = headers([KEY], "evt_a", now, body)
    moved = {**sent, "webhook-id": f"evt_a.{now}"}
    assert await told.bring(moved, message(1)[1]) == 401
    assert told.events == []


@given(st.text(max_size=40), st.text(max_size=40), st.integers())
def test_no_event_gets_an_id_with_a_dot_or_a_line_end_in_it(type_: str, subject: str, sequence: int) -> None:
    assert ID.fullmatch(event_id(type_, subject, sequence))
    assert ID.fullmatch(digest_id("evt", type_, subject))


def test_the_id_in_the_head_is_the_id_in_the_body() -> None:
    """Who drops repeats by either drops the same."""
    id_, body = message(1)
    assert headers([KEY], id_, 1, body)["webhook-id"] == json.loads(body)["id"]
