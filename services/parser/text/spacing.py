"""Spaces that typesetting leaves around the digits of a date: 到 2026 年 12 月 31 日前."""

from __future__ import annotations

import re

_AROUND_DATE = re.compile(
    "(?<=[\u4e00-\u9fff]) +(?=[0-9]{1,4} ?[年月日])|(?<=[0-9]) +(?=[年月日])|(?<=[年月日]) +(?=[0-9底末前内])"
)


def without_date_spaces(matched: str, start: int, end: int) -> tuple[str, list[int]] | None:
    """`matched[start:end]` without the spaces inside its dates, and where each of its characters and its end stand in
    `matched`; None where there are none."""
    gaps = [gap.span() for gap in _AROUND_DATE.finditer(matched, start, end)] if " " in matched[start:end] else []
    if not gaps:
        return None
    kept: list[int] = []
    at = start
    for begin, stop in gaps:
        kept.extend(range(at, begin))
        at = stop
    kept.extend(range(at, end))
    return "".join([matched[place] for place in kept]), [*kept, end]
