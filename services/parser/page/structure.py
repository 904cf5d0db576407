"""The article on a page of unknown build, by what it looks like: prose outside links.

The rule, in words: prose is counted in punctuation marks outside links. Take away what is chrome by its tag, name or
link density, then walk down from <body> into the child that holds nearly all of the prose, until none does.
Every element is measured once, from the leaves up, so that deep nesting costs no more than a flat page.
"""

from __future__ import annotations

import re
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
_MARK = re.compile(f"[{_PUNCTUATION}]")
#: In a shorter text one look at each character is quicker than one at all of them for each sign.
_SHORT = 100
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
    whole = elements.sums().prose[0]
    _take_out_chrome(elements, whole)
    if not elements.sums().length[0]:
        return tree.body if tree.body.css_first("img,a[href]") is not None else None
    return _walk_down(elements)


@dataclass(frozen=True, slots=True)
class _Sums:
    """What each element and all inside it hold: punctuation outside links, characters, characters in links."""

    prose: list[int]
    length: list[int]
    linked: list[int]


@dataclass(frozen=True, slots=True)
class _Elements:
    """Every element in document order, columns side by side; a parent comes before its children."""

    nodes: list[LexborNode]
    tags: list[str]
    parents: list[int]
    #: Of the text that is its own, not its children's.
    own: _Sums
    gone: list[bool]

    def sums(self) -> _Sums:
        """From the leaves up, without what is gone."""
        prose, length, linked = self.own.prose[:], self.own.length[:], self.own.linked[:]
        parents, gone = self.parents, self.gone
        for at in range(len(parents) - 1, 0, -1):
            if length[at] and not gone[at]:
                parent = parents[at]
                prose[parent] += prose[at]
                length[parent] += length[at]
                linked[parent] += linked[at]
        return _Sums(prose, length, linked)


def _elements(body: LexborNode) -> _Elements:
    nodes: list[LexborNode] = []
    tags: list[str] = []
    parents: list[int] = []
    own = _Sums([], [], [])
    index: dict[int, int] = {}
    in_link: set[int] = set()
    for node in body.traverse(include_text=True):
        above = node.parent
        parent = index.get(above.mem_id, 0) if above is not None else 0
        if node.is_element_node:
            tag = node.tag or ""
            at = index[node.mem_id] = len(nodes)
            if tag == "a" or parent in in_link:
                in_link.add(at)
            nodes.append(node)
            tags.append(tag)
            parents.append(parent)
            for column in (own.prose, own.length, own.linked):
                column.append(0)
        elif node.is_text_node and (text := node.text_content) and not text.isspace():
            length = len("".join(text.split()))
            own.length[parent] += length
            if parent in in_link:
                own.linked[parent] += length
            else:
                own.prose[parent] += _marks(text)
    return _Elements(nodes, tags, parents, own, [False] * len(nodes))


def _take_out_chrome(elements: _Elements, whole: int) -> None:
    sums, gone = elements.sums(), elements.gone
    for at, parent in enumerate(elements.parents):
        if gone[parent]:
            gone[at] = True
        elif at and _is_chrome(elements, sums, at, whole):
            gone[at] = True
            elements.nodes[at].decompose()


def _walk_down(elements: _Elements) -> LexborNode:
    """One pass suffices: children come after their parents."""
    sums = elements.sums()
    held = sums.prose if sums.prose[0] else sums.length
    least = _NEARLY_ALL * held[0]
    current = 0
    for at, parent in enumerate(elements.parents):
        if (
            at
            and parent == current
            and held[at] >= least
            and not elements.gone[at]
            and elements.tags[at] not in _LEAVES
        ):
            current = at
    return elements.nodes[current]


def _is_chrome(elements: _Elements, sums: _Sums, at: int, whole: int) -> bool:
    tag = elements.tags[at]
    if tag in _CHROME_TAGS:
        return sums.prose[at] <= _MOST_CHROME * whole
    if tag not in _BLOCKS:
        return False
    attributes = elements.nodes[at].attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower().split()
    if not _CHROME.isdisjoint(names):
        return sums.prose[at] <= _MOST_CHROME * whole
    return sums.linked[at] > _LINKED * sums.length[at] and sums.prose[at] * 5 <= whole


def _marks(text: str) -> int:
    return len(_MARK.findall(text)) if len(text) < _SHORT else sum(map(text.count, _PUNCTUATION))
