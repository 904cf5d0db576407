"""What no other explanation accounts for: a new wording (SPEC §12 rows 7, 19, 20, 24). Always the last detector."""

from __future__ import annotations

import re
from dataclasses import replace

from services.domain.change import ChangeType, Direction
from services.parser.compare.judging import severity
from services.parser.compare.judging.softening import pointing
from services.parser.compare.kinds.found import Found, Open
from services.parser.compare.marking.pair import Pair, Verdict, hull, new_marks, old_marks, told, words
from services.parser.compare.marking.words import strength
from services.parser.compare.matching.dice import dice, pairs
from services.parser.compare.matching.view import Piece, View
from services.parser.lexicon import load
from services.parser.reading.patterns import any_word
from services.parser.text.layers import key

_DONE = re.compile(any_word(load("quantity_verbs")["past"]["words"]) + "|[了过]|已")
_LEADING = load("softening")["leading"]["words"]
_JOINT = f"[、,;:。]*(?:{'|'.join(load('joints')['connectives']['words'])})?[、,;:。]*"
#: What ties or parts sentences, and between, what the sentence began with, said once more.
_TIED = re.compile(f"{_JOINT}(.*?)[、,;:。]*", re.DOTALL)


def reworded(pair: Pair, left: Open) -> Found:
    """The differing phrase before and after, with the likeness of the whole sentences; at least medium if softer."""
    alike = round(dice(pairs(key(pair.old_text)), pairs(key(pair.new_text))), 3)
    direction = _led(pair, left) or pointing(*_words(pair, left))
    level = "medium" if direction == "softened" else severity.reworded(alike)
    verdict = Verdict("commitment_reworded", "SPEC §12.19", level, direction, *_phrases(pair, left))
    return Found((), (replace(told(pair, verdict, left), dice=alike),))


def _led(pair: Pair, left: Open) -> Direction | None:
    """落实 → 推动落实: what was to be done is driven on, and back."""
    if len(left) != 1:
        return None
    before, after = words(pair, left[0])
    view, end = (pair.frame.old, left[0].old_end) if before else (pair.frame.new, left[0].new_end)
    if (before and after) or (before or after) not in _LEADING or strength(view.matched[end : end + 2]) is None:
        return None
    return "strengthened" if before else "softened"


def joints(pair: Pair, left: Open) -> Open:
    """Of a split or merged pair: the hunks that only tie or part the sentences, and say nothing of either. A part may
    begin as the whole does: with who acts, or until when.
    """
    old, new = pair.frame.old.matched, pair.frame.new.matched
    split = len(pair.match.olds) == 1
    whole = old[pair.old_start : pair.old_end] if split else new[pair.new_start : pair.new_end]
    ends_old, ends_new = (
        {piece.end for piece in pieces[:-1]} | {piece.start for piece in pieces[1:]}
        for pieces in (pair.match.olds, pair.match.news)
    )
    return tuple(
        hunk
        for hunk in left
        if _ties(old[hunk.old_start : hunk.old_end], whole)
        and _ties(new[hunk.new_start : hunk.new_end], whole)
        and (_at(ends_old, hunk.old_start, hunk.old_end) or _at(ends_new, hunk.new_start, hunk.new_end))
    )


def _ties(words: str, whole: str) -> bool:
    tied = _TIED.fullmatch(words)
    return tied is not None and whole.startswith(tied[1])


def _at(ends: set[int], start: int, end: int) -> bool:
    return any(start <= place <= end for place in ends)


def regrouped(pair: Pair, left: Open) -> Found:
    """One commitment became several, or several one; the sentences say the same."""
    kind: ChangeType = "commitment_split" if len(pair.match.olds) == 1 else "commitment_merged"
    view = pair.frame.new if kind == "commitment_split" else pair.frame.old
    pieces = pair.match.news if kind == "commitment_split" else pair.match.olds
    source = view.document.source_text
    parts = tuple(source[piece.start : piece.end] for piece in pieces)
    one = pair.frame.old.document.source_text[pair.old_start : pair.old_end]
    other = pair.frame.new.document.source_text[pair.new_start : pair.new_end]
    said = (one, parts) if kind == "commitment_split" else (parts, other)
    verdict = Verdict(kind, "SPEC §12.20", severity.FIXED[kind], "neutral", *said)
    ids = tuple(piece.of for piece in pieces if piece.of)
    return Found((), (replace(told(pair, verdict, left), affected=ids),))


def retold(pair: Pair, left: Open) -> Found:
    """A sentence that promises nothing, a preamble, a line of header or trailer."""
    verdict = Verdict(
        "narrative_changed", "SPEC §12.24", severity.FIXED["narrative_changed"], "neutral", *_phrases(pair, left)
    )
    return Found((), (told(pair, verdict, left),))


def crossed(pair: Pair, left: Open) -> Found:
    """A promise that is reported as done, or a report that became a promise; a heading that became a sentence."""
    old, new = pair.match.olds[0], pair.match.news[0]
    sentences = (
        pair.frame.old.document.source_text[pair.old_start : pair.old_end],
        pair.frame.new.document.source_text[pair.new_start : pair.new_end],
    )
    if old.kind == "commitment" and new.kind == "unit" and not pair.match.moved and not _past(pair.frame.new, new):
        return reworded(pair, left)
    if old.kind == "commitment" and new.kind == "unit":
        verdict = Verdict("commitment_to_achievement", "SPEC §12.10", "high", "unclear", *sentences)
        promise = pair.frame.old.commitments[old.of or ""]
        change = told(pair, verdict, left)
        return Found((), (replace(change, commitment=promise.id, tier=promise.tier, actors=promise.actors),))
    if new.kind == "commitment":
        tier = pair.frame.new.commitments[new.of or ""].tier
        level = severity.commitment_added(tier)
        verdict = Verdict("commitment_added", "SPEC §12.8", level, "strengthened", *sentences, f"from_{old.kind}")
        return Found((), (told(pair, verdict, left),))
    if old.kind == "heading":
        verdict = Verdict("section_removed", "SPEC §12.7", severity.FIXED["section_removed"], "neutral", *sentences)
        return Found((), (replace(told(pair, verdict, left), section=old.of),))
    return retold(pair, left)


def now_past(pair: Pair) -> bool:
    """Whether what was no report stands among reports now: 下一步工作 became 工作开展情况 above it."""
    return _past(pair.frame.new, pair.match.news[0]) and not _past(pair.frame.old, pair.match.olds[0])


def _past(view: View, piece: Piece) -> bool:
    """Whether the sentence reports: it stands below a heading of the past, or says so itself."""
    modes = (section.mode for section in view.ancestors(piece.section))
    return next(modes, None) == "past" or _DONE.search(view.text(piece)) is not None


def _words(pair: Pair, left: Open) -> tuple[str, str]:
    """What the hunks alone say on both sides."""
    old, new = pair.frame.old.matched, pair.frame.new.matched
    return ",".join(old[x.old_start : x.old_end] for x in left), ",".join(new[x.new_start : x.new_end] for x in left)


def _phrases(pair: Pair, left: Open) -> tuple[str | None, str | None]:
    before, after = hull(pair.frame.old.document, old_marks(left)), hull(pair.frame.new.document, new_marks(left))
    return before.text if before else None, after.text if after else None
