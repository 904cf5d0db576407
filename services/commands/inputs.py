"""A page or text named on the command line. What cannot be read is one clear InputError."""

from __future__ import annotations

import sys
from pathlib import Path

from services.domain.document import Document
from services.domain.errors import InputError
from services.parser.apart import read_apart
from services.parser.files.composing import file_page
from services.parser.files.kind import kind_of
from services.parser.page.decode import decode
from services.parser.page.extract import read_page
from services.parser.reading.read import read, read_text

#: Larger input is no official page (DELIVERY.md, body limit).
LIMIT = 10 * 1024 * 1024
#: Kinds of content that are no file as offices attach them: pages, texts, pictures.
_NO_FILES = {"html", "unknown", "png", "jpeg", "gzip"}
_TEXT_SUFFIXES = {".txt", ".text"}
_PAGE_SUFFIXES = {".html", ".htm", ".shtml", ".jhtml", ".xhtml"}


def read_input(name: str, url: str | None = None) -> Document:
    """The document in file `name`, or on stdin for `-`.

    A PDF or an office file is known by its content; page or text by the name's ending, else by the content.
    """
    body = _bytes(name)
    if kind_of(body) not in _NO_FILES:
        return read(file_page(read_apart(body), url))
    _refuse_binary(name, body)
    if _is_page(name, body):
        return read(read_page(body, url=url))
    decoded = decode(body, None)
    if not decoded.certain:
        raise InputError(f"{name}: cannot be decoded ({decoded.evidence}); save it as UTF-8 or GB 18030")
    return read_text(decoded.text)


def _bytes(name: str) -> bytes:
    try:
        body = sys.stdin.buffer.read(LIMIT + 1) if name == "-" else _file(name)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror}); name an existing page or text file") from None
    if not body.strip():
        raise InputError(f"{name}: is empty; give a page (.html) or a text (.txt)")
    if len(body) > LIMIT:
        raise InputError(f"{name}: is larger than {LIMIT // 1024 // 1024} MiB, which no official page is")
    return body


def _file(name: str) -> bytes:
    with Path(name).open("rb") as file:
        return file.read(LIMIT + 1)


def _refuse_binary(name: str, body: bytes) -> None:
    utf16 = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in body and not utf16:
        raise InputError(f"{name}: is a binary file; give a page (.html), a text (.txt), a .pdf, .docx or .xlsx")


def _is_page(name: str, body: bytes) -> bool:
    suffix = Path(name).suffix.lower()
    if suffix in _PAGE_SUFFIXES or suffix in _TEXT_SUFFIXES:
        return suffix in _PAGE_SUFFIXES
    head = body.lstrip()[:2048].lower().replace(b"\0", b"")
    return b"<html" in head or b"<!doctype" in head or b"<meta" in head or b"<body" in head or b"<div" in head
