"""Does every stored version say what was read, and does each follow from the one before? Reads, never writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.compare.compare import body_key
from services.parser.compare.marking.account import edits
from services.parser.compare.marking.script import apply
from services.parser.text.layers import canonical, match
from services.storage import documents, readings, versions
from services.storage.versions import VersionRecord

_PAGE = 200


def structures(conn: Connection, reader: str) -> Iterator[str]:
    """Every version can be read, its spans quote its text, its key is that of its text, and its changes lead to it.

    Keys depend on the reader: only those of `reader`, today's, are made again. Changes lead from the version the page
    showed before to this one where the same reader read both; otherwise what was compared is not on record.
    """
    for id_ in _documents(conn):
        known: dict[int, Document] = {}
        for record in versions.history(conn, id_, limit=None):
            where = f"document {id_} version {record.n}"
            try:
                known[record.n] = versions.get_version(conn, id_, record.n)[1]
            except ValueError as error:
                yield f"{where}: cannot be read ({type(error).__name__})"
                continue
            found = [*faults(known[record.n]), *_chain(conn, record, known)]
            if record.reader == reader and versions.key_of(conn, id_, record.n) != body_key(known[record.n]):
                found.append("its key is not that of its text")
            yield from (f"{where}: {fault}" for fault in found)


def faults(document: Document) -> Iterator[str]:
    """Spans of a document that do not quote its text."""
    if canonical(document.source_text) != document.text:
        yield "the page's own text is not that which was read"
    yield from _spans(asdict(document), (document.text, match(document.text)), "")


def _chain(conn: Connection, record: VersionRecord, known: Mapping[int, Document]) -> Iterator[str]:
    before = readings.shown_before(conn, record.document, record.snapshot)
    if before is None or before.reader != record.reader or before.version not in known:
        return
    comparison = Comparison(record.changes, readings.suppressed_at(conn, record.snapshot))
    old, new = known[before.version], known[record.n]
    if apply(old.source_text, edits(old, new, comparison)) != new.source_text:
        yield f"its changes do not lead from version {before.version} to it"


def _documents(conn: Connection) -> Iterator[str]:
    after = None
    while found := documents.find_documents(conn, after=after, limit=_PAGE):
        yield from (one.id for one in found)
        after = found[-1].id


def _spans(value: Any, texts: tuple[str, str], path: str) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _spans(item, texts, f"{path}[{at}]")
    elif isinstance(value, dict):
        yield from _span(value, texts, path)
        for name, item in value.items():
            yield from _spans(item, texts, f"{path}.{name}" if path else name)


def _span(value: dict[str, Any], texts: tuple[str, str], path: str) -> Iterator[str]:
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or path.endswith("period"):
        return
    if not 0 <= start <= end <= len(texts[0]):
        yield f"{path}: {start}..{end} lies outside its text"
        return
    written = [text[start:end] for text in texts]
    for name, allowed in (("text", written[:1]), ("heading", written[:1]), ("raw", written)):
        if isinstance(value.get(name), str) and value[name] not in allowed:
            yield f"{path}: {start}..{end} is not what it quotes"
