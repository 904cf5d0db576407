"""Sentences and the marks that hide their ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.reading.sentences import cut, pairs, top_level, trim


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in cut(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建设园区。完善制度。", ["建设园区。", "完善制度。"]),
        ("鼓励甲;鼓励乙。", ["鼓励甲;", "鼓励乙。"]),
        ("构建体系(发展甲;提质乙),打造园区。", ["构建体系(发展甲;提质乙),打造园区。"]),
        ("您提到的“加大投入。”我局高度重视。", ["您提到的“加大投入。”我局高度重视。"]),
        ("他说:“开工。”", ["他说:“开工。”"]),
        ("聚焦“甲、‘乙’企业”,建设。完。", ["聚焦“甲、‘乙’企业”,建设。", "完。"]),
        ("编制《目录2020—2021)》。发布。", ["编制《目录2020—2021)》。", "发布。"]),
        ("丢了(一半。仍然分句。", ["丢了(一半。", "仍然分句。"]),
        ("没有句号", ["没有句号"]),
        ("  。 ", ["。"]),
        ("好!开工?是。", ["好!", "开工?", "是。"]),
    ],
)
def test_cutting(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_pair_does_not_reach_over_a_line_end() -> None:
    assert pairs("(甲\n乙)", 0, 5) == {}


def test_a_lost_quotation_mark_hides_nothing_far_away() -> None:
    text = "“甲。" + "乙" * 600 + "”。丙。"
    assert pieces(text)[0] == "“甲。"


@given(st.text(alphabet="甲乙。;,:“”《》() \n", max_size=60))
def test_pieces_are_trimmed_and_lose_nothing(text: str) -> None:
    spans = cut(text, 0, len(text))
    assert all(trim(text, *span) == span for span in spans)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


@given(st.text(alphabet="甲。;“”()", max_size=40))
def test_top_level_marks_ascend_and_stand_in_no_pair(text: str) -> None:
    places = list(top_level(text, 0, len(text), "。;"))
    assert places == sorted(set(places))
    closing = pairs(text, 0, len(text))
    assert not [place for place in places for opened, closed in closing.items() if opened < place < closed]
