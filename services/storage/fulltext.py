"""Full text by pairs of neighbouring characters, for Chinese parts no words: 养老服务 is 养老, 老服, 服务.

    text ─► grams ─► `<name>` beside the table it serves: FTS5 on SQLite, tsvector with GIN on PostgreSQL

The index narrows, it does not decide: every row that holds a word is found, and a few that hold its pairs elsewhere, so
whoever asks still compares the text itself. Rows are numbered by `place`; lists are in descending order of it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, Select, cast, column, event, select, table, text
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


def asked_grams(word: str) -> frozenset[str] | None:
    """The terms all of which a text with `word` in it has; a term of one character is the beginning of one.

    None where the word has neither letters nor digits: then the index cannot narrow.
    """
    terms = grams(word)
    pairs = {term for term in terms if len(term) > _WIDTH}
    # the last of a run may be followed by anything, also where it is alone
    lone = {term for term in terms - pairs if not any(pair.endswith(term) for pair in pairs)}
    return frozenset(pairs | lone) or None


class TextIndex:
    """The index `name` of one table; its rows are written with those they stand for, by the same module."""

    def __init__(self, name: str, of: SqlTable) -> None:
        self.name = name
        sqlite = f"create virtual table {name} using fts5(grams, content='', detail='none', tokenize='ascii')"
        postgres = (
            f"create table {name} (place bigint primary key references {of.name} (place) on delete cascade, "
            "grams tsvector not null)"
        )
        self._made = {"sqlite": [sqlite], "postgresql": [postgres, f"create index ix_{name} on {name} using gin (grams)"]}
        event.listen(of, "after_create", lambda _, conn, **__: self.create(conn))

    def create(self, conn: Connection) -> None:
        for statement in self._made[conn.dialect.name]:
            conn.execute(text(statement))

    def add(self, conn: Connection, texts: Mapping[int, str]) -> None:
        """Place to text as it is stored; a place is added once."""
        self._write(conn, f"insert into {self.name} (rowid, grams) values (:place, :grams)", texts, "add")

    def remove(self, conn: Connection, texts: Mapping[int, str]) -> None:
        """`texts` as they were added: FTS5 keeps none and has to be told."""
        wording = f"insert into {self.name} ({self.name}, rowid, grams) values ('delete', :place, :grams)"
        self._write(conn, wording, texts, "remove")

    def _write(self, conn: Connection, sqlite: str, texts: Mapping[int, str], what: str) -> None:
        if not texts:
            return
        if conn.dialect.name == "sqlite":
            rows = [{"place": place, "grams": " ".join(sorted(grams(words)))} for place, words in texts.items()]
            conn.execute(text(sqlite), rows)
        elif what == "add":
            wording = f"insert into {self.name} (place, grams) values (:place, array_to_tsvector(:grams))"
            conn.execute(text(wording), [{"place": at, "grams": sorted(grams(words))} for at, words in texts.items()])
        else:
            conn.execute(text(f"delete from {self.name} where place = any(:places)"), {"places": list(texts)})

    def places(self, conn: Connection, words: Collection[str]) -> tuple[Select[tuple[int]], ColumnElement[int]] | None:
        """Places of the texts that may hold all the words, and the column to order them by; None: it cannot tell."""
        asked = [terms for terms in map(asked_grams, words) if terms]
        terms = sorted(frozenset().union(*asked))
        if not terms:
            return None
        if conn.dialect.name == "sqlite":
            rows = table(self.name, column("rowid"), column(self.name))
            place, condition = rows.c.rowid, rows.c[self.name].op("match")(" AND ".join(map(_fts5, terms)))
        else:
            rows = table(self.name, column("place"), column("grams"))
            place = rows.c.place
            condition = rows.c.grams.op("@@")(cast(" & ".join(map(_tsquery, terms)), postgresql.TSQUERY))
        return select(place).where(condition), place


def _fts5(term: str) -> str:
    return f'"{term}"' if len(term) > _WIDTH else f'"{term}" *'


def _tsquery(term: str) -> str:
    return f"'{term}'" if len(term) > _WIDTH else f"'{term}':*"
