"""Every answer counted by method, route and status, the guards' own refusals included."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.metrics import counted


class Timed:
    """ASGI middleware, the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            counted.answered(scope["method"], _route(scope), status, time.monotonic() - began)


def _route(scope: Scope) -> str:
    """The template of the route that answered; `none` where none did."""
    return str(getattr(scope.get("route"), "path", "none"))
