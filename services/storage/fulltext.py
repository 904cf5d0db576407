"""Full text by pairs of neighbouring characters, for Chinese parts no words: 养老服务 is 养老, 老服, 服务.

    text ─► grams ─► `<name>` beside the table it serves: FTS5 on SQLite, tsvector with GIN on PostgreSQL

The index narrows, it does not decide: every row that holds a word is found, and a few that hold its pairs elsewhere, so
whoever asks still compares the text itself. Rows are numbered by `place`; lists are in descending order of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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


def grams(searched: str) -> frozenset[str]:
    """The terms of a text: each letter or digit, and each pair of them side by side.

    They are written as codes: no engine then has an opinion on what a letter is.
    """
    codes = [f"{ord(character):x}" if character.isalnum() else "" for character in searched]
    return frozenset(filter(None, codes)) | _pairs(codes)


def asked_grams(word: str) -> frozenset[str]:
    """The terms all of which a text with `word` in it has: its pairs, and the letters that stand in none.

    Empty where the word has neither letters nor digits: then the index cannot narrow.
    """
    pieces = "".join(character if character.isalnum() else " " for character in word).split()
    return frozenset().union(
        *(grams(piece) if len(piece) == 1 else _pairs([f"{ord(c):x}" for c in piece]) for piece in pieces)
    )


def _pairs(codes: Sequence[str]) -> frozenset[str]:
    return frozenset(f"{one}x{other}" for one, other in pairwise(codes) if one and other)


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
            return select(place).where(
                self._fts5.c[self._name].op("match")(" AND ".join(f'"{term}"' for term in terms))
            ), place
        place = self._tsvector.c.place
        query = cast(" & ".join(f"'{term}'" for term in terms), postgresql.TSQUERY)
        return select(place).where(self._tsvector.c.grams.op("@@")(query)), place


def _on_sqlite(conn: Connection) -> bool:
    return conn.dialect.name == "sqlite"


def _run(conn: Connection, statement: str) -> None:
    conn.execute(text(statement))


def _joined(words: str) -> str:
    return " ".join(sorted(grams(words)))
