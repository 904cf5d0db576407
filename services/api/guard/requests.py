"""A request judged before any route sees it: framing, size, media type, strict JSON.

Everything refused is problem+json; a body is never held beyond LIMIT, whether it says its length or not.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.guard.strict_json import NotStrict, check
from services.api.problems import Problem, problem

#: Bytes of a request's body; a subscription with all its filters takes about 2 KB.
LIMIT = 256 * 1024
_CLOSE = {"connection": "close"}


class Guard:
    """ASGI middleware. `forms` are the path prefixes where a browser's form may be posted."""

    def __init__(self, app: ASGIApp, forms: Iterable[str] = ()) -> None:
        self._app = app
        self._forms = tuple(forms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _framing(scope) or _address(scope)
        body = b""
        if refused is None:
            body, refused = await _received(scope, receive)
        if refused is None and body:
            refused = _content(scope, body, self._forms)
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _framing(scope: Scope) -> Problem | None:
    """Two readings of where a request ends, or whom it is for, are how one caller speaks in another's name."""
    lengths = _values(scope, b"content-length")
    if len(lengths) > 1 or (lengths and _values(scope, b"transfer-encoding")):
        return problem(400, "bad_request", "the body's length is told in two ways; send Content-Length only", _CLOSE)
    if len(_values(scope, b"host")) > 1:
        return problem(400, "bad_request", "more than one Host header; send one", _CLOSE)
    return None


def _address(scope: Scope) -> Problem | None:
    """NUL is in no name of ours, and a database would not take it."""
    if "\0" in scope["path"]:
        return problem(404, "not_found", "no such address")
    if b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        return problem(422, "invalid", "the query holds NUL; leave it out")
    return None


async def _received(scope: Scope, receive: Receive) -> tuple[bytes, Problem | None]:
    length = b"".join(_values(scope, b"content-length"))
    if length and (not length.isdigit() or int(length[:20]) > LIMIT):
        return b"", _too_large()
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"", problem(400, "bad_request", "the request ended before its body did")
        part = message.get("body", b"")
        size += len(part)
        if size > LIMIT:
            return b"", _too_large()
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts), None


def _too_large() -> Problem:
    return problem(413, "too_large", f"the body is larger than {LIMIT} bytes; send less", _CLOSE)


def _content(scope: Scope, body: bytes, forms: tuple[str, ...]) -> Problem | None:
    if any(value.strip().lower() != b"identity" for value in _values(scope, b"content-encoding")):
        return problem(415, "unsupported_media_type", "the body is encoded; send it as it is")
    kind, *parameters = (b";".join(_values(scope, b"content-type"))).lower().split(b";")
    if kind.strip() == b"application/x-www-form-urlencoded" and scope["path"].startswith(forms):
        return None
    charset = [one.strip() for one in parameters if one.strip()]
    if kind.strip() != b"application/json" or any(one not in (b"charset=utf-8", b'charset="utf-8"') for one in charset):
        return problem(415, "unsupported_media_type", "send the body as application/json in UTF-8")
    try:
        check(body)
    except NotStrict as error:
        return problem(400, "bad_json", str(error))
    return None


def _replayed(body: bytes, receive: Receive) -> Receive:
    first = True

    async def replay() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay
