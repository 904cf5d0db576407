"""T8: what stands on record, byte for byte, so that two runs over the same pages can be compared.

Of every document: its events as they were sent, in their order, with the moments of the run blanked; its versions with
their structure as stored; the changes of each. Whatever else a row has says when and where it was written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import Connection, text

from services.storage.database import Database

#: A moment of the run, as events write them.
_MOMENT = re.compile(rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)"')
_QUERIES = (
    "select id, type, body from outbox where key = :of and type like 'document.%' order by seq",
    "select n, reader, key_hash, fingerprint, edit, returns_to, structure from version where document_id = :of"
    " order by n",
    "select version_n, ordinal, type, severity, direction, data from change where document_id = :of"
    " order by version_n, ordinal",
)
#: The rows of each query, values as bytes.
Record = tuple[tuple[tuple[bytes, ...], ...], ...]


def on_record(database: Database, documents: Sequence[str]) -> dict[str, Record]:
    with database.read() as conn:
        return {of: tuple(_rows(conn, query, of) for query in _QUERIES) for of in documents}


def unequal(one: dict[str, Record], other: dict[str, Record]) -> list[str]:
    """The documents whose records differ in any byte."""
    return [of for of in one.keys() | other.keys() if one.get(of) != other.get(of)]


def _rows(conn: Connection, query: str, of: str) -> tuple[tuple[bytes, ...], ...]:
    return tuple(tuple(map(_bytes, row)) for row in conn.execute(text(query), {"of": of}))


def _bytes(value: object) -> bytes:
    raw = value if isinstance(value, bytes) else str(value).encode()
    return _MOMENT.sub(b'"-"', raw)
