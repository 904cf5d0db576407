"""A PDF to lines. What has no text (a scan), or text without meaning (fonts without a table), is said, not guessed."""

from __future__ import annotations

import logging
import unicodedata
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import FileNotDecryptedError, WrongPasswordError

from services.domain.file import FileText
from services.parser.files.wrapped import is_page_number, paragraphs

#: Beyond these it is a book, no paper of an office.
MOST_PAGES = 600
MOST_OBJECTS = 200_000
#: A page with fewer characters and a picture is a picture.
_FEWEST = 8
#: Share of signs that stand for no character: fonts without a table to Unicode.
_MOST_NONSENSE = 0.05

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it complains about every blemish of every file


def read_pdf(body: bytes, most: int) -> FileText:
    """`most` characters. Raises whatever the library raises for a damaged file."""
    reader = PdfReader(BytesIO(body), xref_stream_maximum_entries=MOST_OBJECTS)
    if reader.is_encrypted and not _opens(reader):
        return FileText("pdf", unreadable="encrypted", evidence="asks for a password")
    count = len(reader.pages)
    if count > MOST_PAGES:
        return FileText("pdf", unreadable="too_long", evidence=f"{count} pages")
    pages: list[list[str]] = []
    pictures, length = 0, 0
    for page in reader.pages:
        lines = page.extract_text().splitlines()
        told = sum(len(line.strip()) for line in lines if not is_page_number(line))
        pictures += told < _FEWEST and _has_picture(page)
        length += told
        if length > most:
            return FileText("pdf", unreadable="too_long", evidence=f"more than {most} characters")
        pages.append(lines)
    return _judged(pages, length, pictures)


def _opens(reader: PdfReader) -> bool:
    """Papers that only forbid printing open with the empty password."""
    try:
        return bool(reader.decrypt(""))
    except (FileNotDecryptedError, WrongPasswordError, NotImplementedError):  # a cipher pypdf does not know
        return False


def _judged(pages: list[list[str]], length: int, pictures: int) -> FileText:
    text = "\n".join(paragraphs(pages))
    if length < _FEWEST:
        if pictures:
            return FileText("pdf", unreadable="scan", evidence=f"{pictures} of {len(pages)} pages are pictures")
        return FileText("pdf", unreadable="empty", evidence=f"{len(pages)} pages without text")
    if _nonsense(text) > _MOST_NONSENSE * length:
        return FileText("pdf", unreadable="garbled", evidence="its fonts do not say which characters they show")
    if pictures:
        return FileText("pdf", text, "partly_scanned", f"{pictures} of {len(pages)} pages are pictures")
    return FileText("pdf", text)


def _nonsense(text: str) -> int:
    return sum(sign == "\ufffd" or unicodedata.category(sign) in ("Co", "Cn", "Cs") for sign in text) + sum(
        unicodedata.category(sign) == "Cc" for sign in text if sign not in "\n\t"
    )


def _has_picture(page: PageObject) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    return bool(objects.get_object()) if objects is not None else False
