"""All pages, in the order their addresses are tried."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from services.api.web import assets
from services.api.web.routes import commitments, comparison, documents, home, signing, sources, subscriptions, tokens

#: Where a browser's form may be posted.
FORMS = ("/pages/",)


def install(app: FastAPI) -> None:
    """Add the pages to `app`; what they need is in its context already."""
    for module in (assets, home, comparison, documents, commitments, sources, subscriptions, tokens, signing):
        app.include_router(module.router, include_in_schema=False)

    @app.get("/", include_in_schema=False)
    @app.get("/pages", include_in_schema=False)
    def index() -> RedirectResponse:
        return RedirectResponse("/pages/")
