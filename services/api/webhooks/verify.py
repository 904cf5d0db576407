"""Verify a Dafu webhook: standard library only, so that a receiver may copy this one file.

    ok = verify(secret, headers, body, int(time.time()))

`headers` in any case, `body` the raw bytes as they came. Answers False, never raises, for anything that is not a
genuine message of the last five minutes. Then drop ids you have seen: a message may come more than once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

TOLERANCE = 300  # seconds, both ways
#: A dot in it, and the same signature would hold for another timestamp and another body.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: int) -> bool:
    """Whether `body` was signed with `secret` (`whsec_…`) within five minutes of `now` (unix seconds)."""
    found = {name.lower(): value for name, value in headers.items()}
    id_, stamp, signatures = (found.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    key = _key(secret)
    if not key or not _ID.fullmatch(id_) or not (stamp.isascii() and stamp.isdigit()) or len(stamp) > 12:
        return False
    if abs(now - int(stamp)) > TOLERANCE:
        return False
    signed = f"{id_}.{stamp}.".encode("ascii") + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    offered = [one.encode("utf-8", "surrogatepass") for one in signatures.split(" ")]
    return any(hmac.compare_digest(expected.encode(), one) for one in offered)


def _key(secret: str) -> bytes:
    text = secret.removeprefix("whsec_").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
