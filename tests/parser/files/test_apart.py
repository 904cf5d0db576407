"""Hostile files end in time and in a verdict, in a process that is not ours."""

from __future__ import annotations

import files
import pytest

from services.domain.file import FileText
from services.parser.apart import read_apart
from services.parser.files.read import read_file


def test_a_file_reads_the_same_apart() -> None:
    body = files.word("一、工作目标\n到2025年底建成120个。")
    assert read_apart(body) == read_file(body)
    assert read_apart(b"") == FileText("unknown", unreadable="format", evidence="no reader for unknown")


def test_what_computes_without_end_is_stopped() -> None:
    """Five hundred pages that share one content of sixty thousand operators."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    content = b"BT /F 9 Tf " + b"(a) Tj 1 1 Td " * 30_000 + b"ET"
    tree = b"<< /Type /Pages /Count 500 /Kids [" + b"3 0 R " * 500 + b"] >>"
    stream = b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    body = files.assembled([b"<< /Type /Catalog /Pages 2 0 R >>", tree, page, stream, font], root=1)
    found = read_apart(body, seconds=1)
    assert (found.text, found.unreadable) == (None, "too_slow")


def test_what_does_not_fit_is_stopped() -> None:
    rows = files.archive({"word/document.xml": b"<a>" + b"<b/>" * 7_000_000 + b"</a>"}, files.word("a"))
    found = read_apart(rows, memory=300 * 1024 * 1024)
    assert (found.text, found.unreadable) == (None, "too_large")


@pytest.mark.parametrize(
    "objects",
    [
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 9 /Kids [2 0 R] >>"],
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 3 0 R >>", b"3 0 R"],
        [b"1 0 R"],
    ],
)
def test_objects_that_lead_in_circles_end(objects: list[bytes]) -> None:
    assert read_apart(files.assembled(objects, root=1)).text is None
