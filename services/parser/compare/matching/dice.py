"""How alike two texts are: Dice over the sets of their character pairs, the measure SPEC §11 was calibrated with."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Pairs = frozenset[str]
T = TypeVar("T", bound=Hashable)

#: Pairs of texts compared at most in one search; beyond it only equality counts, so the work stays bounded.
_MOST = 20_000
#: Character pairs looked up at most in one search: the same for long sentences.
MOST_LOOKUPS = 4_000_000
#: A group of rivals up to this size is assigned exactly, a larger one greedily.
_EXACT = 12


def pairs(key: str) -> Pairs:
    return frozenset(map(str.__add__, key, key[1:])) if len(key) > 1 else frozenset(key)


def dice(a: Pairs, b: Pairs) -> float:
    """0 (nothing shared) to 1 (the same pairs)."""
    total = len(a) + len(b)
    return 2 * len(a & b) / total if total else 1.0


def containment(part: Pairs, whole: Pairs) -> float:
    """How much of `part` is found in `whole`."""
    return len(part & whole) / len(part) if part else 0.0


def assign(
    olds: Sequence[T], news: Sequence[T], pairs_of: Callable[[T], Pairs], least: float
) -> list[tuple[T, T, float]]:
    """One-to-one matches of maximum total weight among those with Dice ≥ `least`, in the order of `olds`."""
    if len(olds) * len(news) > _MOST:
        return []
    if len(olds) * sum(len(pairs_of(new)) for new in news) > MOST_LOOKUPS:
        return []
    edges = [edge for old in olds for edge in _edges(old, news, pairs_of, least)]
    chosen = [edge for rivals in _components(edges) for edge in _best(rivals)]
    order = {old: position for position, old in enumerate(olds)}
    return sorted(chosen, key=lambda edge: order[edge[0]])


def _edges(old: T, news: Iterable[T], pairs_of: Callable[[T], Pairs], least: float) -> Iterable[tuple[T, T, float]]:
    a = pairs_of(old)
    for new in news:
        b = pairs_of(new)
        if 2 * min(len(a), len(b)) >= least * (len(a) + len(b)) and (weight := dice(a, b)) >= least:
            yield old, new, weight


def _components(edges: list[tuple[T, T, float]]) -> Iterable[list[tuple[T, T, float]]]:
    """Edges in groups that share no end."""
    left = edges
    while left:
        olds, news = {left[0][0]}, {left[0][1]}
        size = 0
        while size != len(olds) + len(news):
            size = len(olds) + len(news)
            for old, new, _ in left:
                if old in olds or new in news:
                    olds.add(old)
                    news.add(new)
        yield [edge for edge in left if edge[0] in olds]
        left = [edge for edge in left if edge[0] not in olds]


def _best(edges: list[tuple[T, T, float]]) -> list[tuple[T, T, float]]:
    ranked = sorted(edges, key=lambda edge: -edge[2])
    if len(ranked) <= _EXACT:
        return max(_choices(ranked), key=lambda choice: sum(edge[2] for edge in choice))
    chosen: list[tuple[T, T, float]] = []
    olds: set[T] = set()
    news: set[T] = set()
    for edge in ranked:
        if edge[0] not in olds and edge[1] not in news:
            chosen.append(edge)
            olds.add(edge[0])
            news.add(edge[1])
    return chosen


def _choices(edges: list[tuple[T, T, float]]) -> Iterable[list[tuple[T, T, float]]]:
    """Every way to take edges that share no end."""
    if not edges:
        yield []
        return
    first, rest = edges[0], edges[1:]
    free = [edge for edge in rest if edge[0] != first[0] and edge[1] != first[1]]
    for choice in _choices(free):
        yield [first, *choice]
    if len(free) < len(rest):
        yield from _choices(rest)
