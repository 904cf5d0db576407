"""Names of public bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.reading.bodies import bodies_in, body_of_site, is_body, same_body, short_name


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("重庆市经济和信息化委员会", "市经济信息委"),
        ("重慶市經濟和信息化委員會", "市经济信息委"),
        ("重庆市人民政府办公厅", "市政府办公厅"),
        ("四川省人民政府办公厅", "省政府办公厅"),
        ("贵州省教育厅", "省教育厅"),
        ("广州市天河区财政局", "区财政局"),
        ("广州市人力资源和社会保障局", "市人力社保局"),
        ("恩施土家族苗族自治州农业农村局", "州农业农村局"),
        ("石林彝族自治县水务局", "县水务局"),
        ("西藏自治区人民政府", "自治区政府"),
        ("国家市场监督管理总局", "市场监管总局"),
        ("中共重庆市委员会组织部", "市委组织部"),
        ("市市场监管局", "市市场监管局"),
        ("莒南县教育和体育局", "县教育和体育局"),
        ("嵩县财政局", "县财政局"),
        ("各县财政局", "各县财政局"),
    ],
)
def test_short_names(full: str, short: str) -> None:
    assert short_name(full) == short


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("重庆市科学技术局", "市科技局", True),
        ("重庆市发展和改革委员会", "市发改委", True),
        ("广州市人力资源和社会保障局", "市人社局", True),
        ("重庆市渝中区财政局", "渝中区财政局", True),
        ("重庆市科技局", "成都市科技局", False),
        ("市科技局", "省科技厅", False),
        ("市财政局", "区财政局", False),
    ],
)
def test_same_body(a: str, b: str, same: bool) -> None:
    assert same_body(a, b) is same
    assert same_body(b, a) is same


def test_a_joint_signature_names_every_body() -> None:
    assert bodies_in("某市教育局      某市财政局") == ("某市教育局", "某市财政局")
    assert bodies_in("某 市 教 育 局") == ("某市教育局",)
    assert bodies_in("全面加强建设,完成任务。") == ()
    assert body_of_site("某市教育委员会门户网站") == "某市教育委员会"


@given(st.text(max_size=40))
def test_any_name_is_shortened_once(name: str) -> None:
    assert same_body(name, name)
    assert isinstance(is_body(short_name(name)), bool)
