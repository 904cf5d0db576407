"""The index of pairs loses nothing: every text that holds a word is among those it names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from services.storage.database import Database
from services.storage.fulltext import asked_grams, exchanged_grams, grams
from services.storage.tables import COMMITMENT_TEXT

CHARACTERS = st.text(alphabet="养老服务站a5%。 ,\n\x00\ud800𠀀é", max_size=12)


@given(CHARACTERS, CHARACTERS, CHARACTERS)
def test_every_part_of_a_text_has_terms_of_the_text(before: str, word: str, after: str) -> None:
    assert asked_grams(word) <= grams(before + word + after)


def test_pairs_tell_texts_apart() -> None:
    assert not asked_grams("养老") <= grams("养护老人")
    assert asked_grams("养老") <= grams("社区养老服务")
    assert asked_grams("。%") == frozenset()


@given(CHARACTERS, CHARACTERS)
def test_what_an_edit_loses_and_wins_is_what_all_terms_say(before: str, after: str) -> None:
    assert exchanged_grams(before, after) == (grams(before) - grams(after), grams(after) - grams(before))


@pytest.fixture
def written(database: Database) -> Iterator[Connection]:
    with database.engine.connect() as conn:
        yield conn
        conn.rollback()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(alphabet="养老服务站a5。", min_size=1, max_size=8), min_size=1, max_size=6), word=CHARACTERS
)
def test_a_search_misses_nothing_on_either_engine(written: Connection, texts: list[str], word: str) -> None:
    rows = dict(enumerate(texts, start=1))
    _unbound(written)
    COMMITMENT_TEXT.add(written, rows)
    asked = COMMITMENT_TEXT.places(written, [word])
    found = set(written.execute(asked[0]).scalars()) if asked else set(rows)
    assert found >= {place for place, text in rows.items() if word in text}
    COMMITMENT_TEXT.remove(written, rows)
    again = COMMITMENT_TEXT.places(written, ["养"])
    assert again is not None
    assert written.execute(again[0]).all() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.text(alphabet="养老服务站a5。\n", max_size=8), min_size=2, max_size=6), other=CHARACTERS)
def test_after_any_edits_the_index_is_that_of_the_text_alone(written: Connection, edits: list[str], other: str) -> None:
    _unbound(written)
    last = edits[-1]
    COMMITMENT_TEXT.add(written, {1: edits[0], 2: other})
    for before, after in pairwise(edits):
        COMMITMENT_TEXT.replace(written, {1: (before, after)})
    for each in {*"养老服务站a5", "养老", "服务", "站a"}:
        assert _found(written, each) == {at for at, text in {1: last, 2: other}.items() if each in text}
    COMMITMENT_TEXT.remove(written, {1: last})
    assert _found(written, "养") == ({2} if "养" in other else set())
    COMMITMENT_TEXT.remove(written, {2: other})
    if written.dialect.name == "sqlite":
        written.exec_driver_sql("insert into commitment_text (commitment_text) values ('integrity-check')")


def _found(conn: Connection, word: str) -> set[int]:
    asked = COMMITMENT_TEXT.places(conn, [word])
    assert asked is not None
    return set(conn.execute(asked[0]).scalars())


def _unbound(conn: Connection) -> None:
    """Rows of the index alone."""
    if conn.dialect.name != "sqlite":
        conn.exec_driver_sql("alter table commitment_text drop constraint if exists commitment_text_place_fkey")
