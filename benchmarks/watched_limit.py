"""The raw limit of a watcher: the same pages from memory, parsed and committed, and nothing else.

Bytes that are the same move a date; others are parsed by lexbor, the container's text is hashed, body and hash are
written; one commit for all pages of a state. No request, no robots.txt, no reading, no comparing, no event.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from benchmarks.watched_pages import CONTAINER, STATES, State, Watched

_TABLE = "create table page (path text primary key, sha256 text, text text, body blob, seen integer)"
_SEEN = "update page set seen = ? where path = ?"
_NEW = "insert or replace into page values (?, ?, ?, ?, ?)"


def limit(pages: Sequence[Watched], folder: Path) -> Mapping[State, float]:
    """CPU seconds a page, by state."""
    database = sqlite3.connect(folder / "limit.sqlite", isolation_level=None)
    for statement in ("pragma journal_mode=wal", "pragma synchronous=full", _TABLE):
        database.execute(statement)
    taken: dict[State, float] = {}
    for visit, state in enumerate(STATES):
        bodies = [(page.path, page.body(state)) for page in pages]
        started = time.process_time()
        _visit(database, bodies, visit)
        taken[state] = (time.process_time() - started) / len(pages)
    database.close()
    return taken


def _visit(database: sqlite3.Connection, bodies: Sequence[tuple[str, bytes]], visit: int) -> None:
    known = dict(database.execute("select path, sha256 from page"))
    database.execute("begin immediate")
    for path, body in bodies:
        sha256 = hashlib.sha256(body).hexdigest()
        if known.get(path) == sha256:
            database.execute(_SEEN, (visit, path))
            continue
        found = LexborHTMLParser(body).css_first(CONTAINER)
        text = " ".join(found.text().split()) if found is not None else ""
        database.execute(_NEW, (path, sha256, hashlib.sha256(text.encode()).hexdigest(), body, visit))
    database.execute("commit")
