"""Every 4xx and 5xx is application/problem+json (RFC 9457), the framework's own included."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from services.api.cursor import BadCursor
from services.api.problem_types import type_of
from services.api.rates import TooMany
from services.domain.errors import Conflict, DafuError, Forbidden, InputError, NotFound, Unauthorized, Unavailable
from services.metrics import counted

_log = structlog.get_logger()

#: Our errors, most special first: (error, status, code).
_CODES: tuple[tuple[type[DafuError], int, str], ...] = (
    (NotFound, 404, "not_found"),
    (Conflict, 409, "exists_already"),
    (BadCursor, 400, "bad_cursor"),
    (InputError, 422, "invalid"),
    (Unauthorized, 401, "unauthorized"),
    (Forbidden, 403, "forbidden"),
    (TooMany, 429, "too_many_requests"),
    (Unavailable, 503, "unavailable"),
)


class Problem(JSONResponse):
    media_type = "application/problem+json"
    #: What the body says, for people.
    detail = ""


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> Problem:
    """A problem document; `code` is stable and made for machines, `detail` for people."""
    body = {"type": type_of(code), "title": HTTPStatus(status).phrase, "status": status, "code": code}
    answer = Problem({**body, "detail": detail, **more}, status_code=status, headers=dict(headers or {}))
    answer.detail = detail
    return answer


def install(app: FastAPI) -> None:
    """Let `app` answer every error as a problem."""
    for kind, handler in _HANDLERS:
        app.add_exception_handler(kind, handler)


async def answered(request: Request, error: Exception) -> Problem:
    """The problem that `error` is answered with."""
    handler = next(handler for kind, handler in _HANDLERS if isinstance(error, kind))
    return await handler(request, error)


async def _ours(_: Request, error: Exception) -> Problem:
    for kind, status, code in _CODES:
        if isinstance(error, kind):
            return problem(status, getattr(error, "code", code), str(error), _headers(error))
    return problem(500, "internal", "an error of ours; it is in the log")


def _headers(error: DafuError) -> dict[str, str]:
    """What to do next, where a header says it."""
    if isinstance(error, Conflict):
        return {"location": f"/subscriptions/{error.existing}"}
    if isinstance(error, Unauthorized):
        return {"www-authenticate": 'Bearer realm="dafu"'}
    if isinstance(error, TooMany):
        return {"retry-after": str(error.after)}
    return {}


async def _invalid(_: Request, error: Exception) -> Problem:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this type only
    found = [{"at": ".".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors()]
    first = found[0] if found else {"at": "request", "message": "cannot be read"}
    return problem(422, "invalid", f"{first['at']}: {first['message']}", errors=found)


async def _framework(request: Request, error: Exception) -> Problem:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this type only
    code = HTTPStatus(error.status_code).name.lower()
    headers = {"allow": _allowed(request)} if error.status_code == 405 else error.headers
    return problem(error.status_code, code, str(error.detail), headers)


def _allowed(request: Request) -> str:
    """Every method of the address; each of its routes alone knows only its own."""
    found: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return ", ".join(sorted(found))


async def _bug(request: Request, error: Exception) -> Problem:
    counted.faulted("api")
    _log.error("request.failed", path=request.url.path, error=repr(error), exc_info=error)
    return problem(500, "internal", "an error of ours; it is in the log")


_HANDLERS: tuple[tuple[type[Exception], Callable[[Request, Exception], Coroutine[Any, Any, Problem]]], ...] = (
    (DafuError, _ours),
    (RequestValidationError, _invalid),
    (HTTPException, _framework),
    (Exception, _bug),
)
