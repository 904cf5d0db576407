"""What a promise promises in numbers (SPEC §8, §15, §17), sentence by sentence."""

from __future__ import annotations

import pytest

from services.domain.commitment import Basis, Commitment, Deadline, Target
from services.domain.document import Document, DocumentDate, Metadata, Quality
from services.parser.reading.numbers.targets import find_targets
from services.parser.text.layers import match


def promise(text: str, basis: Basis = "next_step", deadline: Deadline | None = None) -> Document:
    commitment = Commitment(
        "C-01", None, 0, len(text), text, "task", basis, "A", ("市水利局",), "issuer", None, 4, deadline=deadline
    )
    metadata = Metadata("reply_npc", date=DocumentDate("2024-08-15"))
    document = Document(text, text, metadata, Quality("ok"), commitments=(commitment,))
    return find_targets(document, match(text))


def targets(text: str, basis: Basis = "next_step") -> list[Target]:
    return list(promise(text, basis).targets)


def raws(text: str, basis: Basis = "next_step") -> list[str]:
    return [target.raw for target in targets(text, basis)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新建车位3200个,改造老旧小区15个。", ["3200个", "15个"]),
        ("打造2—3个示范区。", ["2—3个"]),
        ("引导每个园区聚焦2—3条产业链。", ["2—3条"]),
        ("重点打造甲镇、乙镇、丙镇等12个特色小镇。", ["12个"]),
        ("建成绿色园区20个、绿色工厂80家。", ["20个", "80家"]),
        ("推动60%以上的规模以上企业建立研发机构。", ["60%以上"]),
        ("连续2年给予过渡支持。", ["2年"]),
        ("将办理时限压缩至3个工作日以内。", ["3个工作日以内"]),
        ("对获评企业给予200万元奖励。", ["200万元"]),
        ("新建三所小学。", ["三所"]),
        ("新建小学十二所、新增床位两百张。", ["十二所", "两百张"]),
        ("为2000户困难家庭安装扶手。", ["2000户"]),
        ("培育年产值10亿元以上的企业3家。", ["3家"]),
        ("数字化发展指数达到70。", ["70"]),
        ("城乡居民收入比缩小至2.1:1。", ["2.1:1"]),
    ],
)
def test_numbers_of_things_made_or_reached_are_targets(text: str, expected: list[str]) -> None:
    assert raws(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "围绕12条河流,开展专项治理。",
        "聚焦5个重点领域,补齐短板。",
        "集中资源向12条重点河流汇集。",
        "加大12条河流治理力度。",
        "逐一落实12条河流“河长”。",
        "针对重点领域和12条河流的治理短板,开展攻关。",
        "抓好六个关键环节,完善4大服务。",
        "实施十大培育工程,推进5G基站建设。",
        "实施企业双倍增计划和机构倍增行动。",
        "加快发展电子信息、装备制造6个战略性新兴产业。",
        "深入推进“3+5”体系和行动计划2.0。",
        "通过5年时间形成合力。",
        "推进“15分钟生活圈”建设。",
        "支持20户以上的自然村通公路。",
        "培育一批龙头企业,建设若干平台。",
        "落实《发展规划(2021—2025年)》和“18条”措施。",
        "您提到的“每年安排5000万元专项资金”的问题,我局将认真研究。",
    ],
)
def test_names_labels_and_wishes_are_none(text: str) -> None:
    assert raws(text) == []


def test_a_bare_count_in_a_goal_section_is_a_target() -> None:
    text = "市级研发机构1200家以上、国家级研发机构40家以上。"
    assert raws(text, "goal_section") == ["1200家以上", "40家以上"]
    assert [target.comparator for target in targets(text, "goal_section")] == [">=", ">="]


def test_what_is_there_already_is_no_promise() -> None:
    assert raws("目前已建成5个示范县,力争再建3个。") == ["3个"]
    assert raws("在现有12个检测中心的基础上,再建设8个。") == ["8个"]
    assert raws("将监测点由2150个增加到2500个。") == ["2500个"]


def test_doubling_distributes_over_coordinated_heads() -> None:
    first, second = targets("力争通过5年时间实现龙头企业和骨干企业双倍增。")
    assert (first.start, first.end) == (second.start, second.end)
    assert (first.comparator, first.value, first.norm_unit, first.coordinated) == ("multiple", 2, "×基期", True)
    assert (first.metric, second.metric) == ("龙头企业数", "骨干企业数")


def test_all_doubled_reaching_values_is_one_target_each() -> None:
    found = targets("科技型企业、高新技术企业、瞪羚企业数量全部翻番,分别达到3万家、5000家、900家。")
    assert [target.raw for target in found] == ["3万家", "5000家", "900家"]
    assert [target.multiple for target in found] == [2, 2, 2]
    assert [target.group for target in found] == ["分别"] * 3
    assert found[1].metric.startswith("高新技术企业")


def test_decrease_against_a_baseline() -> None:
    energy, water = targets("单位产值能耗、水耗较“十四五”末分别下降12%、15%。")
    assert [energy.direction, water.direction] == ["decrease", "decrease"]
    assert (energy.baseline, energy.baseline_year) == ("“十四五”末", 2025)
    assert (energy.metric, water.metric) == ("单位产值能耗", "单位产值水耗")
    assert promise("能耗较2020年下降12%。").commitments[0].verifiability.baseline == (3, 8)


@pytest.mark.parametrize(
    ("text", "direction", "sign"),
    [
        ("利用率保持在70%以上。", "maintain", ">="),
        ("城镇调查失业率控制在5.5%左右。", "maintain", "≈"),
        ("事故起数下降10%以上。", "decrease", ">="),
        ("产业规模突破1000亿元。", "increase", ">"),
    ],
)
def test_direction_and_sign(text: str, direction: str, sign: str) -> None:
    (target,) = targets(text)
    assert (target.direction, target.comparator) == (direction, sign)


def test_multiples_of_growth_are_percent() -> None:
    (target,) = targets("营业收入增长2倍。")
    assert (target.value, target.unit, target.norm_value, target.norm_unit) == (2, "倍", 200, "%")


def test_whole_coverage_and_orders_of_size() -> None:
    (whole,) = targets("实现行政村5G网络全覆盖。")
    assert (whole.raw, whole.value, whole.norm_unit, whole.implicit_value) == ("全覆盖", 100, "%", True)
    (soft,) = targets("着力打造电子信息千亿级产业集群。")
    assert (soft.comparator, soft.value, soft.unit, soft.norm_value, soft.soft) == (">=", 1, "千亿元", 10**11, True)


def test_recurrence_and_cumulation_are_kept_apart() -> None:
    (yearly,) = targets("每年滚动推进80个重点产品开发。")
    assert (yearly.recurrence, yearly.cumulative) == ("每年", False)
    (total,) = targets("企业上云累计达到15.5万户。")
    assert (total.recurrence, total.cumulative) == (None, True)


def test_each_number_has_the_date_before_it() -> None:
    plan = Deadline("到2025年", "explicit", None, "2025-12-31")
    text = "到2025年普及率达到95%,到2030年普及率达到98%。"
    first, second = promise(text, deadline=plan).targets
    assert first.deadline is not None
    assert second.deadline is not None
    assert (first.deadline.end, second.deadline.end) == ("2025-12-31", "2030-12-31")


def test_the_commitment_names_its_targets_and_its_quantity() -> None:
    (commitment,) = promise("新建车位3200个。").commitments
    assert commitment.targets == ("T-01",)
    assert commitment.verifiability.quantity == (4, 9)
    (without,) = promise("加强管理。").commitments
    assert (without.targets, without.verifiability.quantity) == ((), None)


def test_a_promise_in_traditional_script_keeps_its_quote() -> None:
    (target,) = targets("培育領軍企業30家以上。")
    assert (target.raw, target.metric) == ("30家以上", "领军企业数")
