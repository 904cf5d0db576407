"""A subscriber's receiver on loopback: verifies every signature, drops repeats by id, keeps what it was told."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.api.webhooks.verify import verify


class Receiver:
    """Alerts arrive at `/alerts`. What was received stands in `log`, one JSON line each, and survives a kill."""

    def __init__(self, log: Path, secret: str, tell: Callable[[dict[str, Any]], None]) -> None:
        self._log = log
        self._secret = secret
        self._tell = tell
        self.received: dict[str, dict[str, Any]] = {event["id"]: event for event in _read(log)}
        self.refused = 0
        self.app = Starlette(routes=[Route("/alerts", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        body = await request.body()
        if not verify(self._secret, dict(request.headers), body, int(time.time())):
            self.refused += 1
            return Response(status_code=401)
        event = json.loads(body)
        if event["id"] not in self.received:
            self._keep(event)
            self._tell(event)
        return Response(status_code=204)

    def _keep(self, event: dict[str, Any]) -> None:
        """Written and synced before the answer: what was acknowledged is not forgotten."""
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(event, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.received[event["id"]] = event


def _read(log: Path) -> list[dict[str, Any]]:
    """Whole lines only: a kill may have cut the last one, which was then never acknowledged."""
    if not log.exists():
        return []
    text = log.read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        log.write_text(whole, encoding="utf-8")
    return [json.loads(line) for line in whole.splitlines()]
