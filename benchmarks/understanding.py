"""Structured document to full understanding: commitments, targets, figures, final unit labels."""

from __future__ import annotations

from functools import partial

from benchmarks.material import documents
from benchmarks.table import show
from benchmarks.timing import cpu_ms, reference_loop
from services.domain.document import Document
from services.parser.reading.metadata.references import linked
from services.parser.reading.read import read_structure
from services.parser.reading.understanding import understand
from services.parser.text.layers import match

#: Characters the figures are counted for: a long reply.
PER = 5_000
#: Shorter documents measure the fixed costs, not the reading.
SHORTEST = 1_000


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
    return True


def _understood(structured: Document) -> Document:
    return linked(understand(structured, match(structured.text)))


def _cells(took: float, characters: int, reference: float) -> tuple[str, ...]:
    share = took * PER / characters
    return f"{characters}", f"{took:.2f}", f"{share:.2f}", f"{share / reference:.2f}"
