"""By what name a public body is found, and in the documents of which place."""

from __future__ import annotations

import pytest

from services.parser.reading.bodies import keys_asked, keys_of, same_body


def found(asked: str, stored: str, *about: str) -> bool:
    return bool(set(keys_asked(asked)) & set(keys_of(stored, about)))


@pytest.mark.parametrize(
    ("asked", "stored", "about"),
    [
        ("重庆市经济和信息化委员会", "市经济信息委", "重庆市"),
        ("重庆市经济和信息化委员会", "市经济信息委", "重庆市渝中区财政局"),
        ("重慶市經濟和信息化委員會", "市经济信息委", "重庆市"),
        ("重庆市经济和信息化委员会", "重庆市经济和信息化委员会", "成都市"),
        ("市经济信息委", "市经济信息委", "成都市"),
        ("市经济信息委", "重庆市经济和信息化委员会", ""),
        ("重庆市发展和改革委员会", "市发改委", "重庆市人民政府办公厅"),
        ("重庆市渝中区财政局", "区财政局", "重庆市渝中区人民政府"),
        ("重庆市渝中区财政局", "区财政局", "渝中区人民政府"),
        ("渝中区财政局", "区财政局", "重庆市渝中区人民政府"),
        ("贵州省教育厅", "省教育厅", "贵州省贵阳市"),
        ("宁夏回族自治区教育厅", "自治区教育厅", "宁夏回族自治区"),
        ("自治区教育厅", "自治区教育厅", "宁夏回族自治区"),
        ("各区县", "各区县", "重庆市"),
        ("市委宣传部", "市委宣传部", "重庆市"),
    ],
)
def test_a_name_finds_its_body(asked: str, stored: str, about: str) -> None:
    assert found(asked, stored, about)


@pytest.mark.parametrize(
    ("asked", "stored", "about"),
    [
        ("重庆市经济和信息化委员会", "市经济信息委", "成都市"),
        ("重庆市经济和信息化委员会", "市经济信息委", ""),
        ("重庆市经济和信息化委员会", "成都市经济和信息化委员会", "重庆市"),
        ("重庆市经济和信息化委员会", "市经济信息委", "贵州省"),
        ("南京市鼓楼区财政局", "区财政局", "福州市鼓楼区"),
        ("市财政局", "区财政局", "重庆市渝中区"),
        ("市财政局", "市教委", "重庆市"),
        ("宁夏回族自治区教育厅", "自治区教育厅", "广西壮族自治区"),
    ],
)
def test_a_name_finds_no_other_body(asked: str, stored: str, about: str) -> None:
    assert not found(asked, stored, about)


def test_the_place_of_a_document_is_the_first_one_named() -> None:
    assert keys_of("市财政局", ["市政府办公厅", "成都市", "重庆市"]) == keys_of("成都市财政局")


@pytest.mark.parametrize("name", ["市经济信息委", "重庆市发改委", "区财政局", "重庆市渝中区财政局", "重庆海关"])
@pytest.mark.parametrize("other", ["市经信委", "市发展改革委", "渝中区财政局", "成都市武侯区财政局", "国家发展改革委"])
def test_names_that_mean_one_body_are_found_by_each_other(name: str, other: str) -> None:
    """As subscriptions compare them, where both names say their place or neither does."""
    if same_body(name, other) and ("@" in keys_asked(name)[0]) == ("@" in keys_asked(other)[0]):
        assert found(name, other)
    if not same_body(name, other):
        assert not found(name, other)
