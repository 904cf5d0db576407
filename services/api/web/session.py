"""A sign-in, kept in the visitor's cookie and signed by us. Pure but for the draw of a new one.

The cookie names the token that was shown and never holds it; whether the token is still good is asked at every
request, so revoking it ends every session made with it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

COOKIE = "dafu_session"
#: Cookies go to the pages only; the API never sees them.
PATH = "/pages"
LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """`token` is the id of a token, empty for a visitor who has not signed in; `nonce` is what forms are bound to."""

    token: str
    ends: datetime
    nonce: str


def new_session(token: str, now: datetime) -> Session:
    return Session(token, now + LASTS, secrets.token_urlsafe(16))


class Sealer:
    """Writes and reads cookies, and the tokens of forms. `key` is 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, session: Session) -> str:
        payload = json.dumps([session.token, int(session.ends.timestamp()), session.nonce]).encode()
        return base64.urlsafe_b64encode(self._sign(b"session", payload) + payload).decode().rstrip("=")

    def open(self, cookie: str | None, now: datetime) -> Session | None:
        """None for no cookie, one we did not write, and one that has ended."""
        if not cookie or len(cookie) > 1000:
            return None
        try:
            raw = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
        except (binascii.Error, ValueError):
            return None
        signed, payload = raw[:32], raw[32:]
        if not hmac.compare_digest(signed, self._sign(b"session", payload)):
            return None
        token, ends, nonce = json.loads(payload)
        session = Session(token, datetime.fromtimestamp(ends, now.tzinfo), nonce)
        return session if now < session.ends else None

    def form_token(self, session: Session) -> str:
        """What every form of this session carries."""
        return base64.urlsafe_b64encode(self._sign(b"form", session.nonce.encode())).decode().rstrip("=")

    def is_form_token(self, session: Session, given: str) -> bool:
        return hmac.compare_digest(self.form_token(session).encode(), given.encode("utf-8", "replace"))

    def _sign(self, purpose: bytes, payload: bytes) -> bytes:
        return hmac.digest(self._key, purpose + b"\0" + payload, hashlib.sha256)
