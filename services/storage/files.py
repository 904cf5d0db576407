"""The text of files, once per body and reader: the same file linked from ten documents is read once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from services.domain.file import FileText
from services.storage.codec import pack, unpack
from services.storage.tables import file_text
from services.storage.upsert import insert_new


def save_file(conn: Connection, sha256: str, reader: str, found: FileText) -> None:
    """`sha256` is that of a body on record. What is there already stays."""
    told = None if found.text is None else pack(found.text.encode())
    length = None if found.text is None else len(found.text)
    about = {"kind": found.kind, "length": length, "unreadable": found.unreadable, "evidence": found.evidence}
    insert_new(conn, file_text, {"sha256": sha256, "reader": reader, "text": told, **about})


def find_files(conn: Connection, sha256: Collection[str], reader: str) -> dict[str, FileText]:
    """By hash; those that this reader has not read are left out."""
    query = select(file_text).where(file_text.c.sha256.in_(sha256), file_text.c.reader == reader)
    return {
        row.sha256: FileText(
            row.kind, unpack(row.text).decode() if row.text is not None else None, row.unreadable, row.evidence
        )
        for row in conn.execute(query)
    }
