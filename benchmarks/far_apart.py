"""Pairs of texts that share little or repeat themselves: what comparing must answer in bounded time (ATTACKS.md)."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from benchmarks.material import SEEDS

Pair = tuple[str, str]

#: Characters; three bytes each.
SIZE = 350_000
_HAN = [chr(0x4E00 + n) for n in range(2_000)]


def _words(count: int, seed: int) -> str:
    return "".join(random.Random(seed).choices(_HAN, k=count))


def _lines(count: int, length: int, seed: int) -> str:
    drawn = _words(count * length, seed)
    return "\n".join(drawn[at : at + length] for at in range(0, count * length, length))


def _promises(seed: int) -> str:
    draw = random.Random(seed)
    sentences = (
        f"到20{draw.randint(25, 35)}年,建成{_words(6, n + seed)}{draw.randint(10, 999)}个。" for n in range(20_000)
    )
    return "下一步,我们将做好以下工作。\n" + "\n".join(sentences)


def _sections(seed: int) -> str:
    drawn = _words(12 * 30_000, seed)
    return "\n".join(f"({_HAN[n % 10]}){drawn[12 * n : 12 * n + 12]}。" for n in range(30_000))


def _report() -> str:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt")))
    return (text + "\n") * (SIZE // len(text))


def _shuffled(text: str) -> str:
    lines = text.split("\n")
    random.Random(5).shuffle(lines)
    return "\n".join(lines)


def _between(text: str, other: str) -> str:
    return "\n".join(line for pair in zip(text.split("\n"), other.split("\n"), strict=False) for line in pair)


def _alike(step: int) -> str:
    return "\n".join(f"推动社区建设工作{_HAN[n * step % 2_000]}。" for n in range(SIZE // 10))


def _few(text: str) -> str:
    return "\n".join(text.split("\n")[:2_900])


def _long(every: int) -> str:
    """140 sentences of a thousand characters, one of so many another one."""
    return "\n".join(re.sub(f"(.{{{every}}}).", r"\1改", _words(1_000, n)) + "。" for n in range(140))


#: Name -> the two texts, made when they are asked for.
MAKERS: dict[str, Callable[[], Pair]] = {
    "one paragraph": lambda: (_words(SIZE, 1), _words(SIZE, 2)),
    "every 20th character": lambda: (_words(SIZE, 1), re.sub("(.{19}).", r"\1改", _words(SIZE, 1))),
    "lines of one character": lambda: (_lines(50_000, 1, 1), _lines(50_000, 1, 2)),
    "all lines the same": lambda: ("推动社区建设。\n" * 40_000, "推动社区治理。\n" * 40_000),
    "fewer of the same": lambda: ("推动社区建设。\n" * 40_000, "推动社区建设。\n" * 30_000),
    "alike but one character": lambda: (_alike(1), _alike(7)),
    "shuffled": lambda: (_lines(7_000, 49, 1), _shuffled(_lines(7_000, 49, 1))),
    "report, shuffled": lambda: (_report(), _shuffled(_report())),
    "report, interleaved": lambda: (_report(), _between(_report(), _lines(9_000, 40, 3))),
    "report, 20 edits": lambda: (_report(), _report().replace("300家", "200家", 20).replace("50家", "40家", 20)),
    "30,000 sections": lambda: (_sections(1), _sections(2)),
    "20,000 promises": lambda: (_promises(1), _promises(2)),
    "20,000 numbers raised": lambda: (_promises(1), re.sub(r"(\d+)个", r"1\1个", _promises(1))),
    "only digits": lambda: ("1" * 1_000_000, "2" * 1_000_000),
    "units": lambda: ("(责任单位:市教育局、市民政局)\n" * 20_000, "(责任单位:市商务局、市民政局)\n" * 20_000),
    # Just below what is looked at piece by piece.
    "2,900 sentences": lambda: (_few(_promises(1)), _few(_promises(2))),
    "2,900 numbers raised": lambda: (_few(_promises(1)), re.sub(r"(\d+)个", r"1\1个", _few(_promises(1)))),
    "long sentences": lambda: (_long(5), _long(7)),
}
