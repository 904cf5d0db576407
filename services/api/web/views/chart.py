"""Changes over time as bars, one a stretch of time, the gravest at the bottom. Pure: sizes for the template's SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain.change import SEVERITIES

WIDTH, HEIGHT = 720, 96
_GAP = 0.2


@dataclass(frozen=True, slots=True)
class Piece:
    severity: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """`x`, `width` and the pieces' places are in the units of a WIDTH by HEIGHT drawing."""

    start: datetime
    total: int
    x: float
    width: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    most: int
    total: int
    #: Severities that occur, gravest first.
    severities: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT


def stretches(start: datetime, end: datetime) -> tuple[timedelta, int]:
    """How long a bar is, whole days where possible, and how many there are: at most 53."""
    days = max(1, -(-(end - start) // timedelta(days=1)))
    width = 1 if days <= 45 else 7 if days <= 371 else -(-days // 52)
    return timedelta(days=width), -(-days // width)


def chart(counts: Mapping[tuple[int, str], int], start: datetime, width: timedelta, number: int) -> Chart:
    totals = [sum(counts.get((at, severity), 0) for severity in SEVERITIES) for at in range(number)]
    most = max([*totals, 1])
    step = WIDTH / number
    bars = tuple(
        Bar(start + at * width, totals[at], round(at * step + step * _GAP / 2, 2), round(step * (1 - _GAP), 2),
            _pieces([counts.get((at, severity), 0) for severity in SEVERITIES], most))
        for at in range(number)
    )  # fmt: skip
    seen = tuple(severity for severity in reversed(SEVERITIES) if any(key[1] == severity for key in counts))
    return Chart(bars, most, sum(totals), seen)


def _pieces(counts: Sequence[int], most: int) -> tuple[Piece, ...]:
    """The gravest stands on the ground, the others on it."""
    found, y = [], float(HEIGHT)
    for severity, count in reversed(list(zip(SEVERITIES, counts, strict=True))):
        if count:
            height = count / most * HEIGHT
            y -= height
            found.append(Piece(severity, count, round(y, 2), round(height, 2)))
    return tuple(found)
