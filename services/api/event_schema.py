"""JSON Schema of every event type, made from the dataclasses the events are made from (DELIVERY.md: envelope)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.domain.change import Change
from services.domain.document import Kind
from services.domain.event import EVENT_TYPES
from services.storage.versions import Edit

#: What a change always says; anything else is left out where there is nothing to say.
_ALWAYS = ("type", "severity", "direction", "rule")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class ToldDocument:
    """The document an event is about. After `source` only what is known of it."""

    id: str
    url: str
    source: str
    kind: Kind = "reply_npc"
    title: str | None = None
    agency: str | None = None
    date: str | None = None
    published_at: str | None = None
    doc_number: str | None = None
    suggestion_number: str | None = None
    actors: tuple[str, ...] = ()
    commitments: int = 0
    targets: int = 0


@dataclass(frozen=True, slots=True)
class Between:
    """The two observations a fact lies between; `after` is null for a first sight."""

    after: datetime | None
    before: datetime


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """`changes` are the most serious ones; where `changes_total` is more, the rest is behind `links.history`."""

    document: ToldDocument
    version: int | None
    edit: Edit | None
    backfill: bool
    observed: Between
    changes: tuple[Change, ...]
    changes_total: int
    links: dict[str, str]


def envelope_schema(type_: str, refs: str = "#/$defs/{model}") -> dict[str, Any]:
    """The schema of a whole event of one type; `$defs` holds what `refs` points at."""
    text = {"type": "string"}
    moment = {"type": "string", "format": "date-time"}
    data, defs = _data_schema(type_, refs)
    properties: dict[str, Any] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
        "source": text,
        "type": {"const": type_},
        "subject": text,
        "time": moment,
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"const": schema_id(type_)},
        "sequence": {"type": "string", "pattern": "^[0-9]+$"},
        "timestamp": moment,
        "data": data,
    }
    return {"type": "object", "title": type_, "properties": properties, "required": list(properties), "$defs": defs}


def schema_id(type_: str) -> str:
    """What stands in an event's `dataschema`."""
    return f"urn:dafu:schema:{type_}:{_VERSION}"


def webhooks() -> tuple[dict[str, Any], dict[str, Any]]:
    """The webhooks section of an OpenAPI 3.1 document, and the component schemas it refers to."""
    section: dict[str, Any] = {}
    components: dict[str, Any] = {}
    for type_ in EVENT_TYPES:
        schema = envelope_schema(type_, "#/components/schemas/{model}")
        components |= schema.pop("$defs")
        components[type_] = schema
        body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{type_}"}}}
        post = {
            "summary": type_,
            "operationId": f"told_{type_.replace('.', '_')}",
            "description": "Signed as Standard Webhooks; any 2xx within 15 s takes it.",
            "parameters": [_header(name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")],
            "requestBody": {"required": True, "content": body},
            "responses": {"2XX": {"description": "Taken."}},
        }
        section[type_] = {"post": post}
    return section, components


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}


def _data_schema(type_: str, refs: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if not type_.startswith("document."):
        return {"type": "object"}, {}
    made = TypeAdapter(DocumentEvent).json_schema(mode="serialization", ref_template=refs)
    defs = made.pop("$defs")
    defs["Change"]["required"] = list(_ALWAYS)
    made["required"] = list(made["properties"])
    return made, defs
