"""Recorded site histories through the real line; each folder in replays/ is a story with its expected events."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from services.domain.errors import ConfigError
from services.replay.recording import read_recording
from services.replay.run import replay

STORIES = sorted(path.parent for path in (Path(__file__).parent / "replays").glob("*/replay.toml"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_a_story_causes_exactly_its_events(story: Path) -> None:
    expected = json.loads((story / "expected.json").read_text(encoding="utf-8"))
    assert replay(read_recording(story)) == expected


@pytest.mark.parametrize("name", ["removed", "target-lowered", "published"])
def test_restarts_change_nothing(name: str) -> None:
    story = Path(__file__).parent / "replays" / name
    recording = read_recording(story)
    hours = int((recording.end - recording.start).total_seconds() // 3600)
    restarts = [recording.start + timedelta(hours=hour, minutes=1) for hour in range(1, hours, 17)]
    assert replay(recording, restarts) == json.loads((story / "expected.json").read_text(encoding="utf-8"))


GOOD = """
start = 2023-03-27T09:00:00+08:00
end = 2023-04-05T09:00:00+08:00
[[source]]
id = "a"
url = "https://e.gov.cn/"
every = "1h"
[[answer]]
at = 2023-03-27T09:00:00+08:00
url = "https://e.gov.cn/"
"""


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (GOOD.replace("start = 2023", "begin = 2023"), "unknown key 'begin'"),
        (GOOD.replace("start = 2023-03-27T09:00:00+08:00", "start = 2023-03-27"), "'start' must be a time with a zone"),
        (GOOD.replace("end = 2023-04", "end = 2023-01"), "'end' must be later"),
        (GOOD.split("[[source]]")[0], "no [[source]]"),
        (GOOD + 'fault = "fire"\n', "fault 'fire'"),
        (GOOD + 'fault = "truncated"\n', "cuts a body in half"),
        (GOOD + "status = 99\n", "status 99"),
        (GOOD + 'body = "none.html"\n', "'none.html' cannot be read"),
        (GOOD + 'body = "../../x.html"\n', "outside"),
        (GOOD + "colour = 1\n", "unknown key 'colour'"),
        (GOOD + "headers = 1\n", "headers"),
        (GOOD.replace('url = "https://e.gov.cn/"\nevery', 'url = "e.gov.cn"\nevery'), "not an absolute http"),
        ("start = ", "not valid TOML"),
        (GOOD + "[[reader]]\nuntil = 2023-03-28T09:00:00+08:00\n", "'version'"),
        (GOOD + '[[reader]]\nuntil = 2023-03-28T09:00:00+08:00\nversion = "1"\nwithout = ["eyes"]\n', "'eyes'"),
        (GOOD + '[[reader]]\nversion = "1"\n', "'until' must be a time"),
        (GOOD + "[[reader]]\nsince = 1\n", "unknown key 'since'"),
        (GOOD.replace("[[source]]", "reader = 1\n[[source]]", 1), "[[reader]]"),
    ],
)
def test_a_broken_recording_is_one_line_that_names_file_and_fault(tmp_path: Path, broken: str, says: str) -> None:
    (tmp_path / "replay.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read_recording(tmp_path)
    assert "replay.toml" in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
