"""What the units of a document stand in: their section's lists, deadlines and dates, and who signs the document."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from services.domain.document import Document, Metadata, ResponsibleUnits, Unit
from services.parser.reading.commitments import actors
from services.parser.reading.commitments.clauses import Span, covered
from services.parser.reading.commitments.deadlines import Due, heading_deadline, plan_deadline
from services.parser.reading.commitments.promises import Tree


@dataclass(frozen=True, slots=True)
class Context:
    """Computed once for a document; every lookup is by section id or position."""

    signs: str | None
    agency_span: Span | None
    speakers: tuple[tuple[int, str], ...]
    lists: dict[str, ResponsibleUnits]
    due: dict[str, Due]
    dates: dict[str, date]
    written: date | None
    first_units: frozenset[int]

    def agency(self, at: int) -> str | None:
        """Who says 我们 at position `at`: the department heading that part of a joint answer, else the agency."""
        number = bisect_right(self.speakers, at, key=lambda speaker: speaker[0]) - 1
        return self.speakers[number][1] if number >= 0 else self.signs

    def issuers(self, at: int) -> tuple[str, ...]:
        """Whose promise an unnamed one at `at` is: all who sign jointly."""
        name = self.agency(at)
        return tuple(actors.issuer_of(each) for each in name.split("、")) if name else ()

    def units_of(self, section_id: str | None) -> ResponsibleUnits | None:
        """The 责任单位 list of the section or its nearest ancestor that has one."""
        return self.lists.get(section_id or "")

    def standing_deadline(self, section_id: str | None) -> Due | None:
        """The date a section's heading or its plan's term gives to every promise in it."""
        return self.due.get(section_id or "")

    def today(self, section_id: str | None) -> date | None:
        """What 今年 is counted from: the year in the heading, else the document's own date."""
        return self.dates.get(section_id or "", self.written)

    def opens(self, unit: Unit) -> bool:
        """Whether the unit is the first of its section's own text."""
        return unit.start in self.first_units


def context_of(document: Document, matched: str, tree: Tree) -> Context:
    """The context of `document`, whose MATCH layer is `matched`."""
    written = written_on(document.metadata)
    headed = _below(_headed(document, matched, written), tree)
    agency = document.metadata.agency
    return Context(
        signs=actors.agency_of(document.metadata),
        agency_span=_span(agency.start, agency.end) if agency else None,
        speakers=actors.departments(matched) if tree.is_reply else (),
        lists=_below(_lists(document), tree),
        due=_below(_terms(document, matched, tree), tree) | headed,
        dates={
            section: date.fromisoformat(due.deadline.start) for section, due in headed.items() if due.deadline.start
        },
        written=written,
        first_units=_first_units(document),
    )


def _lists(document: Document) -> dict[str, ResponsibleUnits]:
    """Section -> its list; several of one section (who leads on one line, who helps on the next) are one."""
    found: dict[str, ResponsibleUnits] = {}
    for lists in document.responsible_units:
        first = found.get(lists.section)
        units = tuple(dict.fromkeys((*first.units, *lists.units))) if first else lists.units
        found[lists.section] = replace(first, units=units) if first else lists
    return found


def written_on(metadata: Metadata) -> date | None:
    """The document's own date: what it bears, else when it was published, else the year it plans for."""
    for iso in (metadata.date.iso if metadata.date else None, (metadata.published_at or "")[:10]):
        try:
            return date.fromisoformat(iso or "")
        except ValueError:
            continue
    return date(metadata.plan_year, 1, 1) if metadata.plan_year else None


def _headed(document: Document, matched: str, written: date | None) -> dict[str, Due]:
    """Section -> the deadline its heading names."""
    found: dict[str, Due] = {}
    for section in document.sections:
        deadline = heading_deadline(matched[section.start : section.end], written)
        if deadline and section.mode != "past":
            found[section.id] = Due(deadline, section.start, section.end)
    return found


def _terms(document: Document, matched: str, tree: Tree) -> dict[str, Due]:
    """Section -> the term its plan sets itself: each annex its own, in a notice without annexes one for all."""
    annexes = [section for section in document.sections if section.form == "annex_title"]
    if annexes:
        children = _first_children(document)
        terms = ((annex, _term(matched, annex.start, children.get(annex.id, annex.extent_end))) for annex in annexes)
        return {annex.id: term for annex, term in terms if term}
    top = [section for section in document.sections if section.parent is None]
    if not top or document.metadata.kind not in ("policy_notice", "work_summary"):
        return {}
    term = _term(matched, 0, top[0].start)
    return {section.id: term for section in top} if term else {}


def _term(matched: str, start: int, end: int) -> Due | None:
    """The term in `matched[start:end]`; a period inside 《》 belongs to the document cited there."""
    edges = [start, *(edge for title in covered(matched, start, end, "《", "》") for edge in title), end]
    for begin, stop in zip(edges[::2], edges[1::2], strict=True):
        deadline = plan_deadline(matched, begin, stop)
        if deadline:
            at = matched.find(deadline.raw, begin, stop)
            return Due(deadline, at, at + len(deadline.raw))
    return None


def _first_children(document: Document) -> dict[str, int]:
    """Section -> where its first subsection begins."""
    first: dict[str, int] = {}
    for section in document.sections:
        if section.parent:
            first.setdefault(section.parent, section.start)
    return first


_T = TypeVar("_T")


def _below(own: dict[str, _T], tree: Tree) -> dict[str, _T]:
    """Every section with what the nearest section around it, itself included, has of its own."""
    found: dict[str, _T] = {}
    for section in tree.sections.values():
        for step in tree.chain(section):
            value = own.get(step.id, found.get(step.id))
            if value is not None:
                found[section.id] = value
                break
    return found


def _first_units(document: Document) -> frozenset[int]:
    first: dict[str | None, int] = {}
    for unit in document.units:
        if unit.label != "units":
            first.setdefault(unit.section, unit.start)
    return frozenset(first.values())


def _span(start: int | None, end: int | None) -> Span | None:
    return (start, end) if start is not None and end is not None else None
