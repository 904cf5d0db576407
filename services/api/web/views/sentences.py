"""A change as one sentence: 绿色工厂数：目标由 400家 降为 200家. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.api.web.words import Words

#: A quotation in a sentence; the page shows the whole beside it.
_LONGEST = 60
#: What the place of a number may hold and still read as a value: 400家, 1500人次, 90%以上.
_VALUE = 24
_COUNTED = ("target_", "figure_")
_GROUPS = {
    "target": "target", "deadline": "deadline", "commitment": "promise", "modality": "promise", "recurrence": "promise",
    "reference": "promise", "actor": "actor", "lead": "actor", "figure": "figure", "section": "text",
    "narrative": "text", "page": "page", "metadata": "page", "attachment": "page",
}  # fmt: skip


def sentence(change: Mapping[str, Any], words: Words) -> str:
    """`change` as the API answers it (`change_data`), personal numbers masked already."""
    type_ = str(change["type"])
    before, after = said(change, "before"), said(change, "after")
    text = words.sentence(*_names(type_, change, bool(before), bool(after)))
    if text is None:
        return f"{words.of('type', type_)}: {before or '—'} → {after or '—'}"
    values = {
        "before": before or "—",
        "after": after or "—",
        "what": cut(_what(change) or after or before or str(change.get("metric") or "")),
        "field": words.of("field", change.get("field")),
    }
    told = text.format(**values)
    metric = change.get("metric")
    told = told[:1].upper() + told[1:]
    return f"{metric}{'：' if words.language == 'zh' else ': '}{told}" if metric else told


def said(change: Mapping[str, Any], side: str) -> str:
    """What one side says, for reading in a sentence: a number with its unit, words cut where they are long."""
    type_, value = str(change["type"]), change.get(side)
    quote = (change.get("old" if side == "before" else "new") or {}).get("text", "")
    if type_.startswith("modality") and quote:
        return cut(quote)
    if (
        type_.startswith(_COUNTED)
        and quote
        and len(quote) <= _VALUE
        and re.search(r"\d|[一二三四五六七八九十百千万亿两]", quote)
    ):
        return str(quote).strip()
    if value is None or value == "" or value == []:
        return cut(quote) if quote and not type_.startswith(("target_", "deadline_")) else ""
    if isinstance(value, list | tuple):
        numbers = all(isinstance(one, int | float) for one in value)
        return cut(("—" if numbers else "、").join(str(one) for one in value))
    if type_ == "deadline_moved":
        return cut(re.sub("^[到至在]", "", str(value)))
    return cut(str(value))


def _what(change: Mapping[str, Any]) -> str:
    """A section that moved is called by its heading: what either side says is its number."""
    path = change.get("path") or ()
    return str(path[-1]) if path and change["type"] in ("section_moved", "section_renumbered") else ""


def cut(text: str, longest: int = _LONGEST) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def _names(type_: str, change: Mapping[str, Any], before: bool, after: bool) -> list[str]:
    """Sentences that fit, the most exact first."""
    kind = type_.split("_")[0]
    group = _GROUPS.get(kind, kind)
    names = []
    if group == "deadline":
        detail = str(change.get("detail") or "")
        names.append(f"deadline.{detail if before and after else 'added' if after else 'removed'}")
    elif kind in ("narrative", "metadata") and before != after:
        names.append(f"{group}.{kind}_{'added' if after else 'removed'}")
    return [*names, f"{group}.{type_}"]
