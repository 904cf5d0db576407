"""Who acts: subjects in the text, and the bodies they mean (SPEC §5, §17).

Resolution is in commitments.py; here is what one unit says by itself. Addressees (支持企业…, 推动各区县…) never stand
at the head of a clause and so are never taken for actors.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from services.domain.document import Metadata
from services.parser.lexicon import load
from services.parser.reading.bodies import DEPARTMENTS, short_name
from services.parser.reading.commitments.clauses import Span
from services.parser.reading.commitments.modality import ADVERBS, MEANS, MODALS, PREPOSITIONS, STRICT, VERBS
from services.parser.reading.patterns import alternatives, guarded

_LISTS = load("actors")
_SELF = frozenset(_LISTS["self"]["words"])
_KEPT = frozenset(_LISTS["territory"]["keep"])
_GOVERNMENT: dict[str, str] = _LISTS["territory"]["government"]
_WHOLE: dict[str, str] = _LISTS["whole"]["government"]
_OFFICE = re.compile(_LISTS["office"]["pattern"])

_LEVELS = guarded(_LISTS["level"]["words"])
_SUFFIXES = guarded(_LISTS["suffix"]["words"])
_CLASSES = "|".join(_LISTS["classes"]["patterns"])
_OWN_BODIES = frozenset([*_SELF, *_KEPT, *_GOVERNMENT])
_OWN = guarded(_OWN_BODIES)
#: What no body's name opens with: 推进市…局 begins with a verb. Looked at once a place, outside the patterns below,
#: for it is by far the longest of all.
_NO_NAME = rf"{VERBS}|{ADVERBS}|{PREPOSITIONS}|{MEANS}"
_NO_NAME_HERE = re.compile(_NO_NAME)
_NAMED = rf"(?:[\u4e00-\u9fff]{{2,7}}?)?(?:{_LEVELS})[\u4e00-\u9fff]{{0,14}}?(?:{_SUFFIXES})"
_LISTED = rf"{_OWN}|{_CLASSES}"
_LISTED_HERE = re.compile(_LISTED)
_BODY = rf"(?:{_LISTED}|{_NAMED})"
_AND = "(?:、|和|及|与|以及)"
_JOINED = re.compile(_AND)
_FOLLOW = guarded(_LISTS["follow"]["words"])
#: 市民政局是…主管部门,负责…: a duty.
_DEFINED = "(?:\\([^()]{2,24}\\))?是(?=[^,。;]{0,40}(?:部门|机构|单位)(?:[,;]|$))"
#: 两局每学期召开…: how often stands before what is done.
_EACH_TIME = "每(?:学年|学期|半年|季度|季|年|月|周|[日天])(?:至少|定期|组织|召开|开展|举办|安排|对|向|末|初)"
#: 市教育局指导学校…: nouns as well, but not with an object.
_GUIDES = (
    "(?:指导(?!意见|思想|性|下|员|中心|小组|目录|手册|价)|组织(?!部|机构|领导|体系|保障|人事|形式))"
    "(?=[\u4e00-\u9fff]{2})"
)
_ACTS = (
    rf"(?:{MODALS}|{_FOLLOW}|{MEANS}|(?:{ADVERBS}){{0,4}}(?:{STRICT})"
    rf"|(?:{ADVERBS}){{1,4}}(?:{VERBS}){{1,2}}(?:[,;。]|$)|{_DEFINED}|{_EACH_TIME}|{_GUIDES}|于(?=每|今|明|本|20|[0-9])|作为[^,。;]{{2,24}}$)"
)
#: 市财政局等部门: the list goes on without names.
_AND_OTHERS = "(?:等(?:有关|相关|市级|省级|县级|区级|多个|[0-9一二三四五六七八九十]+个)?(?:部门|单位|机构))?"
_AUXILIARY = rf"(?:{ADVERBS})?(?:{MODALS})"

_CUE = re.compile(rf"[\s—]*(?:\([^()]{{1,20}}\))?(?:(?:{'|'.join(_LISTS['cues']['patterns'])})[,:]?){{0,3}}")
#: What may follow the last body of a list, which decides where its name ends: an act, an auxiliary, or nothing.
_FOLLOWED = {"acting": _ACTS, "told": _AUXILIARY, "beside": f"[,。;:]|{_ACTS}|(?:{ADVERBS}){{1,4}}(?:{VERBS})|$"}
#: 市财政局配合, said of those who help: the promise stays another's.
_HELPS = re.compile(rf"(?:{ADVERBS})?(?:{alternatives(_LISTS['helping']['words'])})(?=[,;。、]|$)")
#: 学校建成后,…: who is named in it need not be who acts then.
_HELP_ENDS = tuple(_LISTS["helping"]["words"])
_OFFICES = tuple(_LISTS["bare"]["suffixes"])
_WHEN = tuple(_LISTS["when"]["words"])
#: Departments named without their place behind 会同: 财政厅、自然资源厅.
_BARE_NAME = alternatives({*DEPARTMENTS, *_LISTS["bare"]["departments"]})
_BARE = re.compile(rf"(?P<names>{_BARE_NAME}(?:{_AND}{_BARE_NAME})*)(?=等|[,。;:]|{_ACTS}|$)")
_BARE_ONLY = re.compile(_BARE_NAME)
_PLACE = re.compile(alternatives(_LISTS["bare"]["levels"]))
_TOGETHER = re.compile(rf"(?:{MODALS})?(?:{ADVERBS})?(?:{alternatives(_LISTS['together']['words'])})")
_ORDER = re.compile(rf"(?:{ADVERBS})?(?:要|应当|应|须|必须|需)(?!求)")
#: 管委 of 管委会副主任 is no name; 会 of 会同 begins a verb.
_CUT_NAME = re.compile("会(?![同商])|员会")
_BY = re.compile("由(?<![经理缘自事]由)(?!于|此)")
_CARRY = re.compile(rf"(?:{alternatives(_LISTS['carry']['words'])})")
_HEADLINE = re.compile(rf"\((?<![^\n。;:\s]\()(?P<body>{_NAMED})\)")


@functools.cache
def _promises() -> re.Pattern[str]:
    ahead = rf"(?:{ADVERBS})*(?:{VERBS}|{_FOLLOW}|{MEANS}|于(?!是))"
    return re.compile(rf"(?:还|也|仍|正|并)?(?:(?:将|拟)(?={ahead})|计划|今后)")


@functools.cache
def _one(followed: str, named: Literal["any", "listed", "strict"]) -> re.Pattern[str]:
    """One body of a list. `any` leaves out what no name opens with, `listed` knows own and listed bodies only,
    `strict` looks at the openings itself: slow, and needed only where the quick ones disagree."""
    body = rf"(?:{_LISTED}|(?!{_NO_NAME}){_NAMED})" if named == "strict" else _BODY
    first = rf"(?:{_LISTED})" if named == "listed" else body
    return re.compile(rf"(?P<body>{first})(?:(?P<more>{_AND})(?={body})|{_AND_OTHERS}(?={_FOLLOWED[followed]}))")


@dataclass(frozen=True, slots=True)
class Subject:
    """Subjects named in a unit: as written, where, and whether somebody else than the writer is told to act."""

    raw: str
    start: int
    end: int
    bodies: tuple[str, ...]
    directive: bool


@dataclass(frozen=True, slots=True)
class _Names:
    start: int
    end: int
    bodies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """How the clauses of a unit open: its subject, if it names one, where each clause's predicate begins, and who is
    said to help (市财政局配合)."""

    subject: Subject | None
    predicates: tuple[int, ...]
    helpers: tuple[str, ...] = ()


def heads_of(matched: str, pieces: tuple[Span, ...]) -> Heads:
    """The explicit subject of a unit whose clauses are `pieces`, those who act with it included (SPEC §5 rule 1).

    The first clause may open with any subject; behind it only one with an auxiliary counts (各区县要…).
    """
    subjects: list[_Names] = []
    early: list[_Names] = []
    helpers: list[str] = []
    predicates: list[int] = []
    opening = True
    for start, end in pieces:
        cue = _CUE.match(matched, start, end)
        begin = cue.end() if cue else start
        names = _list("acting" if opening else "told", matched, begin, end)
        helping = _helping(matched, begin, end)
        if start > pieces[0][0] and not names:
            helpers += partners_at(matched, begin, end)
        if helping:
            helpers += helping
            predicates.append(end)
        elif opening and end < pieces[-1][1] and matched.endswith(_WHEN, begin, end):
            early += [names] if names and _is_office(matched[names.start : names.end]) else []
            predicates.append(end)
            continue
        else:
            subjects += [names] if names else []
            predicates.append(names.end if names else begin)
        opening = opening and begin >= end
    subjects = subjects or early
    if not subjects and (agents := _agents(matched, pieces)):
        subjects = [agents]
        places = zip(predicates, pieces, strict=True)
        predicates = [agents.end if start < agents.end <= end else at for at, (start, end) in places]
    subject = _subject(matched, subjects, pieces[-1][1], helpers) if subjects else None
    return Heads(subject, tuple(predicates), tuple(dict.fromkeys(helpers)))


def _helping(matched: str, start: int, end: int) -> tuple[str, ...]:
    """Who is said to help in a clause that says nothing else: 市财政局、市审计局配合."""
    if not matched.endswith(_HELP_ENDS, start, end):
        return ()
    names = _list("acting", matched, start, end)
    return names.bodies if names and _HELPS.match(matched, names.end, end) else ()


def _is_office(name: str) -> bool:
    return name in _OWN_BODIES or name.endswith(_OFFICES)


def _agents(matched: str, pieces: tuple[Span, ...]) -> _Names | None:
    """Who acts in a sentence turned round: 具体办法由市民政局制定."""
    for start, end in pieces:
        by = _BY.search(matched, start, end)
        names = _list("acting", matched, by.end(), end) if by else None
        if names and not _CUT_NAME.match(matched, names.end, end):
            return names
    return None


def _subject(matched: str, named: list[_Names], end: int, helpers: list[str]) -> Subject:
    bodies = [body for names in named for body in names.bodies]
    bodies += [body for names in named for body in partners_at(matched, names.end, end)]
    return Subject(
        raw=matched[named[0].start : named[0].end],
        start=named[0].start,
        end=named[0].end,
        bodies=tuple(dict.fromkeys([*bodies, *helpers])),
        directive=any(_is_order(matched, names) for names in named),
    )


def carries_on(matched: str, start: int) -> bool:
    """Whether the unit opens with 同时, 并 …, which keep the subject of the sentence before."""
    return _CARRY.match(matched, start) is not None


def is_the_writer(subject: Subject) -> bool:
    """Whether the subject is the writer: 我局, 我们, 我省."""
    return subject.raw in _OWN_BODIES


def promises_itself(matched: str, subject: Subject) -> bool:
    """Whether the writer announces something of its own: 我局将…, 我们计划… (SPEC §17)."""
    return is_the_writer(subject) and _promises().match(matched, subject.end) is not None


def partners_at(matched: str, start: int, end: int) -> tuple[str, ...]:
    """Public bodies a predicate names as acting with its subject: 会同市财政局制定…"""
    together = _TOGETHER.match(matched, start, end)
    if not together:
        return ()
    names = _list("beside", matched, together.end(), end)
    bare = None if names else _BARE.match(matched, together.end(), end)
    return names.bodies if names else tuple(_JOINED.split(bare["names"])) if bare else ()


def departments(matched: str) -> tuple[tuple[int, str], ...]:
    """Where another department begins to speak in a joint letter: `(区农业农村局)` at the head of a line or part."""
    return tuple(
        (found.start(), found["body"])
        for found in _HEADLINE.finditer(matched)
        if not _NO_NAME_HERE.match(matched, found.start("body"))
    )


def meant(name: str, issuer: str | None) -> tuple[str, ...]:
    """The bodies a subject means: 我们 is the agency, all of them where several sign, where one is known; 我市 stays
    the city as a whole."""
    if name in _SELF:
        return tuple(issuer.split("、")) if issuer else (name,)
    return (_one_meant(name, issuer),)


def _one_meant(name: str, issuer: str | None) -> str:
    if issuer and _BARE_ONLY.fullmatch(name) and (level := _PLACE.match(issuer)):
        return short_name(level[0] + name)
    if name in _GOVERNMENT:
        return issuer if issuer and issuer.endswith("政府") else _GOVERNMENT[name]
    return name if name in _KEPT else _WHOLE.get(name) or short_name(name)


def agency_of(metadata: Metadata) -> str | None:
    """The customary name of the body that signs; where the text names none, the publisher of the page."""
    if metadata.agency and metadata.agency.short:
        return metadata.agency.short
    full = (metadata.agency.normalised if metadata.agency else None) or metadata.publisher
    return short_name(full) if full else None


@functools.lru_cache(maxsize=256)
def issuer_of(agency: str) -> str:
    """Whose promise an unnamed one is: an office signs for its government (SPEC §5 rule 4)."""
    return _OFFICE.sub(r"\1", agency)


def _list(followed: str, matched: str, start: int, end: int) -> _Names | None:
    """A chain of bodies joined by 、 和 及 与; each is read once, so the time is linear."""
    bodies: list[str] = []
    at, named = start, _may_be_named(matched, start, end)
    while found := _one(followed, "any" if named else "listed").match(matched, at, end):
        if found["more"]:
            named = _may_be_named(matched, found.end(), end)
            if not named and not _listed_here(matched, found.end(), end):
                found = _one(followed, "strict").match(matched, at, end)
                if not found:
                    return None
                named = _may_be_named(matched, found.end(), end)
        bodies.append(found["body"])
        at = found.end()
        if not found["more"]:
            return _Names(start, at, tuple(bodies))
    return None


def _may_be_named(matched: str, at: int, end: int) -> bool:
    return _NO_NAME_HERE.match(matched, at, end) is None


def _listed_here(matched: str, at: int, end: int) -> bool:
    return _LISTED_HERE.match(matched, at, end) is not None


def _is_order(matched: str, names: _Names) -> bool:
    return all(body not in _OWN_BODIES for body in names.bodies) and _ORDER.match(matched, names.end) is not None
