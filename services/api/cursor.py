"""Opaque, signed cursors: a caller can only go on where we told it to."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from services.domain.errors import InputError

_SIGNATURE = 12


class Cursors:
    """Seals a keyset position together with the question it belongs to."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, question: str, position: Any) -> str:
        payload = json.dumps(position).encode()
        return base64.urlsafe_b64encode(self._sign(question, payload) + payload).decode().rstrip("=")

    def open(self, question: str, cursor: str | None) -> Any:
        """The position, None for no cursor. Raises BadCursor for one we did not give out for this question."""
        if cursor is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raw = b""
        signed, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signed, self._sign(question, payload)):
            raise BadCursor("this cursor does not belong to this list and filter; start again without it")
        return json.loads(payload)

    def _sign(self, question: str, payload: bytes) -> bytes:
        return hmac.digest(self._key, question.encode() + b"\0" + payload, hashlib.sha256)[:_SIGNATURE]


class BadCursor(InputError):
    """HTTP 400: forged, foreign, or made for another filter."""
