"""What holds for any two texts: a text is itself, nothing is lost, the script is exact, form is no change."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.domain.change import Change, Comparison, Suppression
from services.parser.compare.compare import body_key, compare
from services.parser.compare.marking.account import edits
from services.parser.compare.marking.script import apply
from services.parser.reading.read import read_text

_PARTS = [
    "一、", "(一)", "1.", "一是", "下一步,", "责任单位:市教育局、市民政局", "推动", "确保", "探索", "到2026年,", "建成",
    "300家", "1.5亿元", "95%以上", "1—2个", "、", ",", "。", ";", "\n", "社区食堂", "养老驿站", "覆盖率", "达到", " ",
    "《助餐办法》", "每季度", "(责任单位:市商务局)", "2023年,", "增长3.2%", "打印|关闭", "“", "”",
]  # fmt: skip
_texts = st.lists(st.sampled_from(_PARTS), max_size=40).map("".join)
_FORMS: list[Callable[[str], str]] = [
    lambda text: text.translate(str.maketrans(",:;()%", "，：；（）％")),
    lambda text: text.replace("“", "「").replace("”", "」"),
    lambda text: text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
    lambda text: text.replace("务", "務").replace("动", "動").replace("达", "達"),
]


@given(_texts)
def test_nothing_differs_from_itself(text: str) -> None:
    assert compare(read_text(text), read_text(text)) == Comparison()


@given(_texts, _texts)
def test_the_comparison_is_a_script_and_each_character_is_explained_once(before: str, after: str) -> None:
    old, new = read_text(before), read_text(after)
    found = compare(old, new)
    assert apply(old.source_text, edits(old, new, found)) == new.source_text
    entries: tuple[Change | Suppression, ...] = (*found.changes, *found.suppressed)
    for marks in ([x.old_marks for x in entries], [x.new_marks for x in entries]):
        placed = sorted(mark for spans in marks for mark in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(placed))


@given(_texts, st.sampled_from(_FORMS))
def test_another_form_of_any_text_is_held_back(text: str, form: Callable[[str], str]) -> None:
    old, new = read_text(text), read_text(form(text))
    found = compare(old, new)
    assert body_key(old) == body_key(new)
    assert found.changes == ()
    assert bool(found.suppressed) == (old.source_text != new.source_text)
