"""JSON Schema of every event type, made from the dataclasses the events are made from (DELIVERY.md: envelope)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.api.webhooks.digest import Bundle
from services.api.webhooks.notices import Challenge, Disabled, Failing, Ping
from services.domain.change import Change
from services.domain.document import Kind
from services.domain.event import EVENT_TYPES
from services.storage.sources import Health
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


@dataclass(frozen=True, slots=True)
class ToldSource:
    """The source an event is about. After `url` only what is known of it."""

    id: str
    name: str
    url: str
    agency: str | None = None
    region: str | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """`before`: the health told before, null for none. `raw_changes`: visits with other bytes since counting began,
    a day ago at most.
    """

    source: ToldSource
    health: Health
    before: Health | None
    reason: str | None
    failures: int
    raw_changes: int
    last_visit: datetime | None
    last_readable: datetime | None
    next_visit: datetime | None
    links: dict[str, str]


#: When each type is told.
WHEN: dict[str, str] = {
    "document.published": "A new document was found, after the first visit of its column.",
    "document.revised": "A document says something else than before.",
    "document.removed": "It is gone: 404 or 410 at least twice, 24 hours apart, while its column could be read; "
    "or three times empty.",
    "document.restored": "It is back.",
    "document.moved": "Its address redirects for good, and it says the same.",
    "source.failing": "A column gave no answer three times in a row, or its robots.txt keeps us out (`reason`).",
    "source.recovered": "A column that failed, was blind or noisy is well again.",
    "source.blind": "A column answers, and twice in a row nothing could be read from it: rebuilt, perhaps.",
    "source.noisy": "A column's pages brought other bytes more than 30 times within a day, whatever they say.",
    "subscription.failing": "One of your subscriptions has failed for 50, 70 or 90 per cent of what an endpoint may.",
    "subscription.disabled": "One of your subscriptions was disabled.",
    "subscription.challenge": "The first message of all to a receiver: answer it.",
    "digest": "What was held for you since the last digest.",
    "ping": "You asked for a test.",
}
#: Data by type of event; those about documents have one form.
_DATA: dict[str, type] = {
    "ping": Ping,
    "digest": Bundle,
    "subscription.challenge": Challenge,
    "subscription.failing": Failing,
    "subscription.disabled": Disabled,
    **dict.fromkeys(("source.failing", "source.recovered", "source.blind", "source.noisy"), SourceEvent),
}


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


def webhooks(examples: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The webhooks section of an OpenAPI 3.1 document, and the component schemas it refers to; `examples` by type."""
    section: dict[str, Any] = {}
    components: dict[str, Any] = {}
    for type_ in EVENT_TYPES:
        schema = envelope_schema(type_, "#/components/schemas/{model}")
        components |= schema.pop("$defs")
        components[type_] = schema
        content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{type_}"}}
        if type_ in examples:
            content["example"] = examples[type_]
        body = {"application/json": content}
        post = {
            "summary": WHEN[type_],
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
    told = DocumentEvent if type_.startswith("document.") else _DATA.get(type_)
    if told is None:
        return {"type": "object"}, {}
    made = TypeAdapter(told).json_schema(mode="serialization", ref_template=refs)
    defs = made.pop("$defs", {})
    if "Change" in defs:
        defs["Change"]["required"] = list(_ALWAYS)
    made["required"] = list(made["properties"])
    return made, defs
