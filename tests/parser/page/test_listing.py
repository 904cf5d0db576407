"""Column pages and list answers: items, dates, full titles, pinned items, the pages after."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.parser.page.listing import read_list

URL = "http://www.example.gov.cn/jyta/index.html"
NAV = "<ul class=nav><li><a href='/zwgk/'>政务公开</a></li><li><a href='/zwfw/'>政务服务</a></li></ul>"


def column(*rows: str, script: str = "") -> bytes:
    listed = "".join(f"<li>{row}</li>" for row in rows)
    return f"<html><body>{NAV}<div class=list><ul>{listed}</ul></div><script>{script}</script></body></html>".encode()


def row(href: str, title: str, date: str, full: str = "") -> str:
    return f'<a href="{href}" title="{full}">{title}</a><b>{date}</b>'


def test_items_with_full_titles_dates_and_addresses() -> None:
    body = column(
        row(
            "./202311/t20231113_3353908.shtml",
            "关于市人大会议第12号建议的...",
            "2023-11-13",
            "关于市人大会议第12号建议的答复函",
        ),
        row("/art/2022/1/20/art_12377_1486865.html", "·关于第13号建议的答复", "[2022-01-20]"),
        row("https://other.gov.cn/content/post_8669344.html", "转发外站的通知", "2022年1月2日"),
        row("../info/11924/2370209.htm", "关于第14号建议的答复", ""),
        row("javascript:void(0)", "更多", ""),
        row("mailto:a@b.c", "联系邮箱地址", ""),
    )
    listing = read_list(body, url=URL)
    assert [(item.url, item.title, item.date) for item in listing.items] == [
        (
            "http://www.example.gov.cn/jyta/202311/t20231113_3353908.shtml",
            "关于市人大会议第12号建议的答复函",
            "2023-11-13",
        ),
        ("http://www.example.gov.cn/art/2022/1/20/art_12377_1486865.html", "关于第13号建议的答复", "2022-01-20"),
        ("https://other.gov.cn/content/post_8669344.html", "转发外站的通知", "2022-01-02"),
        ("http://www.example.gov.cn/info/11924/2370209.htm", "关于第14号建议的答复", None),
    ]
    assert not listing.blind
    assert listing.quality.verdict == "ok"


def test_pinned_items_stand_above_newer_ones() -> None:
    body = column(*(row(f"/content/post_{n}.html", f"第{n}号公告的标题", date) for n, date in enumerate(
        ["2020-05-18", "2021-01-01", "2026-09-15", "2026-09-02", "2026-09-14"])))  # fmt: skip
    assert [item.pinned for item in read_list(body, url=URL).items] == [True, True, False, False, False]


def test_one_address_twice_is_one_item_and_two_ids_are_two() -> None:
    body = column(
        row("/content/post_1.html#top", "关于某事的答复", "2023-01-02"),
        row("/content/post_1.html", "关于某事的答复函", ""),
        row("/content/post_2.html", "关于某事的答复", "2023-01-02"),
    )
    items = read_list(body, url=URL).items
    assert [item.url[-6:] for item in items] == ["1.html", "2.html"]
    assert (items[0].title, items[0].date) == ("关于某事的答复函", "2023-01-02")


@pytest.mark.parametrize(
    ("script", "url", "first", "count"),
    [
        ('createPageHTML(67, 0, "index", "shtml");', "http://a.gov.cn/b/", "http://a.gov.cn/b/index_1.shtml", 66),
        ('createPageHTML(67, 3, "index", "shtml");', "http://a.gov.cn/b/index_3.shtml",
         "http://a.gov.cn/b/index_4.shtml", 63),
        ("var currentPage = 0; var countPage = 5//共多少页", "http://a.gov.cn/b/", "http://a.gov.cn/b/index_1.html", 4),
        ('createPage(9, 0, "index", "html")', "http://cq.gov.cn/b/index.html", "http://cq.gov.cn/b/index_1.html", 8),
        ("createPageHTML('bar', 4, 1, 'index', 'html', 90)", "http://a.gov.cn/b/", "http://a.gov.cn/b/index_1.html", 3),
        ('function createPageHTML(_nCount, _nCurr, _sName, _sExt) {} createPageHTML(1, 0, "index", "html")',
         "http://a.gov.cn/b/", None, 0),
    ],
)  # fmt: skip
def test_pagination(script: str, url: str, first: str | None, count: int) -> None:
    pages = read_list(column(row("t20230101_1.html", "关于某事的答复", ""), script=script), url=url).next_pages
    assert len(pages) == count
    assert (pages[0] if pages else None) == first


def test_the_next_link_where_there_is_no_counter() -> None:
    body = column(row("/content/post_1.html", "关于某事的答复", "2023-01-02"), '<a href="index_2.html">下一页</a>')
    assert read_list(body, url=URL).next_pages == ("http://www.example.gov.cn/jyta/index_2.html",)


def test_dataproxy_records_inside_a_page() -> None:
    item = "<li><a href='/art/2022/1/{0}/art_1_{0}.html' title='第{0}号答复'>第{0}…</a></li>"
    records = "".join(f"<record><![CDATA[{item.format(day)}]]></record>" for day in (20, 19))
    group = '<a href="/module/web/jpage/dataproxy.jsp?page=1&columnid=1"></a>'
    body = (
        f"<html><body>{NAV}<div id='38486'><script type='text/xml'><datastore>"
        f"<nextgroup><![CDATA[{group}]]></nextgroup><recordset>{records}</recordset></datastore></script></div></body>"
    ).encode()
    listing = read_list(body, url="http://a.gov.cn/col/col1/index.html")
    assert [(item.title, item.date) for item in listing.items] == [
        ("第20号答复", "2022-01-20"),
        ("第19号答复", "2022-01-19"),
    ]
    assert listing.next_pages == ("http://a.gov.cn/module/web/jpage/dataproxy.jsp?page=1&columnid=1",)


@pytest.mark.parametrize(
    ("answer", "url", "expected"),
    [
        ({"classify": {"post_count": 3}, "articles": [
            {"title": "关于甲的答复", "url": "/gkmlpt/content/9/post_1.html", "display_publish_time": 1699340520},
            {"title": "关于乙的答复", "url": "/gkmlpt/content/9/post_2.html", "date": "2023-10-20"}]},
         "http://a.gov.cn/gkmlpt/api/all/1?page=1&sid=2",
         [("关于甲的答复", "2023-11-07"), ("关于乙的答复", "2023-10-20")]),
        ({"data": {"html": "<ul><li><a href='/art/2023/3/27/art_1_2.html' title='关于甲的答复'>关于…</a></li></ul>"}},
         "http://a.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1",
         [("关于甲的答复", "2023-03-27")]),
        ({"datasource": [{"title": "<b>关于甲</b>", "showTitle": "关于甲的公告", "publishTime": "2026-09-11 10:00",
                          "publishUrl": f"../20260911/{'a' * 32}/c.html"}]},
         "http://www.nea.gov.cn/ta/ds_1.json", [("关于甲的公告", "2026-09-11")]),
    ],
)  # fmt: skip
def test_json_answers(answer: object, url: str, expected: list[tuple[str, str]]) -> None:
    listing = read_list(json.dumps(answer).encode(), url=url)
    assert [(item.title, item.date) for item in listing.items] == expected
    if "gkmlpt" in url:
        assert listing.next_pages == ("http://a.gov.cn/gkmlpt/api/all/1?page=2&sid=2",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"<html><body>{NAV}<p>本栏目的内容</p></body></html>", "no_items"),
        ("{}", "no_items"),
        ("<div>" * 50_000, "too_large"),
    ],
)
def test_a_list_that_names_nothing_is_blind_with_a_reason(body: str, reason: str) -> None:
    listing = read_list(body.encode(), url=URL)
    assert listing.blind
    assert listing.items == ()
    assert listing.quality.reason == reason


@pytest.mark.parametrize(
    "body",
    [
        "<ul>" + "".join(f"<li><a href=/t20230101_{n}.html>关于第{n}号建议的答复</a></li>" for n in range(8_000)),
        "<record><![CDATA[" * 200_000,
        "<a href=/t20230101_1.html>" + "." * 1_000_000 + "甲</a>",
        "<a href=/t20230101_1.html>甲" + chr(0x3000) * 500_000 + "乙</a>",
        "{" * 500_000,
        "[" + '{"title":"甲","url":"/1.html"},' * 100_000 + "0]",
        "<div><a href=/t20230101_1.html>甲乙</a>" * 3_000,
    ],
    ids=["long", "records", "dots", "spaces", "braces", "entries", "nested"],
)
def test_hostile_lists_end_in_time(body: str) -> None:
    started = time.thread_time()
    read_list(body.encode(), url=URL)
    assert time.thread_time() - started < 2


@given(st.lists(st.sampled_from(
    ["<li>", "</li>", "<ul>", "</ul>", "<a href='t20230101_1.html'>", "<a href='//['>", "</a>", "2023-01-01",
     "关于某事的答复", "<table><tr><td>", "createPageHTML(3,0,'a','html')", "countPage=4", "<record><![CDATA[",
     "]]></record>", "{", '"url":', "下一页"]
), max_size=30))  # fmt: skip
@settings(deadline=None)
def test_any_list_is_a_value(parts: list[str]) -> None:
    listing = read_list("".join(parts).encode(), url=URL)
    assert listing.blind == (not listing.items)


CORPUS = Path(os.environ.get("DAFU_CORPUS", ""))


@pytest.mark.skipif("DAFU_CORPUS" not in os.environ, reason="DAFU_CORPUS is not set")
def test_lists_of_the_corpus() -> None:
    dingxi = read_list(
        (CORPUS / "lists/dingxi_jpage_dataproxy.xml").read_bytes(),
        url="http://zwgk.dingxi.gov.cn/module/web/jpage/dataproxy.jsp",
    )
    assert len(dingxi.items) == 45
    assert dingxi.items[1].title == "定西市工信局关于对省级第二轮环保督察反馈第四项第十三项问题整改完成情况的公示"
    assert dingxi.items[-1].date == "2021-09-30"
    assert "page=1" in dingxi.next_pages[0]
    tangshan = read_list(
        (CORPUS / "lists/tangshan_zygh_list_fragment.html").read_bytes(),
        url="http://zygh.tangshan.gov.cn/ts/xxgk/gggs/tdgycr/index.html",
    )
    assert [item.date for item in tangshan.items] == [
        "2026-05-18",
        "2026-09-15",
        "2026-09-02",
        "2026-09-02",
        "2026-09-02",
    ]
    assert [item.pinned for item in tangshan.items] == [True, False, False, False, False]
    guangzhou = read_list(
        (CORPUS / "pages/gz_20b.html").read_bytes(), url="https://rsj.gz.gov.cn/ywzt/ldgx/ldrszyzc/zcgg/index.html"
    )
    assert len(guangzhou.items) == 15
    assert guangzhou.next_pages == ("https://rsj.gz.gov.cn/ywzt/ldgx/ldrszyzc/zcgg/index_2.html",)


def test_a_row_with_a_document_s_title_needs_neither_date_nor_known_address() -> None:
    rows = "".join(
        f'<li><a href="/doc/{n}.html">关于推进{what}的建议的答复</a></li>' for n, what in ((1, "养老"), (2, "托育"))
    )
    page = f'<html><body><div><a href="/">首页</a><a href="/tzgg/">通知公告</a></div><ul>{rows}</ul></body></html>'
    listing = read_list(page.encode(), url="https://www.example.gov.cn/jytabl/")
    assert [item.url for item in listing.items] == [f"https://www.example.gov.cn/doc/{n}.html" for n in (1, 2)]


def test_addresses_in_the_call_of_a_script() -> None:
    rows = [
        f"""<a href="javascript:void(0)" onclick="openInfo('/jyta/2024/{n}.html', 1)">关于第{n}号建议的答复</a>"""
        f"<b>2024-07-0{n + 1}</b>"
        for n in range(3)
    ]
    items = read_list(column(*rows), url=URL).items
    assert [item.date for item in items] == ["2024-07-01", "2024-07-02", "2024-07-03"]
    assert [item.url for item in items] == [f"http://www.example.gov.cn/jyta/2024/{n}.html" for n in range(3)]


def test_an_empty_column_does_not_take_its_neighbours_links_for_its_own() -> None:
    beside = row("/tz/202401/t20240101_1.html", "关于某事的通知", "2024-01-01")
    listing = read_list(column(beside) + "<div>暂无数据</div>".encode(), url=URL)
    assert listing.blind
    assert listing.items == ()


def test_json_inside_a_call() -> None:
    answer = {"data": [{"title": "关于第1号建议的答复", "linkUrl": "/jyta/1.html", "publishDate": "2024-07-01"}]}
    listing = read_list(f"show({json.dumps(answer)});".encode(), url="http://www.example.gov.cn/api/list?callback=show")
    assert [(item.url, item.date) for item in listing.items] == [
        ("http://www.example.gov.cn/jyta/1.html", "2024-07-01")
    ]


JPAAS = "http://www.example.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1&pageId=2"


@pytest.mark.parametrize(
    ("parameters", "following"),
    [("", (2, 3)), ("&paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A%222%22%7D", (3,))],
)
def test_jpaas_counts_its_pages_inside_a_parameter(parameters: str, following: tuple[int, ...]) -> None:
    rows = "".join(
        f"<li>{row(f'/art/2024/7/{n}/art_1_{n}.html', f'关于第{n}号建议的答复', '2024-07-01')}</li>" for n in (1, 2)
    )
    answer = {"success": True, "data": {"html": f"<ul>{rows}</ul><script>var pageCount = '3'</script>"}}
    listing = read_list(json.dumps(answer).encode(), url=JPAAS + parameters)
    assert len(listing.items) == 2
    asked = [json.loads(dict(parse_qsl(urlsplit(page).query))["paramJson"])["pageNo"] for page in listing.next_pages]
    assert tuple(int(number) for number in asked) == following


def test_dataproxy_counts_records_where_it_names_no_next_group() -> None:
    records = "".join(
        f"<record><![CDATA[<li>{row(f'/art/2024/7/1/art_1_{n}.html', '关于建议的答复', '2024-07-01')}</li>]]></record>"
        for n in (1, 2)
    )
    body = f"<datastore><totalrecord>5</totalrecord><recordset>{records}</recordset></datastore>".encode()
    url = "http://www.example.gov.cn/module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=2&columnid=9"
    following = [dict(parse_qsl(urlsplit(page).query)) for page in read_list(body, url=url).next_pages]
    assert [(each["startrecord"], each["endrecord"]) for each in following] == [("3", "4"), ("5", "6")]
