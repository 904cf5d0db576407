"""What a file is, by its bytes alone: names and Content-Type headers lie."""

from __future__ import annotations

import zipfile
from io import BytesIO

#: What a PDF may have before its header (ISO 32000-1, annex H).
_HEADER_WITHIN = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "rtf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"Founder CEB", "ceb"),
)
#: A member that only this kind of archive has.
_MEMBERS = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("ppt/presentation.xml", "pptx"),
    ("OFD.xml", "ofd"),
)
#: Streams of an OLE container (MS-CFB names are UTF-16) and what they make it.
_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("PowerPoint Document", "ppt"),
)
_MARKUP = (b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<meta")


def kind_of(body: bytes) -> str:
    """One word for what `body` is; `encrypted` is an office file behind a password, `unknown` has no known mark."""
    if b"%PDF-" in body[:_HEADER_WITHIN]:
        return "pdf"
    if body.startswith(b"PK\x03\x04"):
        return _archive(body)
    if body.startswith(_OLE):
        return next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in body), "ole")
    if is_markup(body):
        return "html"
    return next((kind for mark, kind in _BEGINNINGS if body.startswith(mark)), "unknown")


def is_markup(body: bytes) -> bool:
    """Does it begin as a web page does?"""
    head = body[:2048].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    return head.startswith(b"<") and any(mark in head for mark in _MARKUP)


def _archive(body: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            names = set(archive.namelist())
    except Exception:  # a broken directory raises whatever it likes
        return "zip"
    return next((kind for member, kind in _MEMBERS if member in names), "zip")
