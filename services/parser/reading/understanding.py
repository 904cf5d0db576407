"""From structure to meaning: units → commitments → targets → figures, each step adding to the document."""

from __future__ import annotations

from services.domain.document import Document
from services.parser.reading.commitments.find import find_commitments
from services.parser.reading.numbers.figures import find_figures
from services.parser.reading.numbers.targets import find_targets


def understand(document: Document, matched: str) -> Document:
    """`document` with commitments, targets, figures, numeric labels and final unit labels.

    `matched` is its MATCH layer.
    """
    return find_figures(find_targets(find_commitments(document, matched), matched), matched)
