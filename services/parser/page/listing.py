"""A column page's bytes to its items and to the pages after it. Pure; a page that yields nothing is `blind`.

bytes ─► decode ─► JSON answer ─► entries, or HTML inside it ┐
                ├► dataproxy XML, also inside a page ────────┼► rows ─► the column's group ─► items, pinned
                └► HTML page ────────────────────────────────┘
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from services.domain.document import Quality
from services.domain.identity import canonical_url
from services.parser.lexicon import load
from services.parser.page import answers
from services.parser.page.attachments import base_of, resolve
from services.parser.page.decode import Decoded, decode
from services.parser.page.limits import refusal
from services.parser.page.lines import clean
from services.parser.page.pages import following_pages
from services.parser.page.quality import judge
from services.parser.page.rows import Link, choose, date_in, read_links

_DATA = load("listing")
#: What a column says that has no item; the few links then found stand beside it.
_NOTHING_HERE = re.compile(_DATA["nothing"]["pattern"], re.MULTILINE)
_FEW = 5
_NEXT = frozenset(_DATA["turning"]["next"])


@dataclass(frozen=True, slots=True)
class Item:
    """An article the column names. `url` is canonical; `date` ISO, as printed or as the address has it.

    `pinned`: marked so, or standing above newer items. Never stop reading at the first old date.
    """

    url: str
    title: str
    date: str | None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """`next_pages` are the addresses after this page, in order, as far as the page tells. `blind`: it names nothing."""

    items: tuple[Item, ...]
    next_pages: tuple[str, ...]
    quality: Quality
    blind: bool


def read_list(body: bytes, *, url: str, content_type: str | None = None) -> Listing:
    """Items in page order, each address once. Never raises; `quality` says why a blind page is blind."""
    decoded = decode(body, content_type)
    if not decoded.certain:
        return _blind(decoded, "undecodable", decoded.evidence)
    if (why := refusal(decoded.text)) is not None:
        return _blind(decoded, "too_large", why)
    answer = answers.read_json(decoded.text)
    found, following = _json(answer, url) if answer else _markup(decoded.text, url)
    items = _merged(found)
    if not items:
        return _nothing(decoded, url)
    return Listing(_pinned(items), following, Quality("ok", encoding=decoded.encoding), blind=False)


def _json(answer: answers.JsonAnswer, url: str) -> tuple[list[Item], tuple[str, ...]]:
    items: list[Item] = []
    for entry in answer.entries:
        address = resolve(url, entry.url)
        title = clean(LexborHTMLParser(entry.title).text()) if "<" in entry.title else clean(entry.title)
        if address and title and (canonical := _canonical(address)):
            items.append(Item(canonical, title, entry.date or date_in(canonical)))
    if not items and answer.html:
        items = _items(choose(read_links(_parsed(answer.html), url)))
    return items, answers.following(url, answer, len(items))


def _markup(text: str, url: str) -> tuple[list[Item], tuple[str, ...]]:
    embedded = answers.records(text)
    if embedded is not None:
        following = resolve(url, answers.next_group(text))
        links = [link for link in read_links(_parsed(embedded), url) if link.article or link.date]
        return _items(links), (following,) if following else answers.following_records(url, text)
    tree = _parsed(text)
    base = base_of(tree, url) or url
    links = choose(read_links(tree, base))
    if len(links) <= _FEW and _NOTHING_HERE.search(_visible(tree)):
        return [], ()
    return _items(links), following_pages(text, url) or _next_link(tree, base, url)


def _parsed(html: str) -> LexborHTMLParser:
    tree = LexborHTMLParser(html, options=LexborDocumentOptions.WO_EVENTS)
    for node in tree.css("script,style,noscript,template,select"):
        node.decompose()
    return tree


def _visible(tree: LexborHTMLParser) -> str:
    return tree.body.text(separator="\n") if tree.body is not None else ""


def _next_link(tree: LexborHTMLParser, base: str, url: str) -> tuple[str, ...]:
    """The address behind 下一页."""
    for node in tree.css("a[href]"):
        text = clean(node.text()) or clean(node.attributes.get("title") or "")
        address = resolve(base, node.attributes.get("href")) if text in _NEXT else None
        if address and (canonical := _canonical(address)) and canonical != _canonical(url):
            return (canonical,)
    return ()


def _canonical(address: str) -> str | None:
    try:
        return canonical_url(address)
    except ValueError:
        return None


def _items(links: list[Link]) -> list[Item]:
    return [Item(link.url, link.title, link.date, link.pinned) for link in links]


def _merged(items: list[Item]) -> list[Item]:
    """Each address once, at its first place, with the longest title and the first date."""
    merged: dict[str, Item] = {}
    for item in items:
        known = merged.setdefault(item.url, item)
        if known is not item:
            title = max(known.title, item.title, key=len)
            merged[item.url] = Item(item.url, title, known.date or item.date, known.pinned or item.pinned)
    return list(merged.values())


def _pinned(items: list[Item]) -> tuple[Item, ...]:
    """Marks the items on top that stand above newer ones."""
    dates = [item.date or "" for item in items]
    newest_below = ""
    newer: list[bool] = []
    for date in reversed(dates):
        newer.append(bool(date) and newest_below > date)
        newest_below = max(newest_below, date)
    newer.reverse()
    leading = True
    marked: list[Item] = []
    for item, stands_above_newer in zip(items, newer, strict=True):
        leading = leading and stands_above_newer
        marked.append(replace(item, pinned=True) if leading else item)
    return tuple(marked)


def _blind(decoded: Decoded, reason: str, evidence: str) -> Listing:
    quality = Quality("unreadable", reason=reason, evidence=evidence, encoding=decoded.encoding)
    return Listing((), (), quality, blind=True)


def _nothing(decoded: Decoded, url: str) -> Listing:
    """Why there are no items: what the page itself says of it, else that no article links stand on it."""
    judged = judge(decoded.text, (), status=200, url=url, title=None)
    if judged.verdict in ("blocked", "absent"):
        return Listing((), (), replace(judged, encoding=decoded.encoding), blind=True)
    quality = Quality("suspect", reason="no_items", evidence="no article links", encoding=decoded.encoding)
    return Listing((), (), quality, blind=True)
