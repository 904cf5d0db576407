"""A linked file as text, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileText:
    """`text` has one paragraph or table row a line, the cells of a row parted by tabs; None where nothing can be read.

    `kind` is what the bytes are, whatever name or header say: pdf, docx, xlsx, doc, xls, zip, html, unknown …

    `unreadable` is one word for machines: scan, garbled, empty, encrypted, damaged, format (no reader for this kind),
    not_a_file (a web page came instead), too_long, too_large, too_slow; `evidence` says it for people. With a `text`
    it says what the text lacks: partly_scanned.
    """

    kind: str
    text: str | None = None
    unreadable: str | None = None
    evidence: str | None = None
