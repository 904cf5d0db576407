"""Two hundred official pages, and what becomes of them: nothing, new furniture, three edits in each.

The bodies are the founding documents (a mean of 23 KB), each page with words of its own in every line, so that nobody
gains by remembering another page; menus, scripts and a footer fill the page up to about 64 KB, as official sites do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

SEEDS = Path(__file__).parent.parent / "seeds"
#: The element with the body, for the peers' configuration.
CONTAINER = "div.TRS_Editor"
PAGES, EDITS = 200, 3

State = Literal["new", "same", "furniture", "changed"]
STATES: tuple[State, ...] = ("new", "same", "furniture", "changed")

_NUMBER = re.compile(r"(?<![\d.,—])[1-9]\d{1,3}(?=(?:个|家|项|条|户|亿元|万元)(?!左右))")
_SYLLABLES = "东南西北上下龙凤金银青白云石湖山"


@dataclass(frozen=True, slots=True)
class Edit:
    """One number of one line; `start` is its place in the line before any edit."""

    line: int
    start: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A page: its lines, and what is edited in them."""

    n: int
    lines: tuple[str, ...]
    edits: tuple[Edit, ...]

    @property
    def path(self) -> str:
        return f"/jytabl/202303/t20230327_{self.n:04}.html"

    def body(self, state: State) -> bytes:
        lines = self.edited() if state == "changed" else self.lines
        return _page(self.n, lines, 0 if state in ("new", "same") else STATES.index(state))

    def edited(self) -> tuple[str, ...]:
        lines = list(self.lines)
        for edit in reversed(self.edits):  # from the end, so that every start stays right
            line = lines[edit.line]
            lines[edit.line] = line[: edit.start] + edit.new + line[edit.start + len(edit.old) :]
        return tuple(lines)


def watched() -> tuple[Watched, ...]:
    seeds = [path.read_text(encoding="utf-8").split("\n") for path in sorted(SEEDS.glob("*.txt"))]
    return tuple(_watched(n, seeds[n % len(seeds)]) for n in range(PAGES))


def _watched(n: int, lines: Sequence[str]) -> Watched:
    width = len(_SYLLABLES)
    name = _SYLLABLES[n // width] + _SYLLABLES[n % width]
    own = tuple(f"{line[:-1]},惠及{name}片区。" if line.endswith("。") else line for line in lines)
    return Watched(n, own, _edits(n, own))


def _edits(n: int, lines: Sequence[str]) -> tuple[Edit, ...]:
    """Numbers spread over the document, other ones on every page of the same document."""
    held = [(at, found) for at, line in enumerate(lines) for found in _NUMBER.finditer(line)]
    chosen = sorted((n // 5 + turn * len(held) // EDITS) % len(held) for turn in range(EDITS))
    return tuple(Edit(at, found.start(), found[0], _less(found[0])) for at, found in (held[place] for place in chosen))


def _less(number: str) -> str:
    return str(int(number) * 3 // 4 or 1)


def _page(n: int, lines: Sequence[str], visit: int) -> bytes:
    """`visit` runs through the furniture: a view counter, the time of making, the newest links."""
    menu = "".join(f'<li><a href="/zwgk/{at}/" title="政务公开{at}">政务公开栏目{at}</a></li>' for at in range(150))
    script = "".join(f'var item{at} = {{"id": {at}, "name": "column{at}"}};\n' for at in range(250))
    newest = "".join(f'<li><a href="/xw/{visit}{at}.html">要闻{visit * 100 + at}</a></li>' for at in range(20))
    body = "".join(
        f'<p style="text-indent:2em"><span style="font-family:仿宋">{escape(line)}</span></p>\n' for line in lines
    )
    title = f"关于第{n:04}号建议的答复"
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}_某市人民政府</title>'
        f'<meta name="ArticleTitle" content="{title}"><meta name="PubDate" content="2023-03-28 10:15">'
        f'<meta name="others" content="页面生成时间 2023-04-{10 + visit:02} 08:00:0{visit}">'
        f'<meta name="SiteName" content="某市人民政府"><script>{script}</script></head>'
        f'<body><ul class="nav">{menu}</ul><p class="count">浏览次数：{1000 + 37 * visit}</p>'
        f'<div class="main"><h1>{title}</h1><div class="TRS_Editor">{body}</div>'
        '<div class="prevnext"><p>上一篇：<a href="./t1.html">另一件</a></p></div></div>'
        f'<ul class="newest">{newest}</ul><div class="footer"><p>版权所有：某市人民政府</p></div></body></html>'
    ).encode()
