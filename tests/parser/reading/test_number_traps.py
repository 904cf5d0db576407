"""The traps of SPEC §14 that lie in numbers, on the founding documents themselves."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from services.domain.commitment import Target
from services.domain.document import Document
from services.domain.figure import Figure
from services.parser.reading.read import read_text
from services.parser.text.layers import match

ROOT = Path(__file__).parents[3]


@cache
def seed(name: str) -> Document:
    (path,) = (ROOT / "seeds").glob(f"{name}_*.txt")
    return read_text(path.read_text(encoding="utf-8"))


def line(name: str, number: int) -> tuple[int, int]:
    """Span of line `number`, counted from 1."""
    lines = seed(name).text.split("\n")
    start = sum(len(text) + 1 for text in lines[: number - 1])
    return start, start + len(lines[number - 1])


def targets(name: str, number: int) -> list[Target]:
    start, end = line(name, number)
    return [target for target in seed(name).targets if start <= target.start < end]


def figures(name: str, number: int) -> list[Figure]:
    start, end = line(name, number)
    return [figure for figure in seed(name).figures if start <= figure.start < end]


def figure(name: str, raw: str) -> Figure:
    return next(figure for figure in seed(name).figures if match(figure.raw) == raw)


def target(name: str, raw: str) -> Target:
    return next(target for target in seed(name).targets if match(target.raw) == raw)


def reasons(name: str, around: str) -> list[str]:
    """Reasons of the labels whose context holds `around`."""
    return [label.reason for label in seed(name).numeric_labels if around in match(label.context)]


def numbers_of_names(name: str, *words: str) -> list[str]:
    """Targets and figures that overlap one of `words`."""
    document = seed(name)
    matched = match(document.text)
    items = [(target.start, target.end, target.raw) for target in document.targets]
    items += [(figure.start, figure.end, figure.raw) for figure in document.figures]
    found: list[str] = []
    for word in words:
        assert word in matched
        at = matched.find(word)
        while at >= 0:
            found += [raw for start, end, raw in items if start < at + len(word) and at < end]
            at = matched.find(word, at + 1)
    return found


def test_trap_01_thousands_comma_is_one_number() -> None:
    found = figure("000", "超8,600亿元")
    assert (found.value, found.unit, found.norm_value) == (8600, "亿元", 860_000_000_000)


def test_trap_02_unbalanced_title_keeps_its_years() -> None:
    assert reasons("000", "目录2022—2025") == ["date_or_period", "date_or_period"]


def test_trap_07_last_year_and_the_multiple_of_an_earlier_year() -> None:
    level, ratio = figure("000", "超357亿元"), figure("000", "2.7倍")
    assert level.period is not None
    assert (level.period.end, level.period.type) == ("2022-09-30", "as_of")
    assert (ratio.kind, ratio.norm_value, ratio.basis) == ("ratio", 2.7, "2019年初")


def test_trap_08_level_threshold_and_change_of_one_metric() -> None:
    found = [figure("000", raw) for raw in ("5227.6亿元", "5000亿元", "36%")]
    assert [item.kind for item in found] == ["level", "threshold", "change"]
    assert len({item.metric for item in found}) == 1


def test_trap_09_expected_income_in_the_past_is_a_forecast() -> None:
    assert figure("000", "约1000万元").kind == "forecast"
    assert "约1000万元" not in [item.raw for item in seed("000").targets]


def test_trap_10_doubling_is_a_target_but_no_doubling_plan() -> None:
    assert [item.raw for item in targets("000", 10)] == ["双倍增", "双倍增"]
    assert targets("000", 21) == []


def test_trap_22_decimals_and_versions_are_no_markers() -> None:
    assert target("001", "1.45件").value == 1.45
    assert target("001", "1.3万亿").norm_value == 1_300_000_000_000
    assert reasons("001", "体系2.0、") == ["version"]


def test_trap_23_all_doubled_with_three_values() -> None:
    found = [item for item in targets("001", 35) if item.group == "分别"]
    assert [item.norm_value for item in found] == [45000, 8000, 1500]
    assert [(item.multiple, item.comparator) for item in found] == [(2, "=")] * 3


def test_trap_24_two_different_above() -> None:
    found = target("001", "50%以上")
    assert (found.comparator, found.norm_value) == (">=", 50)
    assert "规模以上工业企业" in found.metric


def test_trap_25_percentage_beside_an_index() -> None:
    share, index = (item for item in targets("001", 80) if match(item.raw) in ("65%", "65"))
    assert (share.norm_unit, index.norm_unit) == ("%", "指数")
    assert share.metric != index.metric


def test_trap_26_decreases_against_the_plan_before() -> None:
    found = [target("001", "16%"), target("001", "20%")]
    assert [(item.direction, item.baseline_year, item.group) for item in found] == [("decrease", 2020, "分别")] * 2
    assert found[0].metric.endswith("单位增加值能耗")
    assert found[1].metric.endswith("单位增加值水耗")


def test_trap_27_three_targets_two_heads_and_a_unit_elided() -> None:
    found = [item for item in targets("001", 133) if match(item.raw) in ("1.3万亿", "超过10%", "40%")]
    assert [item.norm_unit for item in found] == ["元", "%", "%"]
    assert found[0].unit_elided
    assert [item.elided_head for item in found] == [False, True, True]
    assert all("营收" in item.metric for item in found)


def test_trap_28_every_year_is_a_recurrence() -> None:
    found = targets("001", 48)
    assert [(item.norm_value, item.recurrence, item.cumulative) for item in found] == [
        (100, "每年", False),
        (200, "每年", False),
    ]


def test_trap_29_one_range_and_one_indefinite_promise() -> None:
    assert target("001", "1—2家").value == (1, 2)
    assert targets("001", 136) == []


def test_trap_32_names_of_technology() -> None:
    assert numbers_of_names("001", "IPv6", "第6版", "5G", "C2M") == []


def test_trap_33_figures_in_the_preamble() -> None:
    assert [item.raw for item in figures("002", 1)] == ["5.5%", "1.4个百分点", "12.8%", "2.9个百分点"]


def test_trap_34_the_year_from_the_heading() -> None:
    month, quarter = figure("002", "5.5%"), figure("002", "6.1%")
    assert month.period is not None
    assert quarter.period is not None
    assert (month.period.start, month.period.end) == ("2023-01-01", "2023-10-31")
    assert (quarter.period.raw, quarter.period.end) == ("前三个季度", "2023-09-30")
    assert (month.basis, month.basis_source) == ("同比", "default")


def test_trap_35_respectively_across_a_semicolon() -> None:
    found = [item for item in figures("002", 3) if item.group == "分别"]
    assert [item.norm_value for item in found] == [6.3, 12.2, 19.6, 12.2, 4.1, 4.1, 7]
    assert found[0].metric == "智能网联新能源汽车产业增加值"
    assert all(item.metric.endswith("增加值") for item in found)


def test_trap_36_pairs_without_respectively() -> None:
    found = [item for item in figures("002", 6) if item.raw in ("29.8%", "42.2%")]
    assert ["研发机构" in item.metric for item in found] == [True, False]
    assert ["研发活动" in item.metric for item in found] == [False, True]


def test_trap_37_the_level_is_carried() -> None:
    found = [item.metric for item in figures("002", 4) if item.raw in ("133家", "12个", "10条")]
    assert found == ["国家级绿色工厂数", "国家级绿色园区数", "国家级绿色供应链数"]


def test_trap_38_policy_and_list_names() -> None:
    assert numbers_of_names("002", "“25条”", "500强") == []
    assert reasons("002", "“25条”") == ["policy_nickname"]


def test_trap_39_scope_counts_are_no_targets() -> None:
    assert targets("002", 15) == []


def test_trap_42_growth_in_multiples() -> None:
    assert figure("003", "3.4倍").norm_value == 340
    found = [item for item in figures("003", 5) if item.group == "分别"]
    assert [item.norm_value for item in found] == [160, 520, 310]
    assert len({item.metric for item in found}) == 3


def test_trap_44_the_stated_number_counts_not_the_list() -> None:
    assert target("003", "8个").norm_value == 8


def test_trap_45_names_of_products() -> None:
    assert numbers_of_names("003", "坦克300", "领巢9AT") == []


def test_trap_48_elided_heads_of_levels() -> None:
    found = {item.raw: item.metric for item in figures("004", 7)}
    assert found["1个"] == "国家级制造业创新中心数"
    assert found["15个"] == "国家级技术创新示范企业数"


def test_trap_49_units_of_their_own() -> None:
    assert figure("004", "9500余家(次)").norm_unit == "家(次)"
    assert figure("004", "1900余家次").norm_unit == "家次"
    assert [figure("004", raw).norm_value for raw in ("2批", "45个")] == [2, 45]


def test_trap_50_a_habit_in_the_past_is_no_figure() -> None:
    assert numbers_of_names("004", "每半年组织开展一次") == []


def test_trap_51_numerals_in_names() -> None:
    for name, words in (("001", ("一二三产业", "第一产业", "一区两群")), ("004", ("一企一策一人",))):
        assert numbers_of_names(name, *words) == []
