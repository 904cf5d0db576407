"""Replies in the forms real sites print them (PAGES §5–7): frames and metadata."""

from __future__ import annotations

import pytest

from services.domain.document import Document
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure


def letter(*lines: str) -> Document:
    return read_structure(page_of_text("\n".join(lines)))


def plain(salutation: str, *more: str, title: str = "") -> Document:
    body = ("你提出的《关于加强水库管理的建议》(第0003号)收悉,现答复如下:", "水库大坝加固已完成。", *more)
    return letter(*([title] if title else []), salutation, *body, "某县水务局", "2021年8月24日")


@pytest.mark.parametrize(
    ("salutation", "name", "role"),
    [
        ("王小明代表:", "王小明", "代表"),
        ("尊敬的王小明代表：", "王小明", "代表"),
        ("尊敬的李委员:", "李", "委员"),
        ("王小明等3名代表:", "王小明", "代表"),
        ("王小明等代表:", "王小明", "代表"),
        ("王小明等十位代表:", "王小明", "代表"),
        ("汪一、张二三委员:", "汪一、张二三", "委员"),
        ("王小明 代表", "王小明", "代表"),
        (
            "甲一、乙二、丙三、丁四、戊五、己六、庚七、辛八委员:",
            "甲一、乙二、丙三、丁四、戊五、己六、庚七、辛八",
            "委员",
        ),
    ],
)
def test_salutations(salutation: str, name: str, role: str) -> None:
    document = plain(salutation)
    assert document.metadata.recipient is not None
    assert (document.metadata.recipient.name, document.metadata.recipient.role) == (name, role)
    assert document.metadata.kind == ("reply_npc" if role == "代表" else "reply_cppcc")
    assert document.blocks[0].role == "salutation"


@pytest.mark.parametrize("salutation", ["民盟某县总支:", "市民政局:"])
def test_letters_to_a_body(salutation: str) -> None:
    document = plain(salutation, title="对市政协十届二次会议第15号提案的答复")
    assert document.metadata.recipient is not None
    assert document.metadata.recipient.addressees == (salutation.rstrip(":"),)
    assert document.metadata.kind == "reply_cppcc"


def test_an_audience_is_no_addressee() -> None:
    document = letter(
        "某省政府工作报告",
        "各位代表:",
        "现在,我代表省人民政府,向大会报告工作,请予审议。",
        "一、2025年工作回顾",
        "经济稳中有进。",
    )
    assert document.metadata.kind == "work_summary"
    assert document.metadata.recipient is None


@pytest.mark.parametrize(
    ("opening", "title", "number"),
    [
        ("您提出的《关于修路的建议》(第0843号)收悉。", "关于修路的建议", "0843"),
        ("您提出的第182号《关于修路的建议》收悉,现答复如下:", "关于修路的建议", "182"),
        ("您提出的《关于修路的提案》(第38号提案)收悉。", "关于修路的提案", "38"),
        ("您提出的《关于修路的建议》的第99号建议,现答复如下:", "关于修路的建议", "99"),
        ("你提出的“关于修路”的建议收悉。", "关于修路", None),
        ("你提出的关于修路的建议收悉。现答复如下:", "关于修路的建议", None),
        ("《关于修路的建议》(JY100013030572号)收悉。", "关于修路的建议", "JY100013030572"),
        ("您的《关于修路的建议》(第50-1号)收悉。", "关于修路的建议", "50-1"),
        ("您提出的《关于修路的建议》(20180329号)收悉。", "关于修路的建议", "20180329"),
    ],
)
def test_what_is_answered(opening: str, title: str, number: str | None) -> None:
    document = letter("王小明代表:", opening, "路已修好。", "某县交通运输局", "2021年8月24日")
    assert document.metadata.suggestion is not None
    found = document.metadata.suggestion
    assert found.title is not None
    assert found.title.normalised == title
    assert (found.number.normalised if found.number else None) == number
    assert document.blocks[1].role == "intro"


@pytest.mark.parametrize(
    ("title", "salutation", "kind"),
    [
        ("关于市十七届人大三次会议第182号代表建议的答复函", "某同志", "reply_npc"),
        ("对县政协十届三次会议第25号提案的答复", "王小明代表:", "reply_cppcc"),
        ("", "王小明委员:", "reply_cppcc"),
        ("", "王小明代表:", "reply_npc"),
    ],
)
def test_kind_by_the_words_around_the_suggestions_title(title: str, salutation: str, kind: str) -> None:
    lines = ([title] if title else []) + [salutation, "您提出的《关于修路的建议》收悉,现答复如下:", "路已修好。"]
    assert letter(*lines).metadata.kind == kind


@pytest.mark.parametrize(
    ("phrase", "units"),
    [
        ("经与市科技局、市国资委共同研究办理,", ("市科技局", "市国资委")),
        ("经与县交通运输局和县公路中心共同研究,", ("县交通运输局", "县公路中心")),
        ("经结合白河镇共同研究,", ("白河镇",)),
        ("我局会同市财政局认真办理,", ("市财政局",)),
    ],
)
def test_co_handlers(phrase: str, units: tuple[str, ...]) -> None:
    document = letter("王小明代表:", f"你提出的《关于修路的建议》收悉。{phrase}现答复如下:", "路已修好。")
    assert document.metadata.co_departments is not None
    assert document.metadata.co_departments.units == units


def test_unnamed_departments_are_no_co_handlers() -> None:
    document = letter("王小明代表:", "你的《关于修路的建议》收悉。我委会同相关部门积极承办,现答复如下:", "路已修好。")
    assert document.metadata.co_departments is None


def test_an_opinion_to_the_lead_department_is_a_co_handlers() -> None:
    document = letter(
        "对省政协十二届三次会议第0235号提案的会办意见",
        "省农业农村厅:",
        "王小明委员提出的《关于产业振兴的提案》收悉,现将会办意见函告如下,请一并答复委员。",
        "已安排资金12.5亿元。",
        "某省财政厅",
        "2022年5月9日",
    )
    assert (document.metadata.handling, document.metadata.kind) == ("co_handler", "reply_cppcc")


def test_a_closing_whose_last_line_is_no_date() -> None:
    document = letter(
        "王小明代表:",
        "你的建议收悉,现答复如下:",
        "水库大坝加固已完成。",
        "此答复函已经赵六局长审签。对以上答复有什么意见,请填写回执反馈县人大代工委。",
        "某县水务局",
        "2021年8月25日",
        "领导签发:赵六",
        "联系人及电话:钱七,0000-1234567",
        "抄送:县人大办公室",
        "某县水务局办公室 2021年8月26日印发",
    )
    found = document.metadata
    assert found.approver is not None
    assert (found.approver.name, found.approver.title) == ("赵六", "局长")
    assert found.feedback is not None
    assert found.feedback.to == "县人大代工委"
    assert [block.role for block in document.blocks][-6:] == ["agency", "date", *["contact"] * 4]


def test_the_papers_own_date_and_a_signature_on_one_line() -> None:
    document = letter(
        "王小明代表:", "你的建议收悉,现答复如下:", "路已修好。", "某县财政局    2022年7月18日", "承办人:钱七"
    )
    assert document.metadata.date is not None
    assert document.metadata.date.iso == "2022-07-18"
    assert document.metadata.agency is not None
    assert document.metadata.agency.normalised == "某县财政局"


def test_a_damaged_date_is_flagged_and_not_guessed() -> None:
    document = letter("王小明代表:", "你的建议收悉,现答复如下:", "路已修好。", "某县财政局", "2020824")
    date = document.metadata.date
    assert date is not None
    assert (date.iso, date.damaged, date.reading) == (None, True, "2020-08-24")
    assert any("date" in warning for warning in document.quality.warnings)


def test_without_a_signature_the_title_says_who_answers() -> None:
    document = letter(
        "某县水务局对县十六届人大一次会议第3号建议的答复",
        "王小明 代表",
        "你提出的建议已交我局办理,现答复如下:",
        "已加固。",
    )
    assert document.metadata.agency is not None
    assert (document.metadata.agency.normalised, document.metadata.agency.short) == ("某县水务局", "县水务局")


@pytest.mark.parametrize(
    ("line", "letter_read", "publicity"),
    [
        ("办复类别:B类", "B", None),
        ("办理结果:(A类)", "A", None),
        ("C", "C", None),
        ("公开", None, "公开"),
        ("是否同意公开:是", None, "公开"),
        ("是否同意公开:否", None, "不公开"),
        ("代表反馈:满意", None, None),
    ],
)
def test_marks_of_class_and_publicity(line: str, letter_read: str | None, publicity: str | None) -> None:
    found = letter(line, "王小明代表:", "你的建议收悉,现答复如下:", "路已修好。").metadata
    assert (found.result_class.letter if found.result_class else None) == letter_read
    assert (found.publicity.value if found.publicity else None) == publicity


def test_a_printed_meaning_is_kept_apart_from_the_letter() -> None:
    document = letter(
        "办理结果:B类",
        "王小明代表:",
        "你的建议收悉,现答复如下:",
        "路已修好。",
        "某县财政局",
        "2021年8月24日",
        "注:A类已经解决,B类正在解决,C类列入规划",
    )
    result = document.metadata.result_class
    assert result is not None
    assert (result.letter, result.meaning) == ("B", "正在解决")


def test_a_red_head_title_over_two_lines_is_joined() -> None:
    document = letter(
        "关于市十七届人大三次会议第182号代表建议的", "答 复 函", "王小明代表:", "收悉,现答复如下:", "路已修好。"
    )
    title = document.metadata.title
    assert title is not None
    assert (title.lines, title.normalised) == (2, "关于市十七届人大三次会议第182号代表建议的答 复 函")


def test_an_opening_that_runs_on_leaves_its_rest_to_the_body() -> None:
    document = letter(
        "王小明代表:",
        "你的建议收悉,现答复如下:近年来,我局持续加强水库巡查,安排专人驻守,大坝加固已经完成。",
        "某县水务局",
        "2021年8月24日",
    )
    assert [document.text[unit.start : unit.start + 3] for unit in document.units] == ["近年来"]


def test_a_card_instead_of_a_letter() -> None:
    document = letter(
        "案 由:关于建设码头的建议",
        "提 案 人:王小明等代表",
        "承办单位:区交通与建设局",
        "代表反馈:基本满意",
        "办理情况:码头选址已完成论证。下一步,我局将加快开工。",
    )
    found = document.metadata
    assert found.kind == "reply_npc"
    assert found.suggestion is not None
    assert found.suggestion.title is not None
    assert found.suggestion.title.normalised == "关于建设码头的建议"
    assert found.agency is not None
    assert found.agency.normalised == "区交通与建设局"
    assert found.recipient is not None
    assert found.recipient.name == "王小明"
    assert [section.form for section in document.sections] == ["next_step"]


def test_a_card_whose_fields_share_one_line() -> None:
    document = letter(
        "4号提案案 由:关于用地的建议提 案 人:王 明分办单位:区资源局、区农业局委员反馈:满意"
        "办复内容:一是关于边界问题。已完成优化。"
        "下一步我局将办理手续。二是关于指标问题。已购买指标。"
    )
    assert document.metadata.kind == "reply_cppcc"
    assert document.metadata.co_departments is not None
    assert document.metadata.co_departments.units == ("区资源局", "区农业局")
    shape = [(section.form, section.depth, section.mode) for section in document.sections]
    assert shape == [("yishi", 1, "mixed"), ("next_step", 2, "future"), ("yishi", 1, "past")]
