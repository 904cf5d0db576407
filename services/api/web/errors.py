"""What went wrong, as a page: the same status the API would answer, and the way on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from services.api.problems import Problem, answered
from services.api.web.answer import page
from services.api.web.visit import Visit, visit_of
from services.domain.errors import DafuError

_log = structlog.get_logger()
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Handler:
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except (DafuError, RequestValidationError, HTTPException) as error:
                return await _shown(request, error)
            except Exception as error:
                _log.exception("page.failed", path=request.url.path)
                return await _shown(request, error)

        return handler


async def _shown(request: Request, error: Exception) -> Response:
    problem: Problem = await answered(request, error)
    visit: Visit | None = getattr(request.state, "visit", None)
    if visit is None:
        try:
            visit = visit_of(request, request.app.state.context)
        except DafuError:  # too many requests, or no database: nothing to render a page with
            return problem
    if problem.status_code == 401:
        return page(visit, "sign_in.html", 401, back=_back(request), problem=None)
    shown = page(visit, "error.html", problem.status_code, detail=problem.detail, code=problem.status_code)
    if "retry-after" in problem.headers:
        shown.headers["retry-after"] = problem.headers["retry-after"]
    return shown


def _back(request: Request) -> str:
    """Where to go after signing in."""
    if request.method != "GET":
        return "/pages/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
