"""A table has one writer module (DESIGN §1): only that one inserts, updates or deletes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import services
from services.storage.tables import metadata

ROOT = Path(services.__file__).parent
WRITES = {
    "insert",
    "update",
    "delete",
    "insert_new",
    "insert_all_new",
    "insert_all_keyed",
    "insert_all_numbered",
    "insert_for",
    "insert_or_update",
}
WRITERS = {
    "source": "storage/sources.py",
    "page": "storage/pages.py",
    "piece": "storage/pieces.py",
    "file_text": "storage/files.py",
    "host": "storage/hosts.py",
    "body": "storage/snapshots.py",
    "snapshot": "storage/snapshots.py",
    "sighting": "storage/snapshots.py",
    "document": "storage/documents.py",
    "version": "storage/versions.py",
    "change": "storage/versions.py",
    "commitment": "storage/standing.py",
    "commitment_body": "storage/standing.py",
    "reading": "storage/readings.py",
    "suppression": "storage/readings.py",
    "rereading": "storage/rereadings.py",
    "outbox": "storage/outbox.py",
    "queue": "bus/database.py",
    "inbox": "bus/database.py",
    "subscription": "storage/subscriptions.py",
    "old_secret": "storage/subscriptions.py",
    "delivery": "storage/deliveries.py",
    "attempt": "storage/deliveries.py",
    "token": "storage/tokens.py",
    "rate": "storage/rates.py",
    "annotation": "storage/notes.py",
    "backfill": "storage/backfills.py",
    "backfill_page": "storage/backfills.py",
    "document_words": "storage/words.py",
}


def written_by(source: str) -> set[str]:
    """The tables a module writes: insert(table), update(table), insert_new(conn, table, …)."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "services.storage.tables"
        for alias in node.names
    }
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    writes = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id in WRITES]
    named = {argument.id for node in writes for argument in node.args[:2] if isinstance(argument, ast.Name)}
    return {imported[name] for name in named if name in imported}


def test_every_table_has_its_writer_and_no_other() -> None:
    found: dict[str, set[str]] = {table: set() for table in metadata.tables}
    for path in ROOT.rglob("*.py"):
        for table in written_by(path.read_text("utf-8")):
            found[table].add(path.relative_to(ROOT).as_posix())
    assert found == {table: {module} for table, module in WRITERS.items()}


@pytest.mark.parametrize(
    "source", ["conn.execute(update(host).values(a=1))", "insert_new(conn, host, {})", "conn.execute(delete(host))"]
)
def test_a_second_writer_would_be_noticed(source: str) -> None:
    assert written_by(f"from services.storage.tables import host\n{source}") == {"host"}
