"""Full text of documents: title, agency, numbers and text of what each says now, in either script.

words ─► the index narrows to places (fulltext.py), from the top, some at a time ─► judged on the text itself
    └► where the other conditions hold for few documents, those are judged instead
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, insert, select, update

from services.domain.document import Document
from services.storage.codec import pack, unpack
from services.storage.tables import DOCUMENT_TEXT, document, document_words, version
from services.storage.types import storable

#: Documents that are judged one by one rather than looked for by their words; also the most judged at a time.
_FEW = 500


def save_words(conn: Connection, document_id: str, structure: Document, *, folded: Callable[[str], str]) -> None:
    """Let the document, which must be described already, be found by what `structure` says and by nothing else.

    `folded` makes the form text is searched in.
    """
    row = conn.execute(_DESCRIBED, {"of_document": document_id}).one()
    said = row.title, row.agency, row.agency_short, row.doc_number, row.suggestion_number, structure.text
    text = storable(searched(folded("\n".join(one for one in said if one))))
    if row.searchable is None:
        place = conn.execute(_FIRST, {"of_document": document_id}).scalar_one()
        values = {"place": place, "document_id": document_id, "searchable": pack(text.encode())}
        conn.execute(_NEW, values)
        DOCUMENT_TEXT.add(conn, {place: text})
    elif (old := _text(row)) != text:
        DOCUMENT_TEXT.replace(conn, {row.place: (old, text)})
        conn.execute(_OTHERWISE, {"at": row.place, "said": pack(text.encode())})


def find_by_words(
    conn: Connection, words: Sequence[str], conditions: Sequence[ColumnElement[bool]], *, after: str | None, limit: int
) -> list[Row[Any]]:
    """Rows of `document` with all of the folded `words`, the last found first; `after` is the id of the last one seen.

    Words without letters or digits find nothing.
    """
    wanted = [searched(word) for word in words]
    below = None if after is None else conn.execute(_places().where(document_words.c.document_id == after)).scalar()
    found: list[Row[Any]] = []
    for rows in _candidates(conn, wanted, conditions, below, limit):
        found += [row for row in rows if all(word in _text(row) for word in wanted)]
        if len(found) >= limit:
            break
    return found[:limit]


def searched(text: str) -> str:
    return text.casefold()


def _candidates(
    conn: Connection, words: Sequence[str], conditions: Sequence[ColumnElement[bool]], below: int | None, limit: int
) -> Iterator[Sequence[Row[Any]]]:
    narrowed = DOCUMENT_TEXT.places(conn, words)
    if narrowed is None:
        return
    places, place = narrowed
    judged = select(document, document_words.c.place, document_words.c.searchable)
    judged = judged.join(document_words, document_words.c.document_id == document.c.id).where(*conditions)
    judged = judged.order_by(document_words.c.place.desc())
    few = select(document.c.id).where(*conditions).limit(_FEW + 1)
    if conditions and len(conn.execute(few).all()) <= _FEW:
        yield conn.execute(judged if below is None else judged.where(document_words.c.place < below)).all()
        return
    step = limit
    while True:
        query = places if below is None else places.where(place < below)
        found = [row[0] for row in conn.execute(query.order_by(place.desc()).limit(step))]
        if found:
            yield conn.execute(judged.where(document_words.c.place.in_(found))).all()
        if len(found) < step:
            return
        below, step = found[-1], min(4 * step, _FEW)


def _places() -> Select[Any]:
    return select(document_words.c.place)


def _text(row: Row[Any]) -> str:
    return unpack(row.searchable).decode()


# Built once: building a statement costs more than running it.

_DESCRIBED = (
    select(document, document_words.c.place, document_words.c.searchable)
    .outerjoin(document_words, document_words.c.document_id == document.c.id)
    .where(document.c.id == bindparam("of_document"))
)
_FIRST = select(version.c.snapshot_id).where(version.c.document_id == bindparam("of_document"), version.c.n == 1)
_NEW = insert(document_words)
_OTHERWISE = (
    update(document_words).where(document_words.c.place == bindparam("at")).values(searchable=bindparam("said"))
)
