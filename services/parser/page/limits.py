"""What a page may cost, judged before it is parsed: the tree builder is quadratic in depth and in attributes.

How long its text may be is known only when it has lines: reading them takes time in proportion, but not a little.

Every limit is far beyond real pages (the largest seen: 520 KB, 5,000 tags, depth 60) and keeps parsing under a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from services.parser.page.model import Line

LARGEST = 16_000_000  # characters; bodies are cut at 10 MiB before they come here
#: Characters of all lines: what is read in two seconds whatever it says. The longest seen has 26,000.
LONGEST_TEXT = 140_000
MOST_TAGS = 60_000
DEEPEST = 1_000
#: Elements the tree builder would reopen: unclosed <font> and the like come back in every following paragraph.
MOST_REOPENED = 150_000
#: Sum over the long tags of (number of attributes)²: each attribute is compared with all before it.
MOST_COMPARED = 100_000_000
#: Below so many tags no nesting costs more than half a second.
_HARMLESS_TAGS = 15_000

_RAW_TEXT = re.compile(r"<(script|style|textarea|title)\b.*?(?:</\1\b|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_SEPARATOR = re.compile(r"[\s/]+|(?<=\")(?=[^\s/>=])")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _words("area base br col embed hr img input link meta param source track wbr")
#: The parser closes these itself, so that unclosed ones do not nest.
_IMPLIED = _words("p li dd dt option optgroup tr td th thead tbody tfoot colgroup rp rt html head body")
#: Without <a> and <nobr>, which end their predecessor.
_FORMATTING = _words("b big code em font i s small strike strong tt u")
#: Every formatting tag and a few others: two looks at characters are all it may cost.
_FORMATTING_TAG = re.compile("<(?:[bisuBISU][\\s/>]|[fFeEsStTbBcC][oOmMtTiI][nNrRaAgGdD\\s/>])")
_COMMON_VOID = ("<img", "<input", "<br", "<meta", "<link")


def refusal(html: str) -> str | None:
    """Why this page must not be parsed, in words for `Quality.evidence`; None for every page that may."""
    if len(html) > LARGEST:
        return f"{len(html)} characters"
    tags = html.count("<")
    if tags > MOST_TAGS:
        return f"{tags} tags"
    if _attributes_compared(html) > MOST_COMPARED:
        return "too many attributes in one tag"
    if tags > _HARMLESS_TAGS or _may_reopen(html, tags):
        return _nesting(_RAW_TEXT.sub("", html))
    return None


def overlong(lines: Iterable[Line]) -> str | None:
    """Why these lines must not be read as a document, in words for `Quality.evidence`; None where they may."""
    length = sum(len(line.text) for line in lines)
    return f"{length} characters of text" if length > LONGEST_TEXT else None


def _may_reopen(html: str, tags: int) -> bool:
    """Whether the tags could reopen too much: at most each of the formatting ones in each other that is opened."""
    if (tags / 2) ** 2 <= MOST_REOPENED:
        return False
    formatting = len(_FORMATTING_TAG.findall(html))
    if formatting * (tags - formatting) <= MOST_REOPENED:  # spares most pages the slowest of the three counts
        return False
    opened = tags - html.count("</")
    if (opened / 2) ** 2 <= MOST_REOPENED or formatting * (opened - formatting) <= MOST_REOPENED:
        return False
    for void in _COMMON_VOID:
        opened -= html.count(void)
        if formatting * (opened - formatting) <= MOST_REOPENED:
            return False
    return True


def _attributes_compared(html: str) -> int:
    """Cost of the tags longer than a window that grows as the page shrinks; all shorter ones together are cheap."""
    window = max(400, min(16_000, 4_000_000_000 // (len(html) + 1)))
    cost = 0
    position = 0
    while len(html) - position > window:
        end = html.rfind(">", position, position + window)
        if end >= 0:
            position = end + 1
            continue
        close = html.find(">", position + window)
        close = len(html) if close < 0 else close
        cost += _attributes(html[position:close]) ** 2
        position = close + 1
    return cost


def _attributes(stretch: str) -> int:
    """At most so many attributes can stand in a stretch without `>`: none before its first `<`."""
    start = stretch.find("<")
    if start < 0:
        return 0
    return len(_SEPARATOR.findall(_QUOTED.sub('""', stretch[start:])))


def _nesting(html: str) -> str | None:
    depth = formatting = reopened = 0
    for slash, written in _TAG.findall(html):
        name = written.lower()
        step = -1 if slash else 1
        if name in _VOID:
            continue
        if name in _FORMATTING:
            formatting = max(0, formatting + step)
        elif step > 0:
            reopened += formatting
        if name not in _IMPLIED:
            depth = max(0, depth + step)
        if depth > DEEPEST:
            return f"nested deeper than {DEEPEST}"
        if reopened > MOST_REOPENED:
            return f"more than {MOST_REOPENED} reopened elements"
    return None
