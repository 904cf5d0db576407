"""Frames of notices, work summaries and reports."""

from __future__ import annotations

import pytest

from services.domain.document import Document
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure


def read(*lines: str) -> Document:
    return read_structure(page_of_text("\n".join(lines)))


def roles(document: Document) -> list[str]:
    return [block.role for block in document.blocks]


NOTICE = (
    "某市人民政府办公室关于",
    "印发某市养老服务实施方案的通知",
    "某政办发[2021]8号",
    "各县(市、区)人民政府,市直各单位:",
    "《某市养老服务实施方案》已经市政府同意,现印发给你们,请认真贯彻执行。",
    "某市人民政府办公室",
    "2021年8月13日",
    "(此件公开发布)",
    "某市养老服务实施方案",
    "为推动养老服务发展,特制定本方案,实施期限为2021—2025年。",
    "一、总体要求",
    "坚持以人为本,健全体系。",
    "二、工作目标",
    "到2025年,新增床位500张。",
    "三、主要任务",
    "(一)建设床位。新建养老院5所。(责任单位:市民政局、市财政局,各县市区)",
    "四、保障措施",
    "(一)加强组织领导。成立专班。",
    "责任单位:市民政局。",
)


def test_a_notice_with_its_closing_before_the_annex() -> None:
    document = read(*NOTICE)
    found = document.metadata
    assert found.kind == "policy_notice"
    assert found.title is not None
    assert found.title.normalised == "某市人民政府办公室关于印发某市养老服务实施方案的通知"
    assert found.doc_number is not None
    assert found.doc_number.normalised == "某政办发〔2021〕8号"
    assert found.recipient is not None
    assert found.recipient.addressees == ("各县(市、区)人民政府", "市直各单位")
    assert found.approval is not None
    assert found.approval.by == "市政府"
    assert found.implementation_period is not None
    assert (found.implementation_period.start, found.implementation_period.end) == (2021, 2025)
    assert roles(document)[:10] == [
        "title",
        "title",
        "doc_number",
        "recipient",
        "notice_body",
        "agency",
        "date",
        "publicity",
        "annex_title",
        "preamble",
    ]


def test_the_annexes_sections_and_their_times() -> None:
    document = read(*NOTICE)
    shape = [(section.form, section.kind, section.mode, section.depth) for section in document.sections]
    assert shape == [
        ("annex_title", "annex", "mixed", 1),
        ("cn_dun", "overview", "general", 2),
        ("cn_dun", "goals", "goal", 2),
        ("cn_dun", "tasks", "future", 2),
        ("cn_paren", "topic", "future", 3),
        ("cn_dun", "safeguards", "future", 2),
        ("cn_paren", "topic", "future", 3),
    ]
    assert [(each.section, each.units) for each in document.responsible_units] == [
        ("S05", ("市民政局", "市财政局", "各县市区")),
        ("S07", ("市民政局",)),
    ]


def test_duties_directly_in_the_notice_have_run_in_headings() -> None:
    document = read(
        "关于做好防汛工作的通知",
        "各镇人民政府:",
        "现将有关事项通知如下:",
        "一、落实责任。各镇要在5月底前完成排查,建立台账。",
        "二、加强值守。严格落实值班制度。",
        "某县防汛指挥部",
        "2022年4月25日",
    )
    assert [(section.heading, section.mode) for section in document.sections] == [
        ("一、落实责任。", "future"),
        ("二、加强值守。", "future"),
    ]
    assert roles(document)[-2:] == ["agency", "date"]


def test_a_joint_signature_over_two_lines() -> None:
    document = read(
        "关于印发某办法的通知",
        "各区民政局:",
        "现印发给你们,请执行。",
        "白河市民政局    白河市财政局",
        "白河市医疗保障局",
        "2023年1月2日",
    )
    assert document.metadata.agency is not None
    assert document.metadata.agency.normalised == "白河市民政局、白河市财政局、白河市医疗保障局"
    assert document.metadata.agency.short == "市民政局、市财政局、市医保局"


def test_an_article_closes_the_list_of_the_one_before() -> None:
    document = read(
        "关于印发某办法的通知",
        "各区:",
        "现印发《某市管理办法》。",
        "某市民政局",
        "2023年1月2日",
        "某市管理办法",
        "第一条 为规范管理,制定本办法。",
        "第二条 申请人应当符合下列条件:",
        "(一)本市户籍;",
        "(二)年满六十岁。",
        "第三条 本办法自印发之日起施行。",
    )
    annex = document.sections[0]
    assert annex.form == "annex_title"
    assert document.text[slice(*annex.body[-1])].startswith("第三条")


def test_attachments_are_listed_and_their_titles_open_annexes() -> None:
    document = read(
        "关于开展评选的通知",
        "各县:",
        "现将有关事项通知如下:",
        "一、评选范围",
        "全市养老机构。",
        "附件:1.评选标准",
        "2.申报表",
        "某市民政局",
        "2023年1月2日",
        "附件1",
        "评选标准",
        "床位不少于50张。",
    )
    assert [section.form for section in document.sections] == ["cn_dun", "annex_title"]
    assert roles(document)[5:7] == ["attachment", "attachment"]


def test_a_damaged_number_is_flagged() -> None:
    document = read("某府办函〔201697", "关于做好评选的通知", "各县:", "现将有关事项通知如下:", "一、范围", "全市。")
    assert document.metadata.doc_number is not None
    assert document.metadata.doc_number.normalised is None
    assert any("doc_number" in warning for warning in document.quality.warnings)


REPORT = (
    "下载",
    "2026年某省政府工作报告",
    "——2026年1月25日在某省第十四届人民代表大会第四次会议上",
    "某省人民政府省长 王小明",
    "各位代表:",
    "现在,我代表省人民政府,向大会报告政府工作,请予审议。",
    "一、2025年工作回顾",
    "一年来,主要做了以下工作。",
    "一是经济稳步提升。生产总值增长5.5%。",
    "二是民生持续改善。新增就业85万人。",
    "各位代表!过去一年,成绩来之不易。",
    "二、“十五五”时期主要目标任务",
    "生产总值年均增长5%左右。",
    "三、2026年重点工作",
    "(一)扩大内需",
    "大力提振消费。开展促消费活动。",
    "扩大有效投资。实施项目1000个。",
    "各位代表!让我们奋力前行。",
    "名词解释",
    "1.两重:是指重大项目。",
)


def test_a_government_work_report() -> None:
    document = read(*REPORT)
    found = document.metadata
    assert found.kind == "work_summary"
    assert (found.review_year, found.plan_year) == (2025, 2026)
    assert found.agency is not None
    assert found.agency.normalised == "某省人民政府"
    assert found.date is not None
    assert found.date.iso == "2026-01-25"
    shape = [(section.form, section.mode, section.depth) for section in document.sections]
    assert shape == [
        ("cn_dun", "past", 1),
        ("yishi", "past", 2),
        ("yishi", "past", 2),
        ("cn_dun", "mixed", 1),
        ("cn_dun", "future", 1),
        ("cn_paren", "future", 2),
        ("runin_plain", "future", 3),
        ("runin_plain", "future", 3),
    ]
    assert roles(document)[-2:] == ["attachment", "attachment"]


def test_words_to_the_assembly_belong_to_no_item() -> None:
    document = read(*REPORT)
    first = document.sections[0]
    assert document.text[slice(*first.body[-1])].startswith("各位代表!过去一年")


@pytest.mark.parametrize(
    ("line", "later", "mode"),
    [
        ("2024年主要工作", "2025年重点工作", "past"),
        ("2025年重点工作", "2024年工作总结", "future"),
    ],
)
def test_work_of_a_year_is_past_where_a_later_year_is_planned(line: str, later: str, mode: str) -> None:
    document = read("某局工作总结", f"一、{line}", "(一)甲。完成项目。", f"二、{later}", "(一)乙。推进项目。")
    assert next(section for section in document.sections if line in section.heading).mode == mode


def test_a_section_that_looks_back_and_ahead_turns_at_the_later_period() -> None:
    document = read(
        "2026年某市政府工作报告",
        "各位代表:",
        "现在,我代表市人民政府,向大会报告工作,请予审议。",
        "一、“十四五”时期发展成就和“十五五”时期主要目标任务",
        "“十四五”时期极不平凡。经济迈上新台阶。",
        "“十五五”时期,生产总值年均增长5%左右。",
        "主要任务包括:一是建设园区,二是完善制度。",
        "二、2026年重点工作",
        "(一)扩大内需。开展促消费活动。",
    )
    assert document.sections[0].mode == "mixed"
    assert [section.mode for section in document.sections[1:3]] == ["future", "future"]
    labels = [unit.label for unit in document.units if unit.section == "S01"]
    assert labels[:3] == ["narrative", "narrative", "commitment"]


def test_a_title_alone_makes_a_page_what_it_is() -> None:
    assert read("今日天气", "晴。").metadata.kind == "other"


def test_a_red_head_above_the_title() -> None:
    document = read(
        "★",
        "某市人民政府办公室文件",
        "某政办〔2024〕3号    签发人:王小明",
        "某市人民政府办公室关于做好防汛工作的通知",
        "各县人民政府:",
        "现就有关事项通知如下:",
        "一、加强值守",
        "严格值班。",
        "某市人民政府办公室",
        "2024年3月5日",
    )
    assert document.metadata.title is not None
    assert document.metadata.title.normalised == "某市人民政府办公室关于做好防汛工作的通知"
    assert document.metadata.doc_number is not None
    assert document.metadata.doc_number.normalised == "某政办〔2024〕3号"
    assert roles(document)[:5] == ["boilerplate", "agency", "doc_number", "title", "recipient"]


def test_an_annex_whose_title_begins_with_a_year() -> None:
    document = read(
        "某市教育局关于公布示范校名单的通知",
        "各县教育局:",
        "经评审,现予公布。",
        "附件:2024年示范校名单",
        "某市教育局",
        "2024年3月5日",
        "附件",
        "2024年示范校名单",
        "某市第一中学",
    )
    assert [(section.form, section.heading) for section in document.sections] == [("annex_title", "2024年示范校名单")]


def test_key_points_of_work_without_a_notice_are_a_work_summary() -> None:
    document = read(
        "某市2024年垃圾分类工作要点", "一、主要目标", "建成站点50个。", "二、重点任务", "(一)加快建设。新建20个。"
    )
    assert document.metadata.kind == "work_summary"
    assert [section.mode for section in document.sections] == ["goal", "future", "future"]
