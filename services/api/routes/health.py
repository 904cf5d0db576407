"""Is the service able to work, and if not, what is wrong?

/health/live    the process answers                              restart it when it does not
/healthz        the database answers, too                        send it no requests when it does not
/health/ready   nothing at all is wrong, or everything that is   tell a person
/metrics        the same and more, for Prometheus
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text

from services.api.callers import Operator, may_read
from services.api.context import Here
from services.api.problems import problem
from services.domain.errors import Unavailable
from services.health.gauges import exposition

router = APIRouter(tags=["health"])
_SCRAPED = ("text/plain", "application/openmetrics-text")


@router.get("/health/live", summary="Does the process answer?")
def live() -> JSONResponse:
    return JSONResponse({"status": "ok"})


@router.get("/healthz", summary="Is the database there?")
def healthz(context: Here) -> JSONResponse:
    try:
        with context.database.read() as conn:
            conn.execute(text("SELECT 1"))
    except Unavailable as error:
        return problem(503, "unavailable", str(error))
    return JSONResponse({"status": "ok", "time": context.clock().isoformat()})


@router.get("/health/ready", summary="What is wrong, and what helps?")
def ready(request: Request, context: Here) -> JSONResponse:
    """503 and a list where anything is wrong. Strangers see the codes only."""
    condition = context.checkup.condition()
    if not condition.findings:
        return JSONResponse({"status": "ok", "time": condition.look.now.isoformat()})
    open_ = condition.look.vitals is not None and may_read(request, context)
    wrong: list[dict[str, Any]] = [
        {"code": one.code, "message": one.message, "remedy": one.remedy} if open_ else {"code": one.code}
        for one in condition.findings
    ]
    codes = ", ".join(dict.fromkeys(one.code for one in condition.findings))
    return problem(503, "not_ready", f"wrong: {codes}", problems=wrong)


@router.get(
    "/metrics",
    summary="For Prometheus",
    response_class=Response,
    responses={200: {"content": {type_: {"schema": {"type": "string"}} for type_ in _SCRAPED}, "description": "Text."}},
)
def metrics(request: Request, context: Here, _: Operator) -> Response:
    """From this machine, or with a token that has the scope `admin`."""
    page, media_type = exposition(context.checkup, request.headers.get("accept", ""))
    return Response(page, media_type=media_type)
