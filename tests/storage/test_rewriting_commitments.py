"""However a document came to its version, what stands is what that version says, as if it had been the first."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, select
from storage.samples import DAY, NOW, page_id, watch
from storage.test_standing_commitments import number, promise, promised, read

from services.domain.commitment import Commitment
from services.storage.commitments import Asked, find_commitments
from services.storage.database import Database, create_engine_for
from services.storage.tables import commitment, commitment_body

ACTORS = ("市民政局", "市财政局", "市教委")
WORDS = ("建成养老服务站。", "支持企业发展。", "到2025年建成学校。")
SAID = ("id", "standing", "kind", "agency", "type", "tier", "topic", "deadline_end", "has_target", "searchable", "data")

PROMISES = st.builds(
    promise,
    st.sampled_from("abcdefgh"),
    st.sampled_from(WORDS),
    actors=st.lists(st.sampled_from(ACTORS), max_size=2, unique=True).map(tuple),
    due=st.none() | st.sampled_from(["2025-12-31", "2027-12-31"]),
)
VERSIONS = st.lists(PROMISES, max_size=6, unique_by=lambda one: one.id)


@pytest.fixture(scope="module")
def emptied(empty_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copy(empty_sqlite, tmp_path_factory.mktemp("rewriting") / "dafu.sqlite"))


def stands(conn: Connection, page: int) -> list[dict[str, Any]]:
    """What stands, in the order of lists, with the bodies it is found by; places and version numbers aside."""
    own = commitment.c.document_id == page_id(page), commitment.c.standing
    found = []
    for row in conn.execute(select(commitment).where(*own).order_by(commitment.c.place.desc())).all():
        bodies = select(commitment_body.c.role, commitment_body.c.key).where(commitment_body.c.place == row.place)
        found.append({name: getattr(row, name) for name in SAID} | {"bodies": {*map(tuple, conn.execute(bodies))}})
    return found


def since(conn: Connection, page: int) -> dict[str, tuple[tuple[int, int], ...]]:
    """The versions that what stands stood in; the last of them is the one it is from."""
    found = {}
    for one in find_commitments(conn, Asked(document=page_id(page))):
        assert one.version == one.stood[-1][1]
        found[one.id] = one.stood
    return found


def in_turn(stood: Sequence[bool]) -> tuple[tuple[int, int], ...]:
    """The runs of True, numbered from 1, both ends included."""
    edges = [n for n, (here, next_) in enumerate(pairwise([False, *stood, False]), start=1) if here != next_]
    return tuple((first, end - 1) for first, end in zip(edges[::2], edges[1::2], strict=True))


def by_words(conn: Connection, page: int) -> list[list[str]]:
    asked = [Asked(words=[words.rstrip("。")], document=page_id(page)) for words in WORDS]
    return [[record.id for record in find_commitments(conn, one)] for one in asked]


@settings(max_examples=40, deadline=None)
@given(said=st.lists(VERSIONS, min_size=2, max_size=5))
def test_what_stands_is_what_the_last_version_says(emptied: Path, said: list[list[Commitment]]) -> None:
    database = Database(create_engine_for(f"sqlite:///{emptied}"))
    with database.engine.connect() as conn, conn.begin() as all_of_it:
        watch(conn, [1, 2])
        for n, promises in enumerate(said, start=1):
            read(conn, n, promised(*promises), page=1, observed=NOW + n * DAY)
        read(conn, 1, promised(*said[-1]), page=2)
        assert stands(conn, 1) == stands(conn, 2)
        assert by_words(conn, 1) == by_words(conn, 2)
        assert [row["id"] for row in stands(conn, 1)] == [one.id for one in said[-1]]
        assert since(conn, 1) == {one.id: in_turn([one.id in {each.id for each in version} for version in said])
                                  for one in said[-1]}  # fmt: skip
        all_of_it.rollback()
    database.close()


def written(conn: Connection, say: Sequence[Commitment]) -> list[str]:
    """The statements, by table and how often each is run, that a second version which says `say` takes."""
    statements: list[str] = []

    def note(_: object, __: object, statement: str, given: Any, ___: object, many: bool) -> None:
        if not statement.startswith("SELECT") and "commitment" in statement:
            words = statement.split()
            table = words[1] if words[0] == "UPDATE" else words[2]
            statements.append(f"{words[0].lower()} {table.partition('(')[0]} {len(given) if many else 1}")

    event.listen(conn, "before_cursor_execute", note)
    read(conn, 2, promised(*say, targets=[number("b")]), observed=NOW + DAY)
    event.remove(conn, "before_cursor_execute", note)
    return statements


@pytest.mark.parametrize(
    ("changed", "statements"),
    [
        ({}, ["update commitment 1"]),
        (  # one sentence is reworded: it alone is indexed anew, and those behind it stand at other places of the text
            {1: promise("b", "建成养老服务站90个。")},
            ["insert commitment_text 1", "insert commitment_text 1", "update commitment 1", "update commitment 3",
             "update commitment 1"],
        ),
        (  # another body acts: the text index hears nothing of it
            {1: promise("b", actors=("市教委",))},
            ["delete commitment_body 2", "insert commitment_body 2", "update commitment 1", "update commitment 1"],
        ),
    ],
)  # fmt: skip
def test_what_is_said_as_before_is_not_written_again(
    tmp_path: Path, empty_sqlite: Path, changed: dict[int, Commitment], statements: list[str]
) -> None:
    say = [promise(id_) for id_ in "abcde"]
    database = Database(create_engine_for(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'd.sqlite')}"))
    with database.write() as conn:
        watch(conn, [1])
        read(conn, 1, promised(*say, targets=[number("b")]))
        done = written(conn, [changed.get(at, one) for at, one in enumerate(say)])
        assert done == statements
    database.close()


def test_one_put_in_between_moves_no_other(database: Database) -> None:
    say = [promise(id_) for id_ in "abc"]
    with database.write() as conn:
        watch(conn, [1])
        read(conn, 1, promised(*say))
        before = {record.id: record.position for record in find_commitments(conn, Asked())}
        read(conn, 2, promised(say[0], promise("new", "建成学校。"), *say[1:]), observed=NOW + DAY)
        after = {record.id: record.position for record in find_commitments(conn, Asked())}
    assert {id_: after[id_] for id_ in before} == before
    assert list(after) == ["a", "new", "b", "c"]
