"""The API as a whole: routes, problems, the OpenAPI page at /docs, the pages for people."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from fastapi_offline import FastAPIOffline

from services.api import problems
from services.api.callers import reading
from services.api.context import Context
from services.api.guard.answers import Tagged
from services.api.guard.requests import Guard
from services.api.guard.timing import Timed
from services.api.openapi import openapi
from services.api.problem_types import PATH, page
from services.api.routes import (
    changes,
    commitments,
    dead_letters,
    deliveries,
    documents,
    events,
    health,
    history,
    notes,
    sources,
    subscriptions,
)
from services.api.web import app as web

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(context: Context, lifespan: Lifespan | None = None) -> FastAPI:
    """An application over `context`; `lifespan` starts and stops what runs beside it."""
    app = FastAPIOffline(
        title="Dafu 答复",
        summary="What official Chinese pages promised, and what became of it.",
        version="0.1.0",
        lifespan=lifespan,
        redoc_url=None,
        static_url="/docs/files",
    )
    app.state.context = context
    problems.install(app)
    app.add_middleware(Tagged)
    app.add_middleware(Guard, forms=web.FORMS)
    app.add_middleware(Timed)
    for router in (r.router for r in (history, documents, changes, commitments, events)):
        app.include_router(router, dependencies=[Depends(reading)])
    app.include_router(notes.router)
    app.include_router(sources.router)
    app.include_router(subscriptions.router)
    app.include_router(deliveries.router)
    app.include_router(dead_letters.router)
    app.include_router(health.router)

    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]  # as FastAPI's own documentation has it

    @app.get(PATH, include_in_schema=False)
    def problem_page() -> HTMLResponse:
        return HTMLResponse(page())

    web.install(app)
    return app
