"""Datetime negotiation (RFC 7089): the page is the original, a document its TimeGate, a version a Memento. Pure.

A Memento's datetime is the visit that first saw the version: the page may have said it earlier, never later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from services.storage.documents import DocumentRecord
from services.storage.versions import Memento

#: Versions a TimeMap lists at once.
PAGE = 500
_FORMAT = "application/link-format"


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


def headers_of(document: DocumentRecord, n: int, mementos: Sequence[Memento], address: str) -> dict[str, str]:
    """Of an answer that is version `n`, one of `mementos`: its datetime, and the way to the original, the TimeGate, the
    TimeMap, and the first, last, previous and next version.
    """
    at = next(at for at, one in enumerate(mementos) if one.n == n)
    beside = {"first": 0, "prev": at - 1, "memento": at, "next": at + 1, "last": len(mementos) - 1}
    rels: dict[int, list[str]] = {}
    for rel, place in beside.items():
        if 0 <= place < len(mementos):
            rels.setdefault(place, []).append(rel)
    links = [_link(document, mementos[place], rels[place], address) for place in sorted(rels)]
    return {
        "Memento-Datetime": http_date(mementos[at].observed),
        "Link": ", ".join([*_ways(document, address), *links]),
    }


def memento_url(document: DocumentRecord, n: int, address: str) -> str:
    return f"{address}/documents/{document.id}/versions/{n}"


def timemap(document: DocumentRecord, mementos: Sequence[Memento], address: str, *, after: int = 0) -> str:
    """application/link-format (RFC 6690): the versions after number `after` with their datetimes, oldest first, at the
    most PAGE of them; then the way to those that follow, and the time each part covers.
    """
    here = [one for one in mementos if one.n > after]
    here, rest = here[:PAGE], here[PAGE:]
    lines = [*_ways(document, address)[:2], _part(document, here, address, after, "self")]
    if rest:
        lines.append(_part(document, rest[:PAGE], address, here[-1].n, "timemap"))
    for one in here:
        rels = [rel for rel, end in (("first", mementos[0]), ("last", mementos[-1])) if one == end]
        lines.append(_link(document, one, [*rels, "memento"], address))
    return ",\n".join(lines) + "\n"


def _link(document: DocumentRecord, one: Memento, rels: Sequence[str], address: str) -> str:
    rel = " ".join(dict.fromkeys([*rels, "memento"]))
    return f'<{memento_url(document, one.n, address)}>; rel="{rel}"; datetime="{http_date(one.observed)}"'


def _part(document: DocumentRecord, part: Sequence[Memento], address: str, after: int, rel: str) -> str:
    url = f"{address}/documents/{document.id}/timemap" + (f"?after={after}" if after else "")
    covers = f'; from="{http_date(part[0].observed)}"; until="{http_date(part[-1].observed)}"' if part else ""
    return f'<{url}>; rel="{rel}"; type="{_FORMAT}"{covers}'


def _ways(document: DocumentRecord, address: str) -> tuple[str, ...]:
    gate = f"{address}/documents/{document.id}"
    return (
        f'<{_ascii(document.url)}>; rel="original"',
        f'<{gate}>; rel="timegate"',
        f'<{gate}/timemap>; rel="timemap"; type="{_FORMAT}"',
    )


def _ascii(url: str) -> str:
    """A header takes neither other characters nor what would end the link."""
    return quote(url, safe="%/:=&?~#+!$,;'@()*[]")
