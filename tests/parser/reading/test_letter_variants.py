"""More of the forms that replies come in: letter heads, numbers, salutations, class marks, signatures (PAGES §5–7)."""

from __future__ import annotations

import pytest

from services.domain.document import Document
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read_structure

OPENING = "您提出的《关于治理内涝的建议》(第31号)收悉。现答复如下:"
BODY = "管网改造已完成30公里,余下部分2025年底前完成。"


def letter(*lines: str) -> Document:
    return read_structure(page_of_text("\n".join(lines)))


def role_at(document: Document, line: int) -> str:
    return document.blocks[line].role


@pytest.mark.parametrize(
    ("head", "title", "number", "approver"),
    [
        (("某市水务局文件", "某水函〔2024〕15号"), "关于第31号建议的答复", "某水函〔2024〕15号", None),
        (
            ("某 市 水 务 局", "某水函〔2024〕15号    签发人:王 刚"),
            "关于第31号建议的答复",
            "某水函〔2024〕15号",
            "王刚",
        ),
        (("某市水务局",), "某市水务局关于第31号建议的答复", None, None),
    ],
)
def test_a_letter_head_is_no_title_but_where_the_title_goes_on_from_it(
    head: tuple[str, ...], title: str, number: str | None, approver: str | None
) -> None:
    found = letter(*head, "关于第31号建议的答复", "王小明代表:", OPENING, BODY, "某市水务局", "2024年6月12日").metadata
    assert found.title is not None
    assert found.title.normalised == title
    assert (found.doc_number.normalised if found.doc_number else None) == number
    assert (found.approver.name if found.approver else None) == approver


def test_a_number_in_brackets_below_the_title() -> None:
    document = letter("关于第31号建议的答复", "(某水函〔2024〕9号)", "王小明代表:", OPENING, BODY)
    assert document.metadata.doc_number is not None
    assert document.metadata.doc_number.normalised == "某水函〔2024〕9号"


@pytest.mark.parametrize(
    ("opening", "number"),
    [
        ("您提出的关于“优化公交线路”的建议(编号:20240156)收悉,现答复如下:", "20240156"),
        ("您提出的《关于增加学位的提案》(提案编号:0156)已收悉,现答复如下:", "0156"),
        ("您提出的建议号为B012的《关于增加学位的建议》收悉,现答复如下:", "B012"),
        ("您提出的第一百二十三号建议《关于治理内涝的建议》收悉,现答复如下:", "123"),
        ("您提出的《关于第5号线延伸的建议》(第88号)收悉,现答复如下:", "88"),
    ],
)
def test_numbers_behind_a_label_in_words_and_beside_numbers_in_a_title(opening: str, number: str) -> None:
    suggestion = letter("王小明代表:", opening, BODY).metadata.suggestion
    assert suggestion is not None
    assert suggestion.number is not None
    assert suggestion.number.normalised == number


@pytest.mark.parametrize(
    ("salutation", "name", "role"),
    [
        ("王小明代表、李二代表:", "王小明、李二", "代表"),
        ("李二、周三代表,陈四委员:", "李二、周三,陈四", "委员"),
        ("尊敬的省人大代表王小明:", "王小明", "代表"),
        ("王小明(市政协委员):", "王小明", "委员"),
    ],
)
def test_salutations(salutation: str, name: str, role: str) -> None:
    document = letter(salutation, OPENING, BODY)
    assert document.metadata.recipient is not None
    assert (document.metadata.recipient.name, document.metadata.recipient.role) == (name, role)
    assert role_at(document, 0) == "salutation"


def test_a_letter_glued_into_one_paragraph() -> None:
    document = letter(
        "李二委员:您提出的《关于发展夜间经济的提案》收悉,现答复如下:一、工作情况。2023年打造街区3个。"
        "二、下一步打算。2025年再打造5个。感谢您的关心。某市商务局 2024年6月12日"
    )
    found = document.metadata
    assert found.kind == "reply_cppcc"
    assert found.recipient is not None
    assert found.recipient.name == "李二"
    assert found.agency is not None
    assert found.agency.normalised == "某市商务局"
    assert found.date is not None
    assert found.date.iso == "2024-06-12"
    assert [(section.heading, section.mode) for section in document.sections] == [
        ("一、工作情况。", "past"),
        ("二、下一步打算。", "future"),
    ]
    assert all("商务局" not in document.text[unit.start : unit.end] for unit in document.units)


def test_an_association_that_hands_in_a_proposal_is_answered_by_a_cppcc_reply() -> None:
    document = letter("共青团某市委:", "你委提出的《关于心理健康的提案》(第20号)收悉。现答复如下:", BODY)
    assert document.metadata.kind == "reply_cppcc"


def test_thanks_may_stand_before_the_opening() -> None:
    document = letter("李二委员:", "您好!", "非常感谢您对我市养老事业的关心和支持!", OPENING, BODY)
    assert [role_at(document, line) for line in range(5)] == ["salutation", "intro", "intro", "intro", "body"]
    assert document.metadata.suggestion is not None
    assert document.metadata.suggestion.number is not None


@pytest.mark.parametrize(
    ("phrase", "units"),
    [
        ("经商市发展改革委、市工商联,", ("市发展改革委", "市工商联")),
        ("我局会同市财政局、市自然资源和规划局进行了认真研究,", ("市财政局", "市自然资源和规划局")),
        ("由我局主办,市城管局、市住建局协办。", ("市城管局", "市住建局")),
        ("经会同县财政局和县水利局研究,", ("县财政局", "县水利局")),
    ],
)
def test_co_handlers(phrase: str, units: tuple[str, ...]) -> None:
    found = letter("王小明代表:", f"你提出的《关于修路的建议》收悉。{phrase}现答复如下:", BODY).metadata
    assert found.co_departments is not None
    assert found.co_departments.units == units


def test_a_title_about_doing_business_names_no_co_handler() -> None:
    found = letter("王小明代表:", "你提出的《关于支持外出经商人员,办好商会的建议》收悉。现答复如下:", BODY).metadata
    assert found.co_departments is None


@pytest.mark.parametrize(
    ("mark", "legend", "expected"),
    [
        ("办理结果:B(正在解决或已列入计划解决)", (), ("B", "正在解决或已列入计划解决")),
        ("建议办理类型:A类", ("注:A类为已解决或采纳的;B类为列入计划解决的。",), ("A", "已解决或采纳的")),
        ("(C类)", ("说明:A—已经解决;B—正在解决;C—因条件限制只能以后解决。",), ("C", "因条件限制只能以后解决")),
        ("类 别:B", ("办理类型含义", "A:已经解决或采纳", "B:列入规划逐步解决"), ("B", "列入规划逐步解决")),
        ("(办理类别:甲)", (), ("甲", None)),
        ("答复类别:C类  公开属性:主动公开", (), ("C", None)),
    ],
)
def test_class_marks_with_the_citys_own_meaning(
    mark: str, legend: tuple[str, ...], expected: tuple[str, str | None]
) -> None:
    found = letter(mark, "王小明代表:", OPENING, BODY, "某市水务局", "2024年6月12日", *legend).metadata
    assert found.result_class is not None
    assert (found.result_class.letter, found.result_class.meaning) == expected


def test_class_and_publicity_on_one_line() -> None:
    found = letter("A类 公开", "王小明代表:", OPENING, BODY).metadata
    assert found.result_class is not None
    assert (found.result_class.letter, found.result_class.meaning) == ("A", None)
    assert found.publicity is not None
    assert found.publicity.value == "公开"


@pytest.mark.parametrize("signature", ["某市水务局(盖章)", "某市水务局(公章)", "某 市 水 务 局"])
def test_a_seal_is_no_part_of_the_name(signature: str) -> None:
    found = letter("王小明代表:", OPENING, BODY, signature, "2024年6月12日").metadata
    assert found.agency is not None
    assert found.agency.normalised == "某市水务局"


def test_a_month_below_the_signature_is_a_date_that_is_not_guessed() -> None:
    document = letter("王小明代表:", OPENING, BODY, "某市水务局", "2024年6月")
    assert document.metadata.agency is not None
    assert document.metadata.date is not None
    assert (document.metadata.date.iso, document.metadata.date.text) == (None, "2024年6月")
    assert any(warning.startswith("date:") for warning in document.quality.warnings)


CARDS = {
    "boxes": (
        "【提案编号】第56号",
        "【提案者】王小明",
        "【案由】关于加快公厕建设的提案",
        "【承办单位】区城管局",
        "【答复】",
        BODY,
    ),
    "table": (
        "提案号\t第56号\t提案者\t王小明",
        "案由\t关于加快公厕建设的提案",
        "承办单位\t区城管局\t办理结果\tA",
        f"答复内容\t王小明委员:您提出的提案收悉。{BODY}",
        "答复日期\t2024-06-12",
    ),
    "above a letter": (
        "提案号:56号",
        "提案者:王小明委员",
        "案由:关于加快公厕建设的提案",
        "承办单位:区城管局",
        "关于区政协二次会议第56号提案的答复",
        "王小明委员:",
        "您提出的《关于加快公厕建设的提案》收悉,现答复如下:",
        BODY,
    ),
}


@pytest.mark.parametrize("name", CARDS)
def test_cards(name: str) -> None:
    document = letter(*CARDS[name])
    found = document.metadata
    assert found.kind == "reply_cppcc"
    assert found.recipient is not None
    assert found.recipient.name == "王小明"
    assert found.suggestion is not None
    assert found.suggestion.number is not None
    assert found.suggestion.title is not None
    assert (found.suggestion.number.normalised, found.suggestion.title.normalised) == ("56", "关于加快公厕建设的提案")
    assert found.agency is not None
    assert found.agency.normalised == "区城管局"
    assert [document.text[unit.start : unit.end] for unit in document.units] == [BODY]


def test_a_card_names_class_and_date() -> None:
    found = letter(*CARDS["table"]).metadata
    assert found.result_class is not None
    assert found.result_class.letter == "A"
    assert found.date is not None
    assert found.date.iso == "2024-06-12"


def test_the_page_s_furniture_glued_to_the_last_paragraph_is_no_sentence() -> None:
    document = letter(
        f"事 由:关于修路的建议提 案 人:王小明代表承办单位:县交通局办理情况:{BODY} 来源:某县人大常委会 附件下载"
    )
    assert [document.text[unit.start : unit.end] for unit in document.units] == [BODY]
