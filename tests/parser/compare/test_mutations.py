"""Generated edits over the seeds, drawn from the grammar: one explanation each, of the right type.

Counts by operator: `pytest tests/parser/compare/test_mutations.py -s`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from services.domain.change import Comparison
from services.domain.document import Document
from services.parser.text.layers import match

Seed = Callable[[str], Document]
Changed = Callable[[Document, str], Comparison]
#: The edited text and the types that explain it; None where the document offers no place.
Mutation = tuple[str, set[str]] | None

_SENTENCES = (
    "建立跨区域人才流动服务机制,推动职业资格互认。",
    "加强水源地巡查,推进河道清淤疏浚。",
    "推广节水灌溉技术,开展农田墒情监测。",
)
_NOUNS = "企业|企業|平台|平臺|产业|產業|技术|技術|服务|服務"
_BY_LEVEL = {4: "推动", 3: "力争", 2: "鼓励", 1: "探索"}


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _other(number: str, draw: random.Random) -> str:
    if "." in number:
        return f"{float(number) + 0.5:g}"
    return str(int(number) + draw.randint(1, 9) * max(1, int(number) // 20))


def value(document: Document, draw: random.Random) -> Mutation:
    plain = [target for target in document.targets if target.comparator != "range" and re.search(r"\d", target.raw)]
    if not plain:
        return None
    target = draw.choice(plain)
    number = re.search(r"\d+(?:\.\d+)?", target.raw)
    assert number
    start = target.start + number.start()
    edited = _put(document.text, start, start + len(number[0]), _other(number[0], draw))
    return edited, {"target_raised", "target_lowered"}


def deadline(document: Document, draw: random.Random) -> Mutation:
    dated = [
        x for x in document.commitments if x.deadline and x.deadline.source == "explicit" and "20" in x.deadline.raw
    ]
    if not dated:
        return None
    promise = draw.choice(dated)
    assert promise.deadline
    at = match(document.text).find(promise.deadline.raw, promise.start)
    year = re.compile(r"20\d\d").search(document.text, at)
    assert year
    return _put(document.text, *year.span(), str(int(year[0]) + draw.choice([-1, 1, 2]))), {"deadline_moved"}


def modality(document: Document, draw: random.Random) -> Mutation:
    actions = [action for promise in document.commitments for action in promise.actions if len(action.verb) == 2]
    action = draw.choice([action for action in actions if action.strength < 5])
    level = draw.choice([level for level in _BY_LEVEL if level != action.strength])
    at = match(document.text).find(action.verb, action.start)
    kind = "modality_softened" if level < action.strength else "modality_strengthened"
    return _put(document.text, at, at + 2, _BY_LEVEL[level]), {kind}


def figure(document: Document, draw: random.Random) -> Mutation:
    numbers = [x for x in document.figures if x.kind != "scope_count" and re.search(r"\d", x.raw)]
    if not numbers:
        return None
    found = draw.choice(numbers)
    number = re.search(r"\d+(?:\.\d+)?", found.raw)
    assert number
    start = found.start + number.start()
    return _put(document.text, start, start + len(number[0]), _other(number[0], draw)), {"figure_corrected"}


def insert(document: Document, draw: random.Random) -> Mutation:
    ends = [promise.end for promise in document.commitments if document.text[promise.end - 1] == "。"]
    at = draw.choice(ends)
    return _put(document.text, at, at, draw.choice(_SENTENCES)), {"commitment_added"}


def delete(document: Document, draw: random.Random) -> Mutation:
    promise = draw.choice(document.commitments)
    return _put(document.text, promise.start, promise.end, ""), {"commitment_withdrawn"}


def wording(document: Document, draw: random.Random) -> Mutation:
    promise = draw.choice(document.commitments)
    nouns = list(re.finditer(_NOUNS, document.text[promise.start : promise.end]))
    if not nouns:
        return None
    start, end = draw.choice(nouns).span()
    return _put(document.text, promise.start + start, promise.start + end, "要素"), {"commitment_reworded"}


def actor(document: Document, draw: random.Random) -> Mutation:
    if not document.responsible_units:
        return None
    units = draw.choice(document.responsible_units)
    names = list(re.finditer("、[^、,()〔〕]+(?=[、,])", document.text[units.start : units.end]))
    if not names:
        return None
    start, end = draw.choice(names).span()
    if draw.random() < 0.5:
        return _put(document.text, units.start + start, units.start + end, ""), {"actor_removed"}
    return _put(document.text, units.start + end, units.start + end, "、市体育局"), {"actor_added"}


def move(document: Document, draw: random.Random) -> Mutation:
    promise = draw.choice(document.commitments)
    places = [
        x for x in document.commitments
        if x.section != promise.section and x.basis == promise.basis and x.end < promise.start
        and document.text[x.end - 1] == document.text[promise.end - 1] == "。"
    ]  # fmt: skip
    if not places:
        return None
    cut = _put(document.text, promise.start, promise.end, "")
    place = draw.choice(places)
    return _put(cut, place.end, place.end, promise.text), {"commitment_moved"}


def split(document: Document, draw: random.Random) -> Mutation:
    promise = draw.choice(document.commitments)
    commas = [
        m.start() for m in re.finditer(",(?=加快|推动|支持|完善|开展|提升|打造|推動|建立|促进|促進)", promise.text)
    ]
    inner = [at for at in commas if 12 < at < len(promise.text) - 12]
    if not inner or re.search("[“(]", promise.text):
        return None
    at = promise.start + draw.choice(inner)
    return _put(document.text, at, at + 1, "。同时"), {"commitment_split"}


def merge(document: Document, draw: random.Random) -> Mutation:
    pairs = [
        (a, b) for a, b in zip(document.commitments, document.commitments[1:], strict=False)
        if a.end == b.start and a.section == b.section and document.text[a.end - 1] == "。"
    ]  # fmt: skip
    end = draw.choice(pairs)[0].end
    return _put(document.text, end - 1, end, ",并"), {"commitment_merged"}


_OPERATORS: tuple[Callable[[Document, random.Random], Mutation], ...] = (
    value, deadline, modality, figure, insert, delete, wording, actor, move, split, merge,
)  # fmt: skip
_EACH = 10


@pytest.mark.parametrize("operator", _OPERATORS, ids=lambda operator: operator.__name__)
def test_every_generated_edit_has_exactly_one_explanation(
    operator: Callable[[Document, random.Random], Mutation], seed: Seed, changed: Changed
) -> None:
    draw = random.Random(operator.__name__)
    seeds = [seed(number) for number in ("000", "001", "002", "003", "004")]
    wrong: list[object] = []
    done = 0
    for _ in range(20 * _EACH):
        document = draw.choice(seeds)
        mutation = operator(document, draw)
        if mutation is None or mutation[0] == document.text or done == _EACH:
            continue
        done += 1
        types = [change.type for change in changed(document, mutation[0]).changes]
        if len(types) != 1 or types[0] not in mutation[1]:
            wrong.append((types, mutation[1]))
    print(f"{operator.__name__}: {done - len(wrong)} of {done}")
    assert done == _EACH
    assert not wrong
