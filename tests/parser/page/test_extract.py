"""Pages with their oddities: copies, hidden text, attachments alone, hostile input."""

from __future__ import annotations

import pages
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser.page.extract import read_page
from services.parser.text.layers import canonical

PROSE = "近年来，我局认真贯彻落实各项决策部署，扎实推进相关工作，取得了积极成效。"


def page_of(container: str, head: str = "") -> bytes:
    return (
        f"<html><head><title>关于第1号建议的答复</title>{head}</head><body><div class=nav><a href=/a>首页</a></div>"
        f"{container}<div class=footer>版权所有：某市人民政府</div></body></html>"
    ).encode()


def texts(body: bytes, **expected: str) -> list[str]:
    return [line.text for line in read_page(body, **expected).lines]  # type: ignore[arg-type]


def test_a_body_printed_twice_is_read_once() -> None:
    page = read_page(page_of(f"<ucapcontent><p>{PROSE}</p></ucapcontent><ucapcontent><div>{PROSE}</div></ucapcontent>"))
    assert page.text == canonical(PROSE)
    assert page.quality.warnings == ()


def test_copies_that_differ_are_flagged_and_the_first_is_read() -> None:
    page = read_page(page_of(f"<ucapcontent>{PROSE}一</ucapcontent><ucapcontent>{PROSE}二</ucapcontent>"))
    assert page.text == canonical(PROSE) + "一"
    assert "body_copies_differ" in page.quality.warnings


LETTER = ("张代表：", PROSE, "一、下一步工作", "2025年底前改造管网六十公里。", "某市水务局", "2024年6月12日")
COPY = "".join(f"<p>{line}</p>" for line in LETTER)


def test_copies_in_elements_that_no_rule_knows() -> None:
    body = page_of(f"<div class=pc><div class=x1>{COPY}</div></div><div class=wap><div class=x1>{COPY}</div></div>")
    assert texts(body) == [canonical(line) for line in LETTER]
    assert read_page(body).quality.warnings == ()
    differing = page_of(f"<div class=pc>{COPY}</div><div class=wap>{COPY.replace('六十', '三十')}</div>")
    assert texts(differing) == [canonical(line) for line in LETTER]
    assert "body_copies_differ" in read_page(differing).quality.warnings


def test_a_paragraph_that_recurs_is_no_copy() -> None:
    lines = (PROSE, "一、甲", "落实到位。", PROSE, "二、乙", "继续推进。")
    assert texts(page_of("<div class=x1>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>")) == [
        canonical(line) for line in lines
    ]


def test_the_page_s_heading_above_the_bar_of_time_and_source_is_left_out() -> None:
    body = page_of(
        "<table><tr><td>关于第1号建议的答复</td></tr><tr><td>发布时间：2024-07-01　来源：某市水务局</td></tr>"
        f"<tr><td>{COPY}</td></tr></table>"
    )
    assert texts(body) == [canonical(line) for line in LETTER]


@pytest.mark.parametrize(
    "block",
    [
        "<p>• 索 引 号：AB001/2024-00012</p><p>• 建议提案</p><p>• 发布机构：某市水务局</p>"
        "<p>• 成文日期：2024-06-12</p><p>• 关键词：</p>",
        "<div>索引号</div><div>AB001/2024-00012</div><div>发布机构</div><div>某市水务局</div>"
        "<div>成文日期</div><div>2024-06-12</div>",
        "<p><b>[索引号]</b> AB001/2024-00012 <b>[发布机构]</b> 某市水务局 <b>[成文日期]</b> 2024-06-12</p>",
        "<p><span>索引号：</span><span>AB001/2024-00012</span><span>发布机构：</span><span>某市水务局</span>"
        "<span>成文日期：</span><span>2024-06-12</span><span>文号：</span></p>",
    ],
)
def test_a_catalogue_block_above_the_text_is_metadata_whatever_its_form(block: str) -> None:
    page = read_page(page_of(f"<div class=x1>{block}{COPY}</div>"))
    assert [line.text for line in page.lines] == [canonical(line) for line in LETTER]
    assert page.catalogue == {"索引号": "AB001/2024-00012", "发布机构": "某市水务局", "成文日期": "2024-06-12"}


def test_the_visitor_s_vote_is_no_text() -> None:
    assert texts(page_of(f'<div id="zoom">{COPY}<p>您对本答复是否满意？满意 不满意 提交</p></div>')) == [
        canonical(line) for line in LETTER
    ]


def test_hidden_text_and_scripts_are_no_text() -> None:
    body = page_of(
        f'<div class="TRS_Editor"><script>if (a<b) document.write("<p>脚本</p>")</script><style>p{{}}</style>'
        f'<p style="DISPLAY : none">隐藏</p><p hidden>隐藏</p><noscript>请启用</noscript><p>{PROSE}</p></div>'
    )
    assert texts(body) == [canonical(PROSE)]


def test_hidden_however_it_is_written() -> None:
    for style in ("DISPLAY: NONE", "Display:none", "mso-hide:all", "MSO-HIDE: all", "color:red;display :none"):
        assert texts(page_of(f'<div id="zoom"><p style="{style}">隐藏</p><p>{PROSE}</p></div>')) == [canonical(PROSE)]
    assert len(texts(page_of(f'<div id="zoom"><p style="border:none;display:block">首段</p><p>{PROSE}</p></div>'))) == 2


def test_a_hidden_copy_outside_is_not_the_article() -> None:
    body = page_of(
        f'<div style="display:none"><div id="zoom">旧{PROSE}</div></div><div class="k1"><p>{PROSE}</p></div>'
    )
    assert texts(body) == [canonical(PROSE)]


def test_a_pasted_container_does_not_hide_the_rest_of_the_article() -> None:
    pasted = (
        f'<div id="zoom"><p>{PROSE}</p><div class="TRS_Editor"><p>引用：{PROSE}</p></div><p>{PROSE}{PROSE}</p></div>'
    )
    assert len(texts(page_of(pasted))) == 3


def test_the_document_s_own_title_lines_stay() -> None:
    title = "关于第1号建议的答复"
    body = page_of(f'<div class="xl_con"><h1>{title}</h1><div class="zoom"><p>{title}</p><p>{PROSE}</p></div></div>')
    assert texts(body) == [title, canonical(PROSE)]


def test_a_line_named_like_furniture_below_the_article_is_the_document_s() -> None:
    body = page_of(f'<div id="zoom"><p>{PROSE}</p>' + f"<p>{PROSE}</p>" * 16 + "<p>公开方式：主动公开</p></div>")
    assert texts(body)[-1] == "公开方式:主动公开"


def test_the_source_s_own_selector_comes_first() -> None:
    body = page_of(f'<div id="zoom"><p>{PROSE}</p></div><div class="own"><p>另一段{PROSE}</p></div>')
    page = read_page(body, selector=".own")
    assert page.text == "另一段" + canonical(PROSE)
    assert page.quality.container == "selector"
    missed = read_page(body, selector="#nowhere")
    assert missed.text == canonical(PROSE)
    assert "selector_found_nothing" in missed.quality.warnings
    assert "selector_found_nothing" in read_page(body, selector="a[[").quality.warnings


def test_a_body_that_is_only_an_attachment_lists_it() -> None:
    head = '<meta name="ArticleTitle" content="2022年提案答复汇编">'
    body = page_of('<div class="article_content"><p><a href="../P0.pdf">2022年提案答复汇编.pdf</a></p></div>', head)
    page = read_page(body, url="http://www.example.gov.cn/a/b/t1.htm")
    assert [file.url for file in page.attachments] == ["http://www.example.gov.cn/a/P0.pdf"]
    assert "attachment_only" in page.quality.warnings


def test_attachments_are_told_by_address_query_or_name_and_pictures_are_listed() -> None:
    body = page_of(
        f'<div id="zoom"><p>{PROSE}</p><img src="./w1.jpg"><img src="/module/jslib/icons/acrobat.png">'
        '<a href="/module/download/downfile.jsp?classid=0&filename=be5f.pdf">附件一</a>'
        '<a href="/download?id=7" title="名单.xlsx">附件二</a><a href="javascript:x()">打开.doc</a>'
        '<a href="/a.html">网页</a></div>'
    )
    page = read_page(body, url="http://www.example.gov.cn/a/t1.htm")
    assert [(file.name, file.media.rpartition(".")[2]) for file in page.attachments] == [
        ("附件一", "application/pdf"),
        ("附件二", "sheet"),
    ]
    assert page.images == ("http://www.example.gov.cn/a/w1.jpg",)


def test_an_article_over_several_pages_names_the_others() -> None:
    body = page_of(
        f'<div class="TRS_Editor"><p>{PROSE}</p></div><script>var currentPage = 0; var countPage = 3</script>'
    )
    page = read_page(body, url="http://www.cmse.gov.cn/a/t20171117_5577604.html")
    assert page.next_pages == (
        "http://www.cmse.gov.cn/a/t20171117_5577604_1.html",
        "http://www.cmse.gov.cn/a/t20171117_5577604_2.html",
    )
    assert "continues_on_other_pages" in page.quality.warnings


def test_mojibake_is_never_stored() -> None:
    page = read_page(b"<html><body><p>" + bytes([0xC1, 0xFE, 0xFF, 0x81]) * 200)
    assert page.lines == ()
    assert (page.quality.verdict, page.quality.reason) == ("unreadable", "undecodable")


PIECES = st.sampled_from(
    ["<div id=zoom>", "<div class='TRS_Editor'>", "</div>", "<ucapcontent>", "<table>", "<tr>", "<td>", "</table>",
     "<p>", "<br>", "<h1>", "<a href='x.pdf'>", "<a href='//['>", "<base href='::'>", "<img src=a>", "<script>",
     "</script>", "<!--", "-->", "索引号：1", "发布机构：甲", "成文日期：2023-01-01", "发展，创新。", "\x00", "\u2028",
     "&#xD800;", "&nbsp;", "扫一扫在手机打开当前页", "<meta name=PubDate content='2023'>", "<title>", "</title>",
     "<frameset>", "<template>", "<svg>", "<textarea>", "<plaintext>", "<select>", "<form>",
     "createPageHTML(3,0,'a','html')"]
)  # fmt: skip


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40),
    st.sampled_from([None, "http://a.gov.cn/b.html", "::"]),
)
@settings(deadline=None)
def test_any_page_is_a_value_with_lines_that_keep_their_promise(parts: list[str], url: str | None) -> None:
    page = read_page("".join(parts).encode("utf-8", "replace"), url=url)
    for line in page.lines:
        assert line.text
        assert line.text == line.text.strip()
        assert canonical(line.source) == line.text
        assert "\n" not in line.text
        assert ("\t" in line.text) <= line.table_row


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_a_value(body: bytes) -> None:
    read_page(body)


def test_a_family_s_page_cut_in_half_never_raises() -> None:
    whole = pages.wrap("第一段。\n第二段。", "hanweb", title="标题标题", published="2023-01-01")
    for at in range(0, len(whole), 37):
        read_page(whole[:at])


def test_an_article_that_links_to_its_pages_by_number() -> None:
    url = "http://www.example.gov.cn/n1/2024/0615/c13-31.html"
    numbers = "".join(
        f'<a href="/n1/2024/0615/c13-31{part}.html">【{n}】</a>' for n, part in ((1, ""), (2, "-2"), (3, "-3"))
    )
    body = page_of(
        f"<div class=x1>{COPY}</div><div class=x2>{numbers}<a href='/n1/2024/0615/c13-44-2.html'>2</a></div>"
    )
    page = read_page(body, url=url)
    assert page.next_pages == tuple(f"http://www.example.gov.cn/n1/2024/0615/c13-31-{n}.html" for n in (2, 3))
    assert "continues_on_other_pages" in page.quality.warnings
    second = read_page(body, url=url.replace("31.html", "31-2.html"))
    assert second.next_pages == ("http://www.example.gov.cn/n1/2024/0615/c13-31-3.html",)
    assert read_page(body).next_pages == ()
    wrapped = body.replace("【".encode(), "<span>【".encode()).replace("】".encode(), "】</span>".encode())
    assert read_page(wrapped.replace(b">2</a>", b"></a>"), url=url).next_pages == page.next_pages


def test_readings_left_by_a_conversion_are_taken_out_and_reported() -> None:
    body = page_of('<div id="zoom"><p>現(xiàn)答復(fù)如下：</p><p>已改造120個(gè)點（二期）。</p></div>')
    page = read_page(body)
    assert page.text == "現答復如下:\n已改造120個點(二期)。"
    assert "readings_left_out" in page.quality.warnings
    rare = read_page(page_of('<div id="zoom"><p>潼(tóng)南区供水管网已经改造完成，余下部分继续推进。</p></div>'))
    assert "(tóng)" in rare.text


@pytest.mark.parametrize(
    "struck",
    ["<s>300</s>", "<del>300</del>", "<strike>300</strike>", '<span style="TEXT-DECORATION: line-through">300</span>'],
)
def test_what_is_struck_out_is_no_longer_said_and_reported(struck: str) -> None:
    page = read_page(page_of(f'<div id="zoom"><p>{PROSE}</p><p>新建<b>{struck}</b>200个。</p></div>'))
    assert page.lines[-1].text == "新建200个。"
    assert "struck_out" in page.quality.warnings


def test_text_made_invisible_is_no_text() -> None:
    hidden = '<span style="visibility: hidden">300</span><span style="overflow:hidden">200</span>'
    assert texts(page_of(f'<div id="zoom"><p>{PROSE}</p><p>新建{hidden}个。</p></div>'))[-1] == "新建200个。"
