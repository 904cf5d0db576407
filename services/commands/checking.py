"""`dafu check`: one page now, and beside what is stored of it."""

from __future__ import annotations

import sys
from typing import Any

from services.commands.fetching import visit_now
from services.commands.reading import summary
from services.commands.watching import opened
from services.domain.clock import system_clock
from services.domain.document import Document
from services.domain.errors import InputError
from services.domain.identity import document_id
from services.logs import configure_logs
from services.parser.compare.compare import compare
from services.parser.compare.showing.show import show
from services.parser.page.extract import read_page
from services.parser.reading.read import read
from services.parser.reading.reader import todays
from services.parser.recall import as_read_by
from services.settings import load_settings
from services.storage import pages, sources, versions
from services.storage.codec import encode
from services.storage.database import Database


def check_command(url: str, *, as_json: bool) -> None:
    """Fetch one page, read it, and say how it differs from what is stored. Nothing of it is stored; a watched page that
    differs is due at once, so that whoever fetches keeps and tells it.
    """
    settings = load_settings()
    configure_logs("error")
    with opened(settings) as database:
        answer = visit_now(database, settings, url)
        content_type = answer.headers.get("content-type")
        document = read(read_page(answer.body, url=answer.url, content_type=content_type, status=answer.status))
        stored = _stored(database, url) or _stored(database, answer.url)
        comparison = compare(stored[1], document) if stored and document.quality.verdict == "ok" else None
        if comparison is not None and comparison.changes and stored is not None:
            _due(database, stored[0])
    if as_json:
        print(encode(document).decode())
    else:
        print(summary(document))
    if document.quality.verdict != "ok":
        raise InputError(f"{url}: no document: {document.quality.reason} ({document.quality.evidence})")
    if stored is not None and comparison is not None:
        said = {"document": stored[0], "version": stored[2], "changes": len(comparison.changes)}
        print(_note(said), file=sys.stderr)
        if comparison.changes and not as_json:
            print(show(comparison, stored[1], document))


def _note(said: dict[str, Any]) -> str:
    name = f"{said['document']}@{said['version']}"
    if not said["changes"]:
        return f"dafu: watched as {name}, which says the same"
    return f"dafu: watched as {name}; {said['changes']} changes since, due for a visit now"


def _stored(database: Database, url: str) -> tuple[str, Document, int] | None:
    """Id, structure as today's reader has it, and number of the version stored of the page at `url`."""
    id_ = document_id(url)
    with database.read() as conn:
        current = versions.current_version(conn, id_)
        if current is None:
            return None
        source = sources.get_source(conn, pages.get_page(conn, id_).source)
        return id_, as_read_by(conn, current, source, todays()).document, current.n


def _due(database: Database, id_: str) -> None:
    with database.write() as conn:
        pages.visit_soon(conn, id_, system_clock())
