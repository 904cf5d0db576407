"""The pages the benchmarks read: those of DAFU_CORPUS, else the founding documents in pages like official ones."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from services.parser.page.extract import read_page
from services.parser.page.model import Page
from services.parser.page.plain import page_of_text

SEEDS = Path(__file__).parent.parent / "seeds"


def pages() -> dict[str, bytes]:
    """Name -> the page's bytes."""
    corpus = os.environ.get("DAFU_CORPUS")
    if corpus:
        return {path.stem: path.read_bytes() for path in sorted(Path(corpus, "pages").glob("*.html"))}
    return {path.stem[:3]: _page(path.read_text(encoding="utf-8")) for path in _seed_files()}


def documents() -> dict[str, Page]:
    """The founding documents and every page that holds a document, as lines."""
    seeds = {path.stem[:3]: page_of_text(path.read_text(encoding="utf-8")) for path in _seed_files()}
    read = {name: read_page(body) for name, body in pages().items()} if "DAFU_CORPUS" in os.environ else {}
    return seeds | {name: page for name, page in read.items() if page.quality.verdict == "ok" and page.lines}


def _seed_files() -> list[Path]:
    return sorted(SEEDS.glob("*.txt"))


def _page(text: str) -> bytes:
    """Menus, scripts and a footer around the text: about 60 KB, as the pages of official sites have."""
    menu = "".join(f'<li><a href="/zwgk/{n}/" title="政务公开{n}">政务公开栏目{n}</a></li>' for n in range(150))
    script = "".join(f'var item{n} = {{"id": {n}, "name": "column{n}"}};\n' for n in range(500))
    body = "".join(
        f'<p style="text-indent:2em"><span style="font-family:仿宋">{escape(line)}</span></p>\n'
        for line in text.split("\n")
    )
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>关于某件建议的答复_某市人民政府</title>'
        '<meta name="ArticleTitle" content="关于某件建议的答复"><meta name="PubDate" content="2023-03-28 10:15">'
        f'<meta name="SiteName" content="某市人民政府"><script>{script}</script></head>'
        f'<body><ul class="nav">{menu}</ul>'
        f'<div class="main"><h1>关于某件建议的答复</h1><div class="TRS_Editor">{body}</div>'
        '<div class="prevnext"><p>上一篇：<a href="./t1.html">另一件</a></p></div></div>'
        f'<ul class="links">{menu}</ul><div class="footer"><p>版权所有：某市人民政府</p></div></body></html>'
    ).encode()
