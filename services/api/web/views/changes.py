"""A change as a page shows it: the sentence, where it stands, and both sides with what differs marked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.api.web.views.sentences import cut, sentence
from services.api.web.words import Words

#: Characters of a side's sentence that are shown before and after what differs.
_AROUND = 60
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Bit:
    """A piece of text; `marked` where it differs from the other side."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class ChangeView:
    """`before` and `after` are empty where that side says nothing; `link` leads to the comparison it stands in."""

    sentence: str
    type: str
    type_word: str
    severity: str
    severity_word: str
    direction: str
    direction_word: str
    path: tuple[str, ...]
    before: tuple[Bit, ...]
    after: tuple[Bit, ...]
    actors: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class NewsView:
    """A change in the list of what changed lately, with the document it stands in."""

    change: ChangeView
    document: Mapping[str, Any]
    kind_word: str
    edit: str
    edit_word: str
    observed: str
    link: str


def change_view(change: Mapping[str, Any], words: Words) -> ChangeView:
    """`change` as the API answers it."""
    type_, severity, direction = str(change["type"]), str(change["severity"]), str(change["direction"])
    return ChangeView(
        sentence=sentence(change, words),
        type=type_,
        type_word=words.of("type", type_),
        severity=severity,
        severity_word=words.of("severity", severity),
        direction=direction,
        direction_word=words.of("direction", direction),
        path=tuple(change.get("path", ())),
        before=side(change, "before"),
        after=side(change, "after"),
        actors=tuple(change.get("actors", ())),
        rule=str(change.get("rule", "")),
    )


def side(change: Mapping[str, Any], name: str) -> tuple[Bit, ...]:
    """The sentence one side has, with the words that differ marked; what stands far from them left out."""
    quote = str((change.get("old" if name == "before" else "new") or {}).get("text", ""))
    context = str(change.get(f"context_{name}") or "")
    if not context or quote not in context:
        return (Bit(cut(quote, _LONGEST), True),) if quote else (Bit(context),) if context else ()
    if not quote:
        return (Bit(cut(context, _LONGEST)),)
    head, _, tail = context.partition(quote)
    head = head if len(head) <= _AROUND else f"…{head[-_AROUND:]}"
    tail = tail if len(tail) <= _AROUND else f"{tail[:_AROUND]}…"
    return tuple(bit for bit in (Bit(head), Bit(cut(quote, _LONGEST), True), Bit(tail)) if bit.text)


def news_view(item: Mapping[str, Any], words: Words) -> NewsView:
    """An item of `GET /changes`."""
    document, n = item["document"], int(item["version"])
    link = f"/pages/documents/{document['id']}" + (f"/compare/{n - 1}..{n}#change-{item['ordinal']}" if n > 1 else "")
    return NewsView(
        change=change_view(item, words),
        document=document,
        kind_word=words.of("kind", document["kind"]),
        edit=item["edit"],
        edit_word=words.of("edit", item["edit"]),
        observed=item["observed"],
        link=link,
    )
