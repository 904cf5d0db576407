"""A page's bytes to its lines and to what it says about itself. Pure; a broken page is a value, never an exception.

bytes ─► decode ─► limits ─► parse ─► head: metadata, title, time, publisher
                      │                └► catalogue block
                      │
                      └► article element (containers, structure) ─► furniture out ─► lines ─► quality
                                                                └► attachments, pictures
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from services.domain.document import Quality
from services.parser.page import attachments, catalogue, furniture, head
from services.parser.page.containers import Body, find_body
from services.parser.page.copies import first_copy
from services.parser.page.decode import Decoded, decode
from services.parser.page.limits import overlong, refusal
from services.parser.page.lines import Row, read_rows
from services.parser.page.model import Line, Page
from services.parser.page.pages import following_pages, is_number, linked_pages, may_link_pages
from services.parser.page.plain import furniture as furniture_rule
from services.parser.page.plain import may_be_furniture
from services.parser.page.quality import judge
from services.parser.page.residue import without_readings
from services.parser.text.layers import canonical, match

#: Elements whose text is no part of the page as read.
_SCRIPTS = ("script", "style", "noscript")
_UNREAD = (
    "template,svg,iframe,object,embed,select,button,textarea,xmp,plaintext,noembed,noframes,canvas,audio,video,"
    "datalist,rt,rp"
)
#: Catalogue rows and bars above the article stand among its first lines.
_TOP = 16
#: Furniture is labels and buttons, never a sentence, nor a row of a table inside the article.
_SENTENCE_ENDS = ("。", ";", "；")
_ABOVE_ONLY = frozenset(("catalogue_row",))


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the source states about its pages; see `judge`."""

    min_length: int = 0
    must_contain: tuple[str, ...] = ()


def read_page(
    body: bytes,
    *,
    url: str | None = None,
    content_type: str | None = None,
    status: int = 200,
    selector: str | None = None,
    min_length: int = 0,
    must_contain: Sequence[str] = (),
) -> Page:
    """The page as lines: one paragraph or table row each, trimmed, canonical, with the page's own characters beside.

    `url` resolves links, `content_type` is the HTTP header, `selector`, `min_length` and `must_contain` are what the
    source states. `lines` is empty where `quality` says that there is nothing to read. Never raises.
    """
    decoded = decode(body, content_type)
    if not decoded.certain:
        return _unreadable(url, decoded, "undecodable", decoded.evidence)
    if (why := refusal(decoded.text)) is not None:
        return _unreadable(url, decoded, "too_large", why)
    expected = Expectation(min_length, tuple(must_contain))
    page = _read(_markup(body, decoded), decoded, url=url, status=status, selector=selector, expected=expected)
    if (why := overlong(page.lines)) is not None:
        return _unreadable(url, decoded, "too_large", why)
    return page


def _unreadable(url: str | None, decoded: Decoded, reason: str, evidence: str) -> Page:
    quality = Quality("unreadable", reason=reason, evidence=evidence, encoding=decoded.encoding)
    return Page((), quality, url=url)


def _markup(body: bytes, decoded: Decoded) -> bytes | str:
    """What to parse: the bytes themselves where they are the text, which saves encoding it again."""
    same = decoded.encoding == "utf-8" and b"\0" not in body and "\ufffd" not in decoded.text
    return body if same and not body.startswith(b"\xef\xbb\xbf") else decoded.text


def _read(
    markup: bytes | str, decoded: Decoded, *, url: str | None, status: int, selector: str | None, expected: Expectation
) -> Page:
    tree = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    meta = head.metadata(tree)
    for tag in _SCRIPTS:
        for node in tree.tags(tag):
            node.decompose()
    text = tree.body.text() if tree.body is not None else ""
    title = head.title(tree, meta)
    block = catalogue.read_catalogue(decoded.text, text)
    published = head.published_at(meta, text, block)
    base = attachments.base_of(tree, url or meta.get("url"))
    following = following_pages(decoded.text, url)
    if not following and url and may_link_pages(decoded.text, url):
        following = linked_pages(attachments.links(tree, base, is_number), url)
    article = find_body(tree, selector)
    page = Page(
        (),
        Quality("ok"),
        url=url,
        title=title,
        published_at=published,
        publisher=head.publisher(meta, block, text),
        meta=meta,
        catalogue=block,
        next_pages=following,
    )
    if article is not None:
        page = _with_article(page, article, base)
    quality = judge(
        decoded.text,
        page.lines,
        status=status,
        url=url,
        title=title[0] if title else None,
        min_length=expected.min_length,
        must_contain=expected.must_contain,
    )
    return replace(page, quality=_completed(quality, page, article, decoded))


def _with_article(page: Page, article: Body, base: str | None) -> Page:
    for node in article.node.css(_UNREAD):
        node.decompose()
    files = attachments.attachments(article.node, base)
    pictures = attachments.images(article.node, base)
    html, dropped = furniture.take_out(article, page.title[0] if page.title else None)
    rows, residue = without_readings(read_rows(html))
    texts = canonical("\n".join([row.source for row in rows])).split("\n")
    kept: list[Line] = []
    surplus = catalogue.surplus(rows[:_TOP], page.catalogue)
    lines = zip(rows, texts, _matched(texts), strict=False)  # no rows: one empty text
    for at, (row, text, matched) in enumerate(lines):
        rule = "line:catalogue" if at in surplus else _furniture(row, text, matched, page, top=at < _TOP)
        if rule is None:
            kept.append(Line(text, row.source, table_row=row.table_row))
            continue
        if rule == "publication_line" and len(kept) == 1 and _is_heading(kept[0], page):
            dropped.append(("line:heading", kept.pop().source[:200]))
        dropped.append((rule, row.source[:200]))
    if any(rule == furniture.STRUCK and told for rule, told in dropped):
        residue = (*residue, "struck_out")
    once, copied = first_copy(kept) if not article.inner else (tuple(kept), ())
    return replace(
        page,
        lines=once,
        quality=replace(page.quality, warnings=(*page.quality.warnings, *residue, *copied)),
        attachments=files,
        images=pictures,
        dropped=tuple((rule, told) for rule, told in dropped if told),
    )


def _matched(texts: Sequence[str]) -> Iterator[str]:
    """The MATCH layer of the lines that may be furniture, the others as they are."""
    asked = [may_be_furniture(text) for text in texts]
    matched = iter(match("\n".join(compress(texts, asked))).split("\n"))
    return (next(matched) if ask else text for ask, text in zip(asked, texts, strict=True))


def _is_heading(line: Line, page: Page) -> bool:
    """The page's own heading, told by the bar of time and source right below it."""
    return page.title is not None and "".join(line.source.split()) == "".join(page.title[0].split())


def _furniture(row: Row, text: str, matched: str, page: Page, *, top: bool) -> str | None:
    """The rule that calls a line furniture. Catalogue rows are furniture above the article only: 公开方式:主动公开
    below it is the document's own."""
    told = text.endswith(_SENTENCE_ENDS) or (row.table_row and not top)
    rule = None if told else furniture_rule(text, matched)
    if rule and (top or rule not in _ABOVE_ONLY):
        return rule
    return "line:catalogue" if top and page.catalogue and catalogue.is_catalogue_row(row, page.catalogue) else None


def _completed(quality: Quality, page: Page, article: Body | None, decoded: Decoded) -> Quality:
    warnings = [*quality.warnings, *page.quality.warnings, *(article.warnings if article else ()), *_doubts(page)]
    return replace(
        quality,
        encoding=decoded.encoding,
        container=article.family if article else None,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _doubts(page: Page) -> Iterator[str]:
    if page.next_pages:
        yield "continues_on_other_pages"
    if page.attachments and sum(len(line.text) for line in page.lines) < 60:
        yield "attachment_only"
