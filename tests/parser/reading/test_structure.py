"""The section tree and its times, in the shapes letters and reports really have (SPEC §2, §3, §17)."""

from __future__ import annotations

import pytest

from services.domain.document import Document
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure


def reply(*body: str) -> Document:
    head = ("王小明代表:", "你提出的《关于修路的建议》(第3号)收悉,现答复如下。")
    return read_structure(page_of_text("\n".join([*head, *body, "白河县交通运输局", "2023年3月1日"])))


def tree(document: Document) -> list[tuple[int, str, str]]:
    return [(section.depth, section.heading, section.mode) for section in document.sections]


def units(document: Document, section: int) -> list[str]:
    wanted = document.sections[section].id
    return [document.text[unit.start : unit.end] for unit in document.units if unit.section == wanted]


def test_a_next_step_owns_what_follows_in_its_section() -> None:
    document = reply(
        "一、加快建设",
        "近年来成效明显。一是修路。完成10公里。二是架桥。完成2座。",
        "下一步,我局将继续加大投入。",
        "(一)建设新路。开工5公里。",
        "(二)管好旧路。每年养护。",
        "二、加强管理",
        "已建立制度。",
    )
    assert tree(document) == [
        (1, "一、加快建设", "mixed"),
        (2, "一是修路。", "past"),
        (2, "二是架桥。", "past"),
        (2, "下一步", "future"),
        (3, "(一)建设新路。", "future"),
        (3, "(二)管好旧路。", "future"),
        (1, "二、加强管理", "past"),
    ]


def test_an_items_own_next_step_stays_inside_the_item() -> None:
    document = reply("(一)建设。已建成。下一步,将扩建。", "(二)管理。已管好。下一步,将管细。")
    assert tree(document) == [
        (1, "(一)建设。", "mixed"),
        (2, "下一步", "future"),
        (1, "(二)管理。", "mixed"),
        (2, "下一步", "future"),
    ]


def test_a_numbering_that_restarts_after_the_cue_belongs_to_the_cue() -> None:
    document = reply(
        "一是修路。已修好。二是架桥。已架好。下一步,我局将做好以下工作:一是养路。定期巡查。二是护桥。定期检测。"
    )
    assert tree(document) == [
        (1, "一是修路。", "past"),
        (1, "二是架桥。", "past"),
        (1, "下一步", "future"),
        (2, "一是养路。", "future"),
        (2, "二是护桥。", "future"),
    ]
    assert [unit.label for unit in document.units if unit.section == "S03"] == ["lead_in"]


@pytest.mark.parametrize("cue", ["下一步", "下步", "下阶段", "下一阶段", "接下来"])
def test_cues_wherever_a_sentence_begins(cue: str) -> None:
    document = reply("一、建设情况", f"道路已建成。{cue},我局将加强养护。")
    assert tree(document)[1] == (2, cue, "future")


def test_a_cue_below_a_heading_of_the_future_opens_nothing() -> None:
    document = reply(
        "一、工作开展情况", "已建成。", "二、下一步工作计划", "下一步,我局将加强养护。", "(一)养路。每年两次。"
    )
    assert tree(document) == [
        (1, "一、工作开展情况", "past"),
        (1, "二、下一步工作计划", "future"),
        (2, "(一)养路。", "future"),
    ]
    assert [section.kind for section in document.sections] == ["achievements", "next_steps", "topic"]


@pytest.mark.parametrize(
    ("item", "heading"),
    [
        ("一是完善机制。建立制度。", "一是完善机制。"),
        ("一是完善机制,强化监督。建立制度。", "一是完善机制,强化监督。"),
        ("一是每年安排资金。专款专用。", "一是"),
        ("一是建设床位500张。加强管理。", "一是"),
        ("一是打造“5G+工业”平台。推广应用。", "一是打造“5G+工业”平台。"),
        ("一是我局将加大投入。专款专用。", "一是"),
        ("一是已完成改造。效果良好。", "一是"),
        ("一是关于已建项目问题。正在办理。", "一是关于已建项目问题。"),
        ("一是强化督查;", "一是"),
        ("一是强化督查。", "一是"),
        ("一是" + "加强协调," * 12 + "形成合力。全面推进。", "一是"),
    ],
)
def test_nothing_promised_vanishes_into_a_heading(item: str, heading: str) -> None:
    document = reply("下一步,我局将做好以下工作:", item, "二是抓好落实。压实责任。")
    assert document.sections[1].heading == heading


def test_items_behind_commas_and_semicolons() -> None:
    document = reply("近年来,一是修路,二是架桥;三是植树。")
    assert [section.heading for section in document.sections] == ["一是", "二是", "三是"]
    assert [units(document, index)[0] for index in range(3)] == ["修路,", "架桥;", "植树。"]


def test_words_that_look_like_markers() -> None:
    document = reply(
        "(一)推进融合。统一是前提,“一是修路。二是架桥”只是引文,一二三产业融合,增长1.5倍。", "(二)完善。1.45件专利。"
    )
    assert [section.heading for section in document.sections] == ["(一)推进融合。", "(二)完善。"]


def test_decimal_numbers_open_nothing() -> None:
    assert reply("1.加快建设。已建成。", "1.45件专利已授权。", "2、加强管理。已管好。").sections[-1].number == "2、"
    assert len(reply("1.加快建设。已建成。", "1.45件专利已授权。", "2、加强管理。已管好。").sections) == 2


def test_lines_without_a_number_head_what_stands_below() -> None:
    document = read_structure(
        page_of_text("2023年,成绩显著。\n2023年主要工作成效\n(一)修路。完成。\n2024年工作任务\n(一)架桥。开工。")
    )
    assert tree(document) == [
        (1, "2023年主要工作成效", "past"),
        (2, "(一)修路。", "past"),
        (1, "2024年工作任务", "future"),
        (2, "(一)架桥。", "future"),
    ]
    assert document.blocks[0].role == "preamble"


def test_a_line_cut_in_the_middle_of_a_sentence_goes_on() -> None:
    document = reply(
        "一、建设情况", "我局持续推进农村公路建设养护管理运营工作,不断完善相关配套制度并且落", "实各项责任,成效明显。"
    )
    assert len(units(document, 0)) == 1


def test_a_whole_letter_glued_into_one_paragraph() -> None:
    document = reply("一、高位推动。成立专班。二、压实责任。明确分工。三、加强宣传。营造氛围。")
    assert [section.heading for section in document.sections] == ["一、高位推动。", "二、压实责任。", "三、加强宣传。"]


def test_ids_have_three_digits_from_a_hundred_sections_on() -> None:
    body = [f"{number}.加强管理。落实责任。" for number in range(1, 100)]
    assert reply(*body).sections[0].id == "S01"
    assert reply(*body, "(一)再加强。落实。").sections[0].id == "S001"


def test_text_before_the_first_section_that_looks_back_is_background() -> None:
    document = reply("近年来,我局高度重视。", "一、建设情况", "已建成。", "下一步,将扩建。")
    assert document.blocks[2].role == "preamble"
    assert document.units[0].label == "preamble"


@pytest.mark.parametrize(
    ("sentence", "mode"),
    [
        ("2020年,出口增长12.5%。进口同比增长3%。", "past"),
        ("已建成5个园区。累计投入3亿元。", "past"),
        ("加强供应链管理。完善体系。", "ongoing"),
    ],
)
def test_without_any_cue_reports_are_past_and_measures_ongoing(sentence: str, mode: str) -> None:
    document = reply("一、推动发展", f"(一)稳外贸。{sentence}", "(二)促转型。支持企业改造。")
    assert document.sections[1].mode == mode
    assert document.sections[2].mode == "ongoing"


@pytest.mark.parametrize(
    ("sentence", "lead_in"),
    [
        ("重点做好以下工作。", True),
        ("下一步,我局围绕建设目标,将重点做好以下工作:", True),
        ("重点抓好八个方面工作。", True),
        ("我局将从以下三个方面发力:", True),
        ("下阶段,我局将继续加大支持力度:", False),
        ("严格落实24小时值班制度。", False),
        ("推进3个项目建设。", False),
    ],
)
def test_announcements_hold_nothing_of_their_own(sentence: str, lead_in: bool) -> None:
    document = reply("一、下一步工作计划", sentence, "(一)建设。开工。")
    assert (document.units[0].label == "lead_in") is lead_in


@pytest.mark.parametrize(
    ("first", "second"),
    [("一 、工作情况", "二 、下一步计划"), ("一.工作情况", "二.下一步计划"), ("一)工作情况", "二)下一步计划")],
)
def test_a_marker_with_a_blank_or_a_point(first: str, second: str) -> None:
    document = reply(first, "改造管网300公里。", second, "再改造50公里。")
    assert tree(document) == [(1, first, "past"), (1, second, "future")]


def test_headings_of_two_years_stand_above_the_numbers_below_either() -> None:
    lines = (
        "某市人民政府工作报告",
        "2024年工作回顾",
        "生产总值增长6%。",
        "2025年工作安排",
        "一、扩大内需",
        "新增投资500亿元。",
    )
    document = read_structure(page_of_text("\n".join([*lines, "二、改善民生", "新建学校5所。"])))
    assert [(section.depth, section.heading, section.mode) for section in document.sections] == [
        (1, "2024年工作回顾", "past"),
        (1, "2025年工作安排", "future"),
        (2, "一、扩大内需", "future"),
        (2, "二、改善民生", "future"),
    ]


def test_the_last_part_of_an_enumeration_is_no_heading() -> None:
    document = reply("一、申请条件", "(一)在本县居住满一年;", "(二)无违法记录。", "申请由县局受理。")
    assert [heading for _, heading, _ in tree(document)] == ["一、申请条件", "(一)", "(二)"]
    assert "无违法记录。" in units(document, 2)
