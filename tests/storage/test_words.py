"""Documents by their words: in title, agency, numbers and text, whatever they say now."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection
from storage.samples import NOW, SOURCE, answer, letter, page_id, watch

from services.parser.text.layers import match
from services.storage import snapshots, versions
from services.storage.database import Database
from services.storage.documents import find_documents
from services.storage.schema import downgrade, upgrade
from services.storage.words import save_words


def save(conn: Connection, n: int, text: str, *, title: str | None = None, doc_number: str | None = None) -> None:
    """A version of page `n` that says so."""
    structure = letter(text, title=title, doc_number=doc_number)
    snapshot = snapshots.add_snapshot(conn, page_id(n), NOW, answer(text, n))
    versions.save_version(
        conn,
        page_id(n),
        structure,
        snapshot_id=snapshot,
        observed=NOW,
        recorded=NOW,
        reader="1",
        key_hash=text,
        edit="first",
        title=title,
    )
    save_words(conn, page_id(n), structure, folded=match)


def found(conn: Connection, *words: str, **more: object) -> list[str]:
    folded = tuple(match(word) for word in words)
    return [one.id for one in find_documents(conn, words=folded, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "pages"),
    [
        (["绿色"], [2, 1]),
        (["綠色", "製造"], [1]),
        (["绿色", "通知"], [2]),
        (["绿色", "没有"], []),
        (["养"], [3]),
        (["100%"], [1]),
        (["0%绿"], [1]),
        (["0%色"], []),
        (["５号"], [2]),
        (["green_plan"], [3]),
        (["greenxplan"], []),
        (["经济信息", "重庆市"], [3, 2, 1]),
        (["色绿"], []),
        (["。"], []),
    ],
    ids=str,
)
def test_words_in_either_script_wherever_they_stand(database: Database, words: Sequence[str], pages: list[int]) -> None:
    with database.write() as conn:
        watch(conn, [1, 2, 3])
        save(conn, 1, "推動綠色製造，达到100%绿色。", title="复函")
        save(conn, 2, "绿色发展。", title="关于印发的通知", doc_number="渝经信规范〔2023〕5号")
        save(conn, 3, "发展养老服务。", title="Green_Plan")
        assert found(conn, *words) == [page_id(n) for n in pages]


def test_what_is_said_no_more_is_found_no_more(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        save(conn, 1, "建成养老服务站。")
        save(conn, 1, "建成托育机构。")
        assert found(conn, "养老") == []
        assert found(conn, "托育") == [page_id(1)]


def test_pages_of_what_is_found_are_whole_however_it_is_looked_for(database: Database) -> None:
    with database.write() as conn:
        watch(conn, range(30))
        for n in range(30):
            save(conn, n, "养老服务" if n % 3 else "服务养老", title="复函")
        asked: list[dict[str, object]] = [{}, {"source_id": SOURCE.id}, {"kind": "reply_npc"}, {"kind": "work_summary"}]
        for more in asked:
            whole = found(conn, "养老服务", limit=100, **more)
            paged: list[str] = []
            while page := found(conn, "养老服务", after=paged[-1] if paged else None, limit=3, **more):
                paged += page
            assert paged == whole
            assert len(whole) == (0 if more.get("kind") == "work_summary" else 20)


def test_documents_of_older_tables_are_found(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2])
        save(conn, 1, "建成养老服务站。", title="复函")
        save(conn, 2, "建成托育机构。", title="通知")
    downgrade(database.engine, "0010")
    upgrade(database.engine)
    with database.write() as conn:
        assert found(conn, "养老", "复函") == [page_id(1)]
        save(conn, 1, "建成食堂。")
        assert (found(conn, "养老"), found(conn, "食堂")) == ([], [page_id(1)])


def test_a_text_of_more_pairs_than_an_index_holds_is_found_all_the_same(database: Database) -> None:
    drawn = random.Random(1)
    odd = "".join(chr(drawn.randrange(0x4E00, 0x9FA5)) for _ in range(140_000))
    with database.write() as conn:
        watch(conn, [1, 2])
        save(conn, 1, odd)
        save(conn, 2, "绿色发展")
        assert found(conn, odd[70_000:70_010]) == [page_id(1)]
        assert found(conn, "绿色") == [page_id(2)]
