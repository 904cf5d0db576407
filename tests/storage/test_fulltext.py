"""The index of pairs loses nothing: every text that holds a word is among those it names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from services.storage.database import Database
from services.storage.fulltext import asked_grams, grams
from services.storage.tables import COMMITMENT_TEXT

CHARACTERS = st.text(alphabet="养老服务站a5%。 ,\n\x00\ud800𠀀é", max_size=12)


@given(CHARACTERS, CHARACTERS, CHARACTERS)
def test_every_part_of_a_text_has_terms_of_the_text(before: str, word: str, after: str) -> None:
    assert asked_grams(word) <= grams(before + word + after)


def test_pairs_tell_texts_apart() -> None:
    assert not asked_grams("养老") <= grams("养护老人")
    assert asked_grams("养老") <= grams("社区养老服务")
    assert asked_grams("。%") == frozenset()


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
    if written.dialect.name != "sqlite":
        written.exec_driver_sql("alter table commitment_text drop constraint if exists commitment_text_place_fkey")
    COMMITMENT_TEXT.add(written, rows)
    asked = COMMITMENT_TEXT.places(written, [word])
    found = set(written.execute(asked[0]).scalars()) if asked else set(rows)
    assert found >= {place for place, text in rows.items() if word in text}
    COMMITMENT_TEXT.remove(written, rows)
    again = COMMITMENT_TEXT.places(written, ["养"])
    assert again is not None
    assert written.execute(again[0]).all() == []
