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
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql

from services.storage.many import execute_many

#: Bytes of terms that a tsvector holds; a text with more of them has this one instead, which no word has.
_MOST, _ANY = 1_000_000, "any"


class _Codes(dict[str, str]):
    """How a character is written in terms: empty for what is no letter and no digit. Filled as characters turn up."""

    def __missing__(self, character: str) -> str:
        code = self[character] = f"{ord(character):x}" if character.isalnum() else ""
        return code


_CODES = _Codes()


def grams(searched: str) -> frozenset[str]:
    """The terms of a text: each letter or digit, and each pair of them side by side.

    They are written as codes: no engine then has an opinion on what a letter is.
    """
    codes = [_CODES[character] for character in searched]
    return _pairs(codes).union(codes) - {""}


def exchanged_grams(before: str, after: str) -> tuple[frozenset[str], frozenset[str]]:
    """The terms that only `before` has, and those that only `after` has. None crosses the end of a line: lines that
    both have are not looked at.
    """
    old, new = before.split("\n"), after.split("\n")
    lost, won = _of_lines(old, but=new), _of_lines(new, but=old)
    return _missing_in(after, lost - won), _missing_in(before, won - lost)


def _of_lines(lines: Sequence[str], *, but: Sequence[str]) -> frozenset[str]:
    left_out = set(but)
    return grams("\n".join(line for line in lines if line not in left_out))


def _missing_in(text: str, terms: frozenset[str]) -> frozenset[str]:
    return frozenset(term for term in terms if _spelled(term) not in text)


def asked_grams(word: str) -> frozenset[str]:
    """The terms all of which a text with `word` in it has: its pairs, and the letters that stand in none.

    Empty where the word has neither letters nor digits: then the index cannot narrow.
    """
    pieces = "".join(character if character.isalnum() else " " for character in word).split()
    return frozenset().union(
        *(grams(piece) if len(piece) == 1 else _pairs([_CODES[c] for c in piece]) for piece in pieces)
    )


def _pairs(codes: Sequence[str]) -> frozenset[str]:
    # from a list: as a generator it takes half as long again
    return frozenset([f"{one}x{other}" for one, other in pairwise(codes) if one and other])


def _spelled(term: str) -> str:
    return "".join(chr(int(code, 16)) for code in term.split("x"))


class TextIndex:
    """The index `name` of one table; its rows are written with those they stand for, by the same module."""

    def __init__(self, name: str, of: SqlTable) -> None:
        self._name, self._of = name, of.name
        self._fts5 = table(name, column("rowid"), column(name), column("grams"))
        self._tsvector = table(name, column("place"), column("grams"))
        self._rows = insert(self._fts5).values(rowid=bindparam("at"), grams=bindparam("terms"))
        self._gone = self._rows.values({name: literal_column("'delete'")})
        vector = cast(bindparam("terms", type_=Text), postgresql.TSVECTOR)  # as an array it takes longer to send
        vectors = postgresql.insert(self._tsvector).values(place=bindparam("at"), grams=vector)
        self._vectors = vectors.on_conflict_do_update(index_elements=["place"], set_={"grams": vectors.excluded.grams})
        self._without = delete(self._tsvector).where(self._tsvector.c.place == bindparam("at"))
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
        terms = {place: grams(words) for place, words in texts.items()}
        if _on_sqlite(conn):
            execute_many(conn, self._rows, _told(terms))
            return
        execute_many(conn, self._vectors, _told({place: _held(found) for place, found in terms.items()}))

    def remove(self, conn: Connection, texts: Mapping[int, str]) -> None:
        """`texts` as they were added: FTS5 keeps none and has to be told."""
        if not texts:
            return
        if _on_sqlite(conn):
            execute_many(conn, self._gone, _told({place: grams(words) for place, words in texts.items()}))
            return
        execute_many(conn, self._without, [{"at": place} for place in texts])

    def replace(self, conn: Connection, texts: Mapping[int, tuple[str, str]]) -> None:
        """Place to the text as it was added, and that which takes its place.

        Without positions (detail=none) FTS5 notes a row under each of its terms by itself: of a long text only the
        terms that are lost and won are told, and the index is what it would be had all been.
        """
        if not texts:
            return
        if _on_sqlite(conn):
            exchanged = {at: exchanged_grams(before, after) for at, (before, after) in texts.items()}
            execute_many(conn, self._gone, _told({at: lost for at, (lost, _) in exchanged.items()}))
            execute_many(conn, self._rows, _told({at: won for at, (_, won) in exchanged.items()}))
            return
        self.add(conn, {place: after for place, (_, after) in texts.items()})

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
        query = cast(" & ".join(f"'{term}'" for term in terms) + f" | {_ANY}", postgresql.TSQUERY)
        return select(place).where(self._tsvector.c.grams.op("@@")(query)), place


def _held(terms: Collection[str]) -> Collection[str]:
    """What PostgreSQL can hold of `terms`: all of them, or that the text may hold anything."""
    return terms if sum(map(len, terms)) <= _MOST else (_ANY,)


def _on_sqlite(conn: Connection) -> bool:
    return conn.dialect.name == "sqlite"


def _run(conn: Connection, statement: str) -> None:
    conn.execute(text(statement))


def _told(terms: Mapping[int, Collection[str]]) -> list[dict[str, Any]]:
    return [{"at": place, "terms": " ".join(found)} for place, found in terms.items()]
