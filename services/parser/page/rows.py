"""The rows of a column page: one article link each, in repeated structure, with or without a date."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.domain.identity import canonical_url
from services.parser.lexicon import load
from services.parser.page.attachments import resolve
from services.parser.page.containers import ancestors
from services.parser.page.lines import clean
from services.parser.text.dates import iso_date

_DATA = load("listing")
_ARTICLES = tuple(re.compile(entry["pattern"]) for entry in _DATA["article"]["patterns"])
_TITLES = re.compile("|".join(entry["pattern"] for entry in _DATA["article"]["titles"]))
_TURNING = frozenset(_DATA["turning"]["words"])
_MARKS: list[str] = _DATA["pinned"]["marks"]
_CUT = re.compile(r"(?:\.{2,}|…+|。{3})$")
_LEAD = re.compile(r"^[\s·•●▪■◆>»\-—]+")
_PUBLISHED = re.compile(r"发布(?:时间|日期)\s{0,4}[:：]?\s{0,4}([12]\d{3}.{6,16})")
#: Day above month as two boxes: 20 | 2022-01.
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s*[|/]?\s*(20\d\d)[-./年](\d{1,2})月?(?![-./\d])")
#: A date at the end of the link's own text is the row's, not the title's.
_DATE_BEHIND = re.compile(
    r"\s*[\[(（]?\s*(20\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?)(?:\s+\d{1,2}:\d\d(?::\d\d)?)?\s*[\])）]?$"
)
_CALLED = re.compile(
    r"\([^()]*?[\"']((?:https?:/|\.{0,2})/[^\"'()<>\s]{3,300}|[\w/.-]{1,200}\.(?:s?html?|jsp|aspx?|do)\b[^\"'()<>\s]{0,100})[\"']"
)
_LONGEST_CALL = 600
_LONGEST_DATE, _LONGEST_CUT, _LONGEST_TITLE = 40, 8, 200
#: Title, picture and date may each link to the article.
_MOST_IN_A_ROW = 4
_LEVELS_UP = 6
_ROW_TAGS = frozenset(("li", "tr", "dd", "dl"))


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the page that may be an item. `group` names the structure it repeats in."""

    url: str
    title: str
    date: str | None
    pinned: bool
    article: bool
    group: tuple[str, ...]
    place: int


def read_links(tree: LexborHTMLParser, base: str) -> list[Link]:
    """Every link that could be an article, in page order."""
    nodes = tree.css("a[href],a[onclick]")
    crowded = _crowded(nodes)
    links: list[Link] = []
    for place, node in enumerate(nodes):
        link = _link(node, base, place, crowded)
        if link is not None:
            links.append(link)
    return links


def choose(links: list[Link]) -> list[Link]:
    """The links of the column itself: the group of rows with the most to read, and those built like it."""
    groups: dict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in links:
        if link.article or link.date:
            groups[link.group].append(link)
    if not groups:
        return []
    best = max(groups.values(), key=_weight)
    return [link for link in links if link.group == best[0].group and (link.article or link.date)]


def _weight(group: list[Link]) -> int:
    """Characters to read; a dated row counts twice."""
    return sum(len(link.title) * (2 if link.date else 1) for link in group)


def _crowded(nodes: list[LexborNode]) -> set[int]:
    """Elements near a link which hold another address, or one address too often: no rows."""
    hrefs: dict[int, list[str]] = defaultdict(list)
    crowded: set[int] = set()
    for node in nodes:
        attributes = node.attributes
        href = attributes.get("onclick") or attributes.get("href") or ""
        for above in islice(ancestors(node), _LEVELS_UP):
            held = hrefs[above.mem_id]
            if len(held) == _MOST_IN_A_ROW or (held and held[0] != href):
                crowded.add(above.mem_id)
            else:
                held.append(href)
    return crowded


def _link(node: LexborNode, base: str, place: int, crowded: set[int]) -> Link | None:
    attributes = node.attributes
    address = resolve(base, attributes.get("href")) or resolve(base, _opened(attributes))
    visible = clean(node.text())
    behind = _DATE_BEHIND.search(visible[-_LONGEST_DATE:])
    title = _title(visible[: -len(behind[0])].strip() if behind else visible, clean(attributes.get("title") or ""))
    if address is None or len(title) < 2 or title in _TURNING or title.isdigit():
        return None
    try:
        url = canonical_url(address)
    except ValueError:
        return None
    row = _row(node, crowded)
    text = _without(row.text(separator=" "), node.text())
    dated = _printed_date(text) or (iso_date(behind[1]) if behind else None) or date_in(url)
    pinned = any(mark in text or mark in title for mark in _MARKS)
    article = any(pattern.search(url) for pattern in _ARTICLES) or _TITLES.search(title[:_LONGEST_TITLE]) is not None
    return Link(url, title, dated, pinned, article, _group(row), place)


def _opened(attributes: Mapping[str, str | None]) -> str | None:
    """The page's address in the call of a script: openInfo('/jy/2024/1.html')."""
    for name in ("onclick", "href"):
        if found := _CALLED.search((attributes.get(name) or "")[:_LONGEST_CALL]):
            return found[1]
    return None


def _title(visible: str, full: str) -> str:
    visible = _LEAD.sub("", visible)
    cut = _CUT.search(visible[-_LONGEST_CUT:])
    if full and (cut or len(full) >= len(visible) or not visible):
        return full
    return visible


def _row(node: LexborNode, crowded: set[int]) -> LexborNode:
    """The largest element around the link that holds no other link: its row."""
    row = node
    for above in islice(ancestors(node), _LEVELS_UP):
        if above.tag in ("body", "html") or above.mem_id in crowded:
            break
        row = above
        if above.tag in _ROW_TAGS:
            break
    return row


def _without(text: str, title: str) -> str:
    return text.replace(title, " ", 1)


def _printed_date(text: str) -> str | None:
    labelled = _PUBLISHED.search(text)
    if labelled and (date := iso_date(labelled[1])):
        return date
    if date := iso_date(text):
        return date
    boxed = _DAY_FIRST.search(text)
    return iso_date(f"{boxed[2]}-{boxed[3]}-{boxed[1]}") if boxed else None


def date_in(url: str) -> str | None:
    """The date an article's address carries, where its content system puts one there."""
    for pattern in _ARTICLES:
        found = pattern.search(url)
        if found is None:
            continue
        parts = found.groupdict()
        if date := parts.get("date"):
            return iso_date(f"{date[:4]}-{date[4:6]}-{date[6:]}")
        return iso_date(f"{parts['year']}-{parts['month']}-{parts['day']}") if parts.get("year") else None
    return None


def _group(row: LexborNode) -> tuple[str, ...]:
    """How the row stands in the page: tags and names of the elements around it, without what alternates."""
    path = [row.tag or ""]
    for level, above in enumerate(ancestors(row)):
        if level == 3:
            break
        attributes = above.attributes
        path.append(f"{above.tag}.{attributes.get('class') or ''}")
    return tuple(path)
