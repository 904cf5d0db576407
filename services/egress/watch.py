"""Answers that do not end where they said they would; aiohttp alone takes some of them for whole.

Three cases, each seen on the connection itself: the peer goes on sending behind the declared end of the body, the
connection is reset where only its end ends the body, or a chunk is malformed in a later packet (then the body would
be waited for until the deadline). `ask_once` keeps aiohttp from silently asking a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import map_aiohttp_exceptions

from services.egress.faults import DroppedError, MisframedError


@dataclass(slots=True)
class Wire:
    """The connection and the answer of the request under way in this context."""

    connection: ResponseHandler | None = None
    answer: aiohttp.ClientResponse | None = None


_wire: ContextVar[Wire] = ContextVar("wire")


class WatchedConnector(aiohttp.TCPConnector):
    """Notes which connection serves the request."""

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - the library's signature
        connection = await super().connect(req, traces, timeout)
        _wire.get().connection = connection.protocol
        return connection


async def ask_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp middleware: a lost connection is a failure of this request, not a reason to send it again."""
    try:
        answer = await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        raise DroppedError(str(error)) from error
    _wire.get().answer = answer
    return answer


class WatchedTransport(AiohttpTransport):
    """httpx over aiohttp, whose bodies raise MisframedError where they do not end as declared.

    What the transport it is made of does for every request in general (headers through httpx's case-insensitive view,
    bodies through two generators) is done here once, for what the door sends: half the CPU of a request.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not isinstance(self.client, aiohttp.ClientSession):
            self.client = self.get_client()
        wire = Wire()
        _wire.set(wire)
        with map_aiohttp_exceptions():
            answer = await self.client.request(
                request.method,
                str(request.url),
                headers=[(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers.raw],
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(sock_connect=request.extensions["timeout"]["connect"]),
            )
        return httpx.Response(
            answer.status, headers=answer.raw_headers, stream=WatchedStream(answer, wire), request=request
        )


class WatchedStream(httpx.AsyncByteStream):
    """The bytes as they come, a chunk for what has arrived."""

    def __init__(self, answer: aiohttp.ClientResponse, wire: Wire) -> None:
        self._answer = answer
        self._wire = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        closed = self._wire.connection.closed if self._wire.connection is not None else None
        if closed is not None:
            closed.add_done_callback(self._connection_lost)
        try:
            with map_aiohttp_exceptions():
                while chunk := await self._answer.content.readany():
                    yield chunk
        finally:
            if closed is not None:
                closed.remove_done_callback(self._connection_lost)
                # once a connection, and in no request's context: it would keep all that ever went over it
                closed.remove_done_callback(_noted)
                closed.add_done_callback(_noted, context=Context())
        await asyncio.sleep(0)
        self._judge_end()
        # timers that were called off stand in the loop, with the context they were made in, until their time is over
        self._wire.connection = self._wire.answer = None

    def _connection_lost(self, closed: asyncio.Future[None]) -> None:
        _noted(closed)
        content = self._wire.answer.content if self._wire.answer is not None else None
        if content is not None and not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError("the connection ended inside the body"))

    def _judge_end(self) -> None:
        if self._wire.connection is None or self._wire.answer is None:
            return
        fault = self._wire.connection.exception()
        headers = self._wire.answer.headers
        framed = "Content-Length" in headers or "Transfer-Encoding" in headers
        if isinstance(fault, HttpProcessingError) or (isinstance(fault, aiohttp.ClientOSError) and not framed):
            raise MisframedError(f"the body does not end where it should: {fault}") from fault

    async def aclose(self) -> None:
        with map_aiohttp_exceptions():
            await self._answer.__aexit__(None, None, None)


def _noted(closed: asyncio.Future[None]) -> None:
    """An unclean end of an idle connection is nobody's error."""
    if not closed.cancelled():
        closed.exception()
