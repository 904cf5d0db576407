"""What stands now is found by everything one asks for; what was withdrawn still answers to its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from storage.samples import DAY, NOW, answer, letter, page_id, watch

from services.domain.change import Quote
from services.domain.commitment import Commitment, Deadline, Target, Verifiability
from services.domain.document import Agency, Document, Section
from services.domain.errors import NotFound
from services.storage.commitments import (
    Asked,
    CommitmentRecord,
    find_commitments,
    get_commitment,
)
from services.storage.database import Database, open_database
from services.storage.snapshots import add_snapshot
from services.storage.standing import save_commitments
from services.storage.versions import save_version

HEADING = "二、下一步工作"


def promised(*promises: Commitment, agency: str = "重庆市财政局", targets: Sequence[Target] = ()) -> Document:
    """A letter whose lines are its heading and its promises, each put where it stands."""
    empty = letter("\n".join([HEADING, *(one.text for one in promises)]))
    section = Section("s", None, 1, "cn_dun", "二、", HEADING, 0, len(HEADING), False, "next_steps", "future", (), 999)
    placed, at = [], len(HEADING) + 1
    for one in promises:
        placed.append(replace(one, start=at, end=at + len(one.text)))
        at += len(one.text) + 1
    metadata = replace(empty.metadata, agency=Agency(agency))
    return replace(empty, metadata=metadata, sections=(section,), commitments=tuple(placed), targets=tuple(targets))


def promise(
    id_: str, text: str = "支持企业发展。", *, actors: tuple[str, ...] = ("市经济信息委",), due: str | None = None
) -> Commitment:
    deadline = Deadline(f"到{due[:4]}年", "explicit", end=due) if due else None
    return Commitment(id_, "s", 0, 0, text, "task", "next_step", "A", actors, "explicit", "支持", 2, deadline=deadline)


def number(of: str) -> Target:
    return Target("t1", 0, 1, "90个", of, "服务站数", "=", 90, "个", 90, "个", None, 4)


def read(conn: Connection, n: int, structure: Document, page: int = 1, observed: datetime = NOW) -> None:
    """The page is seen to say `structure`: its version `n`."""
    snapshot = add_snapshot(conn, page_id(page), observed, answer(f"{structure.text}{n}", page))
    made = save_version(
        conn,
        page_id(page),
        structure,
        snapshot_id=snapshot,
        observed=observed,
        recorded=observed,
        reader="1",
        key_hash=str(n),
        edit="first" if n == 1 else "silent",
    )
    assert made == n
    # stand-ins for the reader's own: one traditional character, and the place of who signs
    save_commitments(conn, page_id(page), n, structure, folded=lambda text: text.replace("養", "养"), keys=keys)


def keys(name: str, about: Sequence[str]) -> tuple[str, ...]:
    return name.removeprefix("重庆").removeprefix("成都"), f"{name} of {about[0]}"


def ids(found: Sequence[CommitmentRecord]) -> list[str]:
    return [one.id for one in found]


def test_a_promise_comes_back_with_all_its_document_says_of_it(database: Database) -> None:
    spoken = replace(promise("a", "建成服务站90个。", due="2025-12-31"), verifiability=Verifiability(actor=(0, 2)))
    with database.write() as conn:
        watch(conn, [1])
        read(conn, 1, promised(spoken, targets=[number("a"), number("elsewhere")]))
    with database.read() as conn:
        (record,) = find_commitments(conn, Asked())
        assert get_commitment(conn, page_id(1), "a") == record
    assert (record.document, record.version, record.standing, record.stood) == (page_id(1), 1, True, ((1, 1),))
    assert (record.kind, record.title, record.date) == ("reply_npc", "复函", "2023-03-20")
    assert record.promise.path == (HEADING,)
    assert record.promise.quote == record.promise.commitment.text == "建成服务站90个。"
    assert record.promise.commitment.deadline == spoken.deadline
    assert [target.raw for target in record.promise.targets] == ["90个"]
    assert record.promise.evidence["actor"] == Quote(0, 2, "二、")
    assert record.promise.evidence["date"] is None


def test_lists_go_from_the_last_found_document_down_each_text(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2, 3])
        for page in (1, 2, 3):
            read(conn, 1, promised(promise(f"z{page}"), promise(f"a{page}")), page, NOW + (page // 2) * DAY)
    with database.read() as conn:
        whole = find_commitments(conn, Asked())
        in_steps: list[CommitmentRecord] = []
        while found := find_commitments(conn, Asked(), after=in_steps[-1].position if in_steps else None, limit=1):
            in_steps += found
    assert ids(whole)[-2:] == ["z1", "a1"]
    assert sorted(ids(whole)) == ["a1", "a2", "a3", "z1", "z2", "z3"]
    assert in_steps == list(whole)


def three(conn: Connection) -> None:
    watch(conn, [1, 2])
    due = promise("due", "到2025年建成养老服务站90个。", due="2025-12-31", actors=("市民政局", "市财政局"))
    later = promise("later", "發展養老產業100%_OK。", due="2030-06-30", actors=("重庆市财政局",))
    later = replace(later, topic="养老")
    read(conn, 1, promised(due, later, targets=[number("due")]))
    loose = replace(promise("loose", "加强领导。", actors=("成都市财政局",)), tier="C", modality=5)
    read(conn, 1, promised(loose, agency="成都市财政局"), 2)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), {"due", "later", "loose"}),
        (Asked(actors=["市财政局"]), {"due", "later", "loose"}),
        (Asked(actors=["市财政局 of 重庆市财政局"]), {"due"}),
        (Asked(actors=["市财政局 of 重庆市财政局", "重庆市财政局 of 重庆市财政局", "市民政局"]), {"due", "later"}),
        (Asked(actors=[]), set()),
        (Asked(agencies=["成都市财政局 of 成都市财政局"]), {"loose"}),
        (Asked(agencies=["市财政局"], actors=["市民政局"]), {"due"}),
        (Asked(document=page_id(2)), {"loose"}),
        (Asked(document="doc_none"), set()),
        (Asked(types=["task"]), {"due", "later", "loose"}),
        (Asked(types=["goal", "umbrella"]), set()),
        (Asked(modalities=[2]), {"due", "later"}),
        (Asked(modalities=[5]), {"loose"}),
        (Asked(modalities=[4, 5]), {"loose"}),
        (Asked(topic="养老"), {"later"}),
        (Asked(status="active"), {"due", "later", "loose"}),
        (Asked(status="removed"), set()),
        (Asked(kind="reply_npc"), {"due", "later", "loose"}),
        (Asked(kind="policy_notice"), set()),
        (Asked(tiers=["A"]), {"due", "later"}),
        (Asked(tiers=["B", "C"]), {"loose"}),
        (Asked(deadline_to="2025-12-31"), {"due"}),
        (Asked(deadline_to="2025-12-30"), set()),
        (Asked(deadline_from="2025-12-31"), {"due", "later"}),
        (Asked(deadline_from="2026-01-01", deadline_to="2030-06-30"), {"later"}),
        (Asked(has_target=True), {"due"}),
        (Asked(has_target=False), {"later", "loose"}),
        (Asked(words=["养老"]), {"due", "later"}),
        (Asked(words=["养老", "服务"]), {"due"}),
        (Asked(words=["养老服务"]), {"due"}),
        (Asked(words=["养"]), {"due", "later"}),
        (Asked(words=["导"]), {"loose"}),
        (Asked(words=["服务养老"]), set()),
        (Asked(words=["养老", "健康"]), set()),
        (Asked(words=["100%_ok"]), {"later"}),
        (Asked(words=["%"]), {"later"}),
        (Asked(words=["0_"]), set()),
        (Asked(words=["\\"]), set()),
        (Asked(words=["\x00"], actors=["\ud800"]), set()),
        (Asked(tiers=["A"], has_target=True, words=["90"]), {"due"}),
    ],
)
def test_what_is_asked_for_is_found_and_nothing_else(database: Database, asked: Asked, found: set[str]) -> None:
    with database.write() as conn:
        three(conn)
    with database.read() as conn:
        assert set(ids(find_commitments(conn, asked))) == found


def test_a_promise_is_one_over_its_versions_even_when_it_was_gone_for_a_while(database: Database) -> None:
    kept, gone = promise("kept"), promise("gone", "建成服务站。")
    versions = [[kept, gone], [kept], [promise("kept", "鼓励企业发展。"), gone], [gone]]
    with database.write() as conn:
        watch(conn, [1])
        for n, promises in enumerate(versions, start=1):
            read(conn, n, promised(*promises), observed=NOW + n * DAY)
    with database.read() as conn:
        first, second = (get_commitment(conn, page_id(1), id_) for id_ in ("kept", "gone"))
        assert ids(find_commitments(conn, Asked())) == ["gone"]
    assert (first.standing, first.version, first.stood) == (False, 3, ((1, 3),))
    assert first.promise.quote == "鼓励企业发展。"
    assert (second.standing, second.version, second.stood) == (True, 4, ((1, 1), (3, 4)))


def test_what_is_withdrawn_is_found_by_nothing(database: Database) -> None:
    with database.write() as conn:
        three(conn)
        read(conn, 2, promised(), observed=NOW + DAY)
    with database.read() as conn:
        assert ids(find_commitments(conn, Asked())) == ["loose"]
        assert find_commitments(conn, Asked(actors=["市民政局"])) == ()
        assert find_commitments(conn, Asked(words=["养老"])) == ()


def test_an_unknown_commitment_is_not_found(database: Database) -> None:
    with database.write() as conn:
        three(conn)
    with database.read() as conn:
        for document, id_ in ((page_id(1), "loose"), ("doc_none", "due")):
            with pytest.raises(NotFound):
                get_commitment(conn, document, id_)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (Asked(), "COVERING INDEX sqlite_autoindex_commitment_2 (place"),
        (Asked(actors=["市财政局"]), "ix_commitment_body_role_key_place"),
        (Asked(agencies=["市财政局"]), "ix_commitment_body_role_key_place"),
        (Asked(tiers=["A"]), "ix_commitment_tier_place"),
        (Asked(has_target=True), "ix_commitment_has_target_place"),
        (Asked(deadline_from="2024-01-01", deadline_to="2024-12-31"), "ix_commitment_deadline_end_place"),
        (Asked(words=["养老"]), "commitment_text"),
        (Asked(words=["养老"], tiers=["A"], actors=["市财政局"]), "commitment_text"),
    ],
)
def test_no_list_reads_the_whole_table(tmp_path: Path, asked: Asked, index: str) -> None:
    """On SQLite, whose plans do not depend on how few rows there are."""
    opened, plans = open_database(f"sqlite:///{tmp_path / 'd.sqlite'}"), list[str]()

    def explain(_: object, __: object, statement: str, given: Any, ___: object, ____: object) -> None:
        rows = conn.connection.cursor().execute(f"explain query plan {statement}", given)
        plans.extend(row[3] for row in rows)

    with opened.write() as conn:
        three(conn)
    with opened.read() as conn:
        event.listen(conn, "before_cursor_execute", explain)
        find_commitments(conn, asked, after=2**60)
    opened.close()
    assert any(index in step for step in plans), plans
    assert not any(step in ("SCAN commitment", "SCAN commitment_body") for step in plans), plans
