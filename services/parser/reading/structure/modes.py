"""What time each section speaks of: position decides, not wording (SPEC §3, §17)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from services.domain.document import Kind, Mode, Section, SectionKind
from services.parser.lexicon import load
from services.parser.reading.patterns import any_of
from services.parser.reading.structure.headings import core, kind_of_section, tense
from services.parser.reading.structure.units import announces, sentences

_YEAR_OF_WORK = any_of(load("headings")["year_of_work"]["patterns"])
_YEAR = re.compile(r"20\d\d(?= ?年)")
_PERIOD = re.compile(r"“[^“”]{2,4}”|20\d\d年")
_LOOKS_BACK = re.compile("总结|回顾|情况|成效|成就|成绩")
_INHERITED = ("past", "future", "goal", "general")
#: A sentence that reports: a compared figure, a past period, something done (SPEC §3.4).
_REPORTS = re.compile(
    r"同比|增长 ?\d|占[^,。;]{0,30}\d|(?<![到至])(?<![到至] )(?:20\d\d ?|去|今|近[两三几五]?)年(?:以来|底|末|度)?[,,]"
    r"|截[至止]|累计|高度重视|目前|已(?!经?有|知)|了(?!解)"
)


@dataclass(frozen=True, slots=True)
class Timed:
    """The sections with mode and kind, and the mode of each section's own text, which in a mixed one may be one thing.

    `turns` are the places where the text of a section that looks back and ahead (成就和目标任务) turns ahead.
    """

    sections: tuple[Section, ...]
    own_text: dict[str, Mode]
    turns: dict[str, int]
    #: A sentence of the writer's own announces what will be done, without a cue of the future.
    announced: bool = False

    def mode_at(self, section: Section, place: int) -> Mode:
        """The mode of the section's own text at `place`."""
        return "future" if place >= self.turns.get(section.id, place + 1) else self.own_text[section.id]


def timed(text: str, sections: Sequence[Section], kind: Kind, loose: Sequence[tuple[int, int]] = ()) -> Timed:
    """The sections with mode and kind. `text` is the MATCH layer, `loose` its parts outside all sections."""
    latest = _latest_years(sections)
    own = {section.id: _own(section, latest) for section in sections}
    turns = {each.id: turn for each in sections if own[each.id] == "mixed" and (turn := _turn(text, each)) is not None}
    announced = _announced(text, sections, own, kind, loose)
    base = _bases(text, sections, own, turns, kind, announced)
    below: dict[str | None, list[Mode]] = {}
    modes: dict[str, Mode] = {}
    for section in reversed(sections):
        modes[section.id] = _mode(section, own[section.id], base[section.id], below.get(section.id, []))
        below.setdefault(section.parent, []).append(modes[section.id])
    done = (_with(each, modes[each.id], _kind(each, own[each.id])) for each in sections)
    return Timed(tuple(done), base, turns, bool(announced))


def _with(section: Section, mode: Mode, kind: SectionKind) -> Section:
    """`replace`, which asks every class at every call for its fields, costs more than all of `timed`."""
    return Section(
        id=section.id,
        parent=section.parent,
        depth=section.depth,
        form=section.form,
        number=section.number,
        heading=section.heading,
        start=section.start,
        end=section.end,
        run_in=section.run_in,
        kind=kind,
        mode=mode,
        body=section.body,
        extent_end=section.extent_end,
    )


def has_future_cue(sections: Iterable[Section]) -> bool:
    """Whether anything in the document turns to what will be done: a next-step node or a heading of the future."""
    return any(
        section.form == "next_step" or tense(section.heading, section.run_in) in ("future", "mixed")
        for section in sections
    )


def reports(text: str, start: int, end: int) -> bool:
    """The sentence itself says that it reports what was done."""
    return bool(_REPORTS.search(text, start, end))


def years(sections: Sequence[Section]) -> tuple[int | None, int | None]:
    """Review year and plan year of a summary, from its headings (SPEC §1.2)."""
    review = [_years_in(s.heading) for s in sections if s.mode == "past" and s.depth == 1 and _years_in(s.heading)]
    plan = [_years_in(s.heading) for s in sections if _plans(s) and s.depth == 1 and _years_in(s.heading)]
    return (max(review[0]) if review else None), (max(plan[-1]) if plan else None)


def _plans(section: Section) -> bool:
    """Its heading announces tasks, goals or both: 2025年主要目标任务."""
    return section.mode == "future" or (section.mode in ("mixed", "goal") and not _LOOKS_BACK.search(section.heading))


def _years_in(heading: str) -> list[int]:
    return [int(year) for year in _YEAR.findall(heading)]


def _latest_years(sections: Sequence[Section]) -> dict[int, int]:
    """The latest year any heading of a depth names."""
    latest: dict[int, int] = {}
    for section in sections:
        latest[section.depth] = max([latest.get(section.depth, 0), *_years_in(section.heading)])
    return latest


def _turn(text: str, section: Section) -> int | None:
    """Where the own text of a section that looks back and ahead takes up the later of the periods its heading names."""
    periods = _PERIOD.findall(section.heading)
    if not _LOOKS_BACK.search(section.heading) or len(periods) < 2:
        return None
    return next((start for start, end in section.body if text.startswith(periods[-1], start, end)), None)


def _own(section: Section, latest: dict[int, int]) -> Mode | None:
    """What the section's own heading or cue says."""
    if section.form == "next_step":
        return "future"
    if section.form in ("annex_title", "yishi") or section.number == section.heading.strip():
        return None
    if _YEAR_OF_WORK.search(core(section.heading)):
        return "past" if max(_years_in(section.heading)) < latest[section.depth] else "future"
    return tense(section.heading, section.run_in)


def _announced(
    text: str,
    sections: Sequence[Section],
    own: dict[str, Mode | None],
    kind: Kind,
    loose: Sequence[tuple[int, int]],
) -> set[str]:
    """In a reply that has no cue of the future: the items of each list that a sentence of the writer's own announces
    (我局拟开展如下工作:), from the one that comes next on."""
    if kind not in ("reply_npc", "reply_cppcc") or any(mode in ("future", "mixed") for mode in own.values()):
        return set()
    bodies = [*loose, *(span for section in sections for span in section.body)]
    turns = sorted(end for body in bodies for start, end in sentences(text, [body]) if announces(text, start, end))
    found: set[str] = set()
    for turn in turns:
        items = [section for section in sections if section.start >= turn]
        first = items[0] if items else None
        for item in items:
            if first and item.parent == first.parent:
                if item.form != first.form:
                    break
                found.add(item.id)
    return found


def _bases(
    text: str,
    sections: Sequence[Section],
    own: dict[str, Mode | None],
    turns: dict[str, int],
    kind: Kind,
    announced: Set[str],
) -> dict[str, Mode]:
    """The mode of each section's own text: its heading's, else the nearest ancestor's, else its place's."""
    inherited: dict[str | None, Mode | None] = {None: None}
    bases: dict[str, Mode] = {}
    cued = bool(announced) or any(mode in ("future", "mixed") for mode in own.values())
    turned = False
    for section in sections:
        mode = own[section.id]
        ahead = mode == "mixed" and not _LOOKS_BACK.search(section.heading)
        turned = turned or (section.depth == 1 and (mode == "future" or ahead))
        settled = "future" if ahead else mode if mode in _INHERITED else inherited[section.parent]
        if section.id in announced:
            settled = "future"
        if settled is None and section.start >= turns.get(section.parent or "", section.start + 1):
            settled = "future"
        inherited[section.id] = settled
        bases[section.id] = settled or _by_place(text, section, kind, cued, turned)
    return bases


def _by_place(text: str, section: Section, kind: Kind, cued: bool, turned: bool) -> Mode:
    if kind == "policy_notice":
        return "future"
    if kind == "work_summary":
        return "future" if turned else "past"
    if kind == "other" or cued:
        return "past"
    return "past" if _is_report(text, section) else "ongoing"


def _is_report(text: str, section: Section) -> bool:
    """At least half of the sentences report (SPEC §3.4)."""
    units = list(sentences(text, section.body))
    return bool(units) and 2 * sum(reports(text, *unit) for unit in units) >= len(units)


def _mode(section: Section, own: Mode | None, base: Mode, below: Sequence[Mode]) -> Mode:
    if own is not None:
        return own
    speaks = bool(section.body) and not _carries_preamble(section)
    modes = {*below, base} if speaks or not below else set(below)
    return modes.pop() if len(modes) == 1 else "mixed"


def _carries_preamble(section: Section) -> bool:
    """The text of an annex before its first section says why it is issued; it has no time of its own."""
    return section.form == "annex_title"


def _kind(section: Section, own: Mode | None) -> SectionKind:
    if section.form == "annex_title":
        return "annex"
    return "next_steps" if section.form == "next_step" else kind_of_section(section.heading, own)
