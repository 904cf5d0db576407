"""What the pages list: the gravest changes first, what is due in order, and the whole in numbers."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection
from storage.samples import DAY, HOUR, NOW, SOURCE, answer, letter, lowered, page_id, watch
from storage.test_standing_commitments import promise, promised
from storage.test_standing_commitments import read as stands

from services.domain.change import Change, Severity
from services.storage import documents, overview, recent, snapshots, tokens, versions
from services.storage.commitments import Asked as AskedPromises
from services.storage.database import Database
from services.storage.documents import Presence
from services.storage.due import count_due, find_due
from services.storage.recent import Asked


def change(severity: Severity) -> Change:
    return replace(lowered(), severity=severity)


def save(conn: Connection, page: int, day: int, *changes: Change) -> None:
    seen = NOW + day * DAY
    kept = snapshots.add_snapshot(conn, page_id(page), seen, answer(f"{page} {day}", page))
    versions.save_version(
        conn, page_id(page), letter("文"), snapshot_id=kept, observed=seen, recorded=seen, reader="r",
        key_hash="k", edit="silent" if changes else "first", changes=changes,
    )  # fmt: skip


def test_the_gravest_changes_come_first_and_among_equals_the_newest(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2])
        for page in (1, 2):
            save(conn, page, 0)
        save(conn, 1, 1, change("high"), change("low"))
        save(conn, 2, 2, change("medium"))
        save(conn, 1, 3, change("high"))
        found = recent.find_gravest(conn, Asked())
        told = [(one.change.severity, one.about.recorded) for one in found]
        days = [NOW + day * DAY for day in range(4)]
        assert told == [("high", days[3]), ("high", days[1]), ("medium", days[2]), ("low", days[1])]
        assert recent.find_gravest(conn, Asked(), skip=1, limit=2) == found[1:3]
        assert [one.change.severity for one in recent.find_gravest(conn, Asked(severity="medium", since=days[2]))] == [
            "high", "medium",
        ]  # fmt: skip
        counts = recent.count_changes(conn, Asked(), days[1], 2 * DAY)
        assert counts == {(0, "high"): 1, (0, "low"): 1, (0, "medium"): 1, (1, "high"): 1}
        assert recent.oldest_recorded(conn) == days[0]
        last = overview.last_changes(conn, [page_id(1), page_id(2), "doc_x"])
        assert {id_: (one.n, one.worst) for id_, one in last.items()} == {
            page_id(1): (3, "high"),
            page_id(2): (2, "medium"),
        }
        assert overview.version_counts(conn, [page_id(1), page_id(2)]) == {page_id(1): 3, page_id(2): 2}


def test_what_came_and_what_went_is_listed_newest_first(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2, 3])
        for page in (1, 2, 3):
            save(conn, page, page)
        documents.set_presence(conn, page_id(1), Presence("removed", NOW + 5 * DAY, 2, "gone"))
        new = [one.id for one in overview.newly_found(conn, NOW + 2 * DAY, 9)]
        assert new == [page_id(3), page_id(2)]
        assert [one.record.id for one in overview.gone(conn, NOW, 9)] == [page_id(1)]
        assert overview.gone(conn, NOW + 6 * DAY, 9) == ()
        assert overview.totals(conn) == overview.Totals(3, 0, 1)
        assert overview.count_documents(conn, SOURCE.id) == 3
        assert overview.last_visits(conn, SOURCE.id, 9) == ()
        assert overview.troubles(conn, SOURCE.id) == {}


def test_promises_are_listed_in_the_order_they_are_due(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1, 2])
        first = promised(promise("a", due="2025-12-31"), promise("b", due="2024-06-30"), promise("c"))
        stands(conn, 1, first)
        stands(conn, 1, promised(promise("d", due="2025-12-31")), page=2, observed=NOW + HOUR)
        found = find_due(conn, AskedPromises())
        assert [one.id for one in found] == ["b", "d", "a"]
        due = found[1].promise.commitment.deadline
        assert due is not None
        assert due.end is not None
        assert found[1].position is not None
        rest = find_due(conn, AskedPromises(), after=(due.end, found[1].position))
        assert [one.id for one in rest] == ["a"]
        assert [one.id for one in find_due(conn, AskedPromises(deadline_from="2025-01-01", document=page_id(1)))] == [
            "a"
        ]
        assert count_due(conn, AskedPromises()) == {"2024-06": 1, "2025-12": 2}
        assert count_due(conn, AskedPromises(status="removed")) == {}
        assert overview.standing(conn, [page_id(1), page_id(2)]) == {page_id(1): 3, page_id(2): 1}
        assert tokens.get_token(conn, "tok_x") is None
