"""Whatever the text: no exception, blocks that tile it, spans that quote it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.document import Document, Quality
from services.parser.page.model import Line, Page
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read, read_structure
from services.parser.text.layers import canonical

PIECES = [
    "一、",
    "二、",
    "(一)",
    "（二）",
    "1.",
    "2、",
    "一是",
    "二是",
    "下一步",
    "接下来,",
    "。",
    ";",
    ":",
    ",",
    "、",
    "“",
    "”",
    "《",
    "》",
    "(",
    ")",
    "〔",
    "〕",
    "\n",
    "\n\n",
    "\t",
    "张三代表:",
    "李四、王五委员：",
    "各区人民政府:",
    "您提出的",
    "收悉。",
    "现答复如下:",
    "《关于加强X的建议》",
    "(第0012号)",
    "责任单位:",
    "市教育局、市财政局",
    "各区县",
    "2025年",
    "1月2日",
    "增长5.1%",
    "附件:1.",
    "附件",
    "第一条 ",
    "A",
    "公开",
    "某市教育局",
    "关于印发某办法的通知",
    "某办法",
    "工作情况",
    "工作计划",
    "各位代表!",
    "案由:",
    "提案人:",
    "办理情况:",
    "经与市水利局共同研究",
    "此复函已经赵六局长审签。",
    "请反馈某委员会",
    "联系人:",
    "加强领导。",
    "我局将建设",
    "已完成",
    "每年",
    "名词解释",
    "重慶",
    "\u3000",
    "\ufeff",
    "𠀀",
    "x" * 30,
]

texts = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


def assert_spans_quote_the_text(document: Document) -> None:
    text = document.text
    place = 0
    for block in document.blocks:
        assert block.start == place
        place = block.end + 1
    assert not document.blocks or place == len(text) + 1
    ids = {section.id for section in document.sections}
    for section in document.sections:
        assert text[section.start : section.end] == section.heading
        assert section.number is None or section.heading.startswith(section.number)
        assert section.parent is None or section.parent in ids
        assert all(start < end <= section.extent_end for start, end in section.body)
    for before, after in zip(document.units, document.units[1:], strict=False):
        assert before.end <= after.start
    assert all(unit.section is None or unit.section in ids for unit in document.units)
    for reference in document.references:
        assert text[reference.start : reference.end] == reference.text
    for listed in document.responsible_units:
        assert text[listed.start : listed.end] == listed.text
    for name in ("title", "doc_number", "agency", "recipient", "date", "publicity", "approver", "feedback"):
        value = getattr(document.metadata, name)
        if value is not None and value.start is not None:
            assert text[value.start : value.end] == value.text


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_text_is_read(text: str) -> None:
    document = read_structure(page_of_text(text))
    assert_spans_quote_the_text(document)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_body_text_is_partitioned_into_units(text: str) -> None:
    document = read_structure(page_of_text(text))
    covered = {place for unit in document.units for place in range(unit.start, unit.end)}
    for section in document.sections:
        for start, end in section.body:
            missing = set(range(start, end)) - covered
            assert not [place for place in missing if not document.text[place].isspace()]


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(["对第3号提案的答复", "关于印发某办法的通知", "2025年工作总结", "某市新闻", ""]))
def test_any_page_is_read_whole(text: str, title: str) -> None:
    lines = tuple(Line(canonical(line), line, table_row="\t" in line) for line in text.split("\n"))
    page = Page(lines, Quality("ok"), title=(title, "meta:ArticleTitle"), catalogue={"发文字号": text[:20]})
    assert_spans_quote_the_text(read(page))


def test_a_page_without_lines_is_a_document_without_parts() -> None:
    document = read(Page((), Quality("blocked", "challenge")))
    assert (document.text, document.sections, document.units) == ("", (), ())
    assert document.quality.reason == "challenge"
