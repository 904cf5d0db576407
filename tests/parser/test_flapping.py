"""One return is news, the second is flapping, the rest are observations."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.parser.flapping import WINDOW, verdict
from services.replay.clock import SimulatedClock
from services.replay.recording import read_recording
from services.replay.run import live, told
from services.storage import versions
from services.storage.database import open_database
from services.storage.readings import Shown

T0 = datetime(2023, 4, 14, tzinfo=UTC)
DAY = timedelta(days=1)
STORIES = Path(__file__).parent.parent / "replays"


def shown(*turns: tuple[float, int, bool]) -> list[Shown]:
    return [Shown(T0 + days * DAY, version, news) for days, version, news in turns]


def test_the_first_return_is_an_edit_like_any_other() -> None:
    assert verdict(shown((0, 1, True), (1, 2, True)), T0 + 2 * DAY) == "reverted"


def test_the_second_is_flapping_and_the_third_known() -> None:
    twice = shown((0, 1, True), (1, 2, True), (2, 3, False))
    assert verdict(twice, T0 + 3 * DAY) == "flapping"
    assert verdict([*twice, *shown((3, 2, False))], T0 + 4 * DAY) == "known"


def test_a_page_that_held_still_has_a_clean_slate() -> None:
    twice = shown((0, 1, True), (1, 2, True), (2, 3, False))
    assert verdict(twice, T0 + 2 * DAY + WINDOW) == "flapping"
    assert verdict(twice, T0 + 2 * DAY + WINDOW + timedelta(seconds=1)) == "reverted"


def test_new_words_start_the_count_anew() -> None:
    assert verdict(shown((0, 1, True), (1, 2, True), (2, 3, False), (3, 4, True)), T0 + 4 * DAY) == "reverted"


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 6))
def test_flapping_is_named_once_however_long_it_goes_on(repeats: list[bool], hours: int) -> None:
    seen = shown((0, 1, True), (0.1, 2, True))
    verdicts = []
    for step, same in enumerate(repeats, 1):
        now = T0 + DAY + step * timedelta(hours=hours)
        version = seen[-1].version if same else 3 - seen[-1].version
        if not same:
            verdicts.append(verdict(seen, now))
        seen.append(Shown(now, version, news=False))
    assert verdicts == (["reverted", "flapping", *["known"] * len(verdicts)])[: len(verdicts)]


def lived(story: str, folder: Path) -> tuple[list[dict[str, Any]], list[versions.VersionRecord]]:
    """Data of the events told, and the histories of the documents they are about."""
    recording = read_recording(STORIES / story)
    database = open_database(f"sqlite:///{folder / 'd.sqlite'}")
    try:
        asyncio.run(live(database, recording, SimulatedClock(recording.start), recording.end))
        events = [event.data for event in told(database)]
        with database.read() as conn:
            ids = dict.fromkeys(data["document"]["id"] for data in events)
            histories = [version for id_ in ids for version in versions.history(conn, id_)]
    finally:
        database.close()
    return events, histories


def test_mirrors_are_told_of_once_and_kept_as_observations(tmp_path: Path) -> None:
    events, history = lived("flapping-mirror", tmp_path)
    assert [(data["version"], data["returns_to"], data["flapping"]) for data in events] == [
        (2, None, False),
        (3, 1, False),
        (2, 2, True),
    ]
    assert [(version.n, version.returns_to) for version in history] == [(1, None), (2, None), (3, 1)]
    # the flips after the last event are on record: both versions were seen to the end
    assert min(version.observed_until for version in history[1:]) > datetime.fromisoformat(
        events[-1]["observed"]["before"]
    )


def test_one_revert_is_told_as_the_edit_it_is(tmp_path: Path) -> None:
    events, history = lived("edit-and-revert", tmp_path)
    assert [(data["version"], data["returns_to"], data["flapping"]) for data in events] == [
        (2, None, False),
        (3, 1, False),
    ]
    assert [version.n for version in history] == [1, 2, 3]


def test_a_silent_edit_lies_between_the_last_sight_of_the_old_words_and_the_first_of_the_new(tmp_path: Path) -> None:
    """A firewall's pages in between were seen too, and say nothing about when the edit was made."""
    (data,), (first, second) = lived("waf-week", tmp_path)
    assert data["edit"] == "silent"
    after, before = (datetime.fromisoformat(data["observed"][key]) for key in ("after", "before"))
    assert after == first.observed_until == second.observed_after
    assert after <= datetime.fromisoformat("2023-04-16T10:00:00+08:00")
    assert before == second.observed_from >= datetime.fromisoformat("2023-04-20T10:00:00+08:00")


@pytest.mark.parametrize("story", ["typo-fix", "target-lowered", "backdated", "wrong-clock"])
def test_an_edit_nobody_declared_is_flagged_silent(story: str, tmp_path: Path) -> None:
    (data,), _ = lived(story, tmp_path)
    assert data["edit"] == "silent"
    assert data["observed"]["after"] < data["observed"]["before"]


def test_an_edit_the_page_owns_up_to_is_declared(tmp_path: Path) -> None:
    (data,), _ = lived("erratum", tmp_path)
    assert data["edit"] == "declared"


def test_a_letter_that_comes_back_otherwise_is_told_removed_restored_and_changed(tmp_path: Path) -> None:
    events, history = lived("restored-otherwise", tmp_path)
    assert [data["version"] for data in events] == [None, 2, 2]
    removed, _, edited = events
    # the edit was made somewhere in the two weeks nobody could see the letter
    assert edited["observed"]["after"] < removed["observed"]["before"] < edited["observed"]["before"]
    assert [version.n for version in history] == [1, 2]
