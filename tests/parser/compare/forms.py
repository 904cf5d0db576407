"""Edits that mean nothing: another form of the same words, or the page's furniture."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence

from parser.compare.operators import put

from services.domain.document import Document
from services.parser.text.layers import match


def _some(pattern: str, new: Callable[[str], str], text: str, draw: random.Random) -> str:
    """About half of the places, at least one where there are any."""
    places = list(re.finditer(pattern, text))
    for found in sorted(draw.sample(places, (len(places) + 1) // 2), key=lambda x: x.start(), reverse=True):
        text = put(text, *found.span(), new(found[0]))
    return text


def _unit_order(text: str, document: Document, draw: random.Random) -> str:
    lists = [x for x in document.responsible_units if len(x.units) > 3 and "(" not in x.text[6:-1]]
    if not lists:
        return text
    units = draw.choice(lists)
    start = text.index(":", units.start) + 1
    end = units.end - 1
    names = re.split("[、,]", text[start:end])
    rest = names[1:]
    draw.shuffle(rest)
    return put(text, start, end, "、".join([names[0], *rest]))


_WIDE = str.maketrans(",:;()%", "，：；（）％")
NON_OPERATORS: dict[str, Callable[[str, Document, random.Random], str]] = {
    "width": lambda text, _, draw: _some(r"[,:;()%]", lambda x: x.translate(_WIDE), text, draw),
    "digits": lambda text, _, draw: _some(r"\d", lambda x: chr(ord(x) + 0xFEE0), text, draw),
    "script": lambda text, _, draw: _some(r"[^\n]+", match, text, draw),
    "quotes": lambda text, _, draw: _some("[“”]", lambda x: {"“": "「", "”": "」"}[x], text, draw),
    "separators": lambda text, _, draw: _some(r"(?<!\d)、(?!\d)", lambda _: ",", text, draw),
    "spaces": lambda text, _, draw: _some(r"(?<=[，,。])(?=[\u4e00-\u9fff])", lambda _: " ", text, draw),
    "counters": lambda text, _, draw: f"{text}\n浏览次数:{draw.randint(1, 99999)}",
    "share bars": lambda text, _, draw: text + "\n" + draw.choice(["分享到:微信 微博", "打印|关闭", "相关稿件"]),
    "unit order": _unit_order,
    "reflow": lambda text, _, draw: _some("。(?=[^\n“”)])", lambda x: x + "\n", text, draw),
}


def non_edits(documents: Sequence[Document], draw: random.Random, count: int) -> Iterator[tuple[str, Document, str]]:
    """`count` texts that say the same in another form, the operators in turn; one that fits no document is left out."""
    names = list(NON_OPERATORS)
    made = tried = 0
    while made < count:
        name = names[made % len(names)]
        document = draw.choice(documents)
        text = NON_OPERATORS[name](document.text, document, draw)
        if text != document.text:
            made, tried = made + 1, 0
            yield name, document, text
        elif (tried := tried + 1) > 20 * len(documents):
            names.remove(name)
            tried = 0
