"""A docx to lines: the text as it stands, insertions taken, deletions left out."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import docx
from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_P, _R, _T, _TABLE, _ROW, _CELL = (f"{_W}{name}" for name in ("p", "r", "t", "tbl", "tr", "tc"))
#: Characters that are elements of their own.
_SIGNS = {
    f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-", f"{_W}tab": " ", f"{_W}ptab": " ",
}  # fmt: skip
#: Deleted or moved away, or a second copy of what stands beside it for older programs.
_NOT_THERE = {
    f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    f"{_W}pPr", f"{_W}rPr", f"{_W}tblPr", f"{_W}trPr", f"{_W}tcPr", f"{_W}sectPr",
}  # fmt: skip


def lines_of(body: bytes) -> list[str]:
    """Paragraphs and table rows in document order. Raises whatever the libraries raise."""
    try:
        return list(_blocks(docx.Document(BytesIO(body)).element.body))
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise


def _blocks(parent: etree._Element) -> Iterator[str]:
    """The lines of everything below `parent`; content controls and the like are looked through."""
    for child in parent:
        if child.tag in _NOT_THERE:
            continue
        if child.tag == _P:
            yield from _paragraph(child)
        elif child.tag == _TABLE:
            yield from _table(child)
        else:
            yield from _blocks(child)


def _paragraph(paragraph: etree._Element) -> Iterator[str]:
    text, boxes = "", []
    for node in _walk(paragraph):
        if node.tag == _T:
            text += node.text or ""
        elif node.tag == f"{_W}txbxContent":
            boxes.append(node)
        elif node.getparent() is not None and node.getparent().tag == _R:
            text += _SIGNS.get(node.tag, "")
    yield from text.split("\n")
    for box in boxes:
        yield from _blocks(box)


def _walk(element: etree._Element) -> Iterator[etree._Element]:
    """Every element below, in order, but nothing inside what is not there or in a text box."""
    for child in element:
        if child.tag in _NOT_THERE:
            continue
        yield child
        if child.tag != f"{_W}txbxContent":
            yield from _walk(child)


def _table(table: etree._Element) -> Iterator[str]:
    """A row with one filled cell is text laid out in a frame; any other is one line, its cells parted by tabs."""
    for row in _below(table, _ROW):
        cells = [[line for line in map(str.strip, _blocks(cell)) if line] for cell in _below(row, _CELL)]
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            yield from filled[0]
        elif filled:
            yield "\t".join(" ".join(line.replace("\t", " ") for line in cell) for cell in cells)


def _below(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag not in _NOT_THERE and child.tag not in (_P, _TABLE):
            yield from _below(child, tag)
