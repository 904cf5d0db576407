"""What pages say about themselves: metas in all their spellings, titles, times, the catalogue block."""

from __future__ import annotations

import pytest

from services.parser.page.extract import read_page
from services.parser.page.model import Page

PROSE = "近年来，我局认真贯彻落实各项决策部署，扎实推进相关工作，取得了积极成效。"


def read(head: str = "", body: str = "", title: str = "") -> Page:
    html = f"<html><head><title>{title}</title>{head}</head><body>{body}<div id=zoom><p>{PROSE}</p></div></body></html>"
    return read_page(html.encode())


def test_metas_are_read_whatever_their_spelling_and_the_first_filled_value_wins() -> None:
    page = read(
        '<META CONTENT="某市" NAME="Sitename"><meta name="SiteDomain"content="a.gov.cn,b.gov.cn"/>'
        '<meta name="Desctiption" content="说明"><meta name="keywords" content="">'
        '<meta name="KeyWords" content="第1006号"><meta name="Keywords" content="后来的">'
    )
    assert page.meta == {
        "sitename": "某市",
        "sitedomain": "a.gov.cn,b.gov.cn",
        "description": "说明",
        "keywords": "第1006号",
    }


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("2023-06-12 09:51", "2023-06-12T09:51"),
        ("2023-06-12 09:51:07", "2023-06-12T09:51:07"),
        ("2023-06-12", "2023-06-12"),
        ("2023-06-12&nbsp;09:51", "2023-06-12T09:51"),
        ("2023-06-12  09:51", "2023-06-12T09:51"),
        ("2023-06-12 10∶08", "2023-06-12T10:08"),
    ],
)
def test_publication_times(printed: str, time: str) -> None:
    assert read(f'<meta content="{printed}" name="pubdate">').published_at == (time, "meta:PubDate")


def test_times_outside_the_standard() -> None:
    meta = '<meta name="firstpublishedtime" content="2007-08-20-23:59:59">'
    assert read(meta).published_at == ("2007-08-20T23:59:59", "meta:firstpublishedtime")
    assert read(body="<p>来源：某局　发布时间：2023年6月12日 09:51</p>").published_at == (
        "2023-06-12T09:51",
        "html:发布时间",
    )
    assert read().published_at is None


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("通知公告 - 某市人民政府门户网站", "<h1>关于做好某项工作的通知</h1>", ("关于做好某项工作的通知", "html:h1")),
        ("关于某事的通知 - 某市人民政府门户网站", "<h1>某市人民政府网站</h1>", ("关于某事的通知", "html:title")),
        ("关于某事的通知_通知公告_某市人民政府", "<p>关于某事的通知</p>", ("关于某事的通知", "html:title")),
        ("关于某事的决议__2007年第23号公报_中国政府网", "", ("关于某事的决议", "html:title")),
        ("某法-纪检", "<p>某法</p>", ("某法", "html:title")),
        ("2021-2025年行动计划", "", ("2021-2025年行动计划", "html:title")),
        (
            "某市人民政府 关于某事的通知",
            "<h1>当前位置：首页</h1><h2>关于某事的通知</h2>",
            ("关于某事的通知", "html:h2"),
        ),
    ],
)
def test_titles(title: str, body: str, expected: tuple[str, str]) -> None:
    assert read(title=title, body=body).title == expected


def test_article_title_may_hold_markup() -> None:
    meta = '<meta name="ArticleTitle" content="关于&lt;br&gt;某事的答复">'
    assert read(meta, title="x").title == ("关于某事的答复", "meta:ArticleTitle")


def test_the_publisher_is_a_name() -> None:
    site = '<meta name="SiteName" content="某市人民政府">'
    assert read(site + '<meta name="ContentSource" content="本网">').publisher == ("某市人民政府", "meta:SiteName")
    assert read(site + '<meta name="ContentSource" content="来源：某局">').publisher == ("某局", "meta:ContentSource")
    assert read().publisher is None


CATALOGUE = {"索引号": "0012/2023-1", "发布机构": "某局", "发文字号": "某〔2023〕1号", "成文日期": "2023-03-27"}


@pytest.mark.parametrize(
    "block",
    [
        "<table><tr><td>索 引 号</td><td>0012/2023-1</td><td>发布机构：</td><td>某局</td></tr>"
        "<tr><td>文&nbsp;&nbsp;号</td><td>某〔2023〕1号</td><td>成文日期</td><td>2023-03-27</td></tr>"
        "<tr><td>主题词</td><td></td></tr></table>",
        "<div>索引号：0012/2023-1 | 发文机关：某局 | 文号：某〔2023〕1号 | 成文日期：2023-03-27 | 主题分类：</div>",
        "<ul><li>• 索引号：0012/2023-1</li><li>• 发布机构：某局</li><li>• 主题分类：</li>"
        "<li>• 文　　号：某〔2023〕1号</li><li>• 成文日期：2023-03-27</li></ul>",
        "<div><span>索引号：</span><span>0012/2023-1</span><span>发布机构：</span><span>某局</span><span>发文字号：</span>"
        "<span>某〔2023〕1号</span><span>成文日期：</span><span>2023-03-27</span></div>",
        "<dl><dt>索引号：</dt><dd>0012/2023-1</dd><dt>發布機構：</dt><dd>某局</dd><dt>文號：</dt><dd>某〔2023〕1号</dd>"
        "<dt>成文日期：</dt><dd>2023-03-27</dd></dl>",
    ],
)
def test_catalogue_forms(block: str) -> None:
    assert read(body=block).catalogue == CATALOGUE


def test_a_table_of_documents_is_no_catalogue() -> None:
    table = (
        "<table><tr><td>名称</td><td>发文字号</td><td>发布机构</td><td>成文日期</td></tr>"
        "<tr><td>某办法</td><td>某〔2023〕1号</td><td>某局</td><td>2023-03-27</td></tr></table>"
    )
    page = read_page(f"<html><body><div id=zoom><p>{PROSE}</p>{table}</div></body></html>".encode())
    assert page.catalogue == {}
    assert len(page.lines) == 3


@pytest.mark.parametrize(
    ("bar", "expected"),
    [
        ("<span>发布时间：2024-07-01 09:00</span><span>来源：市水务局</span><span>浏览次数：3</span>", "市水务局"),
        ("<p>来 源：某县水务局　2024年7月1日</p>", "某县水务局"),
        ("<p>来源：本网 2024-07-01</p>", None),
        ("<p>资料来源：统计局 2024-07-01</p>", None),
        (f"<p>来源：市水务局</p><p>{'我局继续推进相关工作。' * 9}2024-07-01</p>", None),
    ],
)
def test_the_source_printed_beside_the_time_names_the_publisher(bar: str, expected: str | None) -> None:
    page = read_page(f"<html><body><div>{bar}</div><p>路已修好，通车里程达三十公里。</p></body></html>".encode())
    assert page.publisher == ((expected, "html:来源") if expected else None)
