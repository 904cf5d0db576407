"""Writes the published JSON Schema of the structured form from the dataclasses: `python docs/schema/generate.py`.

The file's name carries the version of `services.domain.document.SCHEMA`; a test compares it with what this makes.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from services.domain.document import SCHEMA, Document

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


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
