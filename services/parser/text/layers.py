"""The three layers of a text (SPEC §0): CANONICAL for spans, MATCH for rules, KEY for equality.

CANONICAL and MATCH have the length of what they are made from, so a span found in one is valid in all of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from services.parser.text.replace import Replacement
from services.parser.text.script import CHARACTERS, repaired

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"\u3000": " ", "\u00a0": " "}


def _same_glyph() -> dict[str, str]:
    """Code points that look like another one and are typed for it: PDF and Word pastes bring them in."""
    radicals = [*range(0x2E80, 0x2FD6), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)]
    table = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in radicals}
    table |= dict.fromkeys("\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
    table |= dict.fromkeys("・•‧∙⋅･", "·") | dict.fromkeys("∶︰﹕", ":")
    table |= {"｡": "。", "､": "、", "﹐": ",", "﹔": ";", "﹙": "(", "﹚": ")", "﹪": "%", "﹑": "、"}
    table |= {"〜": "~", "∼": "~"}
    table |= dict(zip("「」﹁﹂『』﹃﹄", "“”“”‘’‘’", strict=True))  # the quotation marks of traditional script
    return {a: CHARACTERS.get(b, b) for a, b in table.items() if a != b and len(b) == 1}


_TO_CANONICAL = Replacement(_FULL_WIDTH)
_TO_MATCH = Replacement(_FULL_WIDTH | CHARACTERS | _same_glyph())

#: A point that ends a sentence, in a page that writes no 。 at all.
_POINT = re.compile(r"(?<=[\u4e00-\u9fff)”》%])\.(?=[\u4e00-\u9fff“《(]|\s*(?:\n|$))")

#: Texts of so many characters are whole documents, and their MATCH layer is kept.
_LONG, _LONGEST = 1_000, 200_000

_DASHES = "-‐‑‒–—―~"
#: A range: dashes behind a digit (or what ends a figure or a date) and before one. `5%-10%` is one, `-3%` is not.
_RANGE = re.compile(f"[{_DASHES}](?:(?<=[0-9%‰年月日].)[{_DASHES}]*(?=[0-9])|(?<=[0-9] .)[{_DASHES}]*(?= [0-9]))")

_WITHOUT_MEANING = re.escape("“”‘’\"'`„‟「」『』﹁﹂﹃﹄〝〞()[]{}〔〕【】〖〗〘〙《》〈〉«»‹›") + (
    r"\u200b\u200c\u200d\u2060\ufeff\u00ad"  # invisible: zero-width spaces and joiners, soft hyphen
)
#: White space, quotation marks and brackets. A tab between digits stays: it parts the cells of a table row, and
#: 15|2 is not 1|52.
_MEANINGLESS = re.compile(rf"[\s{_WITHOUT_MEANING}]+")
_THOUSANDS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
#: Marks that part phrases; between digits the first one stays, for 1—2家 is not 12家.
_SEPARATORS = re.compile("[、,;:。·.—]+")
#: What KEY leaves out of them: a run with no digit before it, one with none behind it, all of another but its start.
_LEFT_OUT = re.compile(
    "[、,;:。·.—](?:(?<![0-9、,;:。·.—].)[、,;:。·.—]*+"
    "|(?<=[0-9].)[、,;:。·.—]*+(?![0-9])"
    "|(?<=[0-9][、,;:。·.—].)[、,;:。·.—]*+(?=[0-9]))"
)


def canonical(source: str) -> str:
    """`source` in the seeds' form, same length: U+FF01–FF5E to ASCII, U+3000 and U+00A0 to space, nothing else."""
    return _TO_CANONICAL(source)


def match(text: str) -> str:
    """The MATCH layer of canonical (or raw) text, same length and idempotent: what every rule's patterns run on.

    Simplified script, half-width signs, `·` for every raised dot, `—` for every dash of a range, 。 for the points of a
    page that ends its sentences with them.
    """
    return _match_of_long(text) if _LONG <= len(text) <= _LONGEST else _match(text)


@lru_cache(maxsize=16)
def _match_of_long(text: str) -> str:
    """Whole documents are asked for by every step of reading and comparing them; at most 13 MB are kept."""
    return _match(text)


def _match(text: str) -> str:
    plain = _RANGE.sub(lambda dashes: "—" * len(dashes[0]), repaired(_TO_MATCH(text)))
    return _POINT.sub("。", plain) if "\n" in plain and "." in plain and "。" not in plain else plain


def key(matched: str) -> str:
    """The KEY of MATCH text: without white space, quotation marks, brackets, thousands commas and separators.

    Two texts with one key say the same in another form; decimal points, ranges, signs and comparators all stay.
    """
    text = matched
    if "," in text:
        text = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), text)
    return _LEFT_OUT.sub("", _MEANINGLESS.sub(_kept_tab if "\t" in text else "", text))


def key_map(matched: str) -> tuple[str, tuple[int, ...]]:
    """`key(matched)` and, for each of its characters, the offset of that character in `matched`; ascending."""
    text, offsets = matched, list(range(len(matched)))
    for gaps in (_thousands_commas, _meaningless, _separators):
        kept = _outside(gaps(text), len(text))
        text, offsets = "".join([text[i] for i in kept]), [offsets[i] for i in kept]
    return text, tuple(offsets)


def _kept_tab(run: re.Match[str]) -> str:
    return "\t" if "\t" in run[0] and _between_digits(run) else ""


def _kept_separator(run: re.Match[str]) -> str:
    return run[0][0] if _between_digits(run) else ""


def _between_digits(run: re.Match[str]) -> bool:
    around = run.string[run.start() - 1 : run.start()] + run.string[run.end() : run.end() + 1]
    return len(around) == 2 and around.isascii() and around.isdigit()


def _thousands_commas(text: str) -> Iterator[tuple[int, int]]:
    for number in _THOUSANDS.finditer(text):
        yield from ((at, at + 1) for at in range(*number.span()) if text[at] == ",")


def _meaningless(text: str) -> Iterator[tuple[int, int]]:
    return _gaps(_MEANINGLESS, _kept_tab, text)


def _separators(text: str) -> Iterator[tuple[int, int]]:
    return _gaps(_SEPARATORS, _kept_separator, text)


def _gaps(pattern: re.Pattern[str], kept: Callable[[re.Match[str]], str], text: str) -> Iterator[tuple[int, int]]:
    """The spans that `pattern.sub(kept, text)` takes out of the text."""
    for run in pattern.finditer(text):
        character = kept(run)
        at = text.index(character, run.start()) if character else run.end()
        yield run.start(), at
        yield at + len(character), run.end()


def _outside(gaps: Iterable[tuple[int, int]], length: int) -> list[int]:
    kept: list[int] = []
    position = 0
    for start, end in gaps:
        kept.extend(range(position, start))
        position = end
    kept.extend(range(position, length))
    return kept
