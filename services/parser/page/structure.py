"""The article on a page of unknown build, by what it looks like: prose outside links.

The rule, in words: prose is counted in punctuation marks outside links. Take away what is chrome by its tag, name or
link density, then walk down from <body> into the child that holds nearly all of the prose, until none does.
Every element is measured once, from the leaves up, so that deep nesting costs no more than a flat page.
"""

from __future__ import annotations

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.parser.lexicon import load

#: A child that holds this share of its parent's prose is walked into.
_NEARLY_ALL = 0.8
#: Blocks with more than this share of their text in links are navigation.
_LINKED = 0.6
#: Chrome never holds more than this share of the page's prose, whatever it is called.
_MOST_CHROME = 0.5
_PUNCTUATION = "，。；、：！？,;"
_CHROME_TAGS = frozenset(("header", "footer", "nav", "aside", "form"))
_BLOCKS = frozenset(("div", "ul", "ol", "table", "section", "dl", "td"))
_LEAVES = frozenset(("p", "span", "a", "strong", "b", "font", "h1", "h2", "h3"))
_CHROME = frozenset(load("furniture_blocks")["chrome"]["names"])


def prose(node: LexborNode) -> int:
    """Punctuation marks in `node` outside links: what prose has and menus have not."""
    marks = _marks(node.text())
    return marks - sum(_marks(link.text()) for link in node.css("a")) if marks else 0


def densest(tree: LexborHTMLParser) -> LexborNode | None:
    """The smallest element that holds nearly all the page's prose; takes chrome out of the tree. None without text."""
    if tree.body is None:
        return None
    elements = _elements(tree.body)
    _sum_up(elements)
    for element in elements:
        above = elements[element.parent]
        element.gone = above.gone or _is_chrome(element, elements[0].prose)
        if element.gone and not above.gone:
            element.node.decompose()
    _sum_up(elements)
    if not elements[0].length:
        return tree.body if tree.body.css_first("img,a[href]") is not None else None
    return _walk_down(elements)


@dataclass(slots=True)
class _Element:
    node: LexborNode
    tag: str
    parent: int
    own_prose: int = 0
    own_length: int = 0
    own_linked: int = 0
    prose: int = 0
    length: int = 0
    linked: int = 0
    gone: bool = False


def _elements(body: LexborNode) -> list[_Element]:
    """Every element in document order, each with its own text measured; the parent's index comes before its own."""
    elements: list[_Element] = []
    index: dict[int, int] = {}
    in_link: set[int] = set()
    for node in body.traverse(include_text=True):
        above = node.parent
        parent = index.get(above.mem_id, 0) if above is not None else 0
        if node.is_element_node:
            index[node.mem_id] = len(elements)
            if node.tag == "a" or parent in in_link:
                in_link.add(len(elements))
            elements.append(_Element(node, node.tag or "", parent))
        elif node.is_text_node:
            _measure(elements[parent], node.text_content or "", linked=parent in in_link)
    return elements


def _measure(element: _Element, text: str, *, linked: bool) -> None:
    length = len("".join(text.split()))
    element.own_length += length
    if linked:
        element.own_linked += length
    elif length:
        element.own_prose += _marks(text)


def _sum_up(elements: list[_Element]) -> None:
    for element in elements:
        element.prose, element.length, element.linked = element.own_prose, element.own_length, element.own_linked
    for element in reversed(elements[1:]):
        if not element.gone:
            above = elements[element.parent]
            above.prose += element.prose
            above.length += element.length
            above.linked += element.linked


def _walk_down(elements: list[_Element]) -> LexborNode:
    """One pass suffices: children come after their parents."""
    by_prose = elements[0].prose > 0
    whole = elements[0].prose if by_prose else elements[0].length
    current = 0
    for at, element in enumerate(elements[1:], start=1):
        held = element.prose if by_prose else element.length
        if (
            element.parent == current
            and not element.gone
            and element.tag not in _LEAVES
            and held >= _NEARLY_ALL * whole
        ):
            current = at
    return elements[current].node


def _is_chrome(element: _Element, whole: int) -> bool:
    if element.parent == 0 and element.tag == "body":
        return False
    if element.tag in _CHROME_TAGS:
        return element.prose <= _MOST_CHROME * whole
    if element.tag not in _BLOCKS:
        return False
    attributes = element.node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower().split()
    if not _CHROME.isdisjoint(names):
        return element.prose <= _MOST_CHROME * whole
    return element.linked > _LINKED * element.length and element.prose * 5 <= whole


def _marks(text: str) -> int:
    return sum(map(text.count, _PUNCTUATION))
