"""Writes services/api/examples.json, what the API answered and told over recorded weeks of tests/replays, and the
catalogue docs/events.md from it: `python docs/api/generate.py`. In answers long lists and texts are cut short.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from services.api.app import create_app
from services.api.callers import new_token
from services.api.event_schema import WHEN
from services.api.webhooks import notices
from services.api.webhooks.digest import digest_event
from services.api.webhooks.secrets import SecretBox
from services.bus import database as bus
from services.bus.interface import TRIES
from services.domain.event import EVENT_TYPES, Event
from services.domain.subscription import Filter, Subscription
from services.health.checkup import Checkup
from services.health.condition import Limits
from services.line.serve import api_context
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live
from services.storage import outbox
from services.storage.database import Database, open_database

ROOT = Path(__file__).parents[2]
FILE = ROOT / "services" / "api" / "examples.json"
CATALOGUE = ROOT / "docs" / "events.md"
_HEAD = """# Events

Every type, when it is told, and one message as it was sent. What all have in common, signatures and retries:
[webhooks.md](webhooks.md). Written by docs/api/generate.py.
"""
#: The first is the one whose answers are shown.
STORIES = ("target-lowered", "published", "withdrawn-and-restored", "moved-page", "site-down")
ADDRESS, NOW = "https://dafu.example.org", datetime(2026, 11, 22, tzinfo=UTC)
#: What is asked for each operation's example; `{id}` is a document that changed, `{promise}` a commitment of it.
ASKED = {
    "/healthz": "/healthz",
    "/health/live": "/health/live",
    "/health/ready": "/health/ready",
    "/documents": "/documents?kind=reply_npc&limit=2",
    "/documents/{document_id}": "/documents/{id}",
    "/documents/{document_id}/history": "/documents/{id}/history",
    "/documents/{document_id}/versions/{n}": "/documents/{id}/versions/1",
    "/documents/{document_id}/versions/{a}..{b}/changes": "/documents/{id}/versions/1..2/changes",
    "/documents/{document_id}/suppressed": "/documents/{id}/suppressed",
    "/documents/{document_id}/attachments": "/documents/{id}/attachments",
    "/documents/{document_id}/annotations": "/documents/{id}/annotations",
    "/changes": "/changes?direction=softened&limit=1",
    "/commitments": "/commitments?has_target=true&limit=1",
    "/commitments/{commitment_id}": "/commitments/{promise}",
    "/dead-letters": "/dead-letters",
    "/events": "/events?type=document.revised&limit=1",
    "/sources": "/sources",
    "/sources/{source_id}": "/sources/{source}",
    "/subscriptions": "/subscriptions",
    "/subscriptions/{subscription_id}": "/subscriptions/{subscription}",
    "/subscriptions/{subscription_id}/attempts": "/subscriptions/{subscription}/attempts",
    "/subscriptions/{subscription_id}/deliveries": "/subscriptions/{subscription}/deliveries",
}
_LIST, _TEXT = 2, 160


def events(databases: Sequence[Database]) -> dict[str, Any]:
    """By type: the first one of each that was told, and notices about a made-up subscription."""
    found: dict[str, Event] = {}
    for database in databases:
        with database.read() as conn:
            for one in outbox.events_after(conn, 0, 1_000, types=EVENT_TYPES):
                if not one.event.data.get("backfill"):
                    found.setdefault(one.event.type, one.event)
    about = Subscription("sub_4f1d0c7a9b2e", "local", "https://hooks.example.org/dafu", Filter(), NOW, note="新闻部")
    since = NOW - timedelta(hours=60)
    made = (
        notices.ping(about, NOW, ADDRESS),
        notices.challenge(about, "chl_9c1f3b6d2a", NOW, ADDRESS),
        notices.failing(about, 50, since, 12, since + timedelta(hours=120), NOW, ADDRESS),
        notices.disabled(about, "failing", NOW, ADDRESS),
        digest_event("evt_5d0c8a41be97", about, [found["document.revised"]], NOW, NOW, ADDRESS),
    )
    found |= {event.type: event for event in made}
    return {type_: json.loads(found[type_].body) for type_ in EVENT_TYPES if type_ in found}


async def answers(database: Database, revised: dict[str, Any]) -> dict[str, Any]:
    """By address of the operation."""
    context = api_context(database, lambda: NOW, SecretBox(bytes(32)), (), ADDRESS)
    # the recorded weeks are over: nobody is late, whatever the clock says
    context = replace(context, checkup=Checkup(database, lambda: NOW, limits=Limits(lag=timedelta.max)))
    _, token = new_token(database, "local", "example", ("admin",), NOW)
    transport = httpx.ASGITransport(app=create_app(context))
    client = httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"authorization": f"Bearer {token}"})
    async with client:
        hook = {"url": "https://203.0.114.7/dafu", "filter": {"directions": ["softened"]}, "note": "新闻部"}
        id_ = revised["data"]["document"]["id"]
        known = {
            "id": id_,
            "source": revised["data"]["document"]["source"],
            "subscription": (await client.post("/subscriptions", json=hook)).json()["id"],
            "promise": (await client.get(f"/commitments?document={id_}&limit=1")).json()["items"][0]["id"],
        }
        _put_aside(database, revised["id"])
        said = {"verdict": "note", "change": 0, "note": "与附件一致"}
        await client.post(f"/documents/{id_}/versions/2/annotations", json=said)
        got = {path: await client.get(address.format(**known)) for path, address in ASKED.items()}
    return {path: _cut(answer.raise_for_status().json()) for path, answer in got.items()}


def _put_aside(database: Database, event: str) -> None:
    """As if a later program had failed over an event again and again."""
    with database.write() as conn:
        bus.replay(conn, "webhooks", datetime.min.replace(tzinfo=UTC), ["document.revised"])
    for turn in range(TRIES):
        at = NOW + turn * timedelta(hours=1)
        with database.write() as conn:
            for held in bus.claim(conn, "webhooks", at, 100, timedelta(minutes=1)):
                if held.event.id == event:
                    bus.failed(conn, "webhooks", event, held.token, "KeyError('document')", at)
                else:
                    bus.done(conn, "webhooks", held.event.id, held.token, at)


def catalogue(told: dict[str, Any]) -> str:
    parts = [_HEAD]
    for type_ in EVENT_TYPES:
        parts.append(f"\n## {type_}\n\n{WHEN[type_]} [Schema](schema/event.{type_}-1.json)\n")
        if type_ in told:
            parts.append(f"\n```json\n{json.dumps(told[type_], ensure_ascii=False, indent=2)}\n```\n")
    return "".join(parts)


def _cut(value: Any) -> Any:
    if isinstance(value, list):
        return [_cut(one) for one in value[:_LIST]]
    if isinstance(value, dict):
        return {name: _cut(one) for name, one in value.items()}
    return f"{value[:_TEXT]}…" if isinstance(value, str) and len(value) > _TEXT else value


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        databases = [open_database(f"sqlite:///{folder}/{story}.sqlite") for story in STORIES]
        for story, database in zip(STORIES, databases, strict=True):
            recording = read_recording(ROOT / "tests" / "replays" / story)
            asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
        told = events(databases)
        answered = asyncio.run(answers(databases[0], told["document.revised"]))
        for database in databases:
            database.close()
    text = json.dumps({"events": told, "answers": answered}, ensure_ascii=False, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")
    CATALOGUE.write_text(catalogue(told), encoding="utf-8")


if __name__ == "__main__":
    main()
