"""The two sides of `dafu diff`: files, addresses (fetched now), or stored versions (`doc_…@1`)."""

from __future__ import annotations

import re
from contextlib import closing

from services.commands.fetching import fetch
from services.commands.inputs import read_input
from services.domain.document import Document
from services.domain.errors import InputError, NotFound
from services.logs import configure_logs
from services.parser.page.extract import read_page
from services.parser.reading.read import read
from services.parser.reading.reader import todays
from services.parser.recall import as_read_by
from services.settings import load_settings
from services.storage import documents, sources, versions
from services.storage.database import open_database

_VERSION = re.compile(r"(doc_[a-z2-7]{26})@([0-9]{1,9})")


def two_sides(old: str, new: str) -> tuple[Document, Document]:
    """Like is compared with like: unless one reader read both versions, today's reads them again."""
    named = _VERSION.fullmatch(old), _VERSION.fullmatch(new)
    if named[0] and named[1]:
        return _versions((named[0][1], int(named[0][2])), (named[1][1], int(named[1][2])))
    if named[0] or named[1]:
        raise InputError("a stored version is compared with a stored version: give both as doc_…@number")
    return _side(old), _side(new)


def _side(name: str) -> Document:
    if not name.startswith(("http://", "https://")):
        return read_input(name)
    configure_logs("error")
    answer = fetch(name, load_settings())
    content_type = answer.headers.get("content-type")
    document = read(read_page(answer.body, url=name, content_type=content_type, status=answer.status))
    if document.quality.verdict != "ok":
        raise InputError(f"{name}: no document: {document.quality.reason} ({document.quality.evidence})")
    return document


def _versions(old: tuple[str, int], new: tuple[str, int]) -> tuple[Document, Document]:
    with closing(open_database(load_settings().database)) as database, database.read() as conn:
        found = []
        for id_, n in (old, new):
            record = documents.get_document(conn, id_)
            version = versions.find_version(conn, id_, n)
            if version is None:
                raise NotFound(f"document {id_!r} has no version {n}")
            found.append((version, sources.get_source(conn, record.source)))
        if found[0][0].reader == found[1][0].reader:
            return found[0][0].structure, found[1][0].structure
        before, after = (as_read_by(conn, version, source, todays()).document for version, source in found)
        return before, after
