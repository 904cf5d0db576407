"""Places of a document's rows in lists that go down from the highest: kept where they stood, found between where not.

An edit of one row must not move the hundred behind it: each move is paid for in every index. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

#: Left between two rows that are placed together, for what is written between them later.
STEP = 64


def arranged(old: Sequence[int | None], low: int, high: int) -> list[int]:
    """A place for each row, falling, all different, `low` <= place < `high`; `old` is where each stood, None: nowhere.

    As many rows as can be keep theirs; where there is no room left between two of them, all are placed anew. Raises
    ValueError for more rows than places.
    """
    kept = _longest_falling([place if place is not None and low <= place < high else None for place in old])
    return _between(old, kept, low, high) or _evenly(len(old), low - 1, high, STEP)


def _between(old: Sequence[int | None], kept: frozenset[int], low: int, high: int) -> list[int] | None:
    """The places with those of `kept` as they were; None where a gap is too small."""
    found: list[int] = []
    above = high
    for at, end in _gaps(len(old), kept):
        below = old[end] if end < len(old) else low - 1
        if below is None or above - below - 1 < end - at:
            return None
        found += _evenly(end - at, below, above, STEP)
        if end < len(old):
            found.append(below)
            above = below
    return found


def _gaps(count: int, kept: frozenset[int]) -> Iterator[tuple[int, int]]:
    """The runs, empty ones too, before each kept row and behind the last."""
    start = 0
    for end in (*sorted(kept), count):
        yield start, end
        start = end + 1


def _evenly(count: int, below: int, above: int, most: int) -> list[int]:
    """So many places between two, both exclusive, from the top."""
    step = min(most, (above - below) // (count + 1)) or 1
    if count >= above - below:
        raise ValueError(f"no room for {count} rows between {below} and {above}")
    return [above - step * turn for turn in range(1, count + 1)]


def _longest_falling(places: Sequence[int | None]) -> frozenset[int]:
    """Indexes of a longest run, gaps allowed, in which every place is lower than the one before."""
    ends: list[int] = []  # negated last place of the best run of each length
    last: list[int] = []
    before: dict[int, int | None] = {}
    for at, place in enumerate(places):
        if place is None:
            continue
        length = bisect_left(ends, -place)
        before[at] = last[length - 1] if length else None
        ends[length : length + 1] = [-place]
        last[length : length + 1] = [at]
    run: int | None = last[-1] if last else None
    found = []
    while run is not None:
        found.append(run)
        run = before[run]
    return frozenset(found)
