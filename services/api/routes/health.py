"""Is the service able to work, and if not, what is wrong?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import text

from services.api.context import Here
from services.api.problems import problem
from services.domain.errors import Unavailable

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Is the database there?")
def healthz(context: Here) -> JSONResponse:
    try:
        with context.database.read() as conn:
            conn.execute(text("SELECT 1"))
    except Unavailable as error:
        return problem(503, "unavailable", str(error))
    return JSONResponse({"status": "ok", "time": context.clock().isoformat()})
