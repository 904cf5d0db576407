"""Personal numbers are masked, everything else stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.text.privacy import mask_phones


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("联系人:王某,13812345678", "联系人:王某,138********"),
        ("联系电话:0591-87654321", "联系电话:059*-********"),
        ("联系电话：87654321。", "联系电话：876*****。"),
        ("(渝府发〔2021〕18号)", "(渝府发〔2021〕18号)"),
        ("投资13812345678元以上的项目", "投资13812345678元以上的项目"),
        ("累计42820家,增长16.32%", "累计42820家,增长16.32%"),
        ("索引号:11500000009275780L/2023-00123", "索引号:11500000009275780L/2023-00123"),
    ],
)
def test_numbers_of_people_are_masked(text: str, masked: str) -> None:
    assert mask_phones(text) == masked


@given(st.text())
def test_the_length_stays_so_that_spans_stay_true(text: str) -> None:
    assert len(mask_phones(text)) == len(text)
