"""The published JSON Schema is that of the dataclasses, and what `dafu parse --json` prints is valid against it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from docs.schema.generate import FILE, schema
from services.commands.reading import parse_command
from services.domain.document import SCHEMA

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
CORPUS = sorted(Path(os.environ["DAFU_CORPUS"]).glob("pages/*.html")) if "DAFU_CORPUS" in os.environ else []
VALIDATOR = Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))


def parsed(path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    parse_command(str(path), None, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_the_published_schema_is_what_the_dataclasses_say() -> None:
    assert FILE.read_text(encoding="utf-8") == schema(), "run python docs/schema/generate.py and raise SCHEMA"
    Draft202012Validator.check_schema(json.loads(schema()))


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_a_seed_parsed_is_valid(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = parsed(path, capsys)
    VALIDATOR.validate(document)
    assert document["schema"] == SCHEMA


@pytest.mark.skipif("DAFU_CORPUS" not in os.environ, reason="DAFU_CORPUS is not set")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_a_real_page_parsed_is_valid(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    VALIDATOR.validate(parsed(path, capsys))


@pytest.mark.parametrize(
    "broken",
    [{"schema": "dafu.document/0"}, {"units": [{"start": 0}]}, {"metadata": {"kind": "letter"}}, {"text": None}],
)
def test_the_schema_refuses_what_is_no_document(broken: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(parsed(SEEDS[0], capsys) | broken)
