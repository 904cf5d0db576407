"""Takes the page's furniture out of the article's element: blocks by their name, what is never shown, the heading.

Which names mean furniture is data (lexicon/furniture_blocks.toml); a block with much text of its own is always kept.
"""

from __future__ import annotations

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
_NAMED = (
    "div,ul,ol,dl,section,nav,aside,footer,header,h1,h2,h3,"
    "table[class],p[class],span[class],a[class],li[class],td[class]"
)
#: No page has more furniture; measuring more could cost without end.
_MOST_HITS = 300
#: What stands struck out is no longer said: 目标<s>30</s>20个 is 20.
STRUCK = "block:struck"
_STRIKING = ("<del", "<s>", "<s ", "<strike")
Dropped = list[tuple[str, str]]


def take_out(body: Body, title: str | None) -> tuple[str, Dropped]:
    """The article's HTML without furniture, and (rule, text) of each block with text that was taken out of the tree."""
    html = body.node.html or ""
    dropped: Dropped = []
    if _may_hide(html):
        for node in body.node.css("[style],[hidden]"):
            attributes = node.attributes
            style = attributes.get("style") or ""
            if "hidden" in attributes or is_hidden(style):
                _drop(node, "block:hidden", dropped)
            elif is_struck(style):
                _drop(node, STRUCK, dropped)
    if any(tag in html for tag in _STRIKING):
        for node in body.node.css("del,s,strike"):
            _drop(node, STRUCK, dropped)
    if _may_hold_blocks(html):
        hits = 0
        for node in body.node.css(_NAMED):
            rule = _rule_for(node, title) if hits < _MOST_HITS else None
            hits += rule is not None
            if rule and not (body.inner and rule in _OUTER_ONLY) and node.mem_id != body.node.mem_id:
                _drop(node, rule, dropped)
    return (body.node.html or "") if dropped else html, dropped


def _may_hide(html: str) -> bool:
    """Reading the HTML is cheaper than asking each element of a page pasted from Word."""
    return " hidden" in html or any(is_hidden(style) or is_struck(style) for style in _values(html, "style"))


def _may_hold_blocks(html: str) -> bool:
    if "<h" in html and any(heading in html for heading in ("<h1", "<h2", "<h3")):
        return True
    return any(not _RULES.keys().isdisjoint(_names(html, attribute)) for attribute in ("class", "id"))


def _names(html: str, attribute: str) -> set[str]:
    return set(" ".join(_values(html, attribute)).lower().split())


def _values(html: str, attribute: str) -> set[str]:
    """Every value of an attribute, as it stands in serialised HTML."""
    return {part[: part.find('"')] for part in html.split(f' {attribute}="')[1:]}


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
