"""rows.toml says which test makes which attack; here that each of them is there."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS: dict[str, dict[str, list[str]]] = tomllib.loads((Path(__file__).parent / "rows.toml").read_text("utf-8"))


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("part", ROWS)
def test_every_attack_has_its_tests(part: str) -> None:
    named = [(attack, *test.split("::")) for attack, tests in ROWS[part].items() for test in tests]
    assert {attack for attack, *_ in named} == ROWS[part].keys()
    assert [f"{attack}: {name}" for attack, file, name in named if name not in functions(file)] == []
