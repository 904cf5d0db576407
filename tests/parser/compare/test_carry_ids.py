"""Ids live through edits elsewhere, retitled sections, moves and splits; what is new never gets a used one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.domain.document import Document
from services.parser.compare.compare import carry_ids, compare
from services.parser.reading.read import read_text

Seed = Callable[[str], Document]


def _carried(old: Document, text: str) -> Document:
    return carry_ids(old, read_text(text))


def _ids(document: Document) -> dict[str, str]:
    return {commitment.text: commitment.id for commitment in document.commitments}


def _consistent(document: Document) -> None:
    """Every reference inside the document names something that is there, and no id is used twice."""
    sections = [x.id for x in document.sections]
    commitments = [x.id for x in document.commitments]
    targets = [x.id for x in document.targets]
    lists = [x.id for x in document.responsible_units]
    for ids in (sections, commitments, targets, lists, [x.id for x in document.figures]):
        assert len(ids) == len(set(ids))
    assert {x.parent for x in document.sections} <= {None, *sections}
    assert {x.section for x in document.blocks} <= {None, *sections}
    assert {x.section for x in document.units} <= {None, *sections}
    assert {x.section for x in document.commitments} <= {None, *sections}
    assert {x.commitment for x in document.units} <= {None, *commitments}
    assert {x.commitment for x in document.targets} <= set(commitments)
    assert {target for x in document.commitments for target in x.targets} <= set(targets)
    assert {x.units_ref for x in document.commitments} <= {None, *lists}


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_the_same_text_keeps_every_id(number: str, seed: Seed) -> None:
    assert _carried(seed(number), seed(number).text) == seed(number)


def test_an_insertion_shifts_no_id(seed: Seed) -> None:
    old = seed("000")
    at = old.commitments[3].start
    new = _carried(old, old.text[:at] + "开展河道清淤疏浚,加强水源地巡查。" + old.text[at:])
    _consistent(new)
    assert {text: id_ for text, id_ in _ids(new).items() if text in _ids(old)} == _ids(old)
    (fresh,) = [x for x in new.commitments if x.text not in _ids(old)]
    assert fresh.id not in {x.id for x in old.commitments}


def test_a_changed_number_keeps_commitment_and_target(seed: Seed) -> None:
    old = seed("001")
    new = _carried(old, old.text.replace("300家", "200家", 1))
    _consistent(new)
    assert [x.id for x in new.targets] == [x.id for x in old.targets]
    assert [x.id for x in new.commitments] == [x.id for x in old.commitments]


def test_a_retitled_section_keeps_its_id(seed: Seed) -> None:
    old = seed("000")
    new = _carried(old, old.text.replace("(三)加快高技能人才队伍建设。", "(三)壮大能工巧匠力量。", 1))
    assert [x.id for x in new.sections] == [x.id for x in old.sections]


def test_a_moved_sentence_keeps_its_id(seed: Seed) -> None:
    old = seed("000")
    moved, place = old.commitments[-2], old.commitments[-5]
    text = old.text[: moved.start] + old.text[moved.end :]
    new = _carried(old, text[: place.end] + moved.text + text[place.end :])
    _consistent(new)
    assert _ids(new) == _ids(old)
    assert {x.id: x.section for x in new.commitments}[moved.id] == place.section


def test_what_comes_back_is_known_again_by_the_same_new_id(seed: Seed) -> None:
    old = seed("000")
    gone = old.commitments[5]
    without = _carried(old, old.text[: gone.start] + old.text[gone.end :])
    once, again = (carry_ids(without, read_text(old.text)) for _ in range(2))
    assert _ids(once)[gone.text] == _ids(again)[gone.text]
    assert _ids(once)[gone.text] not in _ids(without).values()


def test_changes_name_the_carried_ids(seed: Seed) -> None:
    old = seed("001")
    at = old.commitments[0].start
    text = old.text[:at] + "开展河道清淤疏浚,加强水源地巡查。" + old.text[at:]
    new = _carried(old, text.replace("300家", "200家", 1))
    lowered = next(x for x in compare(old, new).changes if x.type == "target_lowered")
    assert lowered.target in {x.id for x in old.targets}
    assert lowered.commitment in {x.id for x in old.commitments}
