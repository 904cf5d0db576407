"""Generated pages and texts through `read_page` and `read`:

    PYTHONPATH=tests python -m parser.fuzz [INPUTS [SEED]]

Each input is made from its own number, so that a finding can be made again. Wrong is an exception, a line that breaks
the promise of `Line`, or a span anywhere in the document that does not quote its text. Exits 1 with the findings.
"""

from __future__ import annotations

import random
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pages
from pydantic import TypeAdapter

from services.domain.document import Document
from services.parser.page.extract import read_page
from services.parser.page.model import Page
from services.parser.page.plain import page_of_text
from services.parser.reading.read import read
from services.parser.text.layers import canonical, match

SEEDS = [path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
MARKUP = (
    "<div id=zoom>", "<div class='TRS_Editor'>", "</div>", "<ucapcontent>", "<table>", "<tr>", "<td>", "</table>",
    "<p>", "<br>", "<h1>", "<a href='x.pdf'>", "<a href='//['>", "<base href='::'>", "<img src=a>", "<script>",
    "</script>", "<!--", "-->", "<title>", "</title>", "<frameset>", "<template>", "<svg>", "<textarea>", "<select>",
    "<pre>", "<meta name=PubDate content='2023'>", "&#xD800;", "&nbsp;", "\x00", "\u2028", "索引号：1", "发布机构：甲",
)  # fmt: skip
MIXED = (
    "於發製關聯為國產業0123456789%—～，。；：、“”《》（）()〔〕\u3000\u00a0\u200b\ufeff𠀀éд한ー①一二三十百千万亿\t\n"
)
_LONGEST = 600
_TO_JSON = TypeAdapter(Document)


def _excerpt(dice: random.Random) -> str:
    text = dice.choice(SEEDS)
    start = dice.randrange(len(text))
    return text[start : start + dice.randrange(1, _LONGEST)]


def _random(dice: random.Random) -> str:
    return "".join(dice.choice(MIXED) for _ in range(dice.randrange(200)))


def _truncated(dice: random.Random) -> str:
    text = dice.choice(SEEDS)
    return text[: dice.randrange(min(len(text), _LONGEST))]


def _shuffled(dice: random.Random) -> str:
    """Pieces of a document in any order: lines, sentences or clauses."""
    sign = dice.choice("\n。,;")
    pieces = _excerpt(dice).split(sign)
    dice.shuffle(pieces)
    return sign.join(pieces)


def _mixed_script(dice: random.Random) -> str:
    """A document with a part of its characters replaced by those of other scripts, widths and shapes."""
    return "".join(dice.choice(MIXED) if dice.random() < 0.08 else character for character in _excerpt(dice))


TEXTS: tuple[Callable[[random.Random], str], ...] = (_excerpt, _random, _truncated, _shuffled, _mixed_script)


def _body(dice: random.Random, text: str) -> bytes:
    """The text as a page of a known family, or among loose tags; then often cut, shuffled or damaged byte by byte."""
    if dice.random() < 0.5:
        body = pages.wrap(text, dice.choice(pages.FAMILIES), title=text[:30], published=text[-12:])
    else:
        pieces = [part for line in text.split("\n") for part in (dice.choice(MARKUP), line)]
        body = "".join(pieces).encode(dice.choice(["utf-8", "gb18030", "utf-16"]), "replace")
    damage = dice.random()
    if damage < 0.2:
        body = body[: dice.randrange(len(body) + 1)]
    elif damage < 0.3:
        parts = body.split(b"<")
        dice.shuffle(parts)
        body = b"<".join(parts)
    elif damage < 0.4:
        at = dice.randrange(len(body) + 1)
        body = body[:at] + dice.randbytes(8) + body[at + 8 :]
    return body


def page_of(seed: int, number: int) -> Page:
    """Input `number` as a page; three of four come as bytes."""
    dice = random.Random(f"{seed}:{number}")
    text = dice.choice(TEXTS)(dice)
    if dice.random() < 0.25:
        return page_of_text(text)
    return read_page(_body(dice, text), url=dice.choice([None, "http://www.example.gov.cn/a/t1_1.html", "::"]))


def faults(page: Page, document: Document) -> Iterator[str]:
    """What is wrong with the lines of a page and the spans of its document."""
    for line in page.lines:
        if canonical(line.source) != line.text or not line.text.strip() or "\n" in line.text:
            yield f"line {line.text!r}"
    if canonical(document.source_text) != document.text:
        yield "source text"
    texts = (document.text, match(document.text))
    yield from _spans(_TO_JSON.dump_python(document), texts, "")


def _spans(value: Any, text: tuple[str, str], path: str) -> Iterator[str]:
    """Every object with `start` and `end` and what it quotes, wherever it stands; `text` in both layers."""
    if isinstance(value, list | tuple):
        for at, item in enumerate(value):
            yield from _spans(item, text, f"{path}[{at}]")
    elif isinstance(value, dict):
        yield from _span(value, text, path)
        for name, item in value.items():
            yield from _spans(item, text, f"{path}.{name}")


def _span(value: dict[str, Any], texts: tuple[str, str], path: str) -> Iterator[str]:
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or path.endswith("period"):
        return
    if not 0 <= start <= end <= len(texts[0]):
        yield f"{path}: {start}..{end} of {len(texts[0])}"
    for name in ("text", "heading", "raw"):
        quoted, written = value.get(name), [text[start:end] for text in texts]
        if isinstance(quoted, str) and quoted not in (written if name == "raw" else written[:1]):
            yield f"{path}: {written[0]!r} is not {quoted!r}"


def findings(seed: int, numbers: range) -> Iterator[str]:
    """One line for each input that is not read as it should be."""
    for number in numbers:
        try:
            page = page_of(seed, number)
            wrong = list(faults(page, read(page)))
        except Exception:  # the finding itself
            wrong = [traceback.format_exc(limit=-3)]
        if wrong:
            yield f"input {number} of seed {seed}: " + "; ".join(wrong[:5])


def main(inputs: int, seed: int) -> int:
    found = 0
    for finding in findings(seed, range(inputs)):
        found += 1
        print(finding, flush=True)
    print(f"{inputs} inputs of seed {seed}: {found} findings")
    return 1 if found else 0


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [100_000, 1][len(arguments) :])))
