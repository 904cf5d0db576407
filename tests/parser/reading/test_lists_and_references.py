"""Responsible units and titles in 《》."""

from __future__ import annotations

import pytest

from services.domain.document import Document
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure


def plan(*lines: str) -> Document:
    head = ("关于做好某项工作的通知", "各县人民政府:", "现将有关事项通知如下:", "一、主要任务")
    return read_structure(page_of_text("\n".join([*head, *lines])))


@pytest.mark.parametrize(
    ("written", "units", "districts", "open_ended"),
    [
        ("(责任单位:市民政局、市财政局,各区县)", ("市民政局", "市财政局", "各区县"), True, False),
        ("〔责任单位:市民政局,各区县(自治县,含新区)〕", ("市民政局", "各区县"), True, False),
        ("(责任单位:市民政局,市级有关部门)", ("市民政局", "市级有关部门"), False, True),
        ("(牵头单位:市民政局;配合单位:市财政局、市教委)", ("市民政局", "市财政局", "市教委"), False, False),
        ("(省民政厅牵头,省财政厅、省教育厅按职责分工负责)", ("省民政厅", "省财政厅", "省教育厅"), False, False),
        ("(责任单位:市民政局、各县(市、区)人民政府)", ("市民政局", "各县(市、区)人民政府"), True, False),
        ("(市民政局牵头,各行政执法部门落实)", ("市民政局", "各行政执法部门"), False, True),
        ("责任单位:市民政局、市财政局;各区县", ("市民政局", "市财政局", "各区县"), True, False),
        ("(责任单位:市高院、市公安局等;各区政府)", ("市高院", "市公安局", "各区政府"), True, False),
    ],
)
def test_a_list_behind_its_paragraph(written: str, units: tuple[str, ...], districts: bool, open_ended: bool) -> None:
    document = plan(f"(一)建设床位。新建养老院。{written}")
    (found,) = document.responsible_units
    assert (found.units, found.all_districts, found.open_ended) == (units, districts, open_ended)
    assert found.text == written
    assert document.text[slice(*document.sections[1].body[-1])] == "新建养老院。"
    assert [unit.label for unit in document.units][-1] == "units"


def test_a_list_on_its_own_line_belongs_to_the_numbered_section_around_it() -> None:
    document = read_structure(
        page_of_text(
            "关于印发某方案的通知\n各县:\n现印发《某方案》。\n某市民政局\n2021年1月2日\n某方案\n一、主要任务\n(一)总述。统筹推进。\n"
            "完善制度。出台办法。\n加强保障。安排资金。\n(责任单位:市民政局)\n二、保障措施\n责任单位:市民政局、市财政局。"
        )
    )
    forms = {section.id: section.form for section in document.sections}
    assert [forms[each.section] for each in document.responsible_units] == ["cn_paren", "cn_dun"]
    assert [block.role for block in document.blocks if block.role == "units"] == ["units", "units"]


@pytest.mark.parametrize(
    ("lines", "owners"),
    [
        (("(一)主体。", "1.培育企业。", "2.新建合作社。", "(责任单位:市民政局)"), ["(一)"]),
        (("(一)主体。", "1.培育企业。", "(责任单位:市民政局)", "2.新建合作社。", "(责任单位:市财政局)"), ["1.", "2."]),
        (("(一)主体。", "1.培育企业。", "2.新建合作社。", "(责任单位:市民政局)", "3.建设基地。"), ["2."]),
    ],
)
def test_a_list_below_the_last_item_belongs_to_all_items(lines: tuple[str, ...], owners: list[str]) -> None:
    document = plan(*lines)
    numbers = {section.id: section.number for section in document.sections}
    assert [numbers[each.section] for each in document.responsible_units] == owners


def test_a_bracket_that_is_no_list_stays_text() -> None:
    document = plan("(一)建设床位。新建养老院(含护理型床位)。", "(二)完善。推动市民政局(统筹负责)。")
    assert document.responsible_units == ()


@pytest.mark.parametrize(
    ("text", "title", "number", "role"),
    [
        (
            "按照《某市规划(2021—2025年)》(某府发〔2021〕18号)要求。",
            "某市规划(2021—2025年)",
            "某府发〔2021〕18号",
            "policy",
        ),
        ("按照《某市规划》(某府发[2021]18号)要求。", "某市规划", "某府发〔2021〕18号", "policy"),
        ("按照《关于修改〈某办法〉的决定》要求。", "关于修改〈某办法〉的决定", None, "policy"),
        ("编制《人才目录2022—2025)》。", "人才目录2022—2025)", None, "policy"),
        ("落實《推進養老服務發展的意見》。", "推进养老服务发展的意见", None, "policy"),
    ],
)
def test_references(text: str, title: str, number: str | None, role: str) -> None:
    (found,) = plan(f"(一)建设床位。{text}").references
    assert (found.title, found.doc_number, found.role) == (title, number, role)


def test_a_number_belongs_to_the_last_title_of_a_run() -> None:
    found = plan("(一)建设。根据《甲意见》《乙规划》(某府发〔2021〕18号)。").references
    assert [(each.title, each.doc_number) for each in found] == [("甲意见", None), ("乙规划", "某府发〔2021〕18号")]


def test_roles_subject_annex_and_output() -> None:
    reply = read_structure(
        page_of_text(
            "王小明代表:\n你的《关于修路的建议》收悉,现答复如下。\n已形成《修路研究报告》。\n下一步,将落实《公路条例》。"
        )
    )
    assert [each.role for each in reply.references] == ["subject", "output", "policy"]
    notice = read_structure(
        page_of_text(
            "关于印发某方案的通知\n各县:\n现印发《某方案》。\n某市民政局\n2021年1月2日\n某方案\n一、任务\n建设。"
        )
    )
    assert [each.role for each in notice.references] == ["annex"]
