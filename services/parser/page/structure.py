"""The article on a page of unknown build, by what it looks like: prose outside links.

The rule, in words: prose is counted in punctuation marks outside links. Take away what is chrome by its tag, name or
link density, then walk down from <body> into the child that holds nearly all of the prose, until none does.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.parser.lexicon import load

#: A child that holds this share of its parent's prose is walked into.
_NEARLY_ALL = 0.8
#: Blocks with more than this share of their text in links are navigation.
_LINKED = 0.6
_PUNCTUATION = "，。；、：！？,;"
_CHROME_TAGS = "header,footer,nav,aside,form"
_BLOCKS = "div,ul,ol,table,section,dl,td"
_CHROME = frozenset(load("furniture_blocks")["chrome"]["names"])


def prose(node: LexborNode) -> int:
    """Punctuation marks in `node` outside links: what prose has and menus have not."""
    marks = _marks(node.text())
    return marks - sum(_marks(link.text()) for link in node.css("a")) if marks else 0


def densest(tree: LexborHTMLParser) -> LexborNode | None:
    """The smallest element that holds nearly all the page's prose; takes chrome out of the tree. None without text."""
    node = tree.body
    if node is None:
        return None
    _take_out_chrome(node)
    measure = prose if prose(node) else _length
    whole = measure(node)
    if not whole:
        return node if node.css_first("img,a[href]") is not None else None
    while True:
        best = max(_children(node), key=measure, default=None)
        if best is None or measure(best) < _NEARLY_ALL * whole or best.tag in ("p", "span", "a", "strong", "b", "font"):
            return node
        node = best


def _children(node: LexborNode) -> list[LexborNode]:
    return [child for child in node.iter() if child.is_element_node]


def _marks(text: str) -> int:
    return sum(map(text.count, _PUNCTUATION))


def _length(node: LexborNode) -> int:
    return len("".join(node.text().split()))


def _take_out_chrome(body: LexborNode) -> None:
    whole = prose(body)
    for node in body.css(_CHROME_TAGS):
        if prose(node) * 2 <= whole:
            node.decompose()
    for node in body.css(_BLOCKS):
        if node.parent is not None and _is_chrome(node, whole):
            node.decompose()


def _is_chrome(node: LexborNode, whole: int) -> bool:
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower().split()
    if not _CHROME.isdisjoint(names):
        return prose(node) * 2 <= whole
    linked = sum(_length(link) for link in node.css("a"))
    return linked > 0 and linked > _LINKED * _length(node) and prose(node) * 5 <= whole
