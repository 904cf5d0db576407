"""Snapshots, versions, readings: what a page said, when, and what was held back."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError
from storage.samples import DAY, HOUR, MINUTE, NOW, SOURCE, address, answer, letter, lowered, page_id, watch

from services.domain.change import Suppression
from services.domain.errors import NotFound
from services.domain.snapshot import Gone
from services.storage import documents, readings, snapshots, versions
from services.storage.database import Database
from services.storage.documents import Presence, find_documents
from services.storage.readings import Reading
from services.storage.tables import body, version
from services.storage.versions import Edit

DOC = page_id(1)


def save(conn: Connection, text: str, at: int, edit: Edit = "first", n: int = 1, **about: str | None) -> int:
    """Hour `at`: the page says `text`, and it is a new version."""
    seen = NOW + at * HOUR
    kept = snapshots.add_snapshot(conn, page_id(n), seen, answer(text, n))
    number = versions.save_version(
        conn,
        page_id(n),
        letter(text, **about),
        snapshot_id=kept,
        observed=seen,
        recorded=seen + MINUTE,
        reader="r1",
        key_hash=f"key of {text}",
        fingerprint=f"page of {text}",
        edit=edit,
        changes=() if edit == "first" else (lowered(), lowered(25, 20)),
    )
    readings.save_reading(conn, Reading(kept, page_id(n), seen + MINUTE, "r1", "ok", None, number))
    return kept


def test_a_snapshot_comes_back_byte_for_byte(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        raw = bytes(range(256)) * 300
        kept = snapshots.add_snapshot(conn, DOC, NOW, Gone(address(1), 410, raw, {"x-文": "\x00"}), moved=True)
        back = snapshots.get_snapshot(conn, kept)
    assert (back.document, back.observed, back.last_seen, back.previous_seen) == (DOC, NOW, NOW, None)
    assert (back.status, back.url, back.headers, back.body, back.moved) == (
        410,
        address(1),
        {"x-文": "\x00"},
        raw,
        True,
    )


def test_a_page_that_goes_back_has_three_snapshots_and_two_bodies(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        ids = [snapshots.add_snapshot(conn, DOC, NOW + n * DAY, answer(says)) for n, says in enumerate("ABA")]
        snapshots.touch(conn, ids[0], NOW + HOUR)
        assert conn.execute(select(func.count()).select_from(body)).scalar() == 2
        assert [snapshots.get_snapshot(conn, id_).body for id_ in ids] == [b"A", b"B", b"A"]
        assert snapshots.snapshot_ids(conn, DOC) == tuple(ids)
        assert snapshots.snapshot_ids(conn, after=ids[0], limit=1) == (ids[1],)


def test_a_snapshot_knows_when_the_one_before_was_last_seen(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2])
        first = snapshots.add_snapshot(conn, DOC, NOW, answer("A"))
        snapshots.add_snapshot(conn, page_id(2), NOW + HOUR, answer("another page", 2))
        snapshots.touch(conn, first, NOW + DAY)
        snapshots.touch(conn, first, NOW + HOUR)  # a late writer does not turn the clock back
        second = snapshots.get_snapshot(conn, snapshots.add_snapshot(conn, DOC, NOW + 2 * DAY, answer("B")))
        assert second.previous_seen == NOW + DAY


def test_an_unknown_snapshot_is_not_found(database: Database) -> None:
    with database.read() as conn, pytest.raises(NotFound, match="snapshot 7"):
        snapshots.get_snapshot(conn, 7)


def test_versions_count_up_and_the_newest_describes_the_document(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        assert versions.current_version(conn, DOC) is None
        save(conn, "达到30%", 0, title="旧标题", doc_number="渝经信函〔2023〕1号", suggestion="0843")
        kept = save(conn, "达到25%", 5, "silent", title="新标题")
        current = versions.current_version(conn, DOC)
        assert current is not None
        assert current.structure == letter("达到25%", title="新标题")
        assert current == versions.Current(
            n=2,
            packed=current.packed,
            key_hash="key of 达到25%",
            fingerprint="page of 达到25%",
            snapshot=kept,
            reader="r1",
            observed=NOW + 5 * HOUR,
        )
        record = documents.get_document(conn, DOC)
    assert (record.title, record.current_n, record.doc_number, record.first_seen) == ("新标题", 2, None, NOW)
    assert (record.agency_short, record.date, record.status, record.source) == (
        "市经济信息委",
        "2023-03-20",
        "active",
        "cq",
    )


def test_the_list_names_a_document_whose_text_has_no_title(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        save(conn, "正文", 0, title=None)
        assert documents.get_document(conn, DOC).title == "关于第1号建议的复函"


def test_history_says_from_when_to_when_each_version_was_seen(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        first = save(conn, "A", 0)
        snapshots.touch(conn, first, NOW + HOUR)
        # the same words in other markup: a snapshot, no version
        markup = snapshots.add_snapshot(conn, DOC, NOW + 2 * HOUR, answer("<b>A</b>"))
        readings.save_reading(conn, Reading(markup, DOC, NOW + 2 * HOUR, "r1", "ok", None, 1))
        snapshots.touch(conn, markup, NOW + 3 * HOUR)
        # a challenge in between belongs to no version
        challenge = snapshots.add_snapshot(conn, DOC, NOW + 4 * HOUR, answer("verify"))
        readings.save_reading(conn, Reading(challenge, DOC, NOW + 4 * HOUR, "r1", "blocked", "challenge", None))
        last = save(conn, "B", 5, "declared")
        one, two = versions.history(conn, DOC)
        sha256 = snapshots.get_snapshot(conn, last).sha256
    assert (one.n, one.edit, one.observed_from, one.observed_until) == (1, "first", NOW, NOW + 3 * HOUR)
    assert (one.recorded, one.reader, one.snapshot, one.changes) == (NOW + MINUTE, "r1", first, ())
    assert (two.n, two.edit, two.observed_from, two.observed_until) == (2, "declared", NOW + 5 * HOUR, NOW + 5 * HOUR)
    assert (two.snapshot_sha256, two.changes) == (sha256, (lowered(), lowered(25, 20)))


def test_history_is_paged_and_one_version_can_be_had_alone(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        for n in range(5):
            save(conn, f"V{n}", n, "silent" if n else "first")
        whole = versions.history(conn, DOC)
        paged = [*versions.history(conn, DOC, limit=2), *versions.history(conn, DOC, after=2, limit=3)]
        assert [record.n for record in whole] == [1, 2, 3, 4, 5]
        assert paged == list(whole)
        assert versions.get_version(conn, DOC, 3) == (whole[2], letter("V2"))
        assert versions.history(conn, "doc_unknown") == ()
        with pytest.raises(NotFound, match="no version 9"):
            versions.get_version(conn, DOC, 9)


def test_a_version_number_is_given_once(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        save(conn, "A", 0)
    with database.engine.connect() as conn:
        row = conn.execute(select(version)).one()
        with pytest.raises(IntegrityError):
            conn.execute(version.insert().values(row._asdict()))


def test_documents_are_found_by_what_one_knows_of_them(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2, 3])
        save(conn, "一", 0, n=1, title="关于推动100%绿色制造的复函", suggestion="0843")
        save(conn, "二", 1, n=2, title="数字化转型通知", doc_number="渝经信规范〔2023〕5号")
        save(conn, "三", 1, n=3, title="Green_Plan")

        def found(**asked: object) -> list[str]:
            return [record.id for record in find_documents(conn, **asked)]  # type: ignore[arg-type]

        assert found(url=address(2) + "#part") == [page_id(2)]
        assert found(url="no address") == []
        assert found(doc_number="渝经信规范〔2023〕5号") == [page_id(2)]
        assert found(suggestion="0843") == [page_id(1)]
        assert len(found(agencies=["重庆市经济和信息化委员会"], kind="reply_npc")) == 3
        assert found(agencies=["市经济"]) == found(agencies=[]) == []
        assert found(source_id="cq", suggestion="0843") == [page_id(1)]
        assert found(source_id="elsewhere") == []
        assert len(found(owner=SOURCE.owner)) == 3
        assert found(owner="somebody else") == []


def test_lists_of_documents_page_without_loss_or_repetition(database: Database) -> None:
    with database.write() as conn:
        watch(conn, range(7))
        for n in range(7):
            save(conn, f"{n}", n // 3, n=n)  # several found at the same moment
        whole = [record.id for record in find_documents(conn, limit=100)]
        paged: list[str] = []
        while page := find_documents(conn, after=paged[-1] if paged else None, limit=2):
            paged += [record.id for record in page]
    assert paged == whole
    assert set(whole) == {page_id(n) for n in range(7)}
    assert whole[0] == page_id(6)


def test_a_hostile_label_fits_into_the_row(database: Database) -> None:
    """PostgreSQL refuses an index entry of a few kilobytes: a page must not be able to stop its own reading."""
    endless = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(5000))
    with database.write() as conn:
        watch(conn, [1])
        save(conn, "正文", 0, doc_number=endless, suggestion=endless + "\x00", title=endless)
        assert [record.id for record in find_documents(conn, doc_number=endless)] == [DOC]


def test_presence_is_kept_apart_from_what_the_document_says(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        with pytest.raises(NotFound):
            documents.get_presence(conn, DOC)
        save(conn, "A", 0)
        assert documents.get_presence(conn, DOC) == Presence()
        away = Presence("removed", NOW + DAY, 2, "http_404")
        documents.set_presence(conn, DOC, away)
        save(conn, "B", 50, "silent")
        assert documents.get_presence(conn, DOC) == away
        assert documents.get_document(conn, DOC).status == "removed"


def test_events_about_a_document_are_numbered_through_its_versions(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        save(conn, "A", 0)
        assert documents.next_sequence(conn, DOC) == 1
        save(conn, "B", 1, "silent")
        assert documents.next_sequence(conn, DOC) == 2


def test_a_snapshot_is_read_once_for_the_record(database: Database) -> None:
    held = [Suppression("boilerplate_only", f"SPEC §12.{n}", None, None) for n in range(3)]
    with database.write() as conn:
        watch(conn, [1])
        kept = save(conn, "A", 0)
        assert readings.find_reading(conn, kept) == Reading(kept, DOC, NOW + MINUTE, "r1", "ok", None, 1)
        assert readings.find_reading(conn, kept + 1) is None
    with pytest.raises(IntegrityError), database.write() as conn:
        readings.save_reading(conn, Reading(kept, DOC, NOW + DAY, "r2", "suspect", "too_short", 1), held)
    with database.read() as conn:
        assert readings.find_reading(conn, kept) == Reading(kept, DOC, NOW + MINUTE, "r1", "ok", None, 1)
        assert readings.suppressed(conn, DOC) == ()


def test_what_was_held_back_is_listed_by_key(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        for at in range(3):
            kept = snapshots.add_snapshot(conn, DOC, NOW + at * HOUR, answer(f"{at}"))
            held = [Suppression("format_only", f"{at}.{n}", None, None) for n in range(2)]
            readings.save_reading(conn, Reading(kept, DOC, NOW, "r1", "ok", None, None), held)
        whole = readings.suppressed(conn, DOC)
        first = readings.suppressed(conn, DOC, limit=3)
        rest = readings.suppressed(conn, DOC, after=(first[-1].snapshot, first[-1].ordinal))
    assert [one.suppression.rule for one in whole] == ["0.0", "0.1", "1.0", "1.1", "2.0", "2.1"]
    assert (*first, *rest) == whole
