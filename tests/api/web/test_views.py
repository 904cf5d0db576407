"""What the pages show is what the documents say: nothing lost, nothing added, nothing that runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.web.answer import neutral
from services.api.web.archive import harmless
from services.api.web.views.annotated import annotated
from services.api.web.views.chart import HEIGHT, chart, stretches
from services.api.web.views.comparison import Run, compared
from services.api.web.views.sentences import sentence
from services.api.web.words import Words
from services.domain.document import Document
from services.parser.compare.compare import compare
from services.parser.reading.read import read_text
from services.parser.text.privacy import mask_phones

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
ZH, EN = Words("zh"), Words("en")


@pytest.mark.parametrize("path", SEEDS[2:4], ids=lambda path: path.name[:3])
def test_a_documents_text_is_shown_whole(path: Path) -> None:
    document = read_text(path.read_text("utf-8"))
    shown = annotated(document, ZH)
    said = "\n".join("".join(run.text for part in line.parts for run in part.runs) for line in shown.lines)
    assert said == mask_phones(document.source_text)
    cards = [part.card for line in shown.lines for part in line.parts if part.card]
    assert [card.id for card in cards] == [one.id for one in document.commitments]
    assert len({part.id for line in shown.lines for part in line.parts if part.first}) == len(document.commitments)
    marked = {run.what for line in shown.lines for part in line.parts for run in part.runs}
    assert "actor" in marked
    assert ("target" in marked) == bool(document.targets)
    assert ("deadline" in marked) == any(one.verifiability.date for one in document.commitments)


def _sides(old: Document, new: Document) -> tuple[str, str, str, str]:
    found = compared(compare(old, new), old, new, (), ZH)
    every = [row for fold in found.folds for row in fold.rows]

    def text(runs: tuple[Run, ...]) -> str:
        return "".join(run.text for run in runs)

    merged_old, merged_new = [], []
    for row in every:
        if len(row.merged) == 1 and row.old is not None and row.new is not None:
            merged_old.append(_without(row.merged[0], "ins"))
            merged_new.append(_without(row.merged[0], "del"))
        else:
            merged_old += [text(row.old)] if row.old is not None else []
            merged_new += [text(row.new)] if row.new is not None else []
    return (
        "\n".join(text(row.old) for row in every if row.old is not None),
        "\n".join(text(row.new) for row in every if row.new is not None),
        "\n".join(merged_old),
        "\n".join(merged_new),
    )


def _without(runs: tuple[Run, ...], tag: str) -> str:
    return "".join(run.text for run in runs if run.tag != tag)


def test_a_comparison_shows_both_texts_whole() -> None:
    text = SEEDS[2].read_text("utf-8")
    lines = text.split("\n")
    edited = "\n".join([*lines[:4], "新加的一行，电话13812345678。", *lines[6:10], lines[5], *lines[10:]])
    old, new = read_text(text), read_text(edited.replace("2022年", "2023年", 1).replace("加强", "推动", 2))
    beside_old, beside_new, inline_old, inline_new = _sides(old, new)
    assert beside_old == inline_old == mask_phones(old.source_text)
    assert beside_new == inline_new == mask_phones(new.source_text)
    assert "13812345678" not in beside_new


def test_a_change_has_its_place_in_the_text_and_its_quotation() -> None:
    old = read_text(
        "关于养老的答复\n一、下一步工作\n（一）到2025年，建成社区食堂260家。继续努力。\n临江市民政局\n2023年4月1日"
    )
    new = read_text(old.source_text.replace("260", "210"))
    found = compared(compare(old, new), old, new, compare(old, new).changes, ZH)
    (told,) = found.changes
    assert told.ordinal == 0
    assert told.quotes == ("（一）到2025年，建成社区食堂260家。", "（一）到2025年，建成社区食堂210家。")
    anchors = [run.anchor for fold in found.folds for row in fold.rows for run in row.new or ()]
    assert told.anchor in anchors
    assert told.view.sentence.endswith("目标由 260家 降为 210家")


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"type": "target_lowered", "before": 50, "after": 30, "old": {"text": "50个"}, "new": {"text": "30个"}},
         "目标由 50个 降为 30个", "Target lowered from 50个 to 30个"),
        ({"type": "deadline_moved", "detail": "later", "before": "到2025年", "after": "到2027年"},
         "期限由 2025年 推迟到 2027年", "Deadline put off from 2025年 to 2027年"),
        ({"type": "deadline_moved", "detail": "removed", "before": "2025年底", "after": None},
         "期限 2025年底 被删去", "Deadline 2025年底 was taken out"),
        ({"type": "modality_softened", "before": 5, "after": 3, "old": {"text": "确保"}, "new": {"text": "力争"}},
         "措辞减弱：“确保”改为“力争”", "Weaker wording: “确保” became “力争”"),
        ({"type": "actor_removed", "before": ["市公安局", "市教委"]},
         "责任单位去掉 市公安局、市教委", "市公安局、市教委 no longer responsible"),
        ({"type": "metadata_changed", "field": "title", "before": "甲", "after": "乙"},
         "标题由“甲”改为“乙”", "Title changed from “甲” to “乙”"),
        ({"type": "narrative_changed", "before": None, "after": "多了一句"},
         "新增叙述：“多了一句”", "Added: “多了一句”"),
        ({"type": "something_new", "before": 1, "after": 2}, "something_new: 1 → 2", "something_new: 1 → 2"),
    ],
)  # fmt: skip
def test_a_change_is_one_sentence(change: dict[str, object], zh: str, en: str) -> None:
    assert (sentence(change, ZH), sentence(change, EN)) == (zh, en)


def test_bars_stand_on_each_other_and_reach_the_top() -> None:
    start = datetime(2023, 1, 1, tzinfo=UTC)
    drawn = chart({(0, "critical"): 1, (0, "low"): 3, (2, "high"): 2}, start, timedelta(days=1), 3)
    assert [bar.total for bar in drawn.bars] == [4, 0, 2]
    assert [piece.severity for piece in drawn.bars[0].pieces] == ["critical", "low"]
    assert drawn.bars[0].pieces[-1].y == 0
    assert sum(piece.height for piece in drawn.bars[0].pieces) == HEIGHT
    for days, number in ((7, 7), (30, 30), (365, 53), (3650, 52)):
        width, count = stretches(start, start + timedelta(days=days))
        assert count <= 53
        assert width * count >= timedelta(days=days)
        assert count == number


HOSTILE = (
    "<html><head><title>x</title><meta http-equiv=refresh content='0;url=//e.cn'><base href='//e.cn'><style>p{}</style>"
    "<script>alert(1)</script></head><body onload=alert(1)><p style='x' onclick=a()>文字"
    "<img src=//e.cn/i.png onerror=alert(1)><svg><script>alert(1)</script><a href=javascript:alert(1)>点</a></svg>"
    "<a href='javascript:alert(1)'>链接</a><iframe src=//e.cn></iframe><form action=//e.cn><input name=a></form>"
    "<object data=//e.cn></object><math><mtext></mtext></math><template><p>t</p></template>\u202e反向"
    "<table><tr><td colspan=2 background=//e.cn>格</td></tr></table>电话：138<b>1234</b>5678</p></body></html>"
)


def test_an_archive_copy_keeps_words_and_nothing_that_runs_or_loads() -> None:
    copy = harmless(HOSTILE.encode(), "text/html; charset=utf-8")
    assert copy is not None
    for word in ("文字", "链接", "反向", '<td colspan="2">格</td>', "138<b>****</b>****"):
        assert word in copy, copy
    lowered = copy.lower()
    for bad in (
        "script",
        "alert",
        "href",
        "src",
        "onerror",
        "style",
        "e.cn",
        "svg",
        "iframe",
        "form",
        "\u202e",
        "meta",
    ):
        assert bad not in lowered, copy


@given(st.text(st.sampled_from("<>/='\"abpscript on1386 \u202e&;#x"), max_size=200))
def test_no_page_makes_a_copy_with_attributes(page: str) -> None:
    copy = harmless(f"<html><body>{page}</body></html>".encode(), "text/html; charset=utf-8")
    assert copy is None or not re.search("<(?!/?(?:b|p|s|span|i)>)|\u202e", copy)


def test_what_is_no_page_has_no_copy() -> None:
    assert harmless(b"%PDF-1.7 x", "application/pdf") is None
    assert harmless(b"<p>" + b"x" * (4 * 1024 * 1024), "text/html") is None


@given(st.text())
def test_signs_that_steer_are_shown_as_a_sign_of_their_own(text: str) -> None:
    shown = neutral(text)
    assert len(shown) == len(text)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\x00\x1b")
