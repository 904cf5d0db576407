"""Writes the published JSON Schemas, of the structured form and of the events: `python docs/schema/generate.py`.

The files' names carry the versions; tests compare them with what this makes.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from services.api.event_schema import envelope_schema, schema_id
from services.domain.document import SCHEMA, Document
from services.domain.event import EVENT_TYPES

FILE = Path(__file__).parent / f"{SCHEMA.replace('/', '-')}.json"


def schema() -> str:
    """The schema of `dafu parse --json` as JSON, one line break at its end."""
    made = TypeAdapter(Document).json_schema(mode="serialization")
    for each in (made, *made["$defs"].values()):
        if "properties" in each:
            each["required"] = list(each["properties"])  # a field with a default is printed like any other
    made["properties"]["schema"]["const"] = SCHEMA
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{SCHEMA.replace('/', ':')}"}
    return json.dumps(head | made, ensure_ascii=False, indent=2) + "\n"


def event_schemas() -> dict[Path, str]:
    """One file an event type: `event.document.revised-1.json`."""
    made = {}
    for type_ in EVENT_TYPES:
        head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": schema_id(type_)}
        text = json.dumps(head | envelope_schema(type_), ensure_ascii=False, indent=2) + "\n"
        made[FILE.parent / f"event.{type_}-1.json"] = text
    return made


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
    for path, text in event_schemas().items():
        path.write_text(text, encoding="utf-8")
