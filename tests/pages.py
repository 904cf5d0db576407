"""Official pages made to order: a text in the markup of a real site's family, as bytes. For tests of any room.

    wrap(text, "trs-editor", title="…", published="2023-03-27 10:15") -> the page's bytes

What the families have in common with real pages: head metadata of the 国办 standard, menus, breadcrumbs, a bar with
time and source, share buttons, a QR code, neighbours, related pages, a footer, scripts, comments, hidden text. The
text itself comes with full-width signs, U+3000 indents, and words and digits split over spans; a line with tabs
becomes a row of a table. `read_page(wrap(text, family, …)).text` is `text` without its furniture lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Literal

Style = Literal["p", "br", "div", "word"]

_FULL_WIDTH = str.maketrans({half: chr(ord(half) + 0xFEE0) for half in ",():;!?"})
_CHARSETS = {"utf-8": "utf-8", "gb18030": "gb2312", "utf-16": "utf-16"}

#: Family -> markup before and after the article's text. `{heading}` is the page's own heading with its bar.
_CONTAINERS: dict[str, tuple[str, str]] = {
    "ucap": ('{heading}<div id="cmsArticleContent"><ucapcontent>', "</ucapcontent></div>"),
    "ucap-pages": (
        '{heading}<div class="article oneColumn"><div class="pages_content" id="UCAP-CONTENT">',
        "</div></div>",
    ),
    "trs-ueditor": (
        '{heading}<div class="zwxl-article"><div class="view TRS_UEDITOR trs_paper_default trs_word">',
        "</div></div>",
    ),
    "trs-editor-view": (
        '{heading}<div class="article-con"><div class="trs_editor_view trs_paper_default">',
        "</div></div>",
    ),
    "trs-editor": (
        '{heading}<div class="article-body"><div class="TRS_Editor"><div class="Custom_UnionStyle">',
        "</div></div></div>",
    ),
    "vsb": (
        '<form name="_newscontent_fromname">{heading}<div id="vsb_content"><div class="v_news_content">',
        "</div></div></form>",
    ),
    "vsb-outer": ('<form name="_newscontent_fromname">{heading}<div id="vsb_content">', "</div></form>"),
    "guangdong-policy": (
        '<div class="info-container">{heading}<div class="info_cont word" id="info_cont">',
        "</div></div>",
    ),
    "guangdong": ('<div class="list-main">{heading}<div class="content_article" id="zoomcon">', "</div></div>"),
    "guangdong-zengcheng": ('{heading}<div id="detailCon">', "</div>"),
    "guangdong-yuexiu": ('<div class="conNews">{heading}<div class="newsMain">', "</div></div>"),
    "shanghai": ('<div class="Article">{heading}<div id="ivs_content">', "</div></div>"),
    "shanghai-article": ('<div class="Article">{heading}<div class="Article_content">', "</div></div>"),
    "shanghai-trout": ('{heading}<div class="trout-region-content">', "</div>"),
    "anhui-education": ('{heading}<div class="con_main" id="color_printsssss">', "</div>"),
    "anhui-cloud": ('{heading}<div class="j-fontContent newscontnet" id="zoom">', "</div>"),
    "moe": ('<div class="moe-detail-box">{heading}<div id="downloadContent">', "</div></div>"),
    "own-cznd": (
        '<table><tr><td>{heading}</td></tr><tr><td class="NewsContent" id="czfxcontent">',
        "</td></tr></table>",
    ),
    "own-easysite": ('{heading}<div class="easysite-news-content">', "</div>"),
    "own-wlmq": ('{heading}<div id="info_content">', "</div>"),
    "own-qingdao": ('{heading}<div id="js_content">', "</div>"),
    "own-langfang": ('{heading}<div id="fontzoom">', "</div>"),
    "own-xian": ('{heading}<div class="m-txt-article" id="article">', "</div>"),
    "own-shaanxi": ('<div class="szf_lfNewsDetail">{heading}', "</div>"),
    "own-yunnan-kjt": ('{heading}<div class="contt_cont">', "</div>"),
    "own-guangdong-province": ('<div class="viewList">{heading}<div class="zw">', "</div></div>"),
    "own-henan": ('{heading}<div id="content">', "</div>"),
    "own-liaoyang": ('<div class="content">{heading}', "</div>"),
    "hanweb": (
        '{heading}<div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart">',
        '<meta name="ContentEnd"></div>',
    ),
    "hanweb-lishui": ('<div class="xl_con">{catalogue}{heading}<div class="zoom">', "</div></div>"),
    "hanweb-lishui-outer": ('<div class="xl_con">{catalogue}{heading}', "</div>"),
    "hanweb-culture": ('{heading}<div class="ImporFull">', "</div>"),
    "hanweb-2016": ('<div class="con">{heading}', "</div>"),
    "hanweb-jinan-culture": ('{heading}<div class="main-txt">', "</div>"),
    "gkmlpt": (
        '<div class="content">{catalogue}{heading}<div class="article-content">',
        '</div><div class="article-content policy-article-content"></div></div>',
    ),
    "trs-fujian": (
        '<div class="article_component" ms-controller="article">{heading}'
        '<div class="article_content" ms-css="{{fontSize:size}}">',
        "</div></div>",
    ),
    "nfra-rendered": ('{heading}<div class="wenzhang-content ng-binding" id="wenzhang-content">', "</div>"),
    "unknown": ('<div class="k7"><div class="k8">{heading}<div class="k9">', "</div></div></div>"),
}

#: Every family of services/parser/lexicon/containers.toml, and one that no rule knows.
FAMILIES: tuple[str, ...] = tuple(_CONTAINERS)
_STYLES: tuple[Style, ...] = ("p", "word", "br", "div")

_MENU = "".join(
    f'<li><a href="/{name}/" title="{word}">{word}</a></li>'
    for name, word in (("zwgk", "政务公开"), ("zwfw", "政务服务"), ("hdjl", "互动交流"), ("zjcs", "走进城市"))
)
_SHARE = (
    '<div class="share"><span>分享到：</span><a href="javascript:void(0)" title="微信">微信</a>'
    '<a href="javascript:void(0)">微博</a></div>'
)
_AFTER = (
    '<div class="print-close"><a href="javascript:window.print()">打印本页</a> '
    '<a href="javascript:window.close()">关闭窗口</a></div>'
    '<div class="qrcode" id="qr_container"><img src="/images/qr.png">扫一扫在手机打开当前页</div>'
    '<div class="prevnext"><p>上一篇：<a href="./t20230301_1.html">关于另一件建议的答复</a></p>'
    '<p>下一篇：<a href="./t20230302_2.html">关于再一件建议的答复</a></p></div>'
    '<div class="related"><h3>相关稿件</h3><ul><li><a href="/jd/1.html">一图读懂：政策解读</a></li>'
    '<li><a href="/jd/2.html">专家解读文章</a></li></ul></div>'
)


def wrap(
    text: str,
    family: str,
    *,
    title: str,
    published: str,
    source: str = "",
    site: str = "某市人民政府",
    url: str = "http://www.example.gov.cn/zwgk/202303/t20230327_1.html",
    encoding: str = "utf-8",
    full_width: bool = True,
    spans: bool = True,
    indent: bool = True,
    style: Style | None = None,
    catalogue: Mapping[str, str] | None = None,
    attachments: Sequence[tuple[str, str]] = (),
    views: int = 0,
    metadata: bool = True,
) -> bytes:
    """A page of `family` with `text`, one line a paragraph.

    `published` as the site prints it; `catalogue` label -> value; `attachments` (address, name) linked below the text;
    `views` is the counter of visits (vary it for noise without meaning); `metadata` False leaves the head's metas out.
    `style` is how paragraphs are marked up; each family has one of its own.
    """
    style = style or _STYLES[FAMILIES.index(family) % len(_STYLES)]
    before, after = _CONTAINERS[family]
    block = _catalogue(catalogue or {})
    heading = _heading(title, published, source, views)
    container = before.replace("{heading}", heading).replace("{catalogue}", block).replace("{{", "{").replace("}}", "}")
    outside = "" if "{catalogue}" in before else block
    body = _paragraphs(text.split("\n"), style, full_width=full_width, spans=spans, indent=indent)
    links = "".join(f'<p><a href="{escape(href)}">{escape(name)}</a></p>' for href, name in attachments)
    head = _head(title, published, source, site, url, _CHARSETS[encoding], metadata=metadata)
    page = (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n{head}\n<body>\n{_top(site)}\n<div class="main">\n{outside}'
        f"{container}\n{body}\n{links}{after}\n{_AFTER}</div>\n{_bottom(site, views)}\n</body>\n</html>\n"
    )
    return page.encode(encoding)


def _head(title: str, published: str, source: str, site: str, url: str, charset: str, *, metadata: bool) -> str:
    named = {
        "SiteName": site,
        "SiteDomain": "www.example.gov.cn",
        "SiteIDCode": "5000000001",
        "ColumnName": "建议提案办理",
        "ColumnType": "信息公开",
        "ArticleTitle": title,
        "PubDate": published,
        "ContentSource": source,
        "Url": url,
    }
    metas = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in named.items() if metadata)
    return (
        f'<head>\n<meta charset="{charset}">\n<title>{escape(title)}_建议提案办理_{escape(site)}</title>\n{metas}'
        "<style>.TRS_Editor p{margin:0}</style>\n"
        "<script>var siteId = 1; if (siteId < 2) { document.title; }</script>\n</head>"
    )


def _heading(title: str, published: str, source: str, views: int) -> str:
    return (
        f'<h1 class="xl_title">{escape(title)}</h1><div class="xl_doc">发布时间：{published}　来源：{escape(source)}　'
        f'浏览次数：<span>{views}</span>　字体：[<a href="javascript:doZoom(18)">大</a>]'
        f'[<a href="javascript:doZoom(16)">中</a>][<a href="javascript:doZoom(14)">小</a>]</div>{_SHARE}'
    )


def _catalogue(catalogue: Mapping[str, str]) -> str:
    rows = "".join(f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in catalogue.items())
    return f'<table class="xxgk_article">{rows}</table>' if rows else ""


def _top(site: str) -> str:
    return (
        f'<div class="header"><a href="/"><img src="/images/logo.png" alt="{escape(site)}"></a>'
        f'<ul class="nav">{_MENU}</ul>'
        '<form class="search"><input type="text" value="请输入关键字"><button>搜索</button></form></div>'
        '<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; '
        '<a href="./">建议提案办理</a></div>'
        '<div style="display:none">此处为隐藏的提示文字，不是正文。</div><!-- 正文开始 -->'
    )


def _bottom(site: str, views: int) -> str:
    return (
        f'<div class="footer"><p>主办单位：{escape(site)}办公厅　版权所有：{escape(site)}</p>'
        '<p>网站标识码：5000000001　<a href="https://beian.miit.gov.cn/">渝ICP备05000001号</a>　'
        "公安备案：50010302000001号</p>"
        f"<p>您是第{views}位访问者</p></div>"
        f'<script>var visits = {views}; if (visits > 0) {{ console.log("<p>x</p>"); }}</script>'
    )


def _paragraphs(lines: Sequence[str], style: Style, *, full_width: bool, spans: bool, indent: bool) -> str:
    shown = [line.translate(_FULL_WIDTH) if full_width else line for line in lines]
    parts: list[str] = []
    for is_row, group in groupby(shown, key=lambda line: "\t" in line):
        marked = [
            _row(line) if is_row else _inline(line, spans=spans, indent=indent, word=style == "word") for line in group
        ]
        parts.append(f"<table border=1><tbody>{''.join(marked)}</tbody></table>" if is_row else _blocks(marked, style))
    return "\n".join(parts)


def _blocks(marked: Sequence[str], style: Style) -> str:
    if style == "br":
        return "<p>" + "<br>\n".join(marked) + "</p>"
    if style == "div":
        return "\n".join(f"<div>{line}</div>" for line in marked)
    if style == "word":
        return "\n".join(
            f'<p class="MsoNormal" style="text-indent:32.0pt" align="left">{line}<o:p></o:p></p>' for line in marked
        )
    return "\n<p>&nbsp;</p>\n".join(f'<p style="text-align: justify;">{line}</p>' for line in marked)


def _row(line: str) -> str:
    return "<tr>" + "".join(f"<td><p>{escape(cell)}</p></td>" for cell in line.split("\t")) + "</tr>"


def _inline(line: str, *, spans: bool, indent: bool, word: bool) -> str:
    """The line with its words and digits split over spans, as pasting from Word leaves them."""
    lead = "　　" if indent else ""
    if not spans:
        return lead + escape(line)
    step = 3 if word else 11
    pieces = [line[at : at + step] for at in range(0, len(line), step)]
    tags = (
        '<span style="font-family:仿宋_GB2312">{}</span>',
        '<span lang="EN-US">{}</span>',
        "{}",
        "<strong>{}</strong>",
    )
    return lead + "".join(tags[at % len(tags)].format(escape(piece)) for at, piece in enumerate(pieces))
