"""Clauses, verbs and their strength, dates: the readings below a commitment, each on sentences of its own."""

from __future__ import annotations

from datetime import date

import pytest

from services.domain.commitment import Deadline
from services.parser.reading.commitments.clauses import clauses
from services.parser.reading.commitments.deadlines import explicit_deadline, heading_deadline, plan_deadline
from services.parser.reading.commitments.modality import leading_verb, strength

TODAY = date(2024, 5, 6)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("总投资8,600亿元,同比增长5%。", ["总投资8,600亿元", "同比增长5%"]),
        ("编制《目录2022—2025)》,印发实施。", ["编制《目录2022—2025)》", "印发实施"]),
        ("聚焦“选种、‘小苗’企业,大企业”,打造平台", ["聚焦“选种、‘小苗’企业,大企业”", "打造平台"]),
        ("发展产业(含电子;汽车),延伸链条", ["发展产业(含电子;汽车)", "延伸链条"]),
        ("一行“没有收住\n下一行,照常切", ["一行“没有收住", "下一行", "照常切"]),
    ],
)
def test_trap_01_and_02_clauses_end_outside_brackets_and_numbers(text: str, pieces: list[str]) -> None:
    assert [text[start:end] for start, end in clauses(text, 0, len(text))] == pieces


@pytest.mark.parametrize(
    ("clause", "verb", "level"),
    [
        ("确保如期完成", "确保", 5),
        ("不得新增产能", "不得", 5),
        ("全面落实减税政策", "落实", 5),
        ("严格落实主体责任", "落实", 5),
        ("全力保障能源需求", "保障", 5),
        ("全力支持企业发展", "支持", 2),
        ("对用地需求予以充分保障", "保障", 5),
        ("对申报项目予以重点支持", "支持", 2),
        ("持续加强监督检查", "加强", 4),
        ("加快推进项目建设", "加快", 4),
        ("在中心城区加大研发机构引育力度", "加大", 4),
        ("以承接重大工程推动装备企业转型", "推动", 4),
        ("将此项工作纳入年度考核", "纳入", 4),
        ("为企业提供全流程服务", "提供", 4),
        ("在汽车、电子等领域打造示范工厂", "打造", 4),
        ("每年分批新建一批学校", "新建", 4),
        ("研究制定管理办法", "研究制定", 4),
        ("要求学校开展自查", "要求", 4),
        ("力争技术合同成交额3000亿元", "力争", 3),
        ("积极争取上级资金", "争取", 3),
        ("计划新建高标准农田", "计划", 3),
        ("引导和支持民营企业参与改革", "引导和支持", 2),
        ("指导督促重点单位整改", "指导督促", 2),
        ("探索建立容错机制", "探索", 1),
        ("研究水泥行业碳达峰路径", "研究", 1),
    ],
)
def test_the_ladder(clause: str, verb: str, level: int) -> None:
    found = leading_verb(clause, 0, len(clause))
    assert found is not None
    assert (found.word, found.strength) == (verb, level)


@pytest.mark.parametrize(
    "clause",
    [
        "聚焦重点产业链",
        "围绕着力提升办学能力、提升管理水平",
        "以智能制造为主攻方向",
        "坚持稳中求进工作总基调",
        "充分发挥市场作用",
        "按照国家有关要求",
        "在统筹产业布局的基础上",
        "通过专题培训等形式",
        "完整、准确、全面贯彻新发展理念",
        "",
    ],
)
def test_means_and_framing_carry_no_action(clause: str) -> None:
    assert leading_verb(clause, 0, len(clause)) is None


def test_an_order_to_others_is_a_directive_but_support_stays_support() -> None:
    assert strength("加大推进力度", 0, 6, directive=True) == 5
    assert strength("重点支持绿色项目", 0, 8, directive=True) == 2


@pytest.mark.parametrize(
    ("text", "raw", "start", "end"),
    [
        ("力争到2027年建成30个园区", "到2027年", None, "2027-12-31"),
        ("2025年底前完成改造", "2025年底前", None, "2025-12-31"),
        ("于2020年2月3日前报送方案", "于2020年2月3日前", None, "2020-02-03"),
        ("在2022年10月底前开工", "在2022年10月底前", None, "2022-10-31"),
        ("2026年6月底前投用", "2026年6月底前", None, "2026-06-30"),
        ("2025年上半年完成招标", "2025年上半年", None, "2025-06-30"),
        ("“十五五”时期新增学位2万个", "“十五五”时期", "2026-01-01", "2030-12-31"),
        ("“十四五”期间累计投入5亿元,到2025年强度达到2%", "到2025年", None, "2025-12-31"),
        ("2024年,我们将继续推进改革", "2024年", "2024-01-01", "2024-12-31"),
        ("今年底前出台实施细则", "今年底前", None, "2024-12-31"),
        ("明年完成试点工作", "明年", "2025-01-01", "2025-12-31"),
        ("年内开工建设", "年内", None, "2024-12-31"),
        ("2023—2025年每年新建5所", "2023—2025年", "2023-01-01", "2025-12-31"),
    ],
)
def test_dates_of_promises(text: str, raw: str, start: str | None, end: str) -> None:
    deadline = explicit_deadline(text, 0, len(text), TODAY)
    assert deadline is not None
    assert (deadline.raw, deadline.end, deadline.source) == (raw, end, "explicit")
    assert start is None or deadline.start == start


def test_a_duration_has_no_end() -> None:
    deadline = explicit_deadline("力争通过5年时间实现翻番", 0, 13, TODAY)
    assert deadline is not None
    assert (deadline.raw, deadline.duration_years, deadline.end) == ("通过5年时间", 5, None)


@pytest.mark.parametrize(
    "text",
    [
        "按照《人才工程实施方案(2022—2025年)》开展培训",
        "能耗较“十三五”末下降16%",
        "较2020年提高5个百分点",
        "在2023年的基础上再增加10%",
        "自2025年起施行新标准",
        "连续3年给予过渡支持",
        "落实2024年度预算安排",
        "实施2021版管理规范",
    ],
)
def test_no_deadline_in_titles_baselines_and_quantities(text: str) -> None:
    assert explicit_deadline(text, 0, len(text), TODAY) is None


def test_relative_dates_need_a_date_to_count_from() -> None:
    assert explicit_deadline("今年底前出台细则", 0, 8, None) == Deadline("今年底前", "explicit")
    assert explicit_deadline("三季度末建成", 0, 6, None) == Deadline("三季度末", "explicit")


@pytest.mark.parametrize(
    ("heading", "raw", "end"),
    [
        ("2024年工作任务", "2024年工作任务", "2024-12-31"),
        ("三、2026年重点工作。", "2026年重点工作", "2026-12-31"),
        ("二、“十五五”时期主要目标任务", "“十五五”时期主要目标任务", "2030-12-31"),
        ("(二)今年工作安排", "今年工作安排", "2024-12-31"),
    ],
)
def test_headings_with_a_year(heading: str, raw: str, end: str) -> None:
    deadline = heading_deadline(heading, TODAY)
    assert deadline is not None
    assert (deadline.raw, deadline.end, deadline.source) == (raw, end, "section_heading")


@pytest.mark.parametrize("heading", ["二是新建2025年度示范项目。", "一、下一步工作计划", "(一)办好2026年亚运会。"])
def test_headings_without_a_year_of_their_own(heading: str) -> None:
    assert heading_deadline(heading, TODAY) is None


def test_a_plan_names_its_term() -> None:
    text = "为加快发展,制定本方案,实施期限为2021—2025年。"
    deadline = plan_deadline(text, 0, len(text))
    assert deadline is not None
    assert (deadline.raw, deadline.start, deadline.end) == ("实施期限为2021—2025年", "2021-01-01", "2025-12-31")
