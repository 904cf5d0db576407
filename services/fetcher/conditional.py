"""Asking only for what is new: validators we keep, and when we send them (RFC 9110 §13). Pure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.fetcher.outcome import http_date
from services.storage.claims import Claim

#: Verdicts of the reader under which the last snapshot is a good copy; None: not read yet.
READABLE = (None, "ok", "suspect")
#: One visit a week asks without conditions: a server whose validators stand still would hide an edit for ever.
FULL_EVERY_DAYS = 7
_LONGEST = 256


def has_copy(claim: Claim) -> bool:
    """Is there an earlier answer that "not modified" can refer to?"""
    if claim.kind == "page":
        return claim.snapshot is not None and claim.verdict in READABLE
    return claim.sha256 is not None and claim.first_read_at is not None


def condition(claim: Claim, now: datetime) -> dict[str, str]:
    """Request headers: If-None-Match, else If-Modified-Since, else nothing."""
    state = claim.state
    if not has_copy(claim) or claim.backfill or _full_day(claim, now):
        return {}
    if state.etag is not None:
        return {"If-None-Match": state.etag}
    return {"If-Modified-Since": state.last_modified} if state.last_modified is not None else {}


def _full_day(claim: Claim, now: datetime) -> bool:
    days = zlib.crc32(claim.id.encode("utf-8", "surrogatepass")) + now.toordinal()
    return days % FULL_EVERY_DAYS == 0 and (claim.last_visit is None or claim.last_visit.date() != now.date())


def validators(headers: Mapping[str, str], now: datetime) -> tuple[str | None, str | None]:
    """(ETag, Last-Modified) fit to be sent back. A date of the future would match for years: it is left out."""
    etag, modified = headers.get("etag", ""), headers.get("last-modified", "")
    moment = http_date(modified)
    dated = moment is not None and moment <= now + timedelta(days=1)
    return _sendable(etag), _sendable(modified) if dated else None


def _sendable(value: str) -> str | None:
    return value if value and len(value) <= _LONGEST and value.isascii() and value.isprintable() else None
