"""Documents nobody wrote rules for, against what a reader found in them (annotated.toml); needs DAFU_CORPUS."""

from __future__ import annotations

import csv
import os
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from services.domain.document import Document
from services.parser.page.extract import read_page
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read

TRUTHS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("annotated.toml").read_text(encoding="utf-8"))[
    "document"
]
LETTERS = [truth for truth in TRUTHS if "promises" in truth]
#: The least share of what is found that is right, and of what is there that is found.
LEAST = 0.95

pytestmark = pytest.mark.skipif("DAFU_CORPUS" not in os.environ, reason="DAFU_CORPUS is not set")
csv.field_size_limit(10**7)


@cache
def document(file: str) -> Document:
    path = Path(os.environ["DAFU_CORPUS"]) / file
    if path.suffix == ".html":
        return read(read_page(path.read_bytes()))
    if path.suffix == ".txt":
        return read(page_of_text(path.read_text(encoding="utf-8")))
    with path.open(encoding="utf-8-sig") as table:
        return read(page_of_text(next(csv.DictReader(table))["full_text"]))


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["file"])
def test_the_numbers_promised(truth: dict[str, Any]) -> None:
    read_off, there = document(truth["file"]), Counter(truth["targets"])
    begin = read_off.text.rindex(truth["from"]) if "from" in truth else 0
    found = Counter(target.raw for target in read_off.targets if target.start >= begin)
    right = sum((found & there).values())
    assert right >= LEAST * sum(found.values()), found - there
    assert right >= LEAST * sum(there.values()), there - found


@pytest.mark.parametrize("truth", LETTERS, ids=lambda truth: truth["file"])
def test_every_promise_of_a_letter(truth: dict[str, Any]) -> None:
    promises = document(truth["file"]).commitments
    assert [
        [each.text[:10], "/".join(each.actors), each.actor_source, each.tier, each.lead_verb or "",
         (each.deadline and each.deadline.end) or ""]
        for each in promises
    ] == truth["promises"]  # fmt: skip


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["file"])
def test_the_verifiability_record_says_what_the_promise_holds(truth: dict[str, Any]) -> None:
    read_off = document(truth["file"])
    targets = {target.id: target for target in read_off.targets}
    for promise in read_off.commitments:
        record, numbers = promise.verifiability, [targets[each] for each in promise.targets]
        assert (record.actor is not None) == bool(promise.actors) or promise.actor_source == "issuer"
        assert record.quantity == ((numbers[0].start, numbers[0].end) if numbers else None)
        assert (record.baseline is not None) == any(number.baseline for number in numbers)
        assert (record.date is not None) == (promise.deadline is not None)
        for span in (record.quantity, record.baseline, record.action):
            assert span is None or promise.start <= span[0] < span[1] <= promise.end
