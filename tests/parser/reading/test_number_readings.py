"""Numbers whose words mislead: lists of unequal length, damaged units, bounds before the verb, multiples in words."""

from __future__ import annotations

import pytest

from services.domain.commitment import Target
from services.domain.document import Document
from services.parser.reading.commitments.deadlines import heading_deadline
from services.parser.reading.numbers.metrics import polarity
from services.parser.reading.read import read_text


def letter(text: str) -> Document:
    return read_text(
        f"王小明代表:\n你的建议收悉,现答复如下:\n下一步,我局将做好以下工作:\n{text}\n某县财政局\n2024年5月6日"
    )


def targets(text: str) -> tuple[Target, ...]:
    return letter(text).targets


def test_unequal_lists_are_left_alone_and_said() -> None:
    document = letter("城镇、农村、郊区居民收入分别增长5%、6%。")
    assert not document.targets
    assert [label.raw for label in document.numeric_labels if label.reason == "uneven_list"] == ["5", "6"]
    assert sum("分别" in warning for warning in document.quality.warnings) == 2
    assert [target.metric for target in targets("城镇、农村和郊区居民收入分别增长5%、6%和7%。")] == [
        "城镇收入", "农村收入", "郊区居民收入",
    ]  # fmt: skip


def test_town_and_country_part_two_values() -> None:
    assert [target.metric for target in targets("城乡居民人均可支配收入分别增长5%和6%。")] == [
        "城镇居民人均可支配收入", "农村居民人均可支配收入",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "raw", "reason"),
    [
        ("新增绿色工厂20秒。", "20", "implausible_unit"),
        ("打造特色小镇12岁。", "12", "implausible_unit"),
        ("培育企业300,完善服务。", "300", "no_unit"),
        ("推进改造提升工程2.0。", "2.0", "version"),
        ("开展20天集中宣传。", "20", "duration"),
    ],
)
def test_a_damaged_unit_is_named(text: str, raw: str, reason: str) -> None:
    document = letter(text)
    assert not document.targets
    assert [label.reason for label in document.numeric_labels if label.raw == raw] == [reason]


@pytest.mark.parametrize(
    ("text", "factor"),
    [("产值实现三倍增。", 3), ("企业数翻三番。", 8), ("企业数翻2番。", 4), ("主体数量实现双倍增。", 2)],
)
def test_multiples_in_words(text: str, factor: int) -> None:
    (target,) = targets(text)
    assert (target.comparator, target.norm_value) == ("multiple", factor)
    assert not target.metric.endswith(("数数", "值数"))


def test_a_multiple_in_a_name_promises_nothing() -> None:
    assert not targets("实施三倍增计划。")


@pytest.mark.parametrize(
    ("text", "metric", "comparator", "value"),
    [
        ("为各区至少培育1家示范基地。", "示范基地数", ">=", 1),
        ("每季度至少主动联系1次签约居民。", "签约居民次数", ">=", 1),
        ("基本实现家庭全覆盖。", "家庭覆盖率", "=", 100),
        ("建成充电桩1000个、和美乡村20个。", "充电桩数", "=", 1000),
        ("换乘点与轨道换乘比例提升至93%。", "换乘点与轨道换乘比例", "=", 93),
        ("打造40个吸引力强、带动面广的消费场景。", "消费场景数", "=", 40),
        ("为200万名中小学生开展心理健康测评。", "中小学生人数", "=", 2_000_000),
        ("事故死亡率控制在0.6人/百亿元以下。", "事故死亡率", "<=", 0.6),
    ],
)
def test_the_name_and_bound_of_a_number(text: str, metric: str, comparator: str, value: float) -> None:
    first = targets(text)[0]
    assert (first.metric, first.comparator, first.norm_value, first.baseline) == (metric, comparator, value, None)


@pytest.mark.parametrize(
    "text", ["5.5%左右的预期增长目标与规划总体衔接。", "实施沿线1公里化工腾退地块治理。", "提升39个县域帮扶质效。"]
)
def test_what_is_only_spoken_about_is_no_target(text: str) -> None:
    assert not targets(text)


def test_the_later_period_of_a_heading_counts() -> None:
    deadline = heading_deadline("二、“十四五”时期发展成就和“十五五”时期主要目标任务", None)
    assert deadline is not None
    assert deadline.end == "2030-12-31"


@pytest.mark.parametrize(
    ("metric", "better"),
    [
        ("申请材料数", "lower"), ("办理环节数", "lower"), ("平均办理时间", "lower"), ("审批时限", "lower"),
        ("新材料产值", "higher"), ("关键环节数控化率", "higher"), ("每天校园体育活动时间", "higher"),
    ],
)  # fmt: skip
def test_less_is_better_only_of_what_is_asked_of_people(metric: str, better: str) -> None:
    assert polarity(metric, "increase") == better


def test_the_state_of_the_world_is_no_promise() -> None:
    report = read_text(
        "2026年某市政府工作报告\n一、2025年工作回顾\n各项工作取得成效。\n二、2026年重点工作\n"
        "当前,国际形势复杂严峻。\n从发展机遇看,长期向好的基本趋势没有改变。\n我们坚信,明天会更好。\n"
        "当前,我们要坚定信心,加快建设园区20个。"
    )
    assert [each.text[:8] for each in report.commitments] == ["当前,我们要坚定"]
    assert [each.norm_value for each in report.targets] == [20]


def test_what_a_number_is_raised_from_is_its_baseline() -> None:
    (target,) = targets("生均补助标准从380元提高至1000元。")
    assert (target.norm_value, target.baseline) == (1000, "380元")
    assert letter("生均补助标准从380元提高至1000元。").commitments[-1].verifiability.baseline is not None
