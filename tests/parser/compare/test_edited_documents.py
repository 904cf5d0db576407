"""Hand-made edits of invented letters, plans and reports (edits/*.toml): each tells what was done, and no more."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.domain.change import Change, Comparison
from services.domain.document import Document
from services.parser.reading.read import read_text

Changed = Callable[[Document, str], Comparison]

_FOLDER = Path(__file__).parent / "edits"
_CASES: list[tuple[str, dict[str, Any]]] = [
    (path.stem, case)
    for path in sorted(_FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {path.stem: read_text(path.read_text(encoding="utf-8")) for path in _FOLDER.glob("*.txt")}


@pytest.mark.parametrize(("name", "case"), _CASES, ids=[f"{name}: {case['name']}" for name, case in _CASES])
def test_an_edit_is_told_as_what_it_is(
    name: str, case: dict[str, Any], documents: dict[str, Document], changed: Changed
) -> None:
    old = text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    for before, after in case["edits"]:
        assert text.count(before) == 1
        text = text.replace(before, after)
    assert text != old
    left = list(changed(documents[name], text).changes)
    for expected in case["expect"]:
        found = next((change for change in left if _fits(change, expected)), None)
        assert found is not None, (expected, left)
        left.remove(found)
    assert left == []


def _fits(change: Change, expected: dict[str, Any]) -> bool:
    said = {name: getattr(change, name) for name in expected}
    return {name: list(x) if isinstance(x, tuple) else x for name, x in said.items()} == expected
