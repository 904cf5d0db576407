"""An older reader, made of today's by taking away what it did not see yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from services.domain.document import Document
from services.parser.page.model import Page
from services.parser.reading.reader import Reader, todays
from services.replay.recording import OldReader, Part


def reader_of(old: OldReader) -> Reader:
    def read(page: Page) -> Document:
        if "last_paragraph" in old.without:
            page = replace(page, lines=page.lines[:-1])
        document = todays().read(page)
        for part, without in _WITHOUT.items():
            document = without(document) if part in old.without else document
        return document

    return Reader(old.version, read)


def _targets(document: Document) -> Document:
    return replace(document, targets=(), commitments=tuple(replace(each, targets=()) for each in document.commitments))


def _deadlines(document: Document) -> Document:
    return replace(
        document,
        commitments=tuple(replace(each, deadline=None) for each in document.commitments),
        targets=tuple(replace(each, deadline=None) for each in document.targets),
    )


def _commitments(document: Document) -> Document:
    units = tuple(
        replace(unit, label="narrative", commitment=None) if unit.commitment else unit for unit in document.units
    )
    references = tuple(replace(each, commitment=None) for each in document.references)
    return replace(document, commitments=(), targets=(), units=units, references=references)


_WITHOUT: dict[Part, Callable[[Document], Document]] = {
    "commitments": _commitments,
    "targets": _targets,
    "deadlines": _deadlines,
    "figures": lambda document: replace(document, figures=()),
    "date": lambda document: replace(document, metadata=replace(document.metadata, date=None)),
}
