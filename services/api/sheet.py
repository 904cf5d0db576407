"""Comma-separated values (RFC 4180) that a spreadsheet shows and never executes. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from services.parser.text.privacy import mask_phones

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
#: A cell that begins so is a formula to a spreadsheet; East Asian editions read the full-width signs as well.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as bytes of UTF-8 without byte order mark: CRLF, quoted where needed, personal numbers masked.

    A cell that would be a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    csv.writer(text).writerows([_defused(mask_phones(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _defused(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" \u00a0\u3000").startswith(_FORMULA) else cell
