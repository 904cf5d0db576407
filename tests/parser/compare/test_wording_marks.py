"""Marks are whole words and whole numbers with their unit, and no larger than the edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.compare.marking.wording import Wording, hunks, tokens
from services.parser.text.layers import key, match


def _marks(old: str, new: str) -> list[tuple[str, str, bool]]:
    found = hunks(Wording(old, match(old), 0), Wording(new, match(new), 0))
    return [(old[x.old_start : x.old_end], new[x.new_start : x.new_end], x.form) for x in found]


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("建成湿地公园30个、口袋公园300处", "建成湿地公园30个、口袋公园200处", "300处", "200处"),
        ("投资1.5亿元以上", "投资1.3亿元以上", "1.5亿元", "1.3亿元"),
        ("覆盖率达到95%", "覆盖率达到95.5%", "95%", "95.5%"),
        ("到2025年建成", "到2027年建成", "2025年", "2027年"),
        ("每县培育1—2家", "每县培育1—3家", "1—2家", "1—3家"),
        ("确保供水安全", "努力保持供水安全", "确保", "努力保持"),
        ("90%以上的村庄", "90%左右的村庄", "以上", "左右"),
        ("市教委、市公安局、市民政局", "市教委、市民政局", "市公安局、", ""),
        ("安排财政资金5,000万元", "安排财政资金6,000万元", "5,000万元", "6,000万元"),
    ],
)
def test_a_single_edit_is_one_mark_of_its_own_size(old: str, new: str, before: str, after: str) -> None:
    assert _marks(old, new) == [(before, after, False)]


def test_two_numbers_side_by_side_are_two_marks() -> None:
    assert _marks("下降16%、20%", "下降14%、18%") == [("16%", "14%", False), ("20%", "18%", False)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("到年底,建成", "到年底，建成"),
        ("8,600亿元", "8600亿元"),
        ("“两癌”筛查", "「两癌」筛查"),
        ("醫療服務", "医疗服务"),
    ],
)
def test_another_form_of_the_same_words_is_marked_as_form(old: str, new: str) -> None:
    assert all(form for _, _, form in _marks(old, new))
    assert _marks(old, new)


_sentences = st.lists(
    st.sampled_from(
        ["推动", "确保", "建成", "300家", "1.5亿元", "2025年", "、", ",", "。", "园区", "95%", "1—2家", "A", "工", "业"]
    ),
    max_size=14,
).map("".join)


@given(_sentences)
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens(match(text))) == match(text)


@given(_sentences, _sentences)
def test_outside_of_the_marks_both_sides_are_equal(old: str, new: str) -> None:
    found = hunks(Wording(old, match(old), 0), Wording(new, match(new), 0))
    rest_old, rest_new, i, j = "", "", 0, 0
    for hunk in found:
        rest_old, rest_new = rest_old + old[i : hunk.old_start], rest_new + new[j : hunk.new_start]
        i, j = hunk.old_end, hunk.new_end
    assert rest_old + old[i:] == rest_new + new[j:]


@given(_sentences, _sentences)
def test_equal_keys_leave_nothing_meant(old: str, new: str) -> None:
    found = hunks(Wording(old, match(old), 0), Wording(new, match(new), 0))
    if key(match(old)) == key(match(new)):
        assert all(hunk.form for hunk in found)
    else:
        assert any(not hunk.form for hunk in found)
