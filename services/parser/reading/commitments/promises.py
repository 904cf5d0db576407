"""Which units promise something, and of what kind (SPEC §3, §4).

mode of the section ─► goal, general, future, ongoing: a promise, unless the sentence only frames, states or reports
past, mixed, none   ─► a promise only by its own words: 今后…, and 我局将… in a reply without any cue of the future
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.domain.commitment import Basis, CommitmentType, Tier
from services.domain.document import Document, Mode, Section, Unit
from services.parser.lexicon import load
from services.parser.reading.commitments.actors import Subject, is_the_writer, promises_itself
from services.parser.reading.commitments.clauses import Span
from services.parser.reading.commitments.modality import ADVERBS, MEANS, MODALS, PREPOSITIONS, STRICT, is_framing
from services.parser.reading.patterns import alternatives
from services.parser.reading.structure.markers import ARTICLE

_LISTS = load("wording")
_PAST = _LISTS["past"]
_STATEMENT = re.compile("|".join(f"(?:{pattern})" for pattern in _LISTS["statement"]["patterns"]))
_DONE_WORDS = alternatives(_PAST["done"])
_PERFECTIVE = rf"(?:{alternatives(_PAST['perfective'])})了"
_REPORTS = re.compile(rf"(?:{alternatives(_PAST['openings'])})|近[两三四五六七八十0-9]+年|20[0-9]{{2}}年(?:以来|至今)")
_NOW = re.compile(alternatives(_PAST["now"]))
_FOUND_OUT = re.compile(_PAST["found_out"])
_DONE = re.compile(rf"(?<!不)(?:{_DONE_WORDS})(?![^,。;]{{0,8}}的)|{_PERFECTIVE}|同比|较上年")
_HAS_DONE = re.compile(rf"[^将要]*?{_PERFECTIVE}")
_CUES = alternatives(load("headings")["next_step"]["cues"])
#: A count at the end of a clause, and words by which a sentence with one promises all the same.
_COUNTS = re.compile("[0-9][0-9,.]*[余多]?[十百千万亿]*[余多]?[^,。;、0-9]{1,4}(?:[,。;、(]|$)")
_PROMISES = re.compile(
    f"{alternatives(_PAST['promises'])}|(?:到|至)20[0-9]{{2}}年|[底末]前|(?<=[。;\n])对[^,。;]*(?:奖励|补助|补贴)"
)
#: A cue that a colon or a list behind it left alone: 接下来,
CUE_ALONE = re.compile(rf"\s*(?:{_CUES})(?:工作)?(?:中)?[,:]?")
#: Rule of goals announced by `…主要预期目标是:`; the segments of the same sentence are goals too.
EXPECTED = "expected_targets"
#: Rules of promises outside sections of the future.
OWN_WORDS = ("henceforth", "own_announcement", "conditional_measure")
#: Rule of measures told without a time, in a reply without any cue of the future.
ONGOING = "ongoing_measure"
_HENCEFORTH = re.compile(rf"今后|(?:{_CUES})(?:,|(?={MODALS}|[我拟])|(?=(?:{ADVERBS})*(?:{STRICT})))")
#: Announced without a subject: 拟出台…, 计划用两年时间…, 将逐步建立….
_ANNOUNCED = re.compile(
    rf"(?:还|也|并)?(?:(?:拟|计划|将(?!来))(?:于(?!是)|(?:{ADVERBS})*(?:{STRICT}))|计划(?:用|利用|通过|在))"
)
#: 待资金到位后…: what is done once something else has happened.
_UPON = re.compile("待(?=[^,。;遇]{2,40}(?:后|时|之日|确定|批准|批复|到位|落实|完成|完善|成熟|具备|明确|,))")
_OPENING_YEAR = re.compile(r"\s*(20[0-9]{2}) ?年")
#: Words by which a sentence that opens with a past year still turns to what comes.
_AHEAD = ("将", "今后", "计划", "拟")
_CONDITIONS = re.compile(_LISTS["conditions"]["pattern"])
_EXPECTED = re.compile(_LISTS["expected"]["pattern"])
_REQUIRED = re.compile(_LISTS["required"]["pattern"])
_RULEBOOK = load("notices")["rulebook"]
_RULES_TITLE, _PLAN_TITLE = re.compile(_RULEBOOK["title"]), re.compile(_RULEBOOK["plan"])
_LISTED = re.compile(_RULEBOOK["listed"])
#: A rule without a subject that opens with what is to be done, or names a public body that does it.
_DIRECTS = re.compile(rf"\s*(?:{ADVERBS})*(?:{STRICT})(?![的之者率]|[^,。;]{{0,40}}的(?:[;,。]|$))")
_LEADS_IN = re.compile(rf"\s*(?:{ADVERBS})*(?:{PREPOSITIONS}|{MEANS})")
_LEADING = re.compile(
    rf"(?:{_CUES})|(?:20[0-9]{{2}} ?年|今年|明年|新的一年)(?:,|(?=我))[^,。;]{{0,12}}?(?:{MODALS})"
    rf"|我们(?:{ADVERBS})?(?:将|要)"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What kind of promise a unit is, and the rule that says so."""

    type: CommitmentType
    basis: Basis
    tier: Tier
    rule: str
    #: Where the promise begins, if the sentence reports something first.
    since: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """The section tree as the rules of standing need it."""

    sections: dict[str, Section]
    #: The sections and the ancestors of each, itself first.
    chains: dict[str, tuple[Section, ...]]
    parents: frozenset[str]
    #: Outermost sections that turn to the future somewhere; None stands for text outside sections.
    turning: frozenset[str | None]
    is_reply: bool
    #: The year the document itself was written in, where it says so.
    year: int | None = None
    #: Whether the document issues rules or rates: 办法, 细则, 标准, 公告.
    rules: bool = False

    @property
    def announces(self) -> bool:
        """Whether the document has any cue of the future."""
        return bool(self.turning)

    def top(self, section: Section | None) -> str | None:
        """The id of the outermost section around `section`."""
        return next((step.id for step in self.chain(section) if step.parent is None), None)

    def chain(self, section: Section | None) -> tuple[Section, ...]:
        """The section and its ancestors, innermost first."""
        return self.chains[section.id] if section else ()


def _year_of(document: Document) -> int | None:
    dated = document.metadata.date.iso if document.metadata.date else None
    year = (dated or document.metadata.published_at or "")[:4]
    return int(year) if year.isdecimal() else None


def tree_of(document: Document) -> Tree:
    """The section tree of `document`."""
    chains: dict[str, tuple[Section, ...]] = {}
    for section in document.sections:  # a parent comes before its children
        chains[section.id] = (section, *chains.get(section.parent or "", ()))
    tree = Tree(
        sections={section.id: section for section in document.sections},
        chains=chains,
        parents=frozenset(section.parent for section in document.sections if section.parent),
        turning=frozenset(),
        is_reply=document.metadata.kind in ("reply_npc", "reply_cppcc"),
        year=_year_of(document),
        rules=is_rulebook(document),
    )
    turns = (section for section in document.sections if section.mode == "future" or section.form == "next_step")
    return replace(tree, turning=frozenset(tree.top(section) for section in turns))


def is_rulebook(document: Document) -> bool:
    """Whether a notice issues rules or rates and no plan."""
    if document.metadata.kind != "policy_notice":
        return False
    title = document.metadata.title.normalised if document.metadata.title else None
    titles = [title or "", *(each.heading.strip() for each in document.sections if each.form == "annex_title")]
    if any(_PLAN_TITLE.search(each) for each in titles):
        return False
    articles = sum(ARTICLE.match(document.text, unit.start, unit.end) is not None for unit in document.units)
    return articles >= _RULEBOOK["articles"] or any(_RULES_TITLE.search(each) for each in titles)


class Place(NamedTuple):
    """Where a sentence stands, as far as that decides what kind of promise it is."""

    mode: Mode
    basis: Basis
    #: The first sentence of the own text of a section with items.
    leads: bool
    #: The section is a cue of the future.
    next_step: bool
    #: The part around it turns to the future somewhere.
    turning: bool
    is_reply: bool
    announces: bool
    rules: bool
    year: int | None


def place_of(unit: Unit, tree: Tree, *, opens: bool) -> Place:
    """The place of `unit`; `opens`: it is the first of its section's own body."""
    section = tree.sections.get(unit.section or "")
    return Place(
        mode=section.mode if section and section.mode != "mixed" else _mode_of_label(unit, tree),
        basis=_basis(section, tree),
        leads=opens and section is not None and section.id in tree.parents,
        next_step=section is not None and section.form == "next_step",
        turning=tree.top(section) in tree.turning,
        is_reply=tree.is_reply,
        announces=tree.announces,
        rules=tree.rules,
        year=tree.year,
    )


def standing(
    matched: str, start: int, end: int, pieces: tuple[Span, ...], subject: Subject | None, place: Place
) -> Standing | None:
    """The standing of a sentence at its place, None where it promises nothing."""
    mode = place.mode
    if mode == "past":
        return _by_its_own_words(matched, pieces, subject, place)
    if _only_frames(matched, pieces):
        return None
    required = _REQUIRED.match(matched, start, end)
    if required:
        return Standing("umbrella", "general_section", "C", "general_section", required.end())
    reported = reports(matched, start, end, ongoing=mode == "ongoing")
    if _STATEMENT.match(matched, start, end) or (reported and mode != "ongoing"):
        return None
    if mode == "general":
        return Standing("umbrella", "general_section", "C", "general_section")
    if mode == "goal" or _EXPECTED.match(matched, start, end):
        return Standing("goal", "goal_section", "A", "goal_section" if mode == "goal" else EXPECTED)
    if mode == "ongoing":
        own = _by_its_own_words(matched, pieces, subject, place)
        if own or reported or looks_back(matched, start, end, place.year):
            return own
        return Standing("task", "ongoing", "B", ONGOING)
    if place.rules and not _binds_the_writer(matched, start, end, pieces, subject):
        return None
    if _is_umbrella(matched, start, end, place):
        return Standing("umbrella", place.basis, "C", f"{place.basis}_lead")
    return Standing("task", place.basis, "A", place.basis)


def _binds_the_writer(matched: str, start: int, end: int, pieces: tuple[Span, ...], subject: Subject | None) -> bool:
    """Whether a rule is to be followed by a public body: 区民政部门应当…, 由市财政局…, 依法落实…; what it says of
    applicants, fees and conditions is promised by nobody."""
    if subject is not None:
        return True
    if _LISTED.match(matched, start, end):
        return False
    may = False
    for begin, stop in pieces:
        article = ARTICLE.match(matched, begin, stop)
        begin = article.end() if article else begin
        if _DIRECTS.match(matched, begin, stop) and not (may and matched[begin] == "可"):
            return True
        if matched[stop - 1] == "的" and not may:
            may = True
        elif not _LEADS_IN.match(matched, begin, stop):
            return False
    return False


def _mode_of_label(unit: Unit, tree: Tree) -> Mode:
    """The mode of text outside sections, and of the own text of a mixed one: its provisional label tells it."""
    if unit.label != "commitment":
        return "past"
    return "ongoing" if tree.is_reply and not tree.announces else "future"


def _is_umbrella(matched: str, start: int, end: int, place: Place) -> bool:
    """The lead sentence over the items that say it in detail; a sentence cut off at the colon before them."""
    if matched.endswith(":", start, end):
        return True
    return place.leads and (place.next_step or _LEADING.match(matched, start, end) is not None)


def _basis(section: Section | None, tree: Tree) -> Basis:
    for step in tree.chain(section):
        if step.form == "next_step" or step.kind == "next_steps":
            return "next_step"
        if step.kind == "safeguards":
            return "safeguard_section"
        if step.kind == "tasks":
            return "task_section"
    return "next_step" if tree.is_reply else "task_section"


def _by_its_own_words(matched: str, pieces: tuple[Span, ...], subject: Subject | None, place: Place) -> Standing | None:
    """Futures outside a section of the future (SPEC §17): 今后…, and 我局将…, 拟… in a part without any cue."""
    if not place.is_reply:
        return None
    turn = next((start for start, end in pieces if _HENCEFORTH.match(matched, start, end)), None)
    if turn is not None:
        return Standing("task", "next_step", "A", OWN_WORDS[0], turn)
    if place.turning:
        return None
    if subject and promises_itself(matched, subject):
        return Standing("task", "next_step", "A", OWN_WORDS[1], subject.start)
    if not subject or is_the_writer(subject):
        announced = next((start for start, end in pieces if _ANNOUNCED.match(matched, start, end)), None)
        if announced is not None:
            return Standing("task", "next_step", "A", OWN_WORDS[1], announced)
    if place.announces:
        return None
    upon = next((start for start, end in pieces if _UPON.match(matched, start, end)), None)
    return None if upon is None else Standing("task", "ongoing", "B", OWN_WORDS[2], upon)


def carries_report_on(matched: str, start: int, end: int) -> bool:
    """Whether the sentence, right behind one that reports, only goes on counting: 评定等级民宿167家,其中…."""
    return _COUNTS.search(matched, start, end) is not None and not _PROMISES.search(matched, start, end)


def lists_conditions(matched: str, start: int, end: int) -> bool:
    """Whether the sentence announces who qualifies (申请人应当符合下列条件:); its items promise nothing."""
    return _CONDITIONS.match(matched, start, end) is not None


def _only_frames(matched: str, pieces: tuple[Span, ...]) -> bool:
    return bool(pieces) and all(is_framing(matched, *piece) for piece in pieces)


def looks_back(matched: str, start: int, end: int, year: int | None) -> bool:
    """Whether the sentence opens with a year before `year`, the document's (2024年共供应…), and announces nothing."""
    opened = _OPENING_YEAR.match(matched, start, end)
    if not opened or year is None or int(opened[1]) >= year:
        return False
    return not any(matched.find(word, start, end) >= 0 for word in _AHEAD)


def reports(matched: str, start: int, end: int, *, ongoing: bool) -> bool:
    """Whether the sentence tells what was done: 截至…, 目前已…; without any cue of the future 已 and 了 suffice."""
    if _REPORTS.match(matched, start, end) or _FOUND_OUT.match(matched, start, end):
        return True
    if ongoing or _NOW.match(matched, start, end):
        return _DONE.search(matched, start, end) is not None
    return matched.find("了", start, end) >= 0 and _HAS_DONE.match(matched, start, end) is not None
