"""Full text by pairs of neighbouring characters, for Chinese parts no words: 养老服务 is 养老, 老服, 服务.

    text ─► grams ─► `<name>` beside the table it serves: FTS5 on SQLite, tsvector with GIN on PostgreSQL

The index narrows, it does not decide: every row that holds a word is found, and a few that hold its pairs elsewhere, so
whoever asks still compares the text itself. Rows are numbered by `place`; lists are in descending order of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    column,
    delete,
    event,
    func,
    insert,
    select,
    table,
    text,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql

#: Digits of a character's code, so that all have one length and a single character is the beginning of its pairs.
_WIDTH = 5


def grams(searched: str) -> frozenset[str]:
    """The terms of a text: each pair of letters or digits side by side, and the last of each run alone.

    They are written as codes: no engine then has an opinion on what a letter is.
    """
    codes = [f"{ord(character):0{_WIDTH}x}" if character.isalnum() else "" for character in searched]
    return frozenset(one + other for one, other in pairwise([*codes, ""]) if one)


def asked_grams(word: str) -> frozenset[str]:
    """The terms all of which a text with `word` in it has; a term of one character is the beginning of one.

    Empty where the word has neither letters nor digits: then the index cannot narrow.
    """
    terms = grams(word)
    pairs = {term for term in terms if len(term) > _WIDTH}
    # the last of a run may be followed by anything, also where it is alone
    lone = {term for term in terms - pairs if not any(pair.endswith(term) for pair in pairs)}
    return frozenset(pairs | lone)


class TextIndex:
    """The index `name` of one table; its rows are written with those they stand for, by the same module."""

    def __init__(self, name: str, of: SqlTable) -> None:
        self._name, self._of = name, of.name
        self._fts5 = table(name, column("rowid"), column(name), column("grams"))
        self._tsvector = table(name, column("place"), column("grams"))
        event.listen(of, "after_create", lambda _, conn, **__: self.create(conn))

    def create(self, conn: Connection) -> None:
        name = self._name
        if _on_sqlite(conn):
            _run(conn, f"create virtual table {name} using fts5(grams, content='', detail='none', tokenize='ascii')")
            return
        stands = f"place bigint primary key references {self._of} (place) on delete cascade"
        _run(conn, f"create table {name} ({stands}, grams tsvector not null)")
        _run(conn, f"create index ix_{name} on {name} using gin (grams)")

    def add(self, conn: Connection, texts: Mapping[int, str]) -> None:
        """Place to text as it is stored; a place is added once."""
        if not texts:
            return
        if _on_sqlite(conn):
            conn.execute(
                insert(self._fts5), [{"rowid": place, "grams": _joined(words)} for place, words in texts.items()]
            )
            return
        vector = func.array_to_tsvector(bindparam("terms", type_=postgresql.ARRAY(Text)))
        rows = [{"at": place, "terms": sorted(grams(words))} for place, words in texts.items()]
        conn.execute(insert(self._tsvector).values(place=bindparam("at"), grams=vector), rows)

    def remove(self, conn: Connection, texts: Mapping[int, str]) -> None:
        """`texts` as they were added: FTS5 keeps none and has to be told."""
        if not texts:
            return
        if _on_sqlite(conn):
            told = [{self._name: "delete", "rowid": at, "grams": _joined(words)} for at, words in texts.items()]
            conn.execute(insert(self._fts5), told)
            return
        conn.execute(delete(self._tsvector).where(self._tsvector.c.place.in_(texts)))

    def places(self, conn: Connection, words: Collection[str]) -> tuple[Select[Any], ColumnElement[int]] | None:
        """Places of the texts that may hold all the words, and the column to order them by; None: it cannot tell."""
        terms = sorted({term for word in words for term in asked_grams(word)})
        if not terms:
            return None
        if _on_sqlite(conn):
            place: ColumnElement[int] = self._fts5.c.rowid
            return select(place).where(self._fts5.c[self._name].op("match")(" AND ".join(map(_fts5, terms)))), place
        place = self._tsvector.c.place
        query = cast(" & ".join(map(_tsquery, terms)), postgresql.TSQUERY)
        return select(place).where(self._tsvector.c.grams.op("@@")(query)), place


def _on_sqlite(conn: Connection) -> bool:
    return conn.dialect.name == "sqlite"


def _run(conn: Connection, statement: str) -> None:
    conn.execute(text(statement))


def _joined(words: str) -> str:
    return " ".join(sorted(grams(words)))


def _fts5(term: str) -> str:
    return f'"{term}"' if len(term) > _WIDTH else f'"{term}" *'


def _tsquery(term: str) -> str:
    return f"'{term}'" if len(term) > _WIDTH else f"'{term}':*"
