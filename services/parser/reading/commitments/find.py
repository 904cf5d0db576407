"""Commitments of a document (SPEC §4–7): which units promise, who acts, how firmly, until when.

    unit ─► clauses ─► subject ─► standing ─► actors ─► actions ─► deadline ─► attributes ─► Commitment
                                  promises.py actors.py actions.py deadlines.py attributes.py

What a sentence says by itself, sentence.py remembers.

Units of `units`, `preamble` and `lead_in` stay as they are; every other unit becomes `commitment` or `narrative`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.domain.commitment import Action, ActorSource, Commitment, Verifiability
from services.domain.document import Document, Unit
from services.parser.reading.commitments import actors, attributes, deadlines
from services.parser.reading.commitments.actors import Heads, Subject
from services.parser.reading.commitments.clauses import Span
from services.parser.reading.commitments.context import Context, context_of
from services.parser.reading.commitments.modality import DEFAULT
from services.parser.reading.commitments.promises import (
    EXPECTED,
    ONGOING,
    OWN_WORDS,
    Place,
    Standing,
    Tree,
    place_of,
    tree_of,
)
from services.parser.reading.commitments.sentence import Sentence, sentence_at

_SENTENCE_END = re.compile("[。!\n]")
#: Farthest apart that two parts of one sentence stand: a marker or a short heading lies between them.
_GAP = 80
#: Subjects that name nobody.
_VAGUE = re.compile("有关|相关")
#: Forms of the items of a list of conditions.
_ITEMS = frozenset({"cn_paren", "arabic_dot", "yishi"})
#: A list of items within one sentence is followed this far.
_LONGEST_LIST = 2000


def find_commitments(document: Document, matched: str) -> Document:
    """`document` with its commitments, and every unit labelled by what it turned out to be.

    `matched` is the MATCH layer of `document.text`, of the same length. Target ids stay empty.
    """
    if len(matched) != len(document.text):
        raise ValueError("`matched` must be match(document.text): the same length, character for character")
    tree = tree_of(document)
    reading = _Reading(document, matched, tree, context_of(document, matched, tree))
    units = tuple(reading.label(unit) for unit in document.units)
    return replace(document, units=units, commitments=tuple(reading.found))


@dataclass(frozen=True, slots=True)
class _Said:
    """What one unit says by itself: its sentence, and how the clauses of it open that count."""

    unit: Unit
    sentence: Sentence
    heads: Heads

    @property
    def subject(self) -> Subject | None:
        return self.heads.subject

    @property
    def shift(self) -> int:
        """From a place in the sentence's window to the place in the text."""
        return self.unit.start - self.sentence.start


@dataclass(frozen=True, slots=True)
class _Actors:
    names: tuple[str, ...]
    source: ActorSource
    span: Span | None

    def passed_on(self) -> _Actors:
        """As what follows without a subject of its own has them."""
        return _Actors(self.names, "inherited", self.span) if self.source == "explicit" else self


@dataclass(slots=True)
class _Reading:
    """One pass over the units in order, keeping what later units only carry on: subjects, deadlines, topics."""

    document: Document
    matched: str
    tree: Tree
    context: Context
    found: list[Commitment] = field(default_factory=list)
    places: dict[tuple[str | None, str, bool], Place] = field(default_factory=dict)
    leads: dict[str, _Actors] = field(default_factory=dict)
    last: tuple[Unit, _Actors, deadlines.Due | None] | None = None
    #: The date of a sentence that lists items behind its colon, and where the sentence ends.
    running: tuple[deadlines.Due | None, int] | None = None
    topic: tuple[str | None, str] | None = None
    #: Where a list of conditions was announced and in which section, and the form of its items.
    conditions: tuple[int, str | None] | None = None
    #: Where a sentence ended that reports, in a reply without any cue of the future.
    reported: int = 0
    listed: str | None = None

    def label(self, unit: Unit) -> Unit:
        """The unit with its final label; a promise is added to `found`, in the order of the text."""
        if unit.label == "units":
            return unit
        sentence = sentence_at(self.matched, unit.start, unit.end)
        if sentence.cue_alone:
            return replace(unit, label="lead_in")
        if unit.label == "preamble":
            return unit
        said = _Said(unit, sentence, sentence.heads)
        if unit.label == "lead_in":
            self._announce(said)
            return unit
        kind = None if self._qualifies(said) else self._standing(said)
        carried = self.reported == unit.start and sentence.counts_on
        if kind is None or (kind.rule == ONGOING and carried):
            told = carried or sentence.reports or sentence.looks_back(self.tree.year)
            self.reported = unit.end if told else 0
            return Unit(unit.start, unit.end, unit.section, "narrative")
        self.found.append(self._commitment(said, kind))
        return Unit(unit.start, unit.end, unit.section, "commitment", self.found[-1].id)

    def _qualifies(self, said: _Said) -> bool:
        """Whether the unit says who qualifies: the sentence that announces the conditions, and its list of items."""
        unit = said.unit
        if said.sentence.lists_conditions:
            self.conditions, self.listed = (unit.end, unit.section), None
            return True
        section = self.tree.sections.get(unit.section or "")
        if self.conditions is None or section is None or section.start < self.conditions[0]:
            self.conditions = None
            return False
        first = self.listed or section.form
        if section.form != first or section.form not in _ITEMS:
            self.conditions = None
            return False
        self.listed = first
        return True

    def _standing(self, said: _Said) -> Standing | None:
        """What the unit says by itself, or carries on from the promise before it."""
        unit = said.unit
        before = self.found[-1].rule if self.found else ""
        if before == EXPECTED and self._continues(unit):
            return Standing("goal", "goal_section", "A", EXPECTED)
        kind = said.sentence.standing(self._place(unit))
        if kind or before not in OWN_WORDS[:2] or not self._follows_on(said):
            return kind
        return Standing("task", "next_step", "A", before)

    def _place(self, unit: Unit) -> Place:
        """Where the unit stands: the same for most sentences of a section."""
        spot = unit.section, unit.label, self.context.opens(unit)
        place = self.places.get(spot)
        if place is None:
            place = self.places[spot] = place_of(unit, self.tree, opens=spot[2])
        return place

    def _announce(self, said: _Said) -> None:
        """A lead-in promises nothing but names the actor and the date of what follows."""
        who = self._named(said, said.subject) if said.subject else self._unnamed(said)
        self._remember(said, who, self._explicit_due(said))

    def _commitment(self, said: _Said, kind: Standing) -> Commitment:
        unit, sentence = said.unit, said.sentence
        heard = 0
        if kind.since > sentence.start and not (said.subject and kind.rule == OWN_WORDS[1]):
            # what the sentence reports before has a subject of its own
            heard = kind.since
            said = _Said(unit, sentence, sentence.opening(heard)[1])
        goal = kind.type == "goal"
        acts = self._actions(said, sentence.actions(heard, kind.since))
        who, due, lists = (
            self._actors(said),
            self._due(said, kind.since if kind.rule == OWN_WORDS[0] else 0),
            self.context.units_of(unit.section),
        )
        self._remember(said, who, due)
        return Commitment(
            id=f"C-{len(self.found) + 1:03d}",
            section=unit.section,
            start=unit.start,
            end=unit.end,
            text=self.document.text[unit.start : unit.end],
            type=kind.type,
            basis=kind.basis,
            tier=kind.tier,
            actors=who.names,
            actor_source=who.source,
            lead_verb=acts[0].verb if acts and not goal else None,
            modality=sentence.goal_modality if goal else (acts[0].strength if acts else DEFAULT),
            actions=() if goal else acts,
            deadline=due.deadline if due else None,
            recurrence=sentence.recurrence,
            indefinite=sentence.indefinite,
            topic=self._topic(unit, kind),
            conditional=sentence.condition,
            actor_raw=said.subject.raw if said.subject else None,
            units_ref=lists.id if lists else None,
            verifiability=_verifiability(who, acts, due),
            rule=kind.rule,
        )

    def _actions(self, said: _Said, found: tuple[Action, ...]) -> tuple[Action, ...]:
        """The actions at their places in the document, in its own characters; verbs stay simplified."""
        text, shift = self.document.text, said.shift
        return tuple([
            Action(x.verb, x.strength, x.start + shift, x.end + shift, text[x.start + shift : x.end + shift])
            for x in found
        ])  # fmt: skip

    def _actors(self, said: _Said) -> _Actors:
        """SPEC §5: explicit, inherited, responsible units, issuer; a subject carries on within its sentence."""
        if said.subject:
            return self._named(said, said.subject)
        who = self._unnamed(said)
        partners = (*said.sentence.partners, *said.heads.helpers)
        if not partners:
            return who
        return replace(who, names=tuple(dict.fromkeys((*who.names, *self._meant(partners, said.unit.start)))))

    def _named(self, said: _Said, subject: Subject) -> _Actors:
        start, end = subject.start + said.shift, subject.end + said.shift
        return _Actors(self._meant(subject.bodies, start), "explicit", (start, end))

    def _unnamed(self, said: _Said) -> _Actors:
        unit = said.unit
        if self.last and (self._continues(unit) or self._follows_on(said)):
            return self.last[1].passed_on()
        lead = self._lead(unit.section)
        if lead:
            return lead.passed_on()
        lists = self.context.units_of(unit.section)
        if lists:
            return _Actors(lists.units, "section_units", (lists.start, lists.end))
        issuers = self.context.issuers(unit.start)
        return _Actors(issuers, "issuer", self.context.agency_span if issuers else None)

    def _lead(self, section_id: str | None) -> _Actors | None:
        """The subject of the sentence that leads the section or one around it."""
        steps = self.tree.chain(self.tree.sections.get(section_id or ""))
        return next((self.leads[step.id] for step in steps if step.id in self.leads), None)

    def _remember(self, said: _Said, who: _Actors, due: deadlines.Due | None) -> None:
        unit = said.unit
        if said.subject and unit.section and self._leads(unit, said.subject):
            self.leads.setdefault(unit.section, who)
        self.last = (unit, who, due)
        if self.matched.endswith(":", unit.start, unit.end):
            stop = _SENTENCE_END.search(self.matched, unit.end, unit.end + _LONGEST_LIST)
            self.running = (due, stop.start() if stop else unit.end + _LONGEST_LIST)

    def _leads(self, unit: Unit, subject: Subject) -> bool:
        """Whether the unit's subject holds for its whole section. Those of rules and of a plan's first words do not,
        nor does 有关部门 that nobody tells to act."""
        section = self.tree.sections.get(unit.section or "")
        if self.tree.rules or (section and section.form == "annex_title"):
            return False
        if _VAGUE.search(subject.raw) and not subject.directive:
            return False
        return unit.section in self.tree.parents or self.context.opens(unit)

    def _meant(self, bodies: Iterable[str], at: int) -> tuple[str, ...]:
        agency = self.context.agency(at)
        return tuple(dict.fromkeys(name for body in bodies for name in actors.meant(body, agency)))

    def _continues(self, unit: Unit) -> bool:
        """Whether the unit goes on in the sentence of the promise or lead-in before it."""
        if not self.last or not self._within(self.last[0].section, unit.section):
            return False
        end = self.last[0].end
        return 0 <= unit.start - end <= _GAP and not _SENTENCE_END.search(self.matched, end - 1, unit.start)

    def _within(self, outer: str | None, inner: str | None) -> bool:
        """Whether section `inner` is `outer` or lies in it; items beside each other are not."""
        return outer == inner or any(step.id == outer for step in self.tree.chain(self.tree.sections.get(inner or "")))

    def _follows_on(self, said: _Said) -> bool:
        """Whether the unit opens with 同时, 并 … right behind a promise of the same section, and does not report."""
        unit = said.unit
        if not self.last or self.last[0].section != unit.section or unit.start - self.last[0].end > 1:
            return False
        return said.sentence.carries_on and not said.sentence.reports

    def _due(self, said: _Said, since: int = 0) -> deadlines.Due | None:
        """SPEC §7: explicit, carried on within the sentence, the heading's year, the plan's term."""
        unit, due = said.unit, self._explicit_due(said, since)
        if due:
            return due
        if (said.sentence.condition or "").endswith("后"):  # 条件成熟后,…: it has a time of its own, if no date
            return self.context.standing_deadline(unit.section)
        before = self.last[2] if self.last and self._continues(unit) else None
        if before is None and self.running and unit.start < self.running[1]:
            before = self.running[0]
        if before and before.deadline.source in ("explicit", "carried"):
            return replace(before, deadline=replace(before.deadline, source="carried"))
        return self.context.standing_deadline(unit.section)

    def _explicit_due(self, said: _Said, since: int = 0) -> deadlines.Due | None:
        due = said.sentence.due(since, self.context.today(said.unit.section))
        return due and deadlines.Due(due.deadline, due.start + said.shift, due.end + said.shift)

    def _topic(self, unit: Unit, kind: Standing) -> str | None:
        """An inline topic lasts until the next one of the same section."""
        section = self.tree.sections.get(unit.section or "")
        if section is None or kind.basis != "ongoing":
            return None
        named = attributes.topic(self.matched, section.start, unit.start, unit.end)
        if named:
            self.topic = (section.id, named)
        return self.topic[1] if self.topic and self.topic[0] == section.id else None


def _verifiability(who: _Actors, acts: tuple[Action, ...], due: deadlines.Due | None) -> Verifiability:
    """Actor, action and date of a promise; quantity and baseline come with its targets."""
    return Verifiability(
        actor=who.span,
        action=(acts[0].start, acts[0].end) if acts else None,
        date=(due.start, due.end) if due else None,
    )
