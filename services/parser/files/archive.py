"""Is an office archive safe to open? Judged from its directory, then from the beginning of its markup.

Bounds hold for what the directory declares, and Python's zipfile never unpacks a member beyond that.
"""

from __future__ import annotations

import zipfile
from io import BytesIO

from services.domain.file import FileText

MIB = 1024 * 1024
#: An archive of a few hundred pages stays far below these; a tree of XML takes about ten times its bytes.
MOST_MEMBERS = 4_000
MOST_BYTES = 96 * MIB
MOST_MARKUP = 32 * MIB
#: The packaging standard (ECMA-376-2 §8.1.4) forbids DTDs; without one there are no entities to expand or to fetch.
_DTD = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"))
_MARKUP = (".xml", ".rels", ".vml")


def refusal(body: bytes, kind: str) -> FileText | None:
    """Why the archive is not opened; None where it may be."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            return _bounds(archive.infolist(), kind) or _markup(archive, kind)
    except Exception as error:  # a hostile archive raises whatever it likes
        return FileText(kind, unreadable="damaged", evidence=type(error).__name__)


def _bounds(members: list[zipfile.ZipInfo], kind: str) -> FileText | None:
    if any(member.flag_bits & 1 for member in members):
        return FileText(kind, unreadable="encrypted", evidence="a member of the archive is encrypted")
    if len(members) > MOST_MEMBERS:
        return FileText(kind, unreadable="too_large", evidence=f"{len(members)} members")
    for what, found, most in (
        ("bytes", sum(member.file_size for member in members), MOST_BYTES),
        ("bytes of markup", sum(member.file_size for member in members if _is_markup(member)), MOST_MARKUP),
    ):
        if found > most:
            return FileText(kind, unreadable="too_large", evidence=f"{found} {what} unpacked")
    return None


def _markup(archive: zipfile.ZipFile, kind: str) -> FileText | None:
    for member in archive.infolist():
        if _is_markup(member) and any(mark in archive.read(member) for mark in _DTD):
            return FileText(kind, unreadable="damaged", evidence=f"a document type declaration in {member.filename}")
    return None


def _is_markup(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith(_MARKUP)
