"""The section tree (SPEC §2).

    parts (body rows, annex titles, responsible-unit lists, in order)
      → markers of every part → un-numbered headings → one walk over the parts with a stack of open sections

A marker closes every open section of equal or inner rank; what a row without a marker continues is decided by what
follows (`_continues`). Modes and kinds are not decided here (`modes`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.domain.document import Form, Kind, Section
from services.parser.reading.sentences import trim
from services.parser.reading.structure.headings import heading_end, tense
from services.parser.reading.structure.markers import ARTICLE, RANK, Marker
from services.parser.reading.structure.outline import Flow, Part

#: How many markers ahead the walk looks for the next item of a sequence: bounds the work on hostile text.
_AHEAD = 200
#: Un-numbered lines in a row that are looked past for the numbers below them.
_SIBLINGS = 6
_SPEECH = re.compile(r"\s*各位(?:代表|委员)")
_NEW_TOPIC = re.compile(r"\s*关于.{0,60}?(?:建议|问题|意见|提案|方面)[”》]?[,:。]")
_LEADS_ON = re.compile(r"(?:[:：]|以下.{0,12}|工作|方面|如下)[。:]?\s*$")


@dataclass(slots=True)
class _Node:
    """A section while its extent is still growing."""

    form: Form
    rank: float
    marker: Marker
    heading_end: int
    parent: _Node | None
    depth: int
    run_in: bool = False
    body: list[tuple[int, int]] = field(default_factory=list)
    extent: int = 0
    future: bool = False
    id: str = ""

    def extend(self, end: int) -> None:
        node: _Node | None = self
        while node is not None and node.extent < end:
            node.extent = end
            node = node.parent


@dataclass(frozen=True, slots=True)
class Tree:
    """Sections in document order, without mode and kind, and the section each responsible-unit list belongs to."""

    sections: tuple[Section, ...]
    #: start of a list -> section id
    lists: dict[int, str]
    #: Text outside every section.
    loose: tuple[tuple[int, int], ...]


def build(text: str, parts: Sequence[Part], flow: Flow, kind: Kind) -> Tree:
    """The tree of `parts`; `text` is the MATCH layer. Ids S01…, three digits from 100 sections on."""
    walk = _Walk(text, flow, kind)
    for index, part in enumerate(parts):
        walk.take(index, part)
    return walk.tree()


class _Walk:
    def __init__(self, text: str, flow: Flow, kind: Kind) -> None:
        self.text, self.flow, self.kind = text, flow, kind
        self.nodes: list[_Node] = []
        self.open: list[_Node] = []
        self.last: dict[Form, _Node] = {}
        self.owners: list[tuple[int, _Node]] = []
        self.loose: list[tuple[int, int]] = []
        #: Starts of the sections whose items have next steps of their own; -1 for items at the top.
        self.nesting: set[int] = set()

    def take(self, index: int, part: Part) -> None:
        if part.what == "list":
            self._attach(index, part)
            return
        if part.what == "turn":  # another department's answer goes on with none of the sections before
            self.open.clear()
            return
        markers = self.flow.of_part(index)
        self._end_paragraph(part, markers[0] if markers and not markers[0].inline else None, index)
        place = part.start
        for position, marker in enumerate(markers):
            self._own(place, marker.start)
            following = markers[position + 1].start if position + 1 < len(markers) else part.end
            place = self._enter(marker, following, index)
        self._own(place, part.end)

    def _own(self, start: int, end: int) -> None:
        """Text that the innermost open section owns, or none does."""
        if start >= end or (piece := trim(self.text, start, end)) is None:
            return
        if self.open:
            self.open[-1].body.append(piece)
            self.open[-1].extend(piece[1])
        else:
            self.loose.append(piece)

    def _enter(self, marker: Marker, end: int, index: int) -> int:
        """Opens the section of `marker`; returns where its own text begins."""
        if marker.form == "next_step":
            return self._next_step(marker)
        rank = self._rank(marker)
        self._close(rank)
        stop = self._heading_end(marker, end, index)
        node = self._push(marker, rank, stop)
        node.run_in = trim(self.text, stop, end) is not None
        node.future = tense(self.text[marker.start : stop], node.run_in) == "future"
        return stop

    def _heading_end(self, marker: Marker, end: int, index: int) -> int:
        if marker.label is None or self._ends_enumeration(marker):
            return marker.after
        return heading_end(self.text, marker, end, self.flow.followed(marker, index))

    def _ends_enumeration(self, marker: Marker) -> bool:
        """The item before ends in a semicolon: (五)…; (六)…。 are parts of one sentence, and none has a heading."""
        last = self.last.get(marker.form)
        if last is None or marker.number is None or last.marker.number != marker.number - 1:
            return False
        return self.text[last.extent - 1 : last.extent] == ";" and last.heading_end == last.marker.after

    def _rank(self, marker: Marker) -> float:
        """Un-numbered lines stand above 一、 where they have 一、 below them; otherwise between 一、 and (一).

        一、二、 that a cue of the future leads up to are its items (下一步,…从以下方面推进:一、…;二、…)."""
        if marker.form == "cn_dun" and (nested := self._inside_step(marker)):
            return nested
        if marker.form != "unnumbered_line":
            return RANK[marker.form]
        for node in self.open:
            if node.form == "unnumbered_line":
                return node.rank
        below = next((each for each in self.flow.after(marker, _SIBLINGS) if each.form != "unnumbered_line"), None)
        return 1 if below and below.form == "cn_dun" and below.number == 1 else RANK["unnumbered_line"]

    def _inside_step(self, marker: Marker) -> float | None:
        """The rank of an item of an open next step; None where `marker` is no item of one."""
        rank = RANK["next_step"] + 0.5
        for node in self.open:
            if node.form == "cn_dun" and node.rank == rank:
                follows = marker.number is not None and marker.number - 1 == node.marker.number
                return rank if follows else None
        step = next((node for node in self.open if node.form == "next_step"), None)
        if step is None or marker.number != 1:
            return None
        led = marker.row == step.marker.row if marker.inline else self._leads_on(step)
        return rank if led else None

    def _push(self, marker: Marker, rank: float, stop: int) -> _Node:
        parent = self.open[-1] if self.open else None
        node = _Node(marker.form, rank, marker, stop, parent, len(self.open) + 1)
        node.extend(stop)
        self.nodes.append(node)
        self.last[node.form] = node
        self.open.append(node)
        return node

    def _close(self, rank: float) -> None:
        while self.open and self.open[-1].rank >= rank:
            self.open.pop()

    def _next_step(self, marker: Marker) -> int:
        """A cue of the future opens a section unless the one around it is of the future already (SPEC §2.1)."""
        keep = self._nested_in(marker)
        rank = RANK["next_step"] if keep is None else self.open[keep].rank + 0.5
        around = [node for node in self.open if node.rank < rank]
        if self.kind == "policy_notice" or any(node.future for node in around):
            return marker.start
        self._close(rank)
        if keep is not None:
            self.nesting.add(self._around(keep))
        node = self._push(marker, rank, marker.after)
        node.run_in = node.future = True
        return marker.start

    def _nested_in(self, marker: Marker) -> int | None:
        """Index of the open item that goes on after this next step, so that the step is the item's own:
        `一是A。下一步B。二是C。` The last item does as its siblings did."""
        ahead = self.flow.after(marker, _AHEAD)
        for index in range(len(self.open) - 1, -1, -1):
            node = self.open[index]
            if node.rank <= RANK["next_step"] or node.marker.number is None:
                continue
            if _continues(node, ahead) or (self._around(index) in self.nesting and not _restarts(node, ahead)):
                return index
        return None

    def _around(self, index: int) -> int:
        return self.open[index - 1].marker.start if index else -1

    def _end_paragraph(self, part: Part, first: Marker | None, index: int) -> None:
        """Closes what ends with its paragraph, before a new one is read."""
        ahead = self.flow.after_part(index - 1, 1)
        while self.open and self._is_over(self.open[-1], part, first, ahead):
            self.open.pop()
        if first is None and part.what == "body":
            if ARTICLE.match(self.text, part.start, part.end):
                self._close(1)
            elif _SPEECH.match(self.text, part.start, part.end):
                del self.open[1:]
            elif _NEW_TOPIC.match(self.text, part.start, part.end):
                self._close(RANK["next_step"])

    def _is_over(self, node: _Node, part: Part, first: Marker | None, ahead: Sequence[Marker]) -> bool:
        if node.form == "yishi" and node.marker.inline:
            return True
        if node.form == "next_step" and node.marker.inline:
            opens_list = first is not None and first.number == 1 and RANK[first.form] > RANK["next_step"]
            return not opens_list and not (first is None and self._leads_on(node))
        if node.form in ("yishi", "runin_plain") and first is None:
            return not _continues(node, ahead)
        return False

    def _leads_on(self, node: _Node) -> bool:
        return bool(node.body) and bool(
            _LEADS_ON.search(self.text, max(node.body[-1][1] - 30, node.body[-1][0]), node.body[-1][1])
        )

    def _attach(self, index: int, part: Part) -> None:
        """A list in brackets behind a paragraph belongs to the paragraph's section; one on a line of its own to the
        numbered section around it, not to its last run-in child (SPEC §2.3)."""
        passed = {"yishi"} if part.tail else {"yishi", "runin_plain", "next_step"}
        if not part.tail and self._for_all_items(index):
            passed.add("arabic_dot")
        owner = next((node for node in reversed(self.open) if node.form not in passed), None)
        if owner is not None:
            self.open[-1].extend(part.end)
            self.owners.append((part.start, owner))

    def _for_all_items(self, index: int) -> bool:
        """A list below the last of the items 1. 2. 3. of an open (一), of which none has a list of its own."""
        item = next((node for node in reversed(self.open) if node.form == "arabic_dot"), None)
        if item is None or item.parent is None or item.marker.number in (None, 1):
            return False
        if _continues(item, self.flow.after_part(index, 1)):
            return False
        return all(owner.parent is not item.parent for _, owner in self.owners)

    def tree(self) -> Tree:
        width = 2 if len(self.nodes) < 100 else 3
        for number, node in enumerate(self.nodes, 1):
            node.id = f"S{number:0{width}}"
        return Tree(
            tuple(_section(self.text, node) for node in self.nodes),
            {start: node.id for start, node in self.owners},
            tuple(self.loose),
        )


def _continues(node: _Node, ahead: Sequence[Marker]) -> bool:
    """The sequence `node` is an item of goes on: the next marker not inside it is its successor."""
    for marker in ahead:
        if marker.form == "next_step" or RANK[marker.form] > node.rank:
            continue
        if marker.form != node.form:
            return False
        return node.marker.number is None or marker.number == node.marker.number + 1
    return False


def _restarts(node: _Node, ahead: Sequence[Marker]) -> bool:
    """The next marker of `node`'s rank or an inner one begins a new sequence: it belongs to what opens now."""
    return bool(ahead) and RANK[ahead[0].form] >= RANK[node.form] and ahead[0].number == 1


def _section(text: str, node: _Node) -> Section:
    return Section(
        id=node.id,
        parent=node.parent.id if node.parent else None,
        depth=node.depth,
        form=node.form,
        number=node.marker.label,
        heading=text[node.marker.start : node.heading_end],
        start=node.marker.start,
        end=node.heading_end,
        run_in=node.run_in,
        kind="topic",
        mode="mixed",
        body=tuple(node.body),
        extent_end=node.extent,
    )
