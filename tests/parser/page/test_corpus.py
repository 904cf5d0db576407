"""Real pages against what a reader found on them (corpus_truth.toml); needs the folder DAFU_CORPUS."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from services.parser.page.extract import read_page
from services.parser.text.layers import canonical

TRUTHS = tomllib.loads(Path(__file__).with_name("corpus_truth.toml").read_text(encoding="utf-8"))["page"]


@pytest.mark.skipif("DAFU_CORPUS" not in os.environ, reason="DAFU_CORPUS is not set")
@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: Path(truth["file"]).stem)
def test_a_real_page_is_read_as_its_reader_saw_it(truth: dict[str, Any]) -> None:
    page = read_page((Path(os.environ["DAFU_CORPUS"]) / truth["file"]).read_bytes())
    paragraphs = [line for line in page.lines if not line.table_row]
    assert page.quality.verdict == "ok"
    assert page.title is not None
    assert page.title[0] == truth["title"]
    assert page.published_at is not None
    assert page.published_at[0] == truth["published"]
    assert paragraphs[0].text.startswith(truth["first"])
    assert paragraphs[-1].text.startswith(truth["last"])
    assert len(paragraphs) == truth["paragraphs"]
    assert len(page.lines) - len(paragraphs) == truth["table_rows"]
    assert canonical(page.source_text) == page.text
