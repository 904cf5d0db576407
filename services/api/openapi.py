"""The OpenAPI 3.1 document: FastAPI's own, with our problems in place of its errors, and the events as webhooks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.api.event_schema import webhooks
from services.api.problem_types import problem_types

#: FastAPI's own errors, which we never answer.
_THEIRS = ("HTTPValidationError", "ValidationError")
_NAMED = {"cursor": "cursor", "if-match": "etag", "accept-datetime": "http-date"}


def openapi(app: FastAPI) -> dict[str, Any]:
    """Made once and kept in `app`."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        components = made.setdefault("components", {}).setdefault("schemas", {})
        for name in _THEIRS:
            components.pop(name, None)
        section, told = webhooks(examples()["events"])
        components |= {"Problem": _problem(), **told}
        made["webhooks"] = section
        made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        for path, operations in made["paths"].items():
            for operation in operations.values():
                _document(operation)
            if path in examples()["answers"]:
                _show(operations["get"], examples()["answers"][path])
        app.openapi_schema = made
    return app.openapi_schema


@cache
def examples() -> dict[str, Any]:
    """What was answered, by address, and told, by type of event: made by docs/api/generate.py."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))
    return found


def _show(operation: dict[str, Any], example: Any) -> None:
    operation["responses"]["200"]["content"]["application/json"]["example"] = example


def _document(operation: dict[str, Any]) -> None:
    answer = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    responses = operation["responses"]
    responses.pop("422", None)
    responses["4XX"] = {"description": "A problem; its `code` says which.", "content": answer}
    responses["503"] = {"description": "Not now; try again.", "content": answer}
    if "200" in responses:
        responses["304"] = {"description": "What If-None-Match names is still so."}
    operation["security"] = [{}, {"token": []}]
    for parameter in operation.get("parameters", ()):
        _without_null(parameter["schema"])
        if parameter["name"] in _NAMED:
            _name(parameter["schema"], _NAMED[parameter["name"]])


def _without_null(schema: dict[str, Any]) -> None:
    """A parameter is left out, it is never null: as text that would be the four letters."""
    kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(kept) == 1:
        del schema["anyOf"]
        schema |= kept[0]


def _name(schema: dict[str, Any], format_: str) -> None:
    """Says what kind of text it is, so that who generates requests need not guess."""
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("type") == "string":
            one["format"] = format_


def _problem() -> dict[str, Any]:
    """RFC 9457, with a stable code."""
    text = {"type": "string"}
    properties = {
        "type": {"type": "string", "format": "uri-reference"},
        "title": text,
        "status": {"type": "integer"},
        "code": {"type": "string", "examples": list(problem_types())},
        "detail": text,
    }
    return {"type": "object", "properties": properties, "required": list(properties)}
