"""Writing what is promised now: the commitments of a document's current version stand, and nothing else of it.

    wanted rows (pure) ─┬─ stood in another place, or not ─► out of every index, then in again
                        ├─ stand where they stood ─────────► only what is different about them
                        └─ stand no more ──────────────────► out of every index

Of a long document one sentence changes at a time: what is said as before is not written, indexed or looked up again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, delete, false, insert, null, select, update

from services.domain.document import Document
from services.storage.codec import encode
from services.storage.many import execute_many
from services.storage.places import arranged
from services.storage.promises import Promise, promises_of
from services.storage.tables import COMMITMENT_TEXT, commitment, commitment_body, document, source, version
from services.storage.types import storable

#: Version numbers, both inclusive.
Span = tuple[int, int]
#: A body's name and the names that say where its document is from, to the keys it is found by.
Keys = Callable[[str, Sequence[str]], Collection[str]]

#: Places of one document.
_MOST = 2**20
#: What is written anew where a promise is said differently; the rest says where and since when it stands.
_SAID = ("kind", "agency", "type", "tier", "modality", "topic", "deadline_end", "has_target", "searchable")
#: What is written of a promise that is said otherwise, from elsewhere in the text, as before; and of one that is new.
_STOOD = ("version_n", "stood")
_SHIFTED = ("data", *_STOOD)
_OTHERWISE = (*_SAID, *_SHIFTED)
_ALL = tuple(column.name for column in commitment.c if column.name not in ("document_id", "id"))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A promise as it is to stand: its row, and the bodies it is found by, as (role, key)."""

    row: dict[str, Any]
    bodies: frozenset[tuple[str, str]]

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def place(self) -> int:
        return int(self.row["place"])


def save_commitments(
    conn: Connection, document_id: str, n: int, structure: Document, *, folded: Callable[[str], str], keys: Keys
) -> None:
    """Let what `structure`, version `n` of the document, promises stand, and nothing else of that document.

    To be called once a version, in its transaction, after it was saved. `folded` makes the form text is searched in,
    `keys` those a body is looked up by: storage knows neither.
    """
    rows = conn.execute(_KNOWN, {"of_document": document_id}).all()
    known = {row.id: row for row in rows if row.id is not None}
    wanted = _wanted(rows[0], document_id, n, structure, known, folded, keys)
    staying = {one.id for one in wanted if one.id in known and known[one.id].place == one.place}
    _leave(conn, [row for row in known.values() if row.place is not None and row.id not in staying])
    _enter(conn, known, [one for one in wanted if one.id not in staying])
    _stay(conn, document_id, known, [one for one in wanted if one.id in staying])


def spans_of(stood: str) -> tuple[Span, ...]:
    """The versions a commitment stood in."""
    return tuple((first, last) for first, last in json.loads(stood))


def searched(text: str) -> str:
    """The form text is compared in; `text` is folded already."""
    return text.casefold()


def _wanted(
    about: Row[Any],
    document_id: str,
    n: int,
    structure: Document,
    known: Mapping[str, Row[Any]],
    folded: Callable[[str], str],
    keys: Keys,
) -> list[_Wanted]:
    signed, said = structure.metadata.agency, (about.whose, about.region, about.name)
    where = tuple(name for name in (signed and signed.normalised, structure.metadata.publisher, *said) if name)
    told = {"document_id": document_id, "version_n": n, "standing": True, "kind": about.of_kind, "agency": about.signed}
    named = {name for one in structure.commitments for name in one.actors} | {about.signed} - {None}
    found = {name: [storable(key) for key in keys(name, where)] for name in named}
    agency = frozenset(("agency", key) for key in found.get(about.signed, ()))
    acting = {name: frozenset(("actor", key) for key in each) for name, each in found.items()}
    bodies = {
        who: agency.union(*(acting[name] for name in who)) for who in {one.actors for one in structure.commitments}
    }
    promises = list(promises_of(structure))
    low = about.first * _MOST  # above the places of documents found earlier
    stood = [known[one.commitment.id].place if one.commitment.id in known else None for one in promises]
    wanted = []
    for promise, place in zip(promises, arranged(stood, low, low + _MOST), strict=True):
        one = promise.commitment
        before = known[one.id].stood if one.id in known else None
        text = storable(searched(folded(one.text)))
        row = {**told, **_own(promise), "place": place, "stood": _and_in(before, n), "searchable": text}
        wanted.append(_Wanted(row, bodies[one.actors]))
    return wanted


def _leave(conn: Connection, rows: Sequence[Row[Any]]) -> None:
    """Out of every index; the rows stay, so that an address given out once goes on answering."""
    if not rows:
        return
    COMMITMENT_TEXT.remove(conn, {row.place: row.searchable for row in rows})
    execute_many(conn, _ALL_BODIES, [{"at": row.place} for row in rows])
    execute_many(conn, _WITHDRAWN, [_named(row.document_id, row.id) for row in rows])


def _enter(conn: Connection, known: Mapping[str, Row[Any]], wanted: Sequence[_Wanted]) -> None:
    if not wanted:
        return
    _update(conn, _ALL, [one for one in wanted if one.id in known])
    execute_many(conn, _NEW, [one.row for one in wanted if one.id not in known])
    COMMITMENT_TEXT.add(conn, {one.place: one.row["searchable"] for one in wanted})
    _add_bodies(conn, [(one.place, *body) for one in wanted for body in one.bodies])


def _stay(conn: Connection, document_id: str, known: Mapping[str, Row[Any]], wanted: Sequence[_Wanted]) -> None:
    if not wanted:
        return
    reworded = [one for one in wanted if one.row["searchable"] != known[one.id].searchable]
    COMMITMENT_TEXT.replace(conn, {one.place: (known[one.id].searchable, one.row["searchable"]) for one in reworded})
    _compare_bodies(conn, document_id, wanted)
    otherwise = [one for one in wanted if any(one.row[name] != getattr(known[one.id], name) for name in _SAID)]
    _update(conn, _OTHERWISE, otherwise)
    done = {one.id for one in otherwise}
    # told from another place of the text: no index knows of that
    shifted = [one for one in wanted if one.id not in done and one.row["data"] != known[one.id].data]
    _update(conn, _SHIFTED, shifted)
    done |= {one.id for one in shifted}
    _stand(conn, document_id, known, [one for one in wanted if one.id not in done])


def _stand(conn: Connection, document_id: str, known: Mapping[str, Row[Any]], wanted: Sequence[_Wanted]) -> None:
    """Nothing is different about them but since when they stand: one statement for all that stood in the same versions,
    which everything else of the document does not any more.
    """
    turns = {(known[one.id].version_n, known[one.id].stood): one.row for one in wanted}
    rows = [
        {"of_document": document_id, "was": n, "had": stood, **_set(row, _STOOD)} for (n, stood), row in turns.items()
    ]
    execute_many(conn, _STANDING, rows)


def _update(conn: Connection, names: tuple[str, ...], wanted: Sequence[_Wanted]) -> None:
    rows = [{**_named(one.row["document_id"], one.id), **_set(one.row, names)} for one in wanted]
    execute_many(conn, _setting(names), rows)


def _compare_bodies(conn: Connection, document_id: str, wanted: Sequence[_Wanted]) -> None:
    stored = defaultdict[int, set[tuple[str, str]]](set)
    for place, role, key in conn.execute(_STORED, {"of_document": document_id}).all():  # one by one takes twice as long
        stored[place].add((role, key))
    gone = [(one.place, *body) for one in wanted for body in stored[one.place] - one.bodies]
    execute_many(conn, _BODY, [{"at": place, "as_": role, "by": key} for place, role, key in gone])
    _add_bodies(conn, [(one.place, *body) for one in wanted for body in sorted(one.bodies - stored[one.place])])


def _add_bodies(conn: Connection, bodies: Iterable[tuple[int, str, str]]) -> None:
    execute_many(conn, _NEW_BODY, [{"place": place, "role": role, "key": key} for place, role, key in bodies])


def _one() -> Update:
    """An update of one row, named by `_named`."""
    same = commitment.c.document_id == bindparam("of_document"), commitment.c.id == bindparam("of_id")
    return update(commitment).where(*same)


@cache
def _setting(names: tuple[str, ...]) -> Update:
    return _one().values({name: bindparam(f"to_{name}") for name in names})


def _named(document_id: str, id_: str) -> dict[str, str]:
    return {"of_document": document_id, "of_id": id_}


def _set(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {f"to_{name}": row[name] for name in names}


def _own(promise: Promise) -> dict[str, Any]:
    one = promise.commitment
    return {
        "id": one.id,
        "type": one.type,
        "tier": one.tier,
        "modality": one.modality,
        "topic": one.topic,
        "deadline_end": one.deadline.end if one.deadline else None,
        "has_target": bool(promise.targets),
        "data": encode(promise).decode(),
    }


@lru_cache(maxsize=256)  # of one document nearly all stood in the same
def _and_in(stood: str | None, n: int) -> str:
    """The versions a commitment stood in, and `n`, as spans in JSON."""
    spans = list(spans_of(stood)) if stood else []
    if any(first <= n <= last for first, last in spans):  # the page went back to a version it had
        return json.dumps(spans)
    if spans and spans[-1][1] == n - 1:
        spans[-1] = (spans[-1][0], n)
    else:
        spans.append((n, n))
    return json.dumps(spans)


# Built once: building a statement costs more than running it.
#: What is known of a document, and once for each of its commitments; once without, where it has none.
_KNOWN = (
    select(
        commitment,
        document.c.kind.label("of_kind"),
        document.c.agency.label("signed"),
        source.c.agency.label("whose"),
        source.c.region,
        source.c.name,
        version.c.snapshot_id.label("first"),
    )
    .select_from(document)
    .join(source, source.c.id == document.c.source_id)
    .join(version, and_(version.c.document_id == document.c.id, version.c.n == 1))
    .outerjoin(commitment, commitment.c.document_id == document.c.id)
    .where(document.c.id == bindparam("of_document"))
)
_STORED = (
    select(commitment_body.c.place, commitment_body.c.role, commitment_body.c.key)
    .join(commitment, commitment.c.place == commitment_body.c.place)
    .where(commitment.c.document_id == bindparam("of_document"))
)
_STANDING = (
    update(commitment)
    .where(commitment.c.document_id == bindparam("of_document"), commitment.c.standing)
    .where(commitment.c.version_n == bindparam("was"), commitment.c.stood == bindparam("had"))
    .values({name: bindparam(f"to_{name}") for name in _STOOD})
)
_WITHDRAWN = _one().values(standing=false(), place=null())
_NEW = insert(commitment).values({column.name: bindparam(column.name) for column in commitment.c})
_NEW_BODY = insert(commitment_body).values({column.name: bindparam(column.name) for column in commitment_body.c})
_ALL_BODIES = delete(commitment_body).where(commitment_body.c.place == bindparam("at"))
_BODY = _ALL_BODIES.where(commitment_body.c.role == bindparam("as_"), commitment_body.c.key == bindparam("by"))
