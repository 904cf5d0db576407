"""What a page says about itself: head metadata of the 国办 standard, title, publication time, publisher (PAGES §1)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

from services.parser.lexicon import load
from services.parser.page.lines import clean
from services.parser.text.dates import iso_datetime
from services.parser.text.layers import canonical

_DATA = load("head")
_ALIASES: dict[str, str] = _DATA["aliases"]
_OTHER_TIMES: list[str] = _DATA["published"]["other_names"]
_NOBODY = frozenset(_DATA["publisher"]["nobody"])
_PREFIXES: tuple[str, ...] = tuple(_DATA["publisher"]["prefixes"])
_SITE_ENDINGS: tuple[str, ...] = tuple(_DATA["title"]["site_endings"])
_NO_TITLE: list[str] = _DATA["title"]["not_a_title"]
_LABELLED_TIME = re.compile(
    rf"(?:{'|'.join(_DATA['published']['labels'])})\s{{0,8}}[:：]\s{{0,8}}([12][0-9]{{3}}[^<]{{0,24}})"
)
_SOURCE = re.compile(
    r"来(?<!资料来)(?<!图片来)(?<!数据来)\s{0,4}源\s{0,2}[:：]\s{0,4}(?P<name>[\u4e00-\u9fff（）()·]{2,30}?)\s{0,2}"
    rf"(?={'|'.join(_DATA['publisher']['followed_by'])}|[\s|｜【\[<>0-9]|$)"
)
#: The time stands so near the source, before or behind it.
_BESIDE = 40
_ANY_DATE = re.compile(r"(?:19|20)[0-9]{2}[-./年][0-9]{1,2}[-./月][0-9]{1,2}")
_TAGS = re.compile(r"<[^>]{0,500}>")
_SEPARATOR = re.compile(r"\s*__+\s*|\s*[_|｜]\s*|\s+[-–—－]+\s+|\s*[-－]{1,2}\s*")
_LONGEST_SITE = 30
_LONGEST_TITLE = 500
_MOST_HEADINGS = 40

Found = tuple[str, str]


def metadata(tree: LexborHTMLParser) -> dict[str, str]:
    """Named metas, names in lower case and misspellings mended; the first value that is not empty wins."""
    meta: dict[str, str] = {}
    for node in tree.tags("meta"):
        attributes = node.attributes
        name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
        content = (attributes.get("content") or "").strip()
        if name and content:
            meta.setdefault(_ALIASES.get(name, name), content)
    return meta


def title(tree: LexborHTMLParser, meta: Mapping[str, str]) -> Found | None:
    """The article's title: ArticleTitle, else a heading, else <title> without column and site."""
    site = meta.get("sitename", "")
    named = _TAGS.sub("", meta.get("articletitle", ""))[:_LONGEST_TITLE].strip()
    if named and named != site:
        return named, "meta:ArticleTitle"
    node = tree.css_first("title")
    printed = clean(_TAGS.sub("", node.text()))[:_LONGEST_TITLE] if node else ""
    heading = _heading(tree, printed, site)
    if heading:
        return heading
    without = _without_site(tree, printed, (site, meta.get("columnname", "")))
    return (without, "html:title") if without else None


def _heading(tree: LexborHTMLParser, printed: str, site: str) -> Found | None:
    headings = [(clean(node.text()), node.tag or "") for node in tree.css("h1,h2,h3")[:_MOST_HEADINGS]]
    usable = [(text, tag) for text, tag in headings if text and not _is_site(text, (site,)) and not _is_no_title(text)]
    for text, tag in usable:
        if len(text) > 5 and text in printed:
            return text, f"html:{tag}"
    return next(((text, f"html:{tag}") for text, tag in usable if tag == "h1"), None)


def _is_no_title(text: str) -> bool:
    return any(word in text[:14] for word in _NO_TITLE)


def _is_site(text: str, names: tuple[str, ...]) -> bool:
    return text in names or (len(text) <= _LONGEST_SITE and text.endswith(_SITE_ENDINGS) and "关于" not in text)


def _without_site(tree: LexborHTMLParser, printed: str, names: tuple[str, ...]) -> str:
    """`printed` up to the separator behind which column or site follow, as far as the page bears it out."""
    if "__" in printed:  # UCAP: title__column_site
        return printed.partition("__")[0].strip()
    lines: set[str] | None = None
    while cut := _last_cut(printed):
        front, tail = printed[: cut.start()], printed[cut.end() :]
        if not _is_site(tail, names):
            lines = _printed_lines(tree) if lines is None else lines
            if "".join(front.split()) not in lines:
                break
        printed = front
    return printed


def _last_cut(printed: str) -> re.Match[str] | None:
    cuts = [cut for cut in _SEPARATOR.finditer(printed) if cut.start() > 0]
    return cuts[-1] if cuts else None


def _printed_lines(tree: LexborHTMLParser) -> set[str]:
    text = tree.body.text(separator="\n") if tree.body is not None else ""
    return {"".join(line.split()) for line in text.split("\n")}


def published_at(meta: Mapping[str, str], text: str, catalogue: Mapping[str, str]) -> Found | None:
    """Publication time in ISO 8601 without zone, as precise as the page has it; `text` is the page's text."""
    time = iso_datetime(meta.get("pubdate", ""))
    if time:
        return time, "meta:PubDate"
    for name in _OTHER_TIMES:
        if time := iso_datetime(meta.get(name, "")):
            return time, f"meta:{name}"
    for found in _LABELLED_TIME.finditer(text):
        if time := iso_datetime(found[1]):
            return time, "html:" + found[0].split(found[1])[0].rstrip(" :：")
    time = iso_datetime(catalogue.get("发布日期", ""))
    return (time, "catalogue:发布日期") if time else None


def publisher(meta: Mapping[str, str], catalogue: Mapping[str, str], text: str = "") -> Found | None:
    """Who published the page: the catalogue's 发布机构, else ContentSource, else the source beside the printed time
    (`text` is the page's text), else the site."""
    if name := catalogue.get("发布机构"):
        return name, "catalogue:发布机构"
    source = meta.get("contentsource", "")
    for prefix in _PREFIXES:
        if canonical(source).startswith(prefix):
            source = source[len(prefix) :].strip()
    if source and source not in _NOBODY:
        return source, "meta:ContentSource"
    printed = _printed_source(text)
    if printed and printed not in _NOBODY:
        return printed, "html:来源"
    site = meta.get("sitename")
    return (site, "meta:SiteName") if site else None


def _printed_source(text: str) -> str | None:
    """来源: in the bar below the heading, told from a source named in the article by the date beside it."""
    for found in _SOURCE.finditer(text):
        beside = text[max(0, found.start() - _BESIDE) : found.start()] + text[found.end() : found.end() + _BESIDE]
        if _ANY_DATE.search(beside):
            return found["name"].strip()
    return None
