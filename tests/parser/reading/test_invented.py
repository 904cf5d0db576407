"""Letters and a plan in the manner of several provinces, against what a person found in them (invented.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.parser.page.plain import page_of_text
from services.parser.reading.read import read

TRUTHS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("invented.toml").read_text(encoding="utf-8"))[
    "document"
]


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["name"])
def test_what_is_promised_and_what_is_reported(truth: dict[str, Any]) -> None:
    document = read(page_of_text(truth["text"]))
    deadlines = [each.deadline for each in document.commitments]
    due = [(at.end or f"{at.duration_years}y") if at else "" for at in deadlines]
    assert [
        [each.text[:10], "/".join(each.actors), each.actor_source, each.tier, each.lead_verb or "", end,
         str(each.modality)]
        for each, end in zip(document.commitments, due, strict=True)
    ] == truth["promises"]  # fmt: skip
    assert [each.raw for each in document.targets] == truth["targets"]
    assert [f"{each.raw} {each.kind}" for each in document.figures if not each.optional] == truth["figures"]
