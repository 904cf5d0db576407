"""`dafu diff` between stored versions and addresses; long lines on a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_bad_input import Dafu, assert_refused, dafu
from test_stored_house import lived

from services.commands.terminal import width, wrapped
from services.storage.database import open_database
from services.storage.documents import find_documents

__all__ = ["dafu", "lived"]  # fixtures


@pytest.fixture(scope="module")
def letter(lived: Path) -> str:
    """The one that was edited."""
    database = open_database(f"sqlite:///{lived}")
    with database.read() as conn:
        (found,) = (one.id for one in find_documents(conn) if one.current_n > 1)
    database.close()
    return found


def test_two_stored_versions_are_compared_as_one_reader_reads_them(dafu: Dafu, lived: Path, letter: str) -> None:
    """Version 1 was read by an older reader that saw no target."""
    address = f"sqlite:///{lived}"
    run = dafu("diff", f"{letter}@1", f"{letter}@2", "--json", DAFU_DATABASE_URL=address)
    assert run.returncode == 1, run.stderr
    assert [change["type"] for change in json.loads(run.stdout)["changes"]] == ["target_lowered"]
    assert dafu("diff", f"{letter}@1", f"{letter}@1", DAFU_DATABASE_URL=address).returncode == 0
    assert_refused(dafu("diff", f"{letter}@1", f"{letter}@9", DAFU_DATABASE_URL=address), "no version 9")
    assert_refused(dafu("diff", f"{letter}@1", "page.html", DAFU_DATABASE_URL=address), "doc_…@number")
    nobody = "doc_" + "a" * 26
    assert_refused(dafu("diff", f"{nobody}@1", f"{nobody}@2", DAFU_DATABASE_URL=address), "no document")


def test_an_address_nobody_may_ask_is_one_line(dafu: Dafu) -> None:
    assert_refused(dafu("diff", "http://127.0.0.1:9/a.html", "http://127.0.0.1:9/b.html"), "127.0.0.1")


@given(st.text(alphabet="ab 到2025年，。(承诺\n"), st.integers(4, 60))
def test_a_wrapped_line_fits_and_says_the_same(text: str, columns: int) -> None:
    shown = wrapped(text, columns)
    assert all(width(line) <= columns for line in shown.split("\n"))
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


def test_what_goes_on_stands_under_its_beginning_and_colours_take_no_room() -> None:
    line = "  旧 old  到\033[31m2025年\033[0m建成一百座"
    assert wrapped(line, 25).split("\n") == ["  旧 old  到\033[31m2025年\033[0m建成一", " " * 10 + "百座"]
