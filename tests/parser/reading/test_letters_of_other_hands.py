"""Letters and notices as other provinces write them: labels at the end, lists a sentence announces, glued texts."""

from __future__ import annotations

import pages
import pytest

from services.domain.document import Document
from services.parser.page.extract import read_page
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure
from services.parser.text.layers import match

OPENING = "您提出的《关于治理内涝的建议》(第31号)收悉,现答复如下:"


def read(*lines: str) -> Document:
    return read_structure(page_of_text("\n".join(lines)))


def outline(document: Document) -> list[tuple[str, str]]:
    return [(section.heading, section.mode) for section in document.sections]


def test_labels_at_the_end_of_a_letter_make_no_card_of_it() -> None:
    document = read(
        "王芳、李静委员:",
        OPENING,
        "一、办理情况",
        "1、摸清底数。排查路段87处。",
        "二、下一步打算",
        "1、计划2025年改造公路120公里。",
        "感谢你们对水务工作的关心和支持,请对我们的工作提出宝贵意见。",
        "承办单位:县水务局",
        "办复日期:2024年11月3日",
    )
    found = document.metadata
    assert found.recipient is not None
    assert found.recipient.name == "王芳、李静"
    assert found.agency is not None
    assert found.agency.normalised == "县水务局"
    assert found.date is not None
    assert found.date.iso == "2024-11-03"
    assert [block.role for block in document.blocks[-3:]] == ["approval_feedback", "agency", "date"]


def test_a_letter_inside_a_card_keeps_its_salutation_and_opening_out_of_the_text() -> None:
    document = read(
        "案    由:关于治理内涝的提案",
        "提案者:农工党临江市委会",
        "主办单位:市水务局",
        "答复内容:",
        "农工党临江市委会:",
        "贵委提出的《关于治理内涝的提案》收悉,现答复如下:",
        "一是完善规划体系。划定易涝点34处。",
        "下一步,我们将新建调蓄池3座。",
    )
    assert [block.role for block in document.blocks[3:6]] == ["intro", "salutation", "intro"]
    assert document.metadata.recipient is not None
    assert document.metadata.recipient.addressees == ("农工党临江市委会",)
    assert {reference.role for reference in document.references} == {"subject"}


def test_an_opinion_for_the_lead_department_in_other_words() -> None:
    found = read(
        "省政府发展研究中心:",
        "现就省十四届人大一次会议第1043号《关于发展低空经济的建议》提出以下办理意见,供贵中心统一答复代表时参考:",
        "一、发展现状",
        "全省拥有通用机场9个。",
        "省交通运输厅",
        "2024年5月9日",
    ).metadata
    assert found.kind == "reply_npc"
    assert found.handling == "co_handler"
    assert found.suggestion is not None
    assert found.suggestion.number is not None
    assert found.suggestion.number.normalised == "1043"


def test_a_letter_glued_into_one_paragraph_with_headings_run_on_and_sections_inside_sections() -> None:
    document = read(
        "关于预付式消费的建议的答复",
        "王丽代表:您好!您提出的《关于预付式消费的建议》收悉。现答复如下:一、基本情况截至2023年底,全区备案企业312家。"
        "二、主要做法(一)健全制度。制定办法。(二)强化执法。检查8次。三、下一步工作(一)扩大范围。2024年达到500家。"
        "(二)完善信用监管。特此答复。滨海区商务局2024年3月18日",
    )
    assert outline(document) == [
        ("一、基本情况", "past"), ("二、主要做法", "past"), ("(一)健全制度。", "past"), ("(二)强化执法。", "past"),
        ("三、下一步工作", "future"), ("(一)扩大范围。", "future"), ("(二)完善信用监管。", "future"),
    ]  # fmt: skip
    assert document.metadata.agency is not None
    assert document.metadata.agency.normalised == "滨海区商务局"


def test_items_that_a_next_step_leads_up_to_are_its_own_whatever_their_numbers() -> None:
    inside = read("王芳代表:", OPENING, "目前设计已完成。", "下一步,我厅将这样推进:一、加快设计;二、落实资金。")
    below = read(
        "王芳代表:", OPENING, "目前设计已完成。", "下一步,我厅将做好以下工作:", "一、加快设计。", "二、落实资金。"
    )
    for document in (inside, below):
        step, *items = document.sections
        assert step.form == "next_step"
        assert [(item.parent, item.mode) for item in items] == [(step.id, "future")] * 2


def test_a_sentence_of_the_writer_s_own_that_announces_a_list_turns_to_the_future() -> None:
    document = read(
        "民建某省委会:",
        "贵单位提出的《关于发展枸杞产业的提案》收悉,现答复如下。",
        "近年来,我厅强力推进。一是建强标准体系。制定标准17项。二是拓展市场。举办推介会6场。",
        "针对您提出的建议,我们将重点抓好三方面工作:",
        "一是优化布局。到2027年,面积达到70万亩。",
        "二是强化支撑。每年安排资金2000万元。",
        "某省林业和草原局",
        "2024年7月8日",
    )
    assert [section.mode for section in document.sections] == ["past", "past", "future", "future"]
    labels = [unit.label for unit in document.units]
    assert labels == ["preamble", "narrative", "narrative", "lead_in", "commitment", "commitment"]


def test_what_we_will_do_before_a_colon_turns_to_the_future_too() -> None:
    document = read(
        "王芳代表:", OPENING, "茶园8万亩。", "今后的工作中,我们将加大扶持力度:", "(一)安排资金。", "(二)培育企业。"
    )
    assert [section.mode for section in document.sections] == ["future", "future"]


def test_a_heading_before_a_colon_says_what_time_its_text_speaks_of() -> None:
    document = read(
        "王芳代表:", OPENING, "一、我区医疗机构基本情况:现有卫生室156家。", "二、下一步打算:2025年新增20家。"
    )
    assert outline(document) == [("一、我区医疗机构基本情况:", "past"), ("二、下一步打算:", "future")]


def test_a_card_with_a_title_of_its_own_and_a_seal() -> None:
    found = read(
        "关于市政协十三届三次会议第0512号提案的答复",
        "提案者:民革市委会",
        "提出的《关于文旅融合的提案》收悉。现答复如下:",
        "建成景区12家。",
        "主办单位:市文化和旅游局(盖章)",
    ).metadata
    assert found.title is not None
    assert found.title.normalised == "关于市政协十三届三次会议第0512号提案的答复"
    assert found.agency is not None
    assert found.agency.normalised == "市文化和旅游局"


def test_a_number_before_a_year_is_a_section_s() -> None:
    document = read("王芳代表:", OPENING, "1.渠道老化。", "2.2023年,我局完成设计。", "3.2024年完工。")
    assert [section.number for section in document.sections] == ["1.", "2.", "3."]


def test_a_heading_before_a_next_step_is_a_heading() -> None:
    document = read(
        "王芳代表:", OPENING, "(一)关于“加密网点”。接下来,新增机构12家。", "(二)关于“加大支持”。已补贴4万元。"
    )
    assert [section.heading for section in document.sections] == [
        "(一)关于“加密网点”。", "接下来", "(二)关于“加大支持”。",
    ]  # fmt: skip


def test_problems_are_no_achievements() -> None:
    document = read("临江市2024年工作总结", "一、工作成效", "增长4.8%。", "二、存在的主要问题", "企业规模小。")
    assert [section.kind for section in document.sections] == ["achievements", "topic"]


def test_an_answer_in_traditional_script_writes_its_own_character_for_answer() -> None:
    document = read(
        "關於市六屆人大二次會議第31號建議的答覆函",
        "周志強代表：",
        "您提出的「關於治理內澇的建議」收悉。現答覆如下：",
        "一、工作開展情況",
        "已建成41個。",
        "此答覆函已經王明局長審簽。對以上答覆您有什麼意見，請反饋給市人大常委會人代工委。",
        "重慶市民政局",
        "2024年4月12日",
    )
    found = document.metadata
    assert found.approver is not None
    assert found.approver.name == "王明"
    assert found.feedback is not None
    assert found.suggestion is not None
    assert found.suggestion.title is not None
    assert found.suggestion.title.normalised == "关于治理内涝的建议"
    assert match("答覆函,覆蓋率,顛覆") == "答复函,覆盖率,颠覆"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("各市、县(区)人民政府,省政府各部门、各直属机构:", ("各市、县(区)人民政府", "省政府各部门", "各直属机构")),
        ("各省、自治区、直辖市人民政府,国务院各部委:", ("各省、自治区、直辖市人民政府", "国务院各部委")),
        ("各区县(自治县)人民政府,有关单位:", ("各区县(自治县)人民政府", "有关单位")),
    ],
)
def test_levels_that_share_a_name_are_one_addressee(line: str, names: tuple[str, ...]) -> None:
    found = read(
        "某省人民政府办公厅关于做好防汛工作的通知", "某政办发〔2024〕3号", line, "现就有关事项通知如下。"
    ).metadata
    assert found.recipient is not None
    assert found.recipient.addressees == names


def test_a_list_of_units_may_end_in_a_bracket_of_its_last_unit() -> None:
    document = read(
        "某市人民政府关于做好防汛工作的通知",
        "某政发〔2024〕3号",
        "一、教育惠民",
        "1.新建学校15所。",
        "牵头单位:市教育局;责任单位:各镇(街道)",
    )
    assert document.responsible_units[0].units == ("市教育局", "各镇")


def test_a_list_behind_a_sentence_may_name_others_than_public_bodies() -> None:
    document = read("某市人民政府关于民营经济的意见", "1.设立基金。2024年投放5亿元。责任单位:市财政局、人行临江分行")
    assert [each.units for each in document.responsible_units] == [("市财政局", "人行临江分行")]


def test_a_site_s_name_contradicts_nobody_s_signature() -> None:
    text = "\n".join(("王芳代表:", OPENING, "已完工。", "某市水务局", "2024年5月10日"))
    body = pages.wrap(text, "trs-editor", title="关于治理内涝的建议的答复", published="2024-05-20 09:30")
    assert read_structure(read_page(body)).quality.warnings == ()


def test_an_approval_by_a_numbered_meeting() -> None:
    found = read(
        "某省人民政府关于印发《某方案》的通知",
        "某政发〔2024〕3号",
        "各市人民政府:",
        "《某方案》已经省政府第42次常务会议审议通过,现印发给你们。",
    ).metadata
    assert found.approval is not None
    assert found.approval.by == "省政府第42次常务会议"


@pytest.mark.parametrize(
    "block",
    [
        ("索引号|0143/2024-12|主题分类|农业", "发文机关|某省人民政府|成文日期|2024年1月20日"),
        ("● 索引号:0143/2024-12", "● 发布机构:某省人民政府", "● 成文日期:2024年1月20日"),
    ],
)  # fmt: skip
def test_a_block_of_metadata_above_a_text_is_none_of_its_lines(block: tuple[str, ...]) -> None:
    document = read(
        *block, "某省人民政府关于防汛的意见", "为做好防汛工作,提出如下意见。", "一、总体目标", "建成工程3处。"
    )
    assert document.metadata.title is not None
    assert document.metadata.title.normalised == "某省人民政府关于防汛的意见"
    assert [each.role for each in document.blocks[: len(block)]] == ["boilerplate"] * len(block)
    assert document.blocks[len(block) + 1].role == "preamble"
    assert document.metadata.date is not None
    assert document.metadata.date.iso == "2024-01-20"


def test_the_label_of_a_card_s_answer_may_stand_alone() -> None:
    document = read(
        "案 由\t关于增设公交站的提案", "提 案 人\t王敏", "主办单位\t市交通局", "办复内容",
        "我局将在2025年底前增设公交站12个。", "市交通局", "2025年3月4日",
    )  # fmt: skip
    assert document.metadata.date is not None
    assert document.metadata.date.iso == "2025-03-04"
    assert [block.role for block in document.blocks[3:]] == ["intro", "body", "agency", "date"]


def test_departments_that_answer_in_turn_each_begin_anew() -> None:
    document = read(
        "案 由:关于治理内涝的提案",
        "提 案 人:李静",
        "分办单位:县水务局、县城管局",
        "办复内容:",
        "(县水务局)",
        "一、排查。排查路段87处。",
        "二、改造。改造管网9公里。下一步,新建泵站。",
        "(县城管局)",
        "我局计划清掏雨水井。",
    )
    assert document.metadata.agency is not None
    assert document.metadata.agency.normalised == "县水务局、县城管局"
    assert document.units[-1].section is None
    assert [document.text[unit.start : unit.end] for unit in document.units if unit.section is None] == [
        "我局计划清掏雨水井。"
    ]


def test_a_class_mark_may_stand_behind_the_number() -> None:
    document = read("某商提案〔2025〕18号 A", "关于第0256号提案的答复", "王芳委员:", OPENING, "下一步,新建泵站。")
    assert document.metadata.doc_number is not None
    assert document.metadata.doc_number.normalised == "某商提案〔2025〕18号"
    assert document.metadata.result_class is not None
    assert document.metadata.result_class.letter == "A"


def test_a_last_request_to_the_deputy_is_a_courtesy() -> None:
    document = read(
        "王芳委员:", OPENING, "下一步,新建泵站。", "最后,恳请您继续关注和支持水务事业发展。", "市水务局", "2024年3月4日"
    )
    assert [block.role for block in document.blocks[-3:]] == ["approval_feedback", "agency", "date"]
