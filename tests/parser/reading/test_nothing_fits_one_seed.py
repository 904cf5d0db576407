"""No rule is written for one document: code and word lists hold nothing that occurs in exactly one seed.

Looked for: names of people, numbers with a unit, runs of eight Chinese characters. Names of public bodies and years of
the calendar may occur anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from services.parser.reading.read import read_text
from services.parser.text.layers import match

ROOT = Path(__file__).parents[3]
LONGEST_COMMON_RUN = 8
_HAN = re.compile("[\u4e00-\u9fff]{8,}")
_NUMBER = re.compile("(?<![0-9.])[0-9]{3,}(?:,[0-9]{3})*(?:\\.[0-9]+)?(?:[万亿]?[\u4e00-\u9fff]|%)")
_CALENDAR = re.compile("(?:19|20)[0-9]{2}年")
#: Lists of public bodies' names.
_BODIES = {"bodies.toml"}
_ENDS_A_BODY = re.compile("(?:委员会|办公室|办公厅|管理局|监督局|保障局|改革委|信息委)")


@cache
def seeds() -> dict[str, str]:
    return {path.name[:3]: match(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "seeds").glob("*.txt"))}


@cache
def runs() -> dict[str, frozenset[str]]:
    """Each run of eight characters of the seeds -> the seeds it occurs in."""
    found: dict[str, set[str]] = {}
    for name, text in seeds().items():
        for run in _runs_of(text):
            found.setdefault(run, set()).add(name)
    return {run: frozenset(names) for run, names in found.items()}


def _runs_of(text: str) -> Iterator[str]:
    for stretch in _HAN.finditer(text):
        for start in range(len(stretch[0]) - LONGEST_COMMON_RUN + 1):
            yield stretch[0][start : start + LONGEST_COMMON_RUN]


@cache
def people() -> frozenset[str]:
    """Who the seeds are written to and who signed them off."""
    found: set[str] = set()
    for text in seeds().values():
        meta = read_text(text).metadata
        found |= {meta.recipient.name} if meta.recipient and meta.recipient.name else set()
        found |= {meta.approver.name} if meta.approver else set()
    return frozenset(found)


def belonging_to_one_seed(text: str) -> list[str]:
    """What of `text` occurs in exactly one seed."""
    found = [name for name in people() if name in text]
    found += [run for run in _runs_of(text) if len(runs().get(run, ())) == 1 and not _ENDS_A_BODY.search(run)]
    for number in _NUMBER.findall(text):
        if not _CALENDAR.fullmatch(number) and sum(_stands_in(number, seed) for seed in seeds().values()) == 1:
            found.append(number)
    return found


def _stands_in(number: str, seed: str) -> bool:
    return re.search(f"(?<![0-9.]){re.escape(number)}", seed) is not None


def sources() -> list[Path]:
    paths = [*(ROOT / "services").rglob("*.py"), *(ROOT / "services").rglob("*.toml")]
    return sorted(path for path in paths if path.name not in _BODIES)


def test_the_seeds_have_people_and_runs_to_look_for() -> None:
    assert len(people()) >= 5
    assert len(runs()) > 5000


def test_what_belongs_to_one_seed_is_found() -> None:
    for text in seeds().values():
        sentence = next(run for run in _runs_of(text) if len(runs()[run]) == 1 and not _ENDS_A_BODY.search(run))
        assert belonging_to_one_seed(f"x = '{sentence}'") == [sentence]
    assert belonging_to_one_seed(next(iter(people())))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_fits_one_seed(path: Path) -> None:
    assert belonging_to_one_seed(match(path.read_text(encoding="utf-8"))) == []
