"""Any file to a FileText."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from services.domain.file import FileText
from services.parser.files import sheet, word
from services.parser.files.archive import refusal
from services.parser.files.kind import kind_of
from services.parser.files.pdf import read_pdf

#: Characters of one file: about 400 printed pages.
MOST_CHARACTERS = 300_000
_ARCHIVES: dict[str, Callable[[bytes], list[str]]] = {"docx": word.lines_of, "xlsx": sheet.lines_of}


#: What no line of a text holds: control characters and halves of surrogate pairs.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def read_file(body: bytes) -> FileText:
    """The text in `body`, or why there is none. Never raises; may take long for a hostile file (`parser.apart`)."""
    found = _read(body)
    return found if found.text is None else replace(found, text=_NO_TEXT.sub("\ufffd", found.text))


def _read(body: bytes) -> FileText:
    kind = kind_of(body)
    if kind == "html":
        return FileText(kind, unreadable="not_a_file", evidence="a web page")
    if kind == "encrypted":
        return FileText(kind, unreadable="encrypted", evidence="asks for a password")
    try:
        if kind == "pdf":
            return read_pdf(body, MOST_CHARACTERS)
        if kind in _ARCHIVES:
            return refusal(body, kind) or _told(kind, _ARCHIVES[kind](body))
    except OverflowError as error:
        return FileText(kind, unreadable="too_long", evidence=str(error))
    except MemoryError:
        return FileText(kind, unreadable="too_large", evidence="does not fit into the memory given to it")
    except Exception as error:  # the libraries raise whatever a broken file makes them trip over
        return FileText(kind, unreadable="damaged", evidence=type(error).__name__)
    return FileText(kind, unreadable="format", evidence=f"no reader for {kind}")


def _told(kind: str, lines: Iterable[str]) -> FileText:
    text = "\n".join(line for line in map(str.strip, lines) if line)
    if not text:
        return FileText(kind, unreadable="empty", evidence="no text")
    if len(text) > MOST_CHARACTERS:
        return FileText(kind, unreadable="too_long", evidence=f"{len(text)} characters")
    return FileText(kind, text)
