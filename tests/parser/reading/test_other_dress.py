"""The same text in traditional script, full-width digits and signs, with spaces or with points says the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from opencc import OpenCC

from services.domain.document import Document
from services.parser.reading.read import read_text
from services.parser.text.layers import key, match

SEEDS = {path.name[:3]: path.read_text(encoding="utf-8") for path in Path(__file__).parents[3].glob("seeds/*.txt")}
_WIDE = {ord(character): chr(ord(character) + 0xFEE0) for character in "0123456789,();:%"}


@cache
def _traditional(character: str) -> str:
    found = str(_to_traditional().convert(character))
    return found if len(found) == 1 else character


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")


def traditional(text: str) -> str:
    return "".join(map(_traditional, text))


def wide(text: str) -> str:
    return text.translate(_WIDE)


def spaced(text: str) -> str:
    """Spaces around the digits, as a typesetter leaves them; markers and document numbers stay."""
    text = re.sub("(?<=[\u4e00-\u9fff])(?=[0-9])", " ", text)
    return re.sub("(?<=[0-9])(?=[年月日万亿家个项元%])", " ", text)


def pointed(text: str) -> str:
    return text.replace("。", ".")


def says(document: Document) -> list[list[tuple[object, ...]]]:
    """Commitments, targets and figures, without what only the dress changes."""
    quote: Callable[[str], str] = lambda text: key(match(text)).replace(" ", "")  # noqa: E731
    return [
        [
            (quote(each.text), each.type, each.tier, each.basis, each.actors, each.actor_source, each.lead_verb,
             each.modality, each.deadline and each.deadline.end)
            for each in document.commitments
        ],
        [
            (quote(each.raw), quote(each.metric), each.comparator, each.norm_value, each.norm_unit)
            for each in document.targets
        ],
        [
            (quote(each.raw), quote(each.metric), each.kind, each.norm_value, each.period and each.period.end)
            for each in document.figures
            if each.kind != "rank"
        ],
    ]  # fmt: skip


@pytest.mark.parametrize("dress", [traditional, wide, spaced], ids=lambda dress: dress.__name__)
@pytest.mark.parametrize("seed", ["000", "002", "003", "004"])
def test_a_seed_in_another_dress(seed: str, dress: Callable[[str], str]) -> None:
    assert says(read_text(dress(SEEDS[seed]))) == says(read_text(SEEDS[seed]))


@pytest.mark.parametrize("seed", ["000", "004"])
def test_a_seed_whose_sentences_end_in_points(seed: str) -> None:
    plain, dotted = read_text(SEEDS[seed]), read_text(pointed(SEEDS[seed]))
    assert [key(match(each.text)) for each in dotted.commitments] == [
        key(match(each.text)) for each in plain.commitments
    ]
    assert [each.norm_value for each in dotted.figures] == [each.norm_value for each in plain.figures]


def test_a_point_stays_one_where_sentences_end_in_circles() -> None:
    assert match("推进“企业吹哨.部门报到”。\n完成。") == "推进“企业吹哨.部门报到”。\n完成。"
    assert match("投资1.5亿元.\n增长5.3%.完成.") == "投资1.5亿元。\n增长5.3%。完成。"
