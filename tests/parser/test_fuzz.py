"""The short form of `fuzz`, and that it finds what it looks for."""

from __future__ import annotations

from dataclasses import replace

from parser import fuzz

from services.parser.page.plain import page_of_text
from services.parser.reading.read import read


def test_generated_inputs_are_read_without_a_finding() -> None:
    assert list(fuzz.findings(seed=7, numbers=range(300))) == []


def test_a_span_that_does_not_quote_its_text_is_a_finding() -> None:
    page = page_of_text(fuzz.SEEDS[0])
    document = read(page)
    assert list(fuzz.faults(page, document)) == []
    moved = replace(document.commitments[0], start=document.commitments[0].start + 1)
    assert list(fuzz.faults(page, replace(document, commitments=(moved, *document.commitments[1:]))))
    assert list(fuzz.faults(page, replace(document, text=document.text[:-1] + "！")))
