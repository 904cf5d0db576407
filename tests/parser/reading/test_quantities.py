"""The number grammar (SPEC §8, §9, §17): every form with its span, value, unit and sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.reading.numbers.quantities import find_numbers
from services.parser.reading.numbers.quantity import Quantity
from services.parser.text.layers import match


def quantities(text: str) -> list[Quantity]:
    return list(find_numbers(match(text)).quantities)


def only(text: str) -> Quantity:
    (found,) = quantities(text)
    return found


@pytest.mark.parametrize(
    ("text", "raw", "sign", "value", "unit", "norm_value", "norm_unit"),
    [
        ("新建车位3200个。", "3200个", "=", 3200, "个", 3200, "个"),
        ("投资8,650亿元。", "8,650亿元", "=", 8650, "亿元", 865_000_000_000, "元"),
        ("总量2.5万家。", "2.5万家", "=", 2.5, "万家", 25_000, "家"),
        ("规模达4万亿元。", "4万亿元", "=", 4, "万亿元", 4 * 10**12, "元"),
        ("金额1895.892亿元。", "1895.892亿元", "=", 1895.892, "亿元", 189_589_200_000, "元"),
        ("培训1200余人。", "1200余人", ">", 1200, "人", 1200, "人"),
        ("服务6.2万余户。", "6.2万余户", ">", 6.2, "万户", 62_000, "户"),
        ("投入3000多万元。", "3000多万元", ">", 3000, "万元", 30_000_000, "元"),
        ("总投资超700亿元。", "超700亿元", ">", 700, "亿元", 70_000_000_000, "元"),
        ("收入约1000万元。", "约1000万元", "≈", 1000, "万元", 10_000_000, "元"),
        ("聘请近20名教师。", "近20名", "≈", 20, "名", 20, "名"),
        ("增长不低于6%。", "不低于6%", ">=", 6, "%", 6, "%"),
        ("费用不得超过300元。", "不得超过300元", "<=", 300, "元", 300, "元"),
        ("比例保持在70%以上。", "70%以上", ">=", 70, "%", 70, "%"),
        ("增长5.5%左右。", "5.5%左右", "≈", 5.5, "%", 5.5, "%"),
        ("控制在5%以内。", "5%以内", "<=", 5, "%", 5, "%"),
        ("最高500万元。", "500万元", "<=", 500, "万元", 5_000_000, "元"),
        ("建设1—2家工厂。", "1—2家", "range", (1, 2), "家", (1, 2), "家"),
        ("增长5%—6%。", "5%—6%", "range", (5, 6), "%", (5, 6), "%"),
        ("新增3至5个网点。", "3至5个", "range", (3, 5), "个", (3, 5), "个"),
        ("资金20亿—30亿元。", "20亿—30亿元", "range", (20, 30), "亿元", (2 * 10**9, 3 * 10**9), "元"),
        ("六成行业增长。", "六成", "=", 6, "成", 60, "%"),
        ("百分之八十的学校。", "百分之八十", "=", 80, "%", 80, "%"),
        ("增长2倍多。", "2倍多", ">", 2, "倍", 2, "倍"),
        ("服务9500余家(次)。", "9500余家(次)", ">", 9500, "家(次)", 9500, "家(次)"),
        ("购置设备40台(套)。", "40台(套)", "=", 40, "台(套)", 40, "台(套)"),
        ("匹配3463项次。", "3463项次", "=", 3463, "项次", 3463, "项次"),
        ("日处理5万立方米/日。", "5万立方米/日", "=", 5, "万立方米/日", 50_000, "立方米/日"),
        ("装机50万千瓦。", "50万千瓦", "=", 50, "万千瓦", 500_000, "千瓦"),
        ("标准为2000千瓦时。", "2000千瓦时", "=", 2000, "千瓦时", 2000, "千瓦时"),
        ("高于全国2.9个百分点。", "2.9个百分点", "=", 2.9, "个百分点", 2.9, "个百分点"),
    ],
)
def test_reads_a_number(
    text: str, raw: str, sign: str, value: object, unit: str, norm_value: object, norm_unit: str
) -> None:
    found = only(text)
    assert text[found.start : found.end] == raw
    assert (found.comparator, found.value, found.unit) == (sign, value, unit)
    assert (found.norm_value, found.norm_unit) == (norm_value, norm_unit)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("营收总额达到2.5万亿、", "元"),
        ("解决60万农村人口饮水问题", "人"),
        ("常住人口达到860万", "人"),
        ("新增学位2.4万", "个"),
    ],
)
def test_a_left_out_unit_is_told_by_the_noun_else_it_is_money(text: str, unit: str) -> None:
    found = only(text)
    assert found.unit_elided
    assert found.norm_unit == unit


@pytest.mark.parametrize("word", ["签约", "节约", "预约"])
def test_what_ends_in_an_approximator_is_none(word: str) -> None:
    found = only(f"{word}250个")
    assert (found.comparator, found.start) == ("=", 2)


def test_a_bare_number_takes_the_unit_it_is_coordinated_with() -> None:
    first, second = quantities("分别建成16、20个")
    assert (first.norm_unit, second.norm_unit) == ("个", "个")
    assert first.unit_elided


def test_from_to_is_two_numbers_and_no_range() -> None:
    assert [found.value for found in quantities("由20个到30个")] == [20, 30]


def test_below_that_begins_a_definition_is_no_bound() -> None:
    assert only("共3家以下简称试点").comparator == "="


@pytest.mark.parametrize(
    "text",
    [
        "2023年3月27日", "2021—2025年", "1—10月", "前3个季度", "近3年", "第12届", "第0843号", "渝府办发〔2021〕80号",
        "《发展规划(2021—2025年)》", "“3+5”体系", "“18条”政策", "5G基站", "IPv6", "C919大飞机", "PM2.5浓度",
        "世界500强", "前10名", "80后", "70周年", "2020届", "12345热线", "15分钟生活圈", "7×24小时", "3号线",
        "联系电话:0591-87654321", "13812345678", "https://a.gov.cn/t20230612_1.html", "每10万人", "2+6+X",
        "您提到的“每年安排5000万元专项资金”的问题", "关于增加500个车位的建议", "2022某地大会",
    ],
)  # fmt: skip
def test_names_are_no_quantities(text: str) -> None:
    assert [found for found in quantities(text) if not found.chinese and found.cls != "bare"] == []


_WORDS = (
    "约 超 近 不低于 3 12 8,600 0.5 1—2 万 亿 余 多 个 家(次) 元 % 倍 个百分点 以上 左右 、 , 。 和 六成 两批 百 年 月"
    " 《 》 “ ” ( ) 第 号 至 由 达到 增长 分别 A 5G - ~ :1"
)
_PIECES = st.sampled_from([*_WORDS.split(), "\n"])


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=40).map("".join)))
def test_any_text_is_read_and_spans_are_in_order(text: str) -> None:
    matched = match(text)
    numbers = find_numbers(matched)
    for items in (numbers.names, [found for found in numbers.quantities if not found.chinese]):
        end = 0
        for item in items:
            assert end <= item.start < item.end <= len(text)
            end = item.end
    for found in numbers.quantities:
        assert found.start <= found.number < found.end
        if not found.chinese:
            assert matched[found.number].isdigit()


def test_a_bound_at_the_very_end_of_the_text_ends_with_the_text() -> None:
    text = "综合利用率保持在70%以上"
    (quantity,) = find_numbers(text).quantities
    assert quantity.end == len(text)
