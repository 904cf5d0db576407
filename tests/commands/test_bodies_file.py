"""DAFU_BODIES: the user's own names of public bodies, from the file to what is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_bad_input import Dafu, assert_refused, dafu

from services.parser.reading.aliases import Aliases
from services.parser.reading.bodies import extend

TEXT = "一、工作目标\n到2025年底,市数字经济促进局建成公共服务平台120个。"
__all__ = ["dafu"]  # a fixture
OWN = '[stems]\nreason = "seen"\n"数字经济促进局" = "数经局"\n'


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    yield
    extend(Aliases())


def test_parse_shows_the_short_form_of_the_users_file(dafu: Dafu, tmp_path: Path) -> None:
    text, own = tmp_path / "plan.txt", tmp_path / "own.toml"
    text.write_text(TEXT, encoding="utf-8")
    own.write_text(OWN, encoding="utf-8")

    def actors(**environment: str) -> list[str]:
        (one,) = json.loads(dafu("parse", str(text), "--json", **environment).stdout)["commitments"]
        return list(one["actors"])

    assert actors(DAFU_BODIES=str(own)) == ["市数经局"]
    assert "市数经局" in dafu("parse", str(text), DAFU_BODIES=str(own)).stdout
    assert actors() == ["市数字经济促进局"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[stems\n", "is no TOML in UTF-8"),
        ('[stems]\n"数字局" = "数局"'.encode("gb18030"), "is no TOML in UTF-8"),
        ('[stems]\n"数字局" = 7'.encode(), "[stems] 数字局: 7 is no name"),
        (b"[words]\n", "[words] is not known here: use [stems]"),
        (None, "No such file"),
    ],
)
def test_a_broken_file_is_one_line(dafu: Dafu, tmp_path: Path, content: bytes | None, says: str) -> None:
    text, own = tmp_path / "plan.txt", tmp_path / "own.toml"
    text.write_text(TEXT, encoding="utf-8")
    if content is not None:
        own.write_bytes(content)
    assert_refused(dafu("parse", str(text), DAFU_BODIES=str(own)), "DAFU_BODIES", str(own), says)
