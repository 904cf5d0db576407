"""What `dafu parse` shows a person: the text with its promises marked, and every thing with its rule."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.commands.explained import explain, explained
from services.commands.marked import marked_lines, marks_of
from services.commands.reading import parse_command, summary
from services.domain.document import Document
from services.parser.reading.read import read_text

ROOT = Path(__file__).parents[2]
LETTER = (
    "李晓明代表:\n您提出的《关于修路的建议》(第12号)收悉,现答复如下:\n一、工作开展情况\n建成道路12条。\n"
    "二、下一步工作\n到2025年,新建充电桩350个。支持企业参与。\n白河县交通运输局\n2023年3月1日"
)


def seed(name: str) -> Document:
    (path,) = (ROOT / "seeds").glob(f"{name}_*.txt")
    return read_text(path.read_text(encoding="utf-8"))


def test_brackets_mark_commitment_target_and_deadline() -> None:
    lines = marked_lines(read_text(LETTER), colour=False)
    assert lines[5] == "⟦C-001 {到2025年},新建充电桩[350个]。⟧⟦C-002 支持企业参与。⟧"


def test_a_terminal_gets_colours_and_the_same_text() -> None:
    lines = marked_lines(read_text(LETTER), colour=True)
    assert "\x1b[33m到2025年\x1b[0m" in lines[5]
    assert re.sub(r"\x1b\[\d+m", "", "\n".join(lines)) == LETTER
    assert all(line.count("\x1b[0m") * 1 <= line.count("\x1b[") - line.count("\x1b[0m") for line in lines)


def test_control_characters_of_a_page_do_not_reach_the_terminal() -> None:
    shown = "\n".join(marked_lines(read_text(LETTER.replace("支持企业", "支持\x1b[31m企业")), colour=False))
    assert "\x1b" not in shown


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_marks_take_nothing_away_from_the_text(name: str) -> None:
    document = seed(name)
    shown = "\n".join(marked_lines(document, colour=False))
    assert re.sub(r"⟦C-\d+ |⟧|[\[\]{}]", "", shown) == re.sub(r"[\[\]{}]", "", document.text)
    assert shown.count("⟦") == len(document.commitments)


@pytest.mark.parametrize("name", ["000", "001", "002", "003", "004"])
def test_every_extracted_thing_has_a_span_and_a_rule(name: str) -> None:
    document = seed(name)
    found = explained(document)
    for each in found:
        assert each.text == document.text[each.start : each.end]
        assert each.rule.startswith("SPEC §") or each.what == "boilerplate"
        assert each.rule.split()[-1] not in ("", "§4", "§8", "§9")
    counted = {what: sum(each.what == what for each in found) for what in ("commitment", "target", "figure", "unit")}
    assert counted == {
        "commitment": len(document.commitments),
        "target": len(document.targets),
        "figure": len(document.figures),
        "unit": len(document.units),
    }
    assert [each.start for each in found] == sorted(each.start for each in found)


def test_explain_is_one_line_a_thing_or_one_json_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER, encoding="utf-8")
    assert parse_command(str(path), None, as_json=False, explain=True) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line.split("\t")) == 6 for line in lines)
    (target,) = [line for line in lines if "\ttarget\t" in line]
    assert "新建充电桩数 = 350 个" in target
    assert parse_command(str(path), None, as_json=True, explain=True) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(lines)


def test_under_its_line_stands_what_was_understood() -> None:
    lines = summary(read_text(LETTER)).splitlines()
    place = next(index for index, line in enumerate(lines) if "⟦C-001" in line and "充电桩" in line)
    assert lines[place + 1].split() == ["C-001", "[A4]", "县交通运输局", "到2025年", "→", "2025-12-31"]
    assert lines[place + 2].strip() == "目标 target: 新建充电桩数 = 350 个"


@given(st.text(max_size=200))
def test_any_text_is_shown_and_explained(text: str) -> None:
    document = read_text(LETTER[:60] + text)
    assert len(marked_lines(document, colour=True)) == document.text.count("\n") + 1
    assert len(marks_of(document)) >= len(document.commitments)
    assert explain(document, as_json=False).count("\n") + 1 >= len(explained(document)) or not explained(document)
