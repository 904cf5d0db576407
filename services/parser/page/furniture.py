"""Takes the page's furniture out of the article's element: blocks by their name, what is never shown, the heading.

Which names mean furniture is data (lexicon/furniture_blocks.toml); a block with much text of its own is always kept.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from services.parser.lexicon import load
from services.parser.page.containers import Body, is_hidden, is_struck

_LISTS = load("furniture_blocks")
_LONGEST: int = _LISTS["longest"]
_RULES = {
    name: f"block:{group}" for group, entry in _LISTS.items() if isinstance(entry, dict) for name in entry["names"]
}
_OUTER_ONLY = frozenset(("block:chrome", "block:bars"))
_HEADINGS = frozenset(("h1", "h2", "h3", "div"))
_TAGS = _HEADINGS | {"ul", "ol", "dl", "li", "table", "td", "p", "span", "a"}
_TAGS |= {"section", "nav", "aside", "footer", "header"}
_HIDDEN = b' hidden="'
#: Without one of these in it no style hides or strikes out.
_HIDING = (b"display", b"mso-hide", b"visibility", b"line-through")
_NAMES = re.compile(rb' (?:class|id)="([^"]*)')
#: No page has more furniture; measuring more could cost without end.
_MOST_HITS = 300
#: What stands struck out is no longer said: 目标<s>30</s>20个 is 20.
STRUCK = "block:struck"
Dropped = list[tuple[str, str]]


def take_out(body: Body, title: str | None) -> tuple[str, Dropped]:
    """The article's HTML without furniture, and (rule, text) of each block with text that was taken out of the tree."""
    html = body.node.html or ""
    lowered = html.encode().lower()  # searched and lowered several times faster than text
    dropped: Dropped = []
    if _HIDDEN in lowered or any(word in lowered for word in _HIDING):
        for node in body.node.css("[style],[hidden]"):
            attributes = node.attributes
            style = attributes.get("style") or ""
            if "hidden" in attributes or is_hidden(style):
                _drop(node, "block:hidden", dropped)
            elif is_struck(style):
                _drop(node, STRUCK, dropped)
    for node in body.node.css("del,s,strike"):
        _drop(node, STRUCK, dropped)
    hits = 0
    for node in body.node.css(_telling(lowered)):
        rule = _rule_for(node, title) if hits < _MOST_HITS and node.tag in _TAGS else None
        hits += rule is not None
        if rule and not (body.inner and rule in _OUTER_ONLY) and node.mem_id != body.node.mem_id:
            _drop(node, rule, dropped)
    return (body.node.html or "") if dropped else html, dropped


def _telling(lowered: bytes) -> str:
    """A selector for the headings, and for the elements with a name that means furniture."""
    names = b" ".join(_NAMES.findall(lowered)).decode().split()
    telling = [f'[class~="{name}" i],[id~="{name}" i]' for name in sorted(_RULES.keys() & names)]
    return ",".join(["h1,h2,h3", *telling])


def _drop(node: LexborNode, rule: str, dropped: Dropped) -> None:
    if node.parent is None:  # inside a block already taken out
        return
    text = " ".join(node.text().split())
    dropped.append((rule, text[:200]))
    node.decompose()


def _rule_for(node: LexborNode, title: str | None) -> str | None:
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower().split()
    rules = [_RULES[name] for name in names if name in _RULES]
    tag = node.tag or ""
    if "block:headings" in rules or tag in ("h1", "h2", "h3"):
        return "block:headings" if tag in _HEADINGS and _repeats(node, title) else None
    if "block:switched_off" in rules:
        return "block:switched_off"
    return rules[0] if rules and _own_length(node) <= _LONGEST else None


def _repeats(node: LexborNode, title: str | None) -> bool:
    return title is not None and "".join(node.text().split()) == "".join(title.split())


def _own_length(node: LexborNode) -> int:
    linked = sum(len("".join(link.text().split())) for link in node.css("a"))
    return len("".join(node.text().split())) - linked
