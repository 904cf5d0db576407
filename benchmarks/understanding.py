"""Structured document to full understanding: commitments, targets, figures, final unit labels.

Also whether it stays linear in the length, and what a whole page costs from its bytes on.
"""

from __future__ import annotations

import time
from functools import partial
from itertools import cycle

from benchmarks.material import documents, pages
from benchmarks.table import show
from benchmarks.timing import cpu_ms, reference_loop
from services.domain.document import Document
from services.parser.page.extract import read_page
from services.parser.page.plain import page_of_text
from services.parser.reading.metadata.references import linked
from services.parser.reading.read import read, read_structure
from services.parser.reading.understanding import understand
from services.parser.text.layers import match

#: Characters the figures are counted for: a long reply.
PER = 5_000
#: Shorter documents measure the fixed costs, not the reading.
SHORTEST = 1_000
LENGTHS = (10_000, 100_000, 1_000_000)


def run() -> bool:
    reference = cpu_ms(reference_loop)
    rows = []
    spent, characters = 0.0, 0
    for name, page in documents().items():
        structured = read_structure(page)
        if len(structured.text) < SHORTEST:
            continue
        took = cpu_ms(partial(_understood, structured))
        spent, characters = spent + took, characters + len(structured.text)
        rows.append((name, *_cells(took, len(structured.text), reference)))
    rows.append(("in all", *_cells(spent, characters, reference)))
    head = ("document", "characters", "CPU ms", f"ms per {PER}", "reference loops")
    show(f"understanding: one reference loop is {reference:.2f} ms here", head, rows)
    show("understanding: by length, each read once", head, [_grown(size, reference) for size in LENGTHS])
    _whole_pages()
    return True


def _grown(size: int, reference: float) -> tuple[str, ...]:
    """The paragraphs of the founding documents in turn until they fill so many characters."""
    paragraphs = [line.text for page in documents().values() for line in page.lines]
    taken, length = [], 0
    for paragraph in cycle(paragraphs):
        taken.append(paragraph)
        length += len(paragraph) + 1
        if length >= size:
            break
    structured = read_structure(page_of_text("\n".join(taken)))
    started = time.process_time()
    _understood(structured)
    took = (time.process_time() - started) * 1000
    return f"{size} characters", *_cells(took, len(structured.text), reference)


def _whole_pages() -> None:
    took = [cpu_ms(partial(_read, body)) for body in pages().values()]
    print(f"\nbytes to full understanding: {len(took) / sum(took) * 1000:.0f} pages per CPU-second, {len(took)} pages")


def _read(body: bytes) -> Document:
    return read(read_page(body))


def _understood(structured: Document) -> Document:
    return linked(understand(structured, match(structured.text)))


def _cells(took: float, characters: int, reference: float) -> tuple[str, ...]:
    share = took * PER / characters
    return f"{characters}", f"{took:.2f}", f"{share:.2f}", f"{share / reference:.2f}"
