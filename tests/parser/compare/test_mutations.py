"""The mutation suite in short: a few of every operator. `mutations.py` run as a script is the whole of it."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest
from parser.compare import forms, mutations, operators

from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.reading.read import read_text


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return mutations.seeds()


def test_every_generated_edit_has_exactly_one_explanation(documents: list[Document]) -> None:
    made = mutations.edits(documents, random.Random(20), every=False, least=4)
    wrong: dict[str, list[object]] = defaultdict(list)
    for edit in made:
        found, right = mutations.told(edit)
        assert found.changes, edit
        if right and edit.token:
            assert mutations.marked(edit, found) <= 1.2, edit.hit
        if not right:
            wrong[edit.operator].append((edit.hit, edit.types, [change.type for change in found.changes]))
    counts = {name: sum(edit.operator == name for edit in made) for name in {edit.operator for edit in made}}
    assert set(counts) == {*operators.OF_TARGETS, *operators.OF_COMMITMENTS, "wording", "figure"}
    assert min(counts.values()) >= 4
    assert not wrong


def test_another_form_is_never_a_change(documents: list[Document]) -> None:
    for name, document, text in forms.non_edits(documents, random.Random(21), 40):
        found = compare(document, read_text(text))
        assert found.changes == (), name
        assert found.suppressed, name
