"""What qualifies a sentence: how often (SPEC §12 row 17), and which document it cites (row 18)."""

from __future__ import annotations

import re

from services.domain.change import Direction
from services.parser.compare.judging import severity
from services.parser.compare.kinds.found import Found, Open, without
from services.parser.compare.kinds.slots import couples
from services.parser.compare.marking.pair import Pair, Stretch, Verdict, told, touches, words
from services.parser.compare.marking.wording import Hunk
from services.parser.compare.matching.view import View
from services.parser.lexicon import load
from services.parser.text.layers import key

_ORDER = tuple(re.compile(pattern) for pattern in load("frequency")["order"]["patterns"])


def recurrences(pair: Pair, left: Open) -> Found:
    """How often: 每季度 → 每年, 定期 → nothing."""
    before = tuple(word for promise in pair.promises(old=True) for word in promise.recurrence)
    after = tuple(word for promise in pair.promises(old=False) for word in promise.recurrence)
    gone, come = [x for x in before if x not in after], [x for x in after if x not in before]
    if not gone and not come:
        return Found(left)
    old = _written(pair.frame.old, pair.old_start, pair.old_end, gone)
    new = _written(pair.frame.new, pair.new_start, pair.new_end, come)
    mine = [hunk for hunk in left if touches(hunk, old=old, new=new)]
    if not mine:
        return Found(left)
    mine += [hunk for hunk in left if hunk not in mine and _once(pair, hunk)]
    said = "、".join(gone) or None, "、".join(come) or None
    detail = None if gone and come else "added" if come else "removed"
    verdict = Verdict(
        "recurrence_changed", "SPEC §12.17", severity.FIXED["recurrence_changed"], _oftener(*said), *said, detail
    )
    return Found(without(left, mine), (told(pair, verdict, mine),))


def _once(pair: Pair, hunk: Hunk) -> bool:
    """每半年开展一次 → 开展: what happens once each time goes with how often it does."""
    return set(words(pair, hunk)) in ({"", "一次"}, {"", "1次"})


def _oftener(before: str | None, after: str | None) -> Direction:
    if before is None or after is None:
        return "strengthened" if before is None else "softened"
    old, new = _frequency(before), _frequency(after)
    if old is None or new is None or old == new:
        return "unclear"
    return "softened" if new > old else "strengthened"


def _frequency(words: str) -> int | None:
    return next((place for place, pattern in enumerate(_ORDER) if pattern.search(words)), None)


def _written(view: View, start: int, end: int, words: list[str]) -> list[Stretch]:
    spots = ((view.matched.find(word, start, end), len(word)) for word in words)
    return [(at, at + length) for at, length in spots if at >= 0]


def references(pair: Pair, left: Open) -> Found:
    """A cited title, its number or its period, in the same place as before."""
    olds = pair.frame.old.references(pair.old_start, pair.old_end)
    news = pair.frame.new.references(pair.new_start, pair.new_end)
    found = Found(left)
    for old, new in couples(pair, olds, news, lambda reference: key(reference.title))[0]:
        before, after = _stretch(pair.frame.old, old.start, old.end), _stretch(pair.frame.new, new.start, new.end)
        mine = [hunk for hunk in found.left if touches(hunk, old=[before], new=[after])]
        if not mine or (key(old.title), old.doc_number) == (key(new.title), new.doc_number):
            continue
        said = (old.text, new.text) if key(old.title) != key(new.title) else (old.doc_number, new.doc_number)
        level = severity.FIXED["reference_changed"]
        verdict = Verdict("reference_changed", "SPEC §12.18", level, "neutral", *said)
        found = Found(without(found.left, mine), (*found.changes, told(pair, verdict, mine)))
    return found


def _stretch(view: View, start: int, end: int) -> Stretch:
    """The title with the bracket behind it that holds its number."""
    bracket = re.compile(r"[(〔][^()]{0,40}号\)").match(view.matched, end)
    return start, bracket.end() if bracket else end
