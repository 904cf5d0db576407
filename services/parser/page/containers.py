"""Where on the page the article is: by the rules of the page's family, else by structure.

known container (lexicon/containers.toml) ─► the first rule with a filled element
                                        └─► the enclosing known one, where that holds clearly more prose
common name (generic rules)             ─► only where it holds most of the page's prose
none of these                           ─► structure.py
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from services.parser.lexicon import load
from services.parser.page.structure import densest, prose

#: An enclosing container is preferred from so much more prose on: then the inner one is a pasted part of the article.
_CLEARLY_MORE = 1.25
#: A common name must hold this share of the page's prose.
_MOST = 0.7
#: No page has more containers; one that seems to is read by structure.
_MOST_CANDIDATES = 60
#: No rule looks further up than this.
_HIGHEST = 200
#: A later copy is taken where the first one holds less than this share of its text.
_STUB = 0.2


@dataclass(frozen=True, slots=True)
class Body:
    """The element with the article, how it was found, and what is odd about it. `inner` is False for an element that
    may also hold the page's heading, bars and lists."""

    node: LexborNode
    family: str
    inner: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Compound:
    tag: str | None
    id: str | None
    classes: frozenset[str]

    def fits(self, tag: str | None, id_: str | None, classes: frozenset[str]) -> bool:
        return self.tag in (None, tag) and self.id in (None, id_) and self.classes <= classes


@dataclass(frozen=True, slots=True)
class _Rule:
    rank: int
    family: str
    generic: bool
    element: _Compound
    ancestor: _Compound | None

    def fits_around(self, node: LexborNode) -> bool:
        return self.ancestor is None or any(_fits(self.ancestor, above) for above in ancestors(node))


def _fits(compound: _Compound, node: LexborNode) -> bool:
    attributes = node.attributes
    return compound.fits(node.tag, attributes.get("id"), frozenset((attributes.get("class") or "").split()))


def _compound(selector: str) -> _Compound:
    parts = re.findall(r"[#.]?[\w-]+", selector)
    tag = next((p for p in parts if p[0] not in "#."), None)
    id_ = next((p[1:] for p in parts if p[0] == "#"), None)
    return _Compound(tag, id_, frozenset(p[1:] for p in parts if p[0] == "."))


def _rule(rank: int, entry: dict[str, object]) -> _Rule:
    *above, element = str(entry["selector"]).split()
    ancestor = _compound(above[0]) if above else None
    return _Rule(rank, str(entry["family"]), bool(entry.get("generic")), _compound(element), ancestor)


RULES = tuple(_rule(rank, entry) for rank, entry in enumerate(load("containers")["container"]))
_TAGS = ("div", "td", "section", "article", *sorted({r.element.tag for r in RULES if r.element.tag} - {"div", "td"}))


def _by_sign() -> dict[str, list[_Rule]]:
    """The rules by what an element must have to fit: `#id`, else a class, else its tag."""
    signs: dict[str, list[_Rule]] = defaultdict(list)
    for rule in RULES:
        element = rule.element
        signs[f"#{element.id}" if element.id else min(element.classes, default=element.tag or "")].append(rule)
    return dict(signs)


_BY_SIGN = _by_sign()


def _rules_for(tag: str, id_: str | None, names: str | None) -> list[_Rule]:
    """The rules an element of these names fits, ancestors aside."""
    classes = names.split() if names else []
    signs = [*classes, f"#{id_}", tag]
    if _BY_SIGN.keys().isdisjoint(signs):
        return []
    possible = {rule.rank: rule for sign in signs for rule in _BY_SIGN.get(sign, ())}
    return [possible[rank] for rank in sorted(possible) if possible[rank].element.fits(tag, id_, frozenset(classes))]


def find_body(tree: LexborHTMLParser, selector: str | None = None) -> Body | None:
    """The article of a parsed page without scripts; None where the page has no text at all.

    `selector` is what the source states; it comes first, and a warning says when it found nothing.
    """
    warnings: tuple[str, ...] = ()
    if selector:
        node = _select(tree, selector)
        if node is not None and _filled(node):
            return Body(node, "selector")
        warnings = ("selector_found_nothing",)
    body = _by_rules(tree) or _by_structure(tree)
    return Body(body.node, body.family, body.inner, body.warnings + warnings) if body else None


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around `node`, inner first, as far as any rule looks."""
    above = node.parent
    for _ in range(_HIGHEST):
        if above is None or not above.is_element_node:
            return
        yield above
        above = above.parent


def _select(tree: LexborHTMLParser, selector: str) -> LexborNode | None:
    try:
        return tree.css_first(selector)
    except SelectolaxError:
        return None


def _by_rules(tree: LexborHTMLParser) -> Body | None:
    candidates = _candidates(tree)
    strong = [rule for rule in sorted(candidates, key=lambda rule: rule.rank) if not rule.generic]
    for rule in strong:
        nodes = [
            node for node in _outermost(candidates[rule][:_MOST_CANDIDATES]) if _filled(node) and not _hidden(node)
        ]
        if nodes:
            return _chosen(rule, nodes, {node.mem_id for other in strong for node in candidates[other]})
    return _by_common_name(tree, [(rule, nodes) for rule, nodes in candidates.items() if rule.generic])


def _candidates(tree: LexborHTMLParser) -> dict[_Rule, list[LexborNode]]:
    found: dict[_Rule, list[LexborNode]] = defaultdict(list)
    for tag in _TAGS:
        known: dict[tuple[str | None, str | None], list[_Rule]] = {}
        for node in tree.tags(tag):
            attributes = node.attributes
            named = attributes.get("id"), attributes.get("class")
            rules = known.get(named)
            if rules is None:
                rules = known[named] = _rules_for(tag, *named)
            for rule in rules:
                if rule.fits_around(node):
                    found[rule].append(node)
    return found


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Without the nodes inside others of the list; they come in document order."""
    if len(nodes) == 1:
        return nodes
    kept: list[LexborNode] = []
    inside = {node.mem_id for node in nodes}
    for node in nodes:
        if not any(above.mem_id in inside for above in ancestors(node)):
            kept.append(node)
    return kept


def _chosen(rule: _Rule, nodes: list[LexborNode], known: set[int]) -> Body:
    if len(nodes) > 1:
        return _first_copy(rule, nodes)
    node = nodes[0]
    enclosing = [above for above in ancestors(node) if above.mem_id in known]
    if enclosing and prose(enclosing[-1]) > prose(node) * _CLEARLY_MORE + 5:
        return Body(enclosing[-1], rule.family, inner=False)
    return Body(node, rule.family, inner=not rule.family.endswith("-outer"))


def _first_copy(rule: _Rule, nodes: list[LexborNode]) -> Body:
    """The article printed twice (for computers and for telephones): the first copy, flagged where they differ."""
    texts = ["".join(node.text().split()) for node in nodes]
    longest = max(range(len(nodes)), key=lambda at: len(texts[at]))
    chosen = longest if len(texts[0]) < _STUB * len(texts[longest]) else 0
    others = {text for text in texts if len(text) >= _STUB * len(texts[longest])}
    warnings = ("body_copies_differ",) if len(others) > 1 else ()
    return Body(nodes[chosen], rule.family, warnings=warnings)


def _by_common_name(tree: LexborHTMLParser, found: list[tuple[_Rule, list[LexborNode]]]) -> Body | None:
    if not found or tree.body is None or sum(len(nodes) for _, nodes in found) > _MOST_CANDIDATES:
        return None
    whole = prose(tree.body)
    best: tuple[int, _Rule, LexborNode] | None = None
    for rule, nodes in found:
        for node in nodes:
            share = prose(node)
            if share >= _MOST * whole and _filled(node) and not _hidden(node):
                size = len(node.text())
                if best is None or size <= best[0]:
                    best = (size, rule, node)
    return Body(best[2], best[1].family, inner=False) if best else None


def _by_structure(tree: LexborHTMLParser) -> Body | None:
    node = densest(tree)
    return Body(node, "structure", inner=False) if node is not None else None


def _filled(node: LexborNode) -> bool:
    return bool(node.text().strip()) or node.css_first("img,a[href]") is not None


def _hidden(node: LexborNode) -> bool:
    return any(is_hidden(style) for style in _styles(node))


def _styles(node: LexborNode) -> Iterator[str]:
    yield node.attributes.get("style") or ""
    for above in ancestors(node):
        yield above.attributes.get("style") or ""


_NOT_SHOWN = re.compile(
    r"(?:display(?:\s|&nbsp;)*:(?:\s|&nbsp;)*none|mso-hide(?:\s|&nbsp;)*:(?:\s|&nbsp;)*all"
    r"|visibility(?:\s|&nbsp;)*:(?:\s|&nbsp;)*(?:hidden|collapse))"
)
_TELLING = ("none", "mso-hide", "visibility")
_STRUCK = re.compile(r"text-decoration[a-z-]*(?:\s|&nbsp;)*:[^;]*line-through")


def is_hidden(style: str) -> bool:
    """Whether an inline style, also as it stands in the HTML, keeps the element from being shown."""
    lowered = style.lower()
    return any(word in lowered for word in _TELLING) and _NOT_SHOWN.search(lowered) is not None


def is_struck(style: str) -> bool:
    """Whether an inline style strikes the element's text out."""
    return "line-through" in style.lower() and _STRUCK.search(style.lower()) is not None
