"""A stored page made harmless: what it said and how it was laid out, nothing that runs, loads or leads away."""

from __future__ import annotations

import re

import nh3

from services.parser.page.decode import decode
from services.parser.text.privacy import mask_phones

#: The copy is a document of its own in an empty sandbox; only our own page may show it in a frame.
POLICY = "sandbox; default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-cache",
    "vary": "cookie",
}
#: Larger copies take a browser too long.
LIMIT = 3 * 1024 * 1024

_TAGS = {
    "p", "br", "hr", "div", "span", "section", "article", "header", "footer", "main", "center", "blockquote", "pre",
    "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "small", "font",
    "ul", "ol", "li", "dl", "dt", "dd",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "colgroup", "col",
}  # fmt: skip
_GONE_WITH_CONTENT = {
    "script", "style", "title", "noscript", "template", "svg", "math", "iframe", "object", "textarea", "select",
}  # fmt: skip
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "col": {"span"}, "ol": {"start"}}
#: Tags inside a line: a number goes on through them.
_INLINE = re.compile(r"</?(?:span|b|strong|i|em|u|s|del|ins|sub|sup|small|font)(?:\s[^<>]*)?>")
_TAG = re.compile(r"<[^<>]*>")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(body: bytes, content_type: str | None) -> str | None:
    """The page's own words and layout as HTML of a few harmless tags; None for what is no page or too long a one."""
    if len(body) > LIMIT:
        return None
    decoded = decode(body, content_type)
    head = decoded.text[:4096].lower()
    if "<" not in head or not decoded.certain:
        return None
    cleaned = nh3.clean(
        _UNSEEN.sub("\ufffd", decoded.text),
        tags=_TAGS,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes=set(),
        strip_comments=True,
        link_rel=None,
    )
    return _masked(cleaned)


def _masked(html: str) -> str:
    """Personal numbers masked, also where tags stand between their digits. Tags stay as they are."""
    places: list[int] = []
    words: list[str] = []
    position = 0
    for tag in _TAG.finditer(html):
        places.extend(range(position, tag.start()))
        words.append(html[position : tag.start()])
        if not _INLINE.fullmatch(tag[0]):
            places.append(-1)
            words.append("\n")
        position = tag.end()
    places.extend(range(position, len(html)))
    words.append(html[position:])
    text = "".join(words)
    masked = mask_phones(text)
    if masked == text:
        return html
    characters = list(html)
    for place, character in zip(places, masked, strict=True):
        if place >= 0:
            characters[place] = character
    return "".join(characters)
