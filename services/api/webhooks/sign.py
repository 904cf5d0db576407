"""Standard Webhooks 1.0.0 signatures (DELIVERY.md): HMAC-SHA256 over `{id}.{timestamp}.{body}`. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence

PREFIX = "whsec_"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def secret_text(key: bytes) -> str:
    """The `whsec_…` form of a key, the way a subscriber keeps it."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def secret_key(text: str) -> bytes:
    """The key inside a `whsec_…` secret, with or without prefix and padding.

    Raises ValueError for a secret that is empty or no base64.
    """
    encoded = text.removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret is not base64") from error
    if not key:
        raise ValueError("the secret is empty")
    return key


def signature(key: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """One `v1,<base64>` signature. The id may hold no dot: two messages would share a signature (ValueError)."""
    if not _ID.fullmatch(id_):
        raise ValueError(f"no webhook id: {id_!r}")
    signed = f"{id_}.{timestamp}.".encode("ascii") + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


def headers(keys: Sequence[bytes], id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt; during a rotation every live key signs, newest first."""
    return {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, id_, timestamp, body) for key in keys),
    }
