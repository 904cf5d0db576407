"""What was known when: an answer about a past moment stands, whatever is written after it."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from storage.samples import MINUTE, NOW, answer, letter, lowered, page_id, watch

from services.storage import readings, snapshots, versions
from services.storage.database import Database, open_database
from services.storage.readings import Reading
from services.storage.versions import VersionRecord

DOC = page_id(1)
#: (what a visit finds, how many minutes the parser is behind); "same" is the bytes seen before, "wall" a challenge.
Visit = tuple[str, int]
visits = st.lists(
    st.tuples(st.sampled_from(["same", "same", "new", "markup", "wall", "back"]), st.integers(0, 40)), max_size=8
)


class Life:
    """Writes as the line does: visits every ten minutes, each read up to forty minutes later, in order."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.latest: int | None = None
        self.waiting: list[tuple[datetime, int, datetime, str]] = []
        self.count = 0

    def visit(self, at: datetime, kind: str, lag: int) -> None:
        if kind == "same" and self.latest is not None:
            snapshots.touch(self.conn, self.latest, at)
            return
        self.count += 1
        self.latest = snapshots.add_snapshot(self.conn, DOC, at, answer(f"{kind} {self.count}"))
        due = max([at + lag * MINUTE, *(one[0] for one in self.waiting)])
        self.waiting.append((due, self.latest, at, kind))

    def read_until(self, now: datetime) -> None:
        while self.waiting and self.waiting[0][0] <= now:
            due, snapshot, seen, kind = self.waiting.pop(0)
            self._read(due, snapshot, seen, kind)

    def _read(self, due: datetime, snapshot: int, seen: datetime, kind: str) -> None:
        current = versions.current_version(self.conn, DOC)
        n = current.n if current else None
        if kind == "wall":
            n = None
        elif n is None or kind == "new":
            n = versions.save_version(
                self.conn, DOC, letter(f"{snapshot}"), snapshot_id=snapshot, observed=seen, recorded=due, reader="r",
                key_hash=f"{snapshot}", edit="silent" if n else "first", changes=[lowered()] if n else (),
            )  # fmt: skip
        elif kind == "back":
            n = 1
            versions.show_version(self.conn, DOC, 1)
        readings.save_reading(self.conn, Reading(snapshot, DOC, due, "r", "ok", None, n))


Answer = tuple[tuple[VersionRecord, ...], tuple[int | None, ...]]


def answers(conn: Connection, known_at: datetime, moments: list[datetime]) -> Answer:
    at = tuple(readings.version_at(conn, DOC, moment, known_at) for moment in moments)
    return versions.history(conn, DOC, known_at=known_at), at


@settings(max_examples=12, deadline=None)
@given(visits)
def test_later_writes_never_change_an_answer_about_a_past_moment(plan: list[Visit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'd.sqlite'}")
        try:
            with database.write() as conn:
                _lives(conn, plan)
        finally:
            database.close()


def _lives(conn: Connection, plan: list[Visit]) -> None:
    told: dict[datetime, Answer] = {}
    moments = [NOW + n * 10 * MINUTE for n in range(len(plan) + 2)]
    watch(conn, [1])
    life = Life(conn)
    for step, (kind, lag) in enumerate([*plan, ("same", 0)]):
        now = NOW + step * 10 * MINUTE
        life.visit(now, kind, lag)
        life.read_until(now)
        for past, answer_then in told.items():
            assert answers(conn, past, moments) == answer_then
        told[now] = answers(conn, now, moments)
    assert versions.history(conn, DOC, known_at=NOW + 10_000 * MINUTE) == versions.history(conn, DOC)


def test_a_visit_counts_from_when_it_was_recorded(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        life = Life(conn)
        life.visit(NOW, "new", 0)
        life.read_until(NOW)
        assert life.latest is not None
        snapshots.touch(conn, life.latest, NOW + 10 * MINUTE, recorded=NOW + 30 * MINUTE)
        before, after = (
            versions.history(conn, DOC, known_at=NOW + minutes * MINUTE)[0].observed_until for minutes in (20, 30)
        )
    assert (before, after) == (NOW, NOW + 10 * MINUTE)


def test_as_of_finds_the_version_the_page_showed(database: Database) -> None:
    """A, B, then A again as an observation of the first version, a challenge between them."""
    with database.write() as conn:
        watch(conn, [1])
        life = Life(conn)
        for step, kind in enumerate(["new", "new", "wall", "back", "same"]):
            life.visit(NOW + step * 10 * MINUTE, kind, 0)
            life.read_until(NOW + step * 10 * MINUTE)
        at = [readings.version_at(conn, DOC, NOW + n * 10 * MINUTE + MINUTE) for n in range(-1, 5)]
        current = versions.current_version(conn, DOC)
        first, second = versions.history(conn, DOC)
        assert versions.save_version(
            conn, DOC, letter("C"), snapshot_id=2, observed=NOW, recorded=NOW, reader="r", key_hash="c", edit="silent"
        ) == 3  # fmt: skip
    assert at == [None, 1, 2, 2, 1, 1]
    assert current is not None
    assert current.n == 1
    assert (first.observed_until, second.observed_until) == (NOW + 40 * MINUTE, NOW + 10 * MINUTE)
    assert (first.observed_after, second.observed_after) == (None, NOW)
