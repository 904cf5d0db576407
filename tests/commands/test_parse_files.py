"""`dafu parse` on files as offices attach them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import files
import pytest

from services.cli import main

PLAN = "一、工作目标\n到2025年底,全市建成社区养老服务站120个。"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("plan.docx", files.word(PLAN)),
        ("plan.pdf", files.pdf(files.wrapped(PLAN))),
        ("plan", files.pdf(files.wrapped(PLAN))),
    ],
    ids=["docx", "pdf", "no ending"],
)
def test_a_file_is_read_as_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, body: bytes) -> None:
    (tmp_path / name).write_bytes(body)
