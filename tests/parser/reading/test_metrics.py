"""Metric names across versions (SPEC §13)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.reading.numbers.metrics import metric_key, polarity
from services.parser.text.layers import match


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("规模以上工业企业研发投入强度", "规上工业企业研发投入强度"),
        ("国家级“小巨人”企业数", "国家小巨人企业"),
        ("全市企业上云户数", "企业上云家数"),
        ("产业研究院+产业园区+产业基金", "产业研究院+产业基金+产业园区"),
        ("企业吹哨.部门报道办结率", "企业吹哨·部门报到办结率"),
        ("專精特新企業數", "专精特新企业数"),
        ("专精特新中小企业数", "专精特新企业数"),
        ("绿色工厂占比", "绿色工厂比重"),
    ],
)
def test_spellings_of_one_metric_share_a_key(one: str, other: str) -> None:
    assert metric_key(one) == metric_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("市级创新中心数", "国家级创新中心数"),
        ("新增绿色工厂数", "绿色工厂数"),
        ("制造业企业数", "规上企业数"),
        ("单位增加值能耗", "单位增加值水耗"),
        ("5G全连接工厂数", "智能工厂数"),
    ],
)
def test_levels_populations_and_flows_stay_apart(one: str, other: str) -> None:
    assert metric_key(one) != metric_key(other)


@given(st.text())
def test_spaces_quotes_and_width_make_no_other_metric(metric: str) -> None:
    assert metric_key(metric) == metric_key(f" “{metric}” ") == metric_key(match(metric))


@pytest.mark.parametrize(
    ("metric", "direction", "better"),
    [
        ("绿色工厂数", "increase", "higher"),
        ("单位增加值能耗", "decrease", "higher"),
        ("单位增加值能耗", "increase", "lower"),
        ("城镇调查失业率", "maintain", "lower"),
        ("办理时限", "increase", "lower"),
        ("固废综合利用率", "maintain", "higher"),
        ("居民消费价格涨幅", "increase", "unknown"),
    ],
)
def test_which_way_is_more_ambitious(metric: str, direction: str, better: str) -> None:
    assert polarity(metric, direction) == better
