"""One statement for many rows: compiled once, and values made what the database takes column by column.

SQLAlchemy's own way goes through every value of every row by itself; where a document brings a thousand rows, that
takes longer than the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Update


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as the driver takes it, the names of its values in order, and what makes some of them storable."""

    wording: str
    names: tuple[str, ...]
    positional: bool
    storable: Mapping[str, Callable[[Any], Any]]


#: By statement and database. Statements are those of modules: there are few, and they stay.
_known: dict[tuple[Insert | Update | Delete, str], _Prepared] = {}


def execute_many(conn: Connection, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]) -> int:
    """Execute `statement` once for each row, in order, and answer how many rows of the table that touched: it must name
    all its values, every row has them all.

    The same as `conn.execute(statement, rows)`, which is for few rows, or statements that are built as one goes.
    """
    if not rows:
        return 0
    key = statement, conn.dialect.name
    prepared = _known.get(key) or _known.setdefault(key, _prepare(statement, conn.dialect))
    columns = [_column(prepared, name, rows) for name in prepared.names]
    values = list(zip(*columns, strict=True))
    told: Any = values if prepared.positional else [dict(zip(prepared.names, row, strict=True)) for row in values]
    return conn.exec_driver_sql(prepared.wording, told).rowcount


def _column(prepared: _Prepared, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    values = [row[name] for row in rows]
    storable = prepared.storable.get(name)
    return values if storable is None else [storable(value) for value in values]


def _prepare(statement: Insert | Update | Delete, dialect: Dialect) -> _Prepared:
    compiled: Any = statement.compile(dialect=dialect)
    names = tuple(compiled.positiontup if compiled.positional else compiled.binds)
    types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names}
    processors = {name: type_.bind_processor(dialect) for name, type_ in types.items()}
    storable = {name: each for name, each in processors.items() if each is not None}
    return _Prepared(compiled.string, names, compiled.positional, storable)
