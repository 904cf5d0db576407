"""Reading takes time in proportion to the text (SPEC §2.3: one walk), also where the text is one line without end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from services.parser.reading.read import read_text

ROOT = Path(__file__).parents[3]
#: Ten times the text takes ten times the time; a quadratic step would take a hundred.
MOST = 30


def cpu_seconds(text: str) -> float:
    """The better of two runs, in this process's own time."""
    spent = []
    for _ in range(2):
        start = time.process_time()
        read_text(text)
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("joined_by", ["\n", ""])
def test_ten_times_the_text_takes_about_ten_times_the_time(joined_by: str) -> None:
    lines = [line for path in sorted((ROOT / "seeds").glob("*.txt")) for line in path.read_text("utf-8").split("\n")]
    text = joined_by.join(lines)
    read_text(text[:2000])
    short, long = text[:3300], text[:33000]
    assert cpu_seconds(long) < MOST * cpu_seconds(short)
