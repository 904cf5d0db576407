"""Files made to order, as offices publish them: PDF, docx and xlsx as bytes. For tests of any room."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO

import docx
from openpyxl import Workbook


def _unicode_table(pages: Sequence[Sequence[str]]) -> bytes:
    """Every UTF-16 code unit is its own glyph; the table says so (Adobe TN 5411)."""
    units = sorted({unit.encode("utf-16-be").hex() for page in pages for line in page for unit in line})
    parts = [units[at : at + 100] for at in range(0, len(units), 100)]
    told = "".join(
        f"{len(part)} beginbfchar {' '.join(f'<{unit}> <{unit}>' for unit in part)} endbfchar\n" for part in parts
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def "
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{told}endcmap end end"
    ).encode()


def pdf(*pages: Sequence[str], table: bool = True, picture: bool = False) -> bytes:
    """A PDF with these visual lines a page. `table` False leaves its fonts without a table to Unicode; `picture` puts
    a picture on every page.
    """
    objects: list[bytes] = []

    def add(content: bytes) -> int:
        objects.append(content)
        return len(objects)

    def stream(data: bytes, about: str = "") -> int:
        packed = zlib.compress(data)
        return add(
            f"<< /Length {len(packed)} /Filter /FlateDecode {about}>>\nstream\n".encode() + packed + b"\nendstream"
        )

    catalog, tree = add(b""), add(b"")
    to_unicode = f" /ToUnicode {stream(_unicode_table(pages))} 0 R" if table else ""
    glyphs = add(b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /S /DW 1000 "
                 b"/CIDSystemInfo << /Registry (Adobe) /Ordering (X) /Supplement 0 >> >>")  # fmt: skip
    font = add(f"<< /Type /Font /Subtype /Type0 /BaseFont /S /Encoding /Identity-H /DescendantFonts [{glyphs} 0 R]"
               f"{to_unicode} >>".encode())  # fmt: skip
    shown = ""
    if picture:
        image = stream(
            b"\0", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
        )
        shown = f" /XObject << /I {image} 0 R >>"
    kids = []
    for lines in pages:
        drawn = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -28 Td" for line in lines)
        content = stream(f"BT /F 16 Tf 80 760 Td {drawn} ET".encode())
        kids.append(
            add(
                f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
                f"/Resources << /Font << /F {font} 0 R >>{shown} >> >>".encode()
            )
        )
    objects[catalog - 1] = f"<< /Type /Catalog /Pages {tree} 0 R >>".encode()
    objects[tree - 1] = (
        f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>".encode()
    )
    return assembled(objects, root=catalog)


def assembled(objects: Sequence[bytes], root: int) -> bytes:
    """Numbered objects to a file with its cross-reference table."""
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (
        data
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {len(objects) + 1} /Root {root} 0 R >>\n"
            f"startxref\n{len(data)}\n%%EOF\n"
        ).encode()
    )


def wrapped(text: str, width: int = 28) -> list[str]:
    """Paragraphs set in lines of `width` wide signs, the first line of each two shorter."""
    lines = []
    for paragraph in text.split("\n"):
        line, room = "", width - 2.0
        for sign in paragraph:
            needed = 0.5 if sign.isascii() else 1.0
            if needed > room:
                lines.append(line)
                line, room = "", float(width)
            line, room = line + sign, room - needed
        lines.append(line)
    return lines


def word(text: str) -> bytes:
    """A docx with one paragraph a line; lines with tabs become rows of a table."""
    document = docx.Document()
    for line in text.split("\n"):
        if "\t" in line:
            cells = line.split("\t")
            row = document.add_table(rows=1, cols=len(cells)).rows[0]
            for cell, told in zip(row.cells, cells, strict=True):
                cell.text = told
        else:
            document.add_paragraph(line)
    return _saved(document)


def sheet(**sheets: Sequence[Sequence[object]]) -> bytes:
    """An xlsx with these rows a sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        table = book.create_sheet(name)
        for row in rows:
            table.append(list(row))
    return _saved(book)


def archive(members: Mapping[str, bytes], base: bytes | None = None) -> bytes:
    """A zip with `members`, those of `base` below them."""
    found: dict[str, bytes] = {}
    if base is not None:
        with zipfile.ZipFile(BytesIO(base)) as old:
            found = {name: old.read(name) for name in old.namelist()}
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**found, **members}.items():
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _saved(document: object) -> bytes:
    target = BytesIO()
    document.save(target)  # type: ignore[attr-defined]  # both libraries save alike
    return archive({}, target.getvalue())  # without the time of day in it
