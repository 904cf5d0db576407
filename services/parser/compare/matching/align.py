"""Which piece of the old document became which of the new one: the nine steps of SPEC §11, each on what is left.

    1  equal KEY, same section        4  same section, same metrics      7  one against several adjacent: split, merged
    2  equal KEY, same plan: moved    5  same section, Dice ≥ 0.45       8  commitment against fact, Dice ≥ 0.60
    3  equal KEY, other plan          6  same plan, Dice ≥ 0.60: moved   9  the rest: added, withdrawn

Step 7 is tried before 4: otherwise the larger half of a split would be taken for the whole. Behind step 5 a sentence
between two neighbours that stayed is matched from Dice 0.30 on.
Sentences that promise nothing go through the same steps, except 4; headings follow their sections, lines their role.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import lru_cache

from services.parser.compare.matching.alignment import Alignment, Match, coarse, in_order
from services.parser.compare.matching.apart import too_far
from services.parser.compare.matching.dice import MOST_LOOKUPS, assign, dice
from services.parser.compare.matching.parallel import parallel
from services.parser.compare.matching.parts import adjacent, parts_of
from services.parser.compare.matching.sections import Matched, bare_heading, match_sections
from services.parser.compare.matching.view import Piece, View
from services.parser.reading.numbers.metrics import metric_key

_SAME_SECTION = 0.45
#: Between the same neighbours less likeness will do: a sentence cut down to half of itself stays itself.
_SAME_PLACE = 0.30
_ELSEWHERE = 0.60
#: Pairs of equal sentences looked at; what is said more often than that is matched in order.
_MOST_TIMES = 400
#: What is looked for in its own place only, and what may be found elsewhere.
_MOVABLE = ("commitment", "unit", "line")
_FIXED = (*_MOVABLE, "list", "furniture")
_CROSSINGS = (
    ("commitment", "unit"), ("unit", "commitment"), ("heading", "commitment"), ("heading", "unit"),
    ("commitment", "heading"), ("unit", "heading"), ("line", "unit"), ("unit", "line"),
)  # fmt: skip


@lru_cache(maxsize=4)
def align(old: View, new: View) -> Alignment:
    """What became of every piece; the last few answers are kept, for ids are carried along what was compared."""
    runs = too_far(old, new)
    if runs is not None:
        return coarse(old, new, runs)
    short = parallel(old, new)
    if short is not None:
        matches = tuple(Match((mine,), (theirs,), 1 if mine.kind == "list" else 5) for mine, theirs in short[0])
        return Alignment(old, new, short[1], matches, (), ())
    return _searched(old, new)


def _searched(old: View, new: View) -> Alignment:
    """The nine steps."""
    sections = match_sections(old, new)
    search = _Search(old, new, sections)
    search.headings()
    search.equal(lambda piece: (piece.kind, search.home(piece)), _here, step=1, said=View.text)
    search.equal(lambda piece: (piece.kind, search.home(piece)), _here, step=1, said=View.key)
    search.lists()
    search.lines()
    search.equal(lambda piece: (piece.kind, search.plan(piece)), search.annex, step=2, said=View.key)
    search.equal(lambda piece: piece.kind, lambda piece: piece.kind, step=3, said=View.key, if_=search.empty)
    search.split_or_merged()
    search.same_metrics()
    search.alike(lambda piece: (piece.kind, search.home(piece)), _here, _SAME_SECTION, step=5)
    search.same_place()
    search.alike(lambda piece: (piece.kind, search.plan(piece)), search.annex, _ELSEWHERE, step=6)
    search.crossed()
    return search.result()


def _here(piece: Piece) -> Hashable:
    return piece.kind, piece.section


class _Search:
    """What is matched so far. Every method is one step and looks only at what is left."""

    def __init__(self, old: View, new: View, sections: Matched) -> None:
        self.old, self.new, self.sections = old, new, sections
        self.olds = {piece.index: piece for piece in old.pieces}
        self.news = {piece.index: piece for piece in new.pieces}
        self.matches: list[Match] = []

    def home(self, piece: Piece) -> Hashable:
        """The new section an old piece belongs to; something no new piece has, where its section is gone."""
        return self.sections.get(piece.section, ("gone", piece.section)) if piece.section else None

    def plan(self, piece: Piece) -> Hashable:
        annex = self.old.annex(piece.section)
        return self.sections.get(annex, ("gone", annex)) if annex else None

    def annex(self, piece: Piece) -> Hashable:
        return piece.kind, self.new.annex(piece.section)

    def take(self, olds: Sequence[Piece], news: Sequence[Piece], step: int) -> None:
        self.matches.append(Match(tuple(olds), tuple(news), step))
        for piece in olds:
            del self.olds[piece.index]
        for piece in news:
            del self.news[piece.index]

    def headings(self) -> None:
        theirs = {piece.of: piece for piece in self.news.values() if piece.kind == "heading"}
        for piece in list(self.olds.values()):
            partner = theirs.get(self.sections.get(piece.of or "")) if piece.kind == "heading" else None
            if partner is not None:
                self.take(*_reread(self.old, piece, self.new, partner), 1)

    def equal(
        self,
        mine: Callable[[Piece], Hashable],
        theirs: Callable[[Piece], Hashable],
        *,
        step: int,
        said: Callable[[View, Piece], str],
        if_: Callable[[Piece, Piece], bool] = lambda *_: True,
    ) -> None:
        """Pieces that say the same in the same place, in order; only those for which `if_` holds."""
        waiting: dict[Hashable, list[Piece]] = defaultdict(list)
        asking: dict[Hashable, list[Piece]] = defaultdict(list)
        kinds = _FIXED if step == 1 else _MOVABLE
        for piece in self.news.values():
            if piece.kind in kinds:
                waiting[theirs(piece), said(self.new, piece)].append(piece)
        for piece in self.olds.values() if waiting else ():
            if piece.kind in kinds and (place := (mine(piece), said(self.old, piece))) in waiting:
                asking[place].append(piece)
        for said_here, olds in asking.items():
            for piece, partner in self._in_turn(olds, waiting[said_here]):
                if if_(piece, partner):
                    self.take([piece], [partner], step)

    def _in_turn(self, olds: list[Piece], news: list[Piece]) -> Iterator[tuple[Piece, Piece]]:
        """What is said several times, in order; where one was put in or taken out, by what stands beside it."""
        if len(olds) != len(news) and len(olds) * len(news) <= _MOST_TIMES:
            beside = [(self._beside(x, y), -i, -j) for i, x in enumerate(olds) for j, y in enumerate(news)]
            left, free = dict(enumerate(olds)), dict(enumerate(news))
            for alike, i, j in sorted(beside, reverse=True):
                if alike and -i in left and -j in free:
                    yield left.pop(-i), free.pop(-j)
            olds, news = list(left.values()), list(free.values())
        yield from zip(olds, news, strict=False)

    def _beside(self, mine: Piece, theirs: Piece) -> int:
        """How many of the two neighbours say the same."""
        return sum(_text_at(self.old, mine.index + step) == _text_at(self.new, theirs.index + step) for step in (-1, 1))

    def empty(self, piece: Piece, partner: Piece) -> bool:
        """Whether the piece's old place is gone and the partner's is new: nothing like it stands or stood there."""
        back = {theirs: mine for mine, theirs in self.sections.items()}
        here = self.new.by_section[self.sections.get(piece.section or "")] if piece.section in self.sections else ()
        there = self.old.by_section[back[partner.section]] if partner.section in back else ()
        rivals = [(piece, x) for x in here if x.index in self.news and x.kind == piece.kind]
        rivals += [(x, partner) for x in there if x.index in self.olds and x.kind == piece.kind]
        return not any(dice(self.old.pairs(x), self.new.pairs(y)) >= _SAME_SECTION for x, y in rivals)

    def lists(self) -> None:
        """The 责任单位 lists of matched sections, in order."""
        self._zip(self.home, lambda piece: piece.section, "list")

    def lines(self) -> None:
        """Lines and furniture of a role, in order, where both sides have as many; else likeness decides (step 5)."""
        self._zip(lambda piece: piece.label, lambda piece: piece.label, "line")
        self._zip(lambda piece: piece.label, lambda piece: piece.label, "furniture")

    def _zip(self, mine: Callable[[Piece], Hashable], theirs: Callable[[Piece], Hashable], kind: str) -> None:
        waiting: dict[Hashable, list[Piece]] = defaultdict(list)
        for piece in self.news.values():
            if piece.kind == kind:
                waiting[theirs(piece)].append(piece)
        mines: dict[Hashable, list[Piece]] = defaultdict(list)
        for piece in self.olds.values():
            if piece.kind == kind:
                mines[mine(piece)].append(piece)
        for place, olds in mines.items():
            if len(olds) == len(waiting.get(place, ())):
                for piece, partner in zip(olds, waiting[place], strict=True):
                    self.take([piece], [partner], 1)

    def split_or_merged(self) -> None:
        self._one_against_many(self.old, self.olds, self.new, self.news, swapped=False)
        self._one_against_many(self.new, self.news, self.old, self.olds, swapped=True)

    def _one_against_many(
        self, one: View, ones: dict[int, Piece], many: View, parts: dict[int, Piece], *, swapped: bool
    ) -> None:
        runs = [run for run in adjacent(parts.values()) if len(run) > 1]
        count, length = sum(map(len, runs)), sum(piece.end - piece.start for piece in ones.values())
        if not runs or len(ones) * count > 20_000 or length * count > MOST_LOOKUPS:
            return
        for piece in list(ones.values()):
            if piece.kind not in ("commitment", "unit"):
                continue
            for run in runs:
                halves = [part for part in run if part.index in parts and part.kind == piece.kind]
                found = parts_of(one, piece, many, halves)
                if found:
                    self.take(*(([*found], [piece]) if swapped else ([piece], [*found])), 7)
                    break

    def same_metrics(self) -> None:
        waiting: dict[Hashable, deque[Piece]] = defaultdict(deque)
        for piece in self.news.values():
            if heads := _heads(self.new, piece):
                waiting[piece.section, heads].append(piece)
        for piece in list(self.olds.values()):
            heads = _heads(self.old, piece)
            queue = waiting.get((self.home(piece), heads)) if heads else None
            if queue:
                self.take([piece], [queue.popleft()], 4)

    def alike(
        self, mine: Callable[[Piece], Hashable], theirs: Callable[[Piece], Hashable], least: float, *, step: int
    ) -> None:
        """The likest pairs within each place."""
        waiting: dict[Hashable, list[Piece]] = defaultdict(list)
        for piece in self.news.values():
            if piece.kind in ("commitment", "unit", "line"):
                waiting[theirs(piece)].append(piece)
        mines: dict[Hashable, list[Piece]] = defaultdict(list)
        for piece in self.olds.values():
            mines[mine(piece)].append(piece)
        for place, olds in mines.items():
            self._assign(olds, waiting.get(place, []), least, step)

    def same_place(self) -> None:
        """A lone sentence between two neighbours that are still neighbours of a lone sentence."""
        became = {mine.index: theirs.index for found in self.matches for mine in found.olds for theirs in found.news}
        for piece in list(self.olds.values()):
            theirs = self.news.get(became.get(piece.index - 1, -2) + 1)
            if theirs is None or piece.kind not in ("commitment", "unit") or piece.kind != theirs.kind:
                continue
            closed = became.get(piece.index + 1) == theirs.index + 1
            if closed and dice(self.old.pairs(piece), self.new.pairs(theirs)) >= _SAME_PLACE:
                self.take([piece], [theirs], 5)

    def crossed(self) -> None:
        """Step 8 and its kin: promised before and reported now, or the reverse; a heading that became a sentence.

        What says the same to the letter comes first, however much is left.
        """
        self._recast()
        for mine, theirs in _CROSSINGS:
            olds = [piece for piece in self.olds.values() if piece.kind == mine]
            news = [piece for piece in self.news.values() if piece.kind == theirs]
            self._assign(olds, news, _ELSEWHERE, 8)

    def _recast(self) -> None:
        waiting: dict[Hashable, deque[Piece]] = defaultdict(deque)
        for piece in self.news.values():
            if piece.kind in ("commitment", "unit"):
                waiting[piece.kind, self.new.key(piece)].append(piece)
        other = {"commitment": "unit", "unit": "commitment"}
        for piece in list(self.olds.values()):
            if queue := waiting.get((other.get(piece.kind), self.old.key(piece))):
                self.take([piece], [queue.popleft()], 8)

    def _assign(self, olds: list[Piece], news: list[Piece], least: float, step: int) -> None:
        sides: dict[tuple[str, int], Piece] = {("old", piece.index): piece for piece in olds}
        sides |= {("new", piece.index): piece for piece in news}
        mine, theirs = [x for x in sides if x[0] == "old"], [x for x in sides if x[0] == "new"]
        views = {"old": self.old, "new": self.new}
        for a, b, _ in assign(mine, theirs, lambda x: views[x[0]].pairs(sides[x]), least):
            self.take([sides[a]], [sides[b]], step)

    def result(self) -> Alignment:
        matches = sorted(self.matches, key=lambda found: found.olds[0].index)
        here = {None, *self.sections.values()}
        stay = [found for run in _runs(matches) for found in self._staying(run, here)]
        ordered = {id(found) for found in in_order(stay)}
        placed = tuple(found if id(found) in ordered else found._replace(moved=True) for found in matches)
        gone, come = tuple(self.olds.values()), tuple(self.news.values())
        return Alignment(self.old, self.new, self.sections, placed, gone, come)

    def _staying(self, run: list[Match], here: set[str | None]) -> list[Match]:
        """Who of a run stands where it stood: all, if anyone does; what was read otherwise around them moved nobody."""
        stay = [found for found in run if not self._elsewhere(found, here)]
        return run if stay else []

    def _elsewhere(self, found: Match, here: set[str | None]) -> bool:
        """It stands in another section, and both sections are still there: a heading put before it moves nothing."""
        mine, theirs = found.olds[0], found.news[0]
        home = self.home(mine)
        return mine.kind in _MOVABLE and home != theirs.section and home in here and theirs.section in here


def _follow(before: Sequence[Piece], after: Sequence[Piece]) -> bool:
    return before[-1].index + 1 == after[0].index


def _text_at(view: View, index: int) -> str | None:
    return view.text(view.pieces[index]) if 0 <= index < len(view.pieces) else None


def _runs(matches: Sequence[Match]) -> Iterator[list[Match]]:
    """Matches that follow each other on both sides with nothing between them."""
    run: list[Match] = []
    for found in matches:
        if run and not (_follow(run[-1].olds, found.olds) and _follow(run[-1].news, found.news)):
            yield run
            run = []
        run.append(found)
    if run:
        yield run


def _reread(old: View, mine: Piece, new: View, theirs: Piece) -> tuple[list[Piece], list[Piece]]:
    """Two headings; with the sentence behind one of them where that is what the other heading says.

    A heading with nothing left below it is read as a sentence of its own, so that no promise is lost: that is no news.
    """
    if old.text(mine) == new.text(theirs):
        return [mine], [theirs]
    for view, piece, other, partner in ((old, mine, new, theirs), (new, theirs, old, mine)):
        behind = other.pieces[partner.index + 1] if partner.index + 1 < len(other.pieces) else None
        if behind is None or behind.section != partner.of or bare_heading(other, partner.of):
            continue
        if bare_heading(view, piece.of) == other.key(behind):
            return ([mine], [theirs, behind]) if view is old else ([mine, behind], [theirs])
    return [mine], [theirs]


def _heads(view: View, piece: Piece) -> tuple[str, ...]:
    targets = view.targets.get(piece.of or "", ()) if piece.kind == "commitment" else ()
    return tuple(sorted(metric_key(target.metric) for target in targets))
