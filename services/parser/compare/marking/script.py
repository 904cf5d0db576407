"""A lossless edit script between two texts: what to put where in the old one to get the new one.

    trim what both ends share ─► paragraphs (anchored on those that occur once) ─► characters inside replaced paragraphs

The work is bounded: where two texts differ too much for exact comparison, one coarse edit replaces the lot.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

#: `a[i1:i2]` became `b[j1:j2]`.
Span = tuple[int, int, int, int]

#: Most insertions plus deletions looked for in one run; the work grows with its square.
_FAR = 400
#: Work spent on one pair of texts before runs are replaced whole.
_BUDGET = 1_000_000


@dataclass(frozen=True, slots=True)
class Edit:
    """`old[old_start:old_end]` is replaced by `text`, which is `new[new_start:new_end]`."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int
    text: str


def script(old: str, new: str) -> tuple[Edit, ...]:
    """Edits in ascending order, never touching: `apply(old, script(old, new)) == new` for any two strings."""
    return tuple(Edit(*span, new[span[2] : span[3]]) for span in _texts(old, new))


def apply(old: str, edits: Sequence[Edit]) -> str:
    """`old` with `edits` carried out. They must be in ascending order and not overlap."""
    parts: list[str] = []
    position = 0
    for edit in edits:
        parts += (old[position : edit.old_start], edit.text)
        position = edit.old_end
    return "".join([*parts, old[position:]])


def differing(a: Sequence[Any], b: Sequence[Any], far: int = _FAR) -> list[Span] | None:
    """The least number of replaced runs' elements between two sequences; None where more than `far` differ (O(ND))."""
    head, tail = shared_ends(a, b)
    n, m = len(a) - head - tail, len(b) - head - tail
    if not n or not m:
        return [(head, head + n, head, head + m)] if n or m else []
    steps = _walk(a[head : head + n], b[head : head + m], far)
    return None if steps is None else [(i + head, j + head, k + head, h + head) for i, j, k, h in steps]


def shared_ends(a: Sequence[Any], b: Sequence[Any]) -> tuple[int, int]:
    """How many elements both share at the beginning, and how many of the rest at the end."""
    least = min(len(a), len(b))
    head = _agree(a, b, least, forward=True)
    return head, _agree(a, b, least - head, forward=False)


def increasing(numbers: Sequence[int]) -> list[int]:
    """Positions of a longest strictly increasing subsequence of `numbers`."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for position, number in enumerate(numbers):
        place = bisect_left(tails, number)
        before.append(at[place - 1] if place else -1)
        tails[place : place + 1] = [number]
        at[place : place + 1] = [position]
    chain: list[int] = []
    last = at[-1] if at else -1
    while last >= 0:
        chain.append(last)
        last = before[last]
    return chain[::-1]


def _agree(a: Sequence[Any], b: Sequence[Any], most: int, *, forward: bool) -> int:
    """Length of the shared end, by halving: slices compare at the speed of C."""
    low, step = 0, most
    while step:
        probe = min(low + step, most)
        x = a[low:probe] if forward else a[len(a) - probe : len(a) - low]
        y = b[low:probe] if forward else b[len(b) - probe : len(b) - low]
        if x == y:
            low = probe
            if low == most:
                break
        else:
            step //= 2
    return low


def _texts(old: str, new: str) -> Iterator[Span]:
    head, _ = shared_ends(old, new)
    # Lines start over where the shared beginning has its last line end, so that paragraphs are compared whole.
    start = old.rfind("\n", 0, head) + 1
    a, b = old[start:], new[start:]
    budget = _BUDGET
    for i1, i2, j1, j2 in _paragraphs(a.splitlines(keepends=True), b.splitlines(keepends=True), start):
        far = min(_FAR, int(budget**0.5))
        spans = differing(old[i1:i2], new[j1:j2], far)
        budget -= far * far if spans is None else 4 * sum(x[1] - x[0] + x[3] - x[2] for x in spans) ** 2
        budget = max(budget, 0)
        for k1, k2, h1, h2 in spans if spans is not None else [_trimmed(old[i1:i2], new[j1:j2])]:
            yield i1 + k1, i1 + k2, j1 + h1, j1 + h2


def _trimmed(a: str, b: str) -> Span:
    head, tail = shared_ends(a, b)
    return head, len(a) - tail, head, len(b) - tail


def _paragraphs(a: list[str], b: list[str], start: int) -> Iterator[Span]:
    """Replaced runs of lines, as character offsets from `start` on."""
    from_a, from_b = _offsets(a, start), _offsets(b, start)
    for i1, i2, j1, j2 in _runs(a, b):
        yield from_a[i1], from_a[i2], from_b[j1], from_b[j2]


def _offsets(lines: list[str], start: int) -> list[int]:
    offsets = [start]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets


def _runs(a: list[str], b: list[str]) -> Iterator[Span]:
    """Runs of lines between lines that occur exactly once on both sides, in an order both share."""
    i = j = 0
    for x, y in [*_anchors(a, b), (len(a), len(b))]:
        for i1, i2, j1, j2 in differing(a[i:x], b[j:y]) or _whole(a[i:x], b[j:y]):
            yield i + i1, i + i2, j + j1, j + j2
        i, j = x + 1, y + 1


def _whole(a: list[str], b: list[str]) -> list[Span]:
    return [] if a == b else [(0, len(a), 0, len(b))]


def _anchors(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    count_a, count_b = Counter(a), Counter(b)
    place = {line: j for j, line in enumerate(b) if count_b[line] == 1}
    shared = [(i, place[line]) for i, line in enumerate(a) if count_a[line] == 1 and line in place]
    return [shared[k] for k in increasing([j for _, j in shared])]


def _walk(a: Sequence[Any], b: Sequence[Any], far: int) -> list[Span] | None:
    """Myers' greedy walk: furthest reach per diagonal for each number of steps, then back."""
    n, m = len(a), len(b)
    reach = [0] * (2 * min(far, n + m) + 3)
    middle = len(reach) // 2
    history: list[list[int]] = []
    for steps in range(min(far, n + m) + 1):
        history.append(reach[middle - steps - 1 : middle + steps + 2])
        for diagonal in range(-steps, steps + 1, 2):
            at = middle + diagonal
            down = diagonal == -steps or (diagonal != steps and reach[at - 1] < reach[at + 1])
            x = reach[at + 1] if down else reach[at - 1] + 1
            y = x - diagonal
            while x < n and y < m and a[x] == b[y]:
                x += 1
                y += 1
            reach[at] = x
            if x >= n and y >= m:
                return _back(history, n, m)
    return None


def _back(history: list[list[int]], x: int, y: int) -> list[Span]:
    """The path to (x, y), as runs: single steps that touch are joined."""
    runs: list[Span] = []
    for steps in range(len(history) - 1, 0, -1):
        reach, middle = history[steps], steps + 1
        diagonal = x - y
        down = diagonal == -steps or (diagonal != steps and reach[middle + diagonal - 1] < reach[middle + diagonal + 1])
        before = diagonal + 1 if down else diagonal - 1
        px = reach[middle + before]
        py = px - before
        # The step itself starts at (px, py); what follows it up to (x, y) is equal.
        qx, qy = (px, py + 1) if down else (px + 1, py)
        if runs and runs[-1][0] == qx and runs[-1][2] == qy:
            runs[-1] = (px, runs[-1][1], py, runs[-1][3])
        else:
            runs.append((px, qx, py, qy))
        x, y = px, py
    return runs[::-1]
