"""What goes into the database as JSON comes out equal."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.domain.change import Change, Quote, Suppression
from services.domain.commitment import Amount, Target
from services.domain.document import Document, Metadata, Quality, Value
from services.domain.figure import Figure
from services.domain.subscription import Filter
from services.storage.codec import decode, encode, pack, unpack

# what JSON and UTF-8 can hold: pages are decoded to this before they are read
st.register_type_strategy(str, st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(st.from_type(Change) | st.from_type(Suppression) | st.from_type(Target) | st.from_type(Figure))
def test_changes_and_numbers_survive(value: object) -> None:
    assert decode(type(value), encode(value)) == value


@quick
@given(st.from_type(Filter))
def test_filters_survive(value: Filter) -> None:
    assert decode(Filter, encode(value)) == value


@quick
@given(st.from_type(Metadata), st.from_type(Quality), st.lists(st.from_type(Target), max_size=2))
def test_documents_survive_the_way_into_a_row(metadata: Metadata, quality: Quality, targets: list[Target]) -> None:
    value = Document("正文", "正文", metadata, quality, targets=tuple(targets))
    assert decode(Document, unpack(pack(encode(value)))) == value


@pytest.mark.parametrize("amount", [30, 30.5, 30.0, (5, 8), (5.5, 8), 12_000_000_000_000_000_000_000])
def test_numbers_keep_their_kind(amount: Amount) -> None:
    value = Change(
        "target_lowered", "critical", "softened", None, ("一、目标",), amount, "30", None, None, "SPEC §12.11"
    )
    back = decode(Change, encode(value))
    assert (back.before, type(back.before), back.after) == (amount, type(amount), "30")


def test_a_field_of_a_later_version_is_ignored() -> None:
    assert decode(Value, b'{"normalised":"a","text":"a","start":0,"end":1,"new":true}') == Value("a", "a", 0, 1)


def test_a_quote_is_compact_utf8() -> None:
    assert encode(Quote(0, 2, "力争")) == '{"start":0,"end":2,"text":"力争"}'.encode()


@quick
@given(st.binary(max_size=300))
def test_what_an_older_version_packed_can_be_read(data: bytes) -> None:
    assert unpack(zlib.compress(data, 6)) == unpack(pack(data)) == data


@pytest.mark.parametrize("cut", [1, 5, -1])
def test_what_is_damaged_says_so(cut: int) -> None:
    for packed in (pack("答复".encode() * 50), zlib.compress("答复".encode() * 50)):
        with pytest.raises(ValueError, match=r"."):
            unpack(packed[:cut])
