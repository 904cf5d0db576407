"""What an answer means for the page: one of the six outcomes. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from services.domain.snapshot import Blocked, Fetched, Gone, Moved, NotModified, Outcome, Unreachable
from services.egress.answer import Answer, Failure, Refusal

#: Judges an address before anybody asks it (`Door.judge`).
Judge = Callable[[str], str | Refusal]

_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
#: Headers worth keeping with a snapshot; the others are the server's, cookies are nobody's business.
_KEPT = ("content-type", "content-language", "content-location", "date", "etag", "last-modified", "server", "via")


def outcome_of(url: str, answer: Answer | Failure, judge: Judge) -> Outcome:
    """404 and 410 are Gone; 200 and 203 are Fetched; anything else that is not a redirect or 304 is Blocked.

    202, 206, 403, 412, 5xx and the like say nothing about the document (SPEC §12 row 1).
    """
    if isinstance(answer, Failure):
        return Unreachable(url, answer.reason)
    kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    if answer.status in (200, 203):
        return Fetched(url, answer.status, kept, answer.body)
    if answer.status in (404, 410):
        return Gone(url, answer.status, answer.body, kept)
    if answer.status == 304:
        return NotModified(url)
    if answer.status in _REDIRECTS:
        return _redirect(url, answer, judge)
    return Blocked(url, f"http_{answer.status}", answer.status, retry_after(answer.headers))


def _redirect(url: str, answer: Answer, judge: Judge) -> Moved | Blocked | Unreachable:
    location = answer.headers.get("location", "").strip()
    if not location:
        return Blocked(url, "redirect_without_target", answer.status)
    try:
        target = judge(urljoin(url, location))
    except ValueError:
        return Unreachable(url, "bad_redirect")
    if isinstance(target, Refusal):
        return Unreachable(url, "bad_redirect" if target.code != "forbidden_address" else target.code)
    return Moved(url, target, answer.status in _PERMANENT)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait. A date is taken relative to the server's own, whose clock may be days off ours."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return float(written[:12])
    until, asked = http_date(written), http_date(headers.get("date", ""))
    if until is None or asked is None:
        return None
    seconds = (until - asked).total_seconds()
    return seconds if seconds > 0 and math.isfinite(seconds) else None


def http_date(written: str) -> datetime | None:
    """An HTTP date, aware; None for what is none."""
    try:
        moment = parsedate_to_datetime(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
