"""Which section of the old document is which of the new one (SPEC §11, before the commitments).

equal heading below a matched parent ─► majority of equal sentences ─► equal heading elsewhere in the plan ─► likeness
each success opens its children to the first step again
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from functools import cache

from services.domain.document import Section
from services.parser.compare.matching.dice import assign, pairs
from services.parser.compare.matching.view import View
from services.parser.text.layers import key

Matched = dict[str, str]

#: Likeness from which two unmatched neighbours count as one retitled section (SPEC §11 step 5).
_ALIKE = 0.45


def match_sections(old: View, new: View) -> Matched:
    """Old id to new id; a section without a partner is absent. One-to-one."""
    matched: Matched = {}
    _descend(old, new, matched, [(None, None)])
    for step in (_by_sentences, _by_heading_elsewhere, _by_likeness):
        while found := step(old, new, matched):
            matched.update(found)
            _descend(old, new, matched, list(found.items()))
    return matched


def heading_key(view: View, section: Section) -> str:
    """KEY of the heading without its number; a heading that is only a marker is known by the text it opens."""
    return bare_heading(view, section.id) or "".join(view.key(piece) for piece in view.by_section[section.id])


def _title(view: View, section: Section) -> str:
    bare = view.matched[section.start : section.end].removeprefix(_marker(view, section))
    return bare or "".join(view.text(piece) for piece in view.by_section[section.id])


def bare_heading(view: View, section: str | None) -> str:
    """KEY of a heading without its number; empty for one that is only a marker."""
    found = view.sections[section or ""]
    return key(view.matched[found.start : found.end].removeprefix(_marker(view, found)))


def _marker(view: View, section: Section) -> str:
    if section.number is None:
        return ""
    return view.matched[section.start : section.start + len(section.number)]


def _descend(old: View, new: View, matched: Matched, parents: list[tuple[str | None, str | None]]) -> None:
    """Pair equal headings below each pair of parents, in order, all the way down."""
    taken = set(matched.values())
    while parents:
        mine, theirs = parents.pop()
        # Most headings are equal to the letter; only the rest is worth a KEY.
        for said in (_title, heading_key):
            waiting: dict[str, deque[str]] = defaultdict(deque)
            for section in new.children[theirs]:
                if section.id not in taken:
                    waiting[said(new, section)].append(section.id)
            for section in old.children[mine] if waiting else ():
                queue = waiting.get(said(old, section)) if section.id not in matched else None
                if queue:
                    matched[section.id] = partner = queue.popleft()
                    taken.add(partner)
                    parents.append((section.id, partner))


def _left(view: View, taken: Iterable[str]) -> list[Section]:
    done = set(taken)
    return [section for section in view.document.sections if section.id not in done]


def _by_sentences(old: View, new: View, matched: Matched) -> Matched:
    """A section whose sentences mostly went to one other section is that section."""
    places: dict[str, list[str]] = defaultdict(list)
    for section in _left(new, matched.values()):
        for piece in new.by_section[section.id]:
            if piece.kind != "list":
                places[new.key(piece)].append(section.id)
    votes: list[tuple[int, str, str]] = []
    for section in _left(old, matched):
        found = Counter(place for piece in old.by_section[section.id] for place in set(places.get(old.key(piece), ())))
        total = sum(found.values())
        votes += [(count, section.id, place) for place, count in found.items() if 2 * count > total]
    return _one_to_one(sorted(votes, key=lambda vote: -vote[0]))


def _one_to_one(votes: Iterable[tuple[int, str, str]]) -> Matched:
    found: Matched = {}
    taken: set[str] = set()
    for _, mine, theirs in votes:
        if mine not in found and theirs not in taken:
            found[mine] = theirs
            taken.add(theirs)
    return found


def _by_heading_elsewhere(old: View, new: View, matched: Matched) -> Matched:
    """A heading that occurs once among what is left of a plan, on both sides, under whatever parent."""
    mine = _unique(old, _left(old, matched), lambda section: _plan(old, section, matched))
    theirs = _unique(new, _left(new, matched.values()), lambda section: new.annex(section.parent))
    return {section: theirs[place] for place, section in mine.items() if place in theirs}


def _plan(old: View, section: Section, matched: Matched) -> str | None:
    annex = old.annex(section.parent)
    return matched.get(annex) if annex is not None else None


def _unique(
    view: View, sections: list[Section], plan: Callable[[Section], str | None]
) -> dict[tuple[str | None, str, str], str]:
    found: dict[tuple[str | None, str, str], list[str]] = defaultdict(list)
    for section in sections:
        found[plan(section), section.form, heading_key(view, section)].append(section.id)
    return {place: ids[0] for place, ids in found.items() if len(ids) == 1 and place[2]}


def _by_likeness(old: View, new: View, matched: Matched) -> Matched:
    """Left-over children of matched parents, by heading and by all they hold."""
    taken = set(matched.values())
    found: Matched = {}
    for mine, theirs in [(None, None), *matched.items()]:
        olds = [section for section in old.children[mine] if section.id not in matched]
        news = [section for section in new.children[theirs] if section.id not in taken]
        if not olds or not news:
            continue
        for whole in (False, True):
            sides = {("old", x.id): (old, x) for x in olds} | {("new", x.id): (new, x) for x in news}
            rivals = [("old", x.id) for x in olds], [("new", x.id) for x in news]
            likeness = cache(lambda side, whole=whole, sides=sides: pairs(_said(*sides[side], whole=whole)))
            alike = {a[1]: b[1] for a, b, _ in assign(*rivals, likeness, _ALIKE)}
            found |= alike
            partners = set(alike.values())
            olds = [x for x in olds if x.id not in alike]
            news = [x for x in news if x.id not in partners]
    return found


def _said(view: View, section: Section, *, whole: bool) -> str:
    end = max(section.extent_end, section.end) if whole else section.end
    text = view.matched[section.start : end]
    return key(text.removeprefix(_marker(view, section)))
