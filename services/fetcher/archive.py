"""Snapshots as a WARC file (ISO 28500, WARC/1.1), for archives and their tools.

warcinfo      one, first: who wrote it, and that bodies stand decoded
response      a snapshot: status line, the headers that were kept, the body; the date is the visit's
revisit       a snapshot, or a visit that saw the same, whose body stands in this file already (identical payload)

Bodies are stored decoded, so records carry their own Content-Length and no encoding. Requests are not kept, so there
are none. Record ids are made from the snapshots' numbers: the same snapshot has the same id in every file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import IO
from uuid import NAMESPACE_URL, uuid5

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from services.domain.snapshot import Snapshot

#: Of an answer as it came over the wire; the body here is decoded.
_WIRE = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit that saw a snapshot's bytes again."""

    snapshot: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    responses: int = 0
    revisits: int = 0


@dataclass(frozen=True, slots=True)
class _Kept:
    """The response record a body stands in."""

    id: str
    date: str
    url: str
    digest: str


class Archive:
    """Writes records to `file`, each compressed by itself as WARC readers expect."""

    def __init__(self, file: IO[bytes], name: str, agent: str, now: datetime) -> None:
        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        #: By SHA-256 of the body.
        self._kept: dict[str, _Kept] = {}
        self.written = Written()
        info = {
            "software": agent,
            "format": "WARC file version 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obey",
            "description": "Bodies are decoded; only headers that say something about the page were kept.",
        }
        record = self._writer.create_warcinfo_record(name, info)
        record.rec_headers.replace_header("WARC-Date", _date(now))
        self._writer.write_record(record)

    def add(self, snapshot: Snapshot, again: Iterable[Seen] = ()) -> None:
        """A snapshot and, where asked for, the visits that saw it again."""
        head = _head(snapshot)
        about = {
            "WARC-Record-ID": record_id(f"snapshot:{snapshot.id}"),
            "WARC-Date": _date(snapshot.observed),
            "Dafu-Document": snapshot.document,
        }
        if snapshot.sha256 in self._kept:
            self._revisit(snapshot, about, head)
        else:
            self._response(snapshot, about, head)
        for seen in again:
            name = record_id(f"snapshot:{seen.snapshot}:{seen.at.isoformat()}")
            self._revisit(snapshot, {**about, "WARC-Record-ID": name, "WARC-Date": _date(seen.at)}, None)

    def _response(self, snapshot: Snapshot, about: dict[str, str], head: StatusAndHeaders) -> None:
        digest = "sha1:" + base64.b32encode(hashlib.sha1(snapshot.body, usedforsecurity=False).digest()).decode()
        record = self._writer.create_warc_record(
            snapshot.url,
            "response",
            payload=BytesIO(snapshot.body),
            length=len(snapshot.body),
            http_headers=head,
            warc_headers_dict={**about, "WARC-Payload-Digest": digest},
        )
        self._writer.write_record(record)
        self._kept[snapshot.sha256] = _Kept(about["WARC-Record-ID"], about["WARC-Date"], snapshot.url, digest)
        self.written = Written(self.written.responses + 1, self.written.revisits)

    def _revisit(self, snapshot: Snapshot, about: dict[str, str], head: StatusAndHeaders | None) -> None:
        kept = self._kept[snapshot.sha256]
        record = self._writer.create_revisit_record(
            snapshot.url,
            kept.digest,
            kept.url,
            kept.date,
            http_headers=head,
            warc_headers_dict={**about, "WARC-Refers-To": kept.id},
        )
        self._writer.write_record(record)
        self.written = Written(self.written.responses, self.written.revisits + 1)


def record_id(name: str) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE_URL, f'urn:dafu:{name}')}>"


def _head(snapshot: Snapshot) -> StatusAndHeaders:
    try:
        phrase = HTTPStatus(snapshot.status).phrase
    except ValueError:
        phrase = ""
    kept = [(name.title(), value) for name, value in snapshot.headers.items() if name not in _WIRE]
    kept.append(("Content-Length", str(len(snapshot.body))))
    return StatusAndHeaders(f"{snapshot.status} {phrase}".strip(), kept, protocol="HTTP/1.1")


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
