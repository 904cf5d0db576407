"""What a page says is read the same whatever was read before it, and however the sentences around it were met."""

from __future__ import annotations

import functools
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.domain.document import Document, Unit
from services.parser.compare.compare import carry_ids, compare
from services.parser.reading.commitments.clauses import clauses
from services.parser.reading.commitments.deadlines import explicit_due
from services.parser.reading.commitments.promises import reports
from services.parser.reading.commitments.sentence import sentence_at
from services.parser.reading.memo import kept
from services.parser.reading.numbers.passages import passages
from services.parser.reading.numbers.quantities import find_numbers, numbers_of
from services.parser.reading.read import read_text
from services.parser.text.layers import match

_ROOT = Path(__file__).parents[3]
SEEDS = [path.read_text(encoding="utf-8") for path in sorted((_ROOT / "seeds").glob("*.txt"))]
TEXTS = [
    *SEEDS,
    *(path.read_text(encoding="utf-8") for path in sorted((_ROOT / "tests/parser/compare/edits").glob("*.txt"))),
]


def _caches() -> Iterator[Any]:
    yield from kept()
    for name, module in list(sys.modules.items()):
        if name.startswith("services.parser"):
            for each in vars(module).values():
                if isinstance(each, functools._lru_cache_wrapper) and each.cache_parameters()["maxsize"] is not None:
                    yield each


def _forget() -> None:
    for cache in _caches():
        cache.cache_clear()


def _cold(text: str) -> Document:
    _forget()
    return read_text(text)


def _edited(text: str, draw: random.Random) -> str:
    """Lines put elsewhere, left out, cut, joined and taken from other documents."""
    lines = text.split("\n")
    for _ in range(6):
        at, edit = draw.randrange(len(lines)), draw.randrange(6)
        if edit == 0:
            lines.insert(draw.randrange(len(lines)), lines[at])
        elif edit == 1:
            lines[at] = lines[at][: draw.randrange(1, 80)]
        elif edit == 2:
            lines[at] = draw.choice(draw.choice(TEXTS).split("\n"))
        elif edit == 3 and len(lines) > 2:
            del lines[at]
        elif edit == 4:
            lines[at] += lines[at - 1]
        else:
            lines[at] = lines[at].replace("。", ";", 1).replace("2", "3", 1)
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(12))
def test_what_was_read_before_changes_nothing(seed: int) -> None:
    draw = random.Random(seed)
    chosen = [draw.choice(TEXTS) for _ in range(3)]
    texts = [*chosen, *(_edited(text, draw) for text in chosen)]
    draw.shuffle(texts)
    cold = [_cold(text) for text in texts]
    _forget()
    for _ in range(2):
        order = list(range(len(texts)))
        draw.shuffle(order)
        for at in order:
            assert repr(read_text(texts[at])) == repr(cold[at])


def test_threads_that_read_at_once_read_the_same() -> None:
    draw = random.Random(0)
    texts = [_edited(text, draw) for text in TEXTS for _ in range(2)]
    cold = [repr(_cold(text)) for text in texts]
    _forget()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda text: repr(read_text(text)), [*texts, *texts])) == [*cold, *cold]


@pytest.mark.parametrize("seed", range(6))
def test_what_was_compared_before_changes_nothing(seed: int) -> None:
    draw = random.Random(seed)
    old = read_text(draw.choice(SEEDS))
    versions = [read_text(_edited(old.text, draw)) for _ in range(2)]
    cold = []
    for new in versions:
        _forget()
        cold.append(repr((carry_ids(old, new), compare(old, new))))
    for new, said in [*zip(versions, cold, strict=True)] * 2:
        assert repr((carry_ids(old, new), compare(old, new))) == said


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
def test_a_sentence_alone_says_what_it_says_in_its_text(text: str) -> None:
    """The window is wide enough for all that its patterns look at."""
    document = read_text(text)
    matched = match(document.text)
    for unit in document.units:
        _agrees(unit, matched)


def _agrees(unit: Unit, matched: str) -> None:
    sentence = sentence_at(matched, unit.start, unit.end)
    shift = unit.start - sentence.start
    assert sentence.text[sentence.start : sentence.end] == matched[unit.start : unit.end]
    pieces = clauses(matched, unit.start, unit.end)
    assert [(start + shift, end + shift) for start, end in sentence.pieces] == list(pieces)
    assert sentence.reports == reports(matched, unit.start, unit.end, ongoing=True)
    alone, there = sentence.due(0, None), explicit_due(matched, unit.start, unit.end, None)
    assert (alone and (alone.deadline, alone.start + shift)) == (there and (there.deadline, there.start))


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:12])
def test_numbers_found_by_line_are_those_of_the_whole_text(text: str) -> None:
    matched = match(text)
    assert find_numbers(matched) == numbers_of(matched)


def test_only_sentences_of_usual_length_are_kept() -> None:
    """What is remembered is bounded in characters, not only in number."""
    short, long = "新建车位20个。", "新建车位20个," * 400
    assert sentence_at(short, 0, len(short)) is sentence_at(short, 0, len(short))
    assert sentence_at(long, 0, len(long)) is not sentence_at(long, 0, len(long))
    first, again = (next(passages(text, [(0, len(text))]))[0] for text in (long, long))
    assert first is not again
