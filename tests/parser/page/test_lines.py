"""HTML to lines: what a reader sees, one paragraph or table row a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from services.parser.page.lines import clean, read_rows


def lines(html: str) -> list[str]:
    body = LexborHTMLParser(f"<body>{html}</body>").body
    assert body is not None
    return [row.source for row in read_rows(body.html or "")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>2<span>02</span><font>3</font>年<b>3</b>月</p>", ["2023年3月"]),
        ("<p>　　第一段<br>　　第二段<br/><br>第三段</p>", ["第一段", "第二段", "第三段"]),
        ("<p>高质量\n      发展</p>", ["高质量发展"]),
        ("<p><span>推动</span>\n<span>发展</span></p>", ["推动发展"]),
        ("<p>OPC\nUA</p>", ["OPC UA"]),
        ("<p>给予 100 万元</p>", ["给予 100 万元"]),
        ("<p>高位统筹   压实责任</p>", ["高位统筹 压实责任"]),
        ("<p>&nbsp;</p><p>　</p><p>\u200b</p>", []),
        ("<p>a &lt; b &amp;amp; c&nbsp;d</p>", ["a < b &amp; c\u00a0d"]),
        ("甲<div>乙<p>丙</p>丁</div>戊", ["甲", "乙", "丙", "丁", "戊"]),
        ("<p>甲<!-- <p>注释</p> -->乙</p>", ["甲乙"]),
        ("<p>甲<o:p></o:p><unknown>乙</unknown></p>", ["甲乙"]),
        ('<p title="a>b<p>">甲</p>', ["甲"]),
        ("<pre>第一行\n第二行</pre>", ["第一行", "第二行"]),
        ("<ul><li>甲<li>乙</ul>", ["甲", "乙"]),
        ("<p>第三条\u2028续行</p>", ["第三条续行"]),
    ],
)
def test_lines_as_a_reader_sees_them(html: str, expected: list[str]) -> None:
    assert lines(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<table><tr><td>序号</td><td>任务</td></tr><tr><td>1</td><td>甲</td></tr></table>", ["序号\t任务", "1\t甲"]),
        ("<table><tr><td rowspan=2>一</td><td>甲</td></tr><tr><td>乙</td></tr></table>", ["一\t甲", "乙"]),
        ("<table><tr><td colspan=2>合计</td><td>29</td></tr><tr><td>a</td><td>b</td><td>c</td></tr></table>",
         ["合计\t29", "a\tb\tc"]),
        ("<table><tr><td>安置<br>任务</td><td><p>甲</p><p>乙</p></td></tr><tr><td>1</td><td>2</td></tr></table>",
         ["安置任务\t甲乙", "1\t2"]),
        ("<table><tr><td>甲</td><td></td><td>丙</td></tr></table>", ["甲\t\t丙"]),
        ("<table><tr><td><p>第一段。</p><p>第二段。</p></td></tr></table>", ["第一段。", "第二段。"]),
        ("<table><tr><td>前<table><tr><td>a</td><td>b</td></tr></table>后</td></tr></table>", ["前", "a\tb", "后"]),
        ("<table><caption>表1</caption><tr><td>a</td><td>b</td></tr></table>", ["表1", "a\tb"]),
    ],
)  # fmt: skip
def test_tables(html: str, expected: list[str]) -> None:
    assert lines(html) == expected


def test_a_card_s_long_answer_keeps_its_paragraphs() -> None:
    answer = "".join(f"<p>{number}、{'我局将继续做好相关工作，' * 8}</p>" for number in "一二三")
    found = lines(f"<table><tr><td>提案人</td><td>某某</td></tr><tr><td>办理情况</td><td>{answer}</td></tr></table>")
    assert found[0] == "提案人\t某某"
    assert found[1] == "办理情况"
    assert [line[:2] for line in found[2:]] == ["一、", "二、", "三、"]


def test_a_card_s_short_answer_that_is_dated_keeps_its_paragraphs() -> None:
    answer = "我局将增设公交站12个。<br>市交通局<br>2025年3月4日"
    found = lines(f"<table><tr><td>提案人</td><td>某某</td></tr><tr><td>办理情况</td><td>{answer}</td></tr></table>")
    assert found == ["提案人\t某某", "办理情况", "我局将增设公交站12个。", "市交通局", "2025年3月4日"]


@given(st.text())
def test_clean_is_stable_and_trimmed(text: str) -> None:
    cleaned = clean(text.replace("&", ""))
    assert clean(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert "\n" not in cleaned
    assert "\t" not in cleaned


@given(st.lists(st.sampled_from(
    ["<p>", "</p>", "<table>", "<tr>", "<td>", "</td>", "</table>", "<br>", "甲", "a b", "<span>", "</span>", "\n",
     "<pre>", "</pre>", "<div>", "</div>", "1", "&nbsp;", "<ul><li>", "<caption>"]
), max_size=40))  # fmt: skip
def test_no_character_is_lost_or_made(parts: list[str]) -> None:
    tree = LexborHTMLParser(f"<body>{''.join(parts)}</body>")
    assert tree.body is not None
    rows = read_rows(tree.body.html or "")
    assert sorted("".join("".join(row.source.split()) for row in rows)) == sorted("".join(tree.body.text().split()))
    assert all(row.source.strip() and "\n" not in row.source for row in rows)
