"""The connection: a request must have arrived whole within SECONDS of its first byte, a connection must bring one.

uvicorn waits for ever for the rest of a request; whoever opens five hundred connections and sends a byte a second
would hold them all. It also answers what is not HTTP in plain text; here that is a problem like any other.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.api.problems import problem

#: For the whole request, headers and body; the body is at most guard.requests.LIMIT.
SECONDS = 20.0


class Receipt(H11Protocol):
    """Hand it to uvicorn.Config(http=…)."""

    seconds = SECONDS
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        self._await_request()
        super().data_received(data)
        if self._whole():
            self._forget()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._whole() and self.conn.trailing_data[0]:  # the next request has begun already
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        self._forget()
        answer = problem(400, "bad_request", msg, {"connection": "close"})
        self.transport.write(self.conn.send(h11.Response(status_code=400, headers=answer.raw_headers)) or b"")
        self.transport.write(self.conn.send(h11.Data(data=bytes(answer.body))) or b"")
        self.transport.write(self.conn.send(h11.EndOfMessage()) or b"")
        self.transport.close()

    def _whole(self) -> bool:
        state: Any = self.conn.their_state
        return state not in (h11.IDLE, h11.SEND_BODY)

    def _await_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.seconds, self._end)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end(self) -> None:
        self._deadline = None
        self.transport.abort()
