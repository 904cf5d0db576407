"""Datetime negotiation (RFC 7089): the page is the original, a document its TimeGate, a version a Memento. Pure.

A Memento's datetime is the visit that first saw the version: the page may have said it earlier, never later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from services.storage.documents import DocumentRecord
from services.storage.versions import VersionRecord


def accepted(header: str | None) -> datetime | None:
    """The moment in Accept-Datetime, None without one. Raises ValueError, with a line for people, for no HTTP date."""
    if header is None:
        return None
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        example = http_date(datetime(2023, 4, 1, tzinfo=UTC))
        raise ValueError(f"Accept-Datetime must be an HTTP date such as {example}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def http_date(moment: datetime) -> str:
    """Whole seconds, rounded up: a visit is not dated before it was made."""
    whole = moment.astimezone(UTC) + timedelta(microseconds=-moment.microsecond % 1_000_000)
    return format_datetime(whole, usegmt=True)


def headers_of(document: DocumentRecord, version: VersionRecord, address: str) -> dict[str, str]:
    """Of an answer that is a version: its datetime, and the way to the original, the TimeGate and the TimeMap."""
    return {"Memento-Datetime": http_date(version.observed_from), "Link": ", ".join(_ways(document, address))}


def memento_url(document: DocumentRecord, version: VersionRecord, address: str) -> str:
    return f"{address}/documents/{document.id}/versions/{version.n}"


def timemap(document: DocumentRecord, versions: Sequence[VersionRecord], address: str) -> str:
    """application/link-format (RFC 6690), every version with its datetime, oldest first."""
    lines = [*_ways(document, address, of_timemap=True)]
    for version in versions:
        rel = " ".join(
            word
            for word, said in (
                ("first", version is versions[0]),
                ("last", version is versions[-1]),
                ("memento", True),
            )
            if said
        )
        url = memento_url(document, version, address)
        lines.append(f'<{url}>; rel="{rel}"; datetime="{http_date(version.observed_from)}"')
    return ",\n".join(lines) + "\n"


def _ways(document: DocumentRecord, address: str, *, of_timemap: bool = False) -> tuple[str, ...]:
    gate = f"{address}/documents/{document.id}"
    return (
        f'<{_ascii(document.url)}>; rel="original"',
        f'<{gate}>; rel="timegate"',
        f'<{gate}/timemap>; rel="{"self" if of_timemap else "timemap"}"; type="application/link-format"',
    )


def _ascii(url: str) -> str:
    """A header takes neither other characters nor what would end the link."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")
