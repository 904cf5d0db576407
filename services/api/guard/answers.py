"""Strong ETags: the same bytes have the same tag, and a caller who has them already gets 304 instead (RFC 9110 §13)."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A longer answer (a table for download) goes out as it comes and has no tag.
LIMIT = 8 * 1024 * 1024


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def matches(header: str, etag: str) -> bool:
    """`header` is an If-None-Match: a list of tags, weak ones compared by what they name, or `*`."""
    tags = {one.strip().removeprefix("W/") for one in header.split(",")}
    return etag in tags or tags == {"*"}


class Tagged:
    """ASGI middleware over GET and HEAD: tags what was answered 200."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("if-none-match")
        start: Message | None = None
        parts: list[bytes] = []

        async def tag(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
            elif start is None:
                await send(message)
            else:
                parts.append(message.get("body", b""))
                more = message.get("more_body", False)
                if not more:
                    await _answer(send, start, b"".join(parts), asked)
                elif sum(map(len, parts)) > LIMIT:
                    await send(start)
                    await send({**message, "body": b"".join(parts)})
                    start = None

        await self._app(scope, receive, tag)


async def _answer(send: Send, start: Message, body: bytes, asked: str | None) -> None:
    headers = MutableHeaders(raw=list(start["headers"]))
    etag = headers.setdefault("etag", etag_of(body))
    if asked is None or not matches(asked, etag):
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})
        return
    for name in ("content-length", "content-type"):
        del headers[name]
    await send({**start, "status": 304, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b""})
