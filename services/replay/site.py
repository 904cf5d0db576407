"""The recorded site as the fetcher sees it: a transport that answers as the site did at the clock's time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx

from services.domain.identity import canonical_url
from services.replay.clock import SimulatedClock
from services.replay.recording import Answer, Recording

#: How long a slow answer takes on the simulated clock: long, and within the fetcher's deadline.
_SLOW = timedelta(seconds=20)


class RecordedSite(httpx.AsyncBaseTransport):
    def __init__(self, recording: Recording, clock: SimulatedClock) -> None:
        self._answers = recording.answers
        self._clock = clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._current(canonical_url(str(request.url)))
        if answer is None:
            return httpx.Response(404, content=b"not found", request=request)
        if answer.fault == "timeout":
            raise httpx.ReadTimeout("recorded timeout", request=request)
        if answer.fault == "reset":
            raise httpx.ReadError("recorded reset", request=request)
        if answer.fault == "slow":
            self._clock.advance_to(self._clock() + _SLOW)
        if _unchanged(request, answer):
            return httpx.Response(304, headers=answer.headers, request=request)
        return _response(request, answer)

    def _current(self, url: str) -> Answer | None:
        now = self._clock()
        past = [answer for answer in self._answers.get(url, ()) if answer.at <= now]
        return past[-1] if past else None


class _Cut(httpx.AsyncByteStream):
    """Sends half of what Content-Length promised."""

    def __init__(self, body: bytes) -> None:
        self._body = body[: len(body) // 2]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def _response(request: httpx.Request, answer: Answer) -> httpx.Response:
    headers = {"content-type": "text/html", **{name.lower(): value for name, value in answer.headers.items()}}
    if answer.fault != "truncated":
        return httpx.Response(answer.status, headers=headers, content=answer.body, request=request)
    headers["content-length"] = str(len(answer.body))
    return httpx.Response(answer.status, headers=headers, stream=_Cut(answer.body), request=request)


def _unchanged(request: httpx.Request, answer: Answer) -> bool:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status != 200:
        return False
    if "etag" in headers and "if-none-match" in request.headers:
        return headers["etag"] in [tag.strip() for tag in request.headers["if-none-match"].split(",")]
    since = request.headers.get("if-modified-since")
    return since is not None and since == headers.get("last-modified")
