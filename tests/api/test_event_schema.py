"""Every event that was ever told is what its published schema says."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema
import pytest

from docs.schema.generate import event_schemas
from services.api.event_schema import envelope_schema
from services.domain.event import EVENT_TYPES
from services.storage import outbox
from services.storage.database import Database

pytestmark = pytest.mark.anyio


def test_events_are_what_their_schema_says(lived_long: Database) -> None:
    with lived_long.read() as conn:
        events = [one.event for one in outbox.events_after(conn, 0, 1000) if one.event.type in EVENT_TYPES]
    assert {"document.published", "document.revised"} <= {event.type for event in events}
    for event in events:
        value = json.loads(event.body)
        jsonschema.Draft202012Validator(envelope_schema(event.type)).validate(value)
        if event.type.startswith("document."):
            broken = {**value, "data": {**value["data"], "version": "one"}}
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.Draft202012Validator(envelope_schema(event.type)).validate(broken)


def test_the_published_files_are_what_the_code_says() -> None:
    for path, text in event_schemas().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run python docs/schema/generate.py"


async def test_openapi_has_the_events_as_webhooks(reader: httpx.AsyncClient) -> None:
    made: dict[str, Any] = (await reader.get("/openapi.json")).json()
    assert made["openapi"].startswith("3.1")
    assert made["webhooks"].keys() == set(EVENT_TYPES)
    known = made["components"]["schemas"]
    text = json.dumps(made)
    used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= known.keys()
    assert "$defs" not in text
