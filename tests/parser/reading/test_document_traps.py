"""The traps of SPEC §14 that lie in the frame, the sections and the text layers, on the founding documents."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from services.domain.document import Document, Section
from services.parser.page.extract import read_page
from services.parser.reading.bodies import short_name
from services.parser.reading.read import read, read_text
from services.parser.text.layers import match

ROOT = Path(__file__).parents[3]


@cache
def seed(name: str) -> Document:
    (path,) = (ROOT / "seeds").glob(f"{name}_*.txt")
    return read_text(path.read_text(encoding="utf-8"))


def line_of(document: Document, position: int) -> int:
    """The number of the line `position` stands on, counted from 1."""
    return document.text.count("\n", 0, position) + 1


def sections_on(document: Document, line: int) -> list[Section]:
    return [section for section in document.sections if line_of(document, section.start) == line]


def annexes(document: Document) -> list[Section]:
    return [section for section in document.sections if section.form == "annex_title"]


def test_trap_06_four_items_inside_one_paragraph_are_past() -> None:
    items = [section for section in sections_on(seed("000"), 4) if section.form == "yishi"]
    assert [item.number for item in items] == ["一是", "二是", "三是", "四是"]
    assert {item.mode for item in items} == {"past"}
    last = max(item.extent_end for item in items)
    assert not [each for each in seed("000").commitments if items[0].start <= each.start < last]


def test_trap_13_a_title_on_two_lines_is_joined_without_a_space() -> None:
    title = seed("001").metadata.title
    assert title
    assert title.normalised
    first, second = seed("001").text.split("\n")[:2]
    assert match(title.normalised) == match(first + second)


def test_trap_14_agency_date_and_publicity_stand_before_the_annexes() -> None:
    document = seed("001")
    assert document.metadata.agency
    assert document.metadata.date
    assert document.metadata.publicity
    places = [document.metadata.agency.start, document.metadata.date.start, document.metadata.publicity.start]
    first = annexes(document)[0].start
    assert all(place is not None and place < first for place in places)
    assert document.metadata.date.iso == "2021-08-13"
    assert len([block for block in document.blocks if block.start > first]) > 100


def test_trap_18_a_nested_bracket_defines_the_districts() -> None:
    document = seed("001")
    lists = [each for each in document.responsible_units if line_of(document, each.start) == 17]
    assert [each.bracket for each in lists] == ["〔"]
    assert lists[0].all_districts
    assert all("(" not in unit and ")" not in unit for unit in lists[0].units)
    assert lists[0].end == document.text.index("〕", lists[0].start) + 1


def test_trap_19_a_comma_inside_the_list_parts_units_too() -> None:
    document = seed("001")
    (units,) = [each.units for each in document.responsible_units if line_of(document, each.start) == 26]
    assert len(units) == 7


def test_trap_21_run_in_headings_without_a_number() -> None:
    document = seed("001")
    run_in = [section for section in document.sections if section.form == "runin_plain"]
    assert len(run_in) == 23
    second = annexes(document)[1]
    assert all(second.start < section.start < second.extent_end for section in run_in)
    parents = {section.id: section for section in document.sections}
    under_goals = [section for section in run_in if section.parent and parents[section.parent].kind == "goals"]
    assert len(under_goals) == 4


def test_trap_30_characters_one_by_one_and_the_particle_by_its_neighbours() -> None:
    document = seed("001")
    simplified = match(document.text)
    assert len(simplified) == len(document.text)
    assert document.text.count("著力") == simplified.count("着力") == 7
    assert simplified.count("显著") == 2
    assert "于" in document.text
    assert "發布" in document.text
    assert "发布" in simplified


def test_trap_31_slips_of_the_pen_are_kept_as_written() -> None:
    document = seed("001")
    for slip in ("新批次材料", "支持领导企业"):
        place = match(document.text).index(slip)
        (promise,) = [each for each in document.commitments if each.start <= place < each.end]
        assert slip in match(promise.text)
        assert promise.text == document.text[promise.start : promise.end]


def test_trap_46_doubled_characters_of_an_accident_are_kept() -> None:
    document = seed("004")
    assert re.findall("专专精特新[属区]", document.text)
    texts = [document.text[unit.start : unit.end] for unit in document.units]
    assert sum(len(re.findall("专专精特新[属区]", text)) for text in texts) == len(
        re.findall("专专精特新[属区]", document.text)
    )


def test_trap_47_one_programme_under_two_spellings() -> None:
    document = seed("004")
    spelled = re.findall("企业吹哨.部门报[到道]", document.text)
    assert len(set(spelled)) == 2
    assert document.source_text[document.text.index(spelled[0]) :].startswith(spelled[0])


def test_trap_52_words_in_brackets_are_no_markers_and_no_lists() -> None:
    for name in ("000", "001", "002", "003", "004"):
        document = seed(name)
        numbers = {section.number or "" for section in document.sections}
        assert not [number for number in numbers if re.search("[套次链修试含]", number)]
        for each in document.responsible_units:
            assert len(each.units) > 1 or short_name(each.units[0]) != "", each.text
            assert not re.fullmatch(r"[(〔](?:套|次|修订|链主|含底盘|试行)[)〕]", each.text)


def test_trap_53_a_live_page_reads_like_the_plain_text() -> None:
    body = (
        "　　<p>李晓明代表：</p><p>您提出的《关于修路的建议》（第12号）收悉，现答复如下：</p>"
        "<p>　　一、工作开展情况<br>　　建成道路<span>1</span><span>2</span>条，投资8，600万元。<br>"
        "　　二、下一步工作<br>　　到２０２５年，新建充电桩<b>3</b><b>5</b>０个。</p>"
        "<p>白河县交通运输局</p><p>2023年3月1日</p>"
    )
    html = f"<html><head><title>答复</title></head><body><div class='TRS_Editor'>{body}</div></body></html>"
    plain = read_text(
        "李晓明代表:\n您提出的《关于修路的建议》(第12号)收悉,现答复如下:\n一、工作开展情况\n建成道路12条,投资8,600万元。\n"
        "二、下一步工作\n到2025年,新建充电桩350个。\n白河县交通运输局\n2023年3月1日"
    )
    live = read(read_page(html.encode(), url="https://www.example.gov.cn/art/2023/3/1/art_1_1.html"))
    assert [(each.metric, each.norm_value) for each in live.targets] == [("新建充电桩数", 350)]
    assert [(each.metric, each.norm_value, each.kind) for each in live.figures] == [
        (each.metric, each.norm_value, each.kind) for each in plain.figures
    ]
    assert {each.norm_value for each in live.figures} == {12, 86000000}
    assert match(live.text) == match(plain.text)
