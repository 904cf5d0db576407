"""Every event that was ever told is what its published schema says."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema
import pytest

from docs.api.generate import CATALOGUE, catalogue
from docs.schema.generate import event_schemas
from services.api.event_schema import WHEN, envelope_schema
from services.api.openapi import examples
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


def test_every_example_is_what_its_schema_says() -> None:
    told = examples()["events"]
    assert {type_ for type_ in EVENT_TYPES if not type_.startswith("source.")} <= told.keys()
    for type_, value in told.items():
        jsonschema.Draft202012Validator(envelope_schema(type_)).validate(value)
    assert WHEN.keys() == set(EVENT_TYPES)
    assert CATALOGUE.read_text("utf-8") == catalogue(told), "run python docs/api/generate.py"


async def test_every_json_answer_to_a_get_has_a_real_example(reader: httpx.AsyncClient) -> None:
    paths: dict[str, Any] = (await reader.get("/openapi.json")).json()["paths"]
    answers = {path: one["get"]["responses"]["200"]["content"] for path, one in paths.items() if "get" in one}
    bare = {path for path, kinds in answers.items() if not kinds.get("application/json", {"example": 0}).get("example")}
    assert bare <= {path for path, kinds in answers.items() if "application/json" not in kinds}
    assert examples()["answers"].keys() <= answers.keys()


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
