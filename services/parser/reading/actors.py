"""Who acts: subjects in the text, and the bodies they mean (SPEC §5, §17).

Resolution is in commitments.py; here is what one unit says by itself. Addressees (支持企业…, 推动各区县…) never stand
at the head of a clause and so are never taken for actors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.domain.document import Metadata
from services.parser.lexicon import load
from services.parser.reading.bodies import short_name
from services.parser.reading.clauses import Span
from services.parser.reading.modality import ADVERBS, MEANS, MODALS, PREPOSITIONS, STRICT, VERBS, alternatives

_LISTS = load("actors")
_SELF = frozenset(_LISTS["self"]["words"])
_KEPT = frozenset(_LISTS["territory"]["keep"])
_GOVERNMENT: dict[str, str] = _LISTS["territory"]["government"]
_OFFICE = re.compile(_LISTS["office"]["pattern"])

_LEVELS = alternatives(_LISTS["level"]["words"])
_SUFFIXES = alternatives(_LISTS["suffix"]["words"])
_CLASSES = "|".join(_LISTS["classes"]["patterns"])
_OWN_BODIES = frozenset([*_SELF, *_KEPT, *_GOVERNMENT])
_OWN = alternatives(_OWN_BODIES)
_NAME_START = rf"(?!{VERBS}|{ADVERBS}|{PREPOSITIONS}|{MEANS})"
_NAMED = rf"{_NAME_START}(?:[\u4e00-\u9fff]{{2,7}}?)?(?:{_LEVELS})[\u4e00-\u9fff]{{0,14}}?(?:{_SUFFIXES})"
_BODY = rf"(?:{_OWN}|{_CLASSES}|{_NAMED})"
_AND = "(?:、|和|及|与|以及)"
_FOLLOW = alternatives(_LISTS["follow"]["words"])
_ACTS = rf"(?:{MODALS}|{_FOLLOW}|{MEANS}|(?:{ADVERBS}){{0,4}}(?:{STRICT}))"
_AUXILIARY = rf"(?:{ADVERBS})?(?:{MODALS})"

_CUE = re.compile(rf"[\s—]*(?:\([^()]{{1,20}}\))?(?:(?:{'|'.join(_LISTS['cues']['patterns'])})[,:]?){{0,3}}")
#: One body of a list; what may follow it decides where its name ends.
_ACTING = re.compile(rf"(?P<body>{_BODY})(?:(?P<more>{_AND})(?={_BODY})|(?={_ACTS}))")
_TOLD = re.compile(rf"(?P<body>{_BODY})(?:(?P<more>{_AND})(?={_BODY})|(?={_AUXILIARY}))")
_BESIDE = re.compile(rf"(?P<body>{_BODY})(?:(?P<more>{_AND})(?={_BODY})|(?=[,。;:]|{_ACTS}|$))")
_TOGETHER = re.compile(rf"(?:{MODALS})?(?:{ADVERBS})?(?:{alternatives(_LISTS['together']['words'])})")
_ORDER = re.compile(rf"(?:{ADVERBS})?(?:要|应当|应|须|必须|需)(?!求)")
_CARRY = re.compile(rf"(?:{alternatives(_LISTS['carry']['words'])})")
_PROMISES = re.compile(rf"(?:还|也|仍|正|并)?(?:(?:将|拟)(?=(?:{ADVERBS})*(?:{VERBS}|{_FOLLOW}|{MEANS}|于(?!是)))|计划|今后)")
_HEADLINE = re.compile(rf"(?:(?<=[\n。;:\s])|^)\((?P<body>{_NAMED})\)")


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
    """How the clauses of a unit open: its subject, if it names one, and where each clause's predicate begins."""

    subject: Subject | None
    predicates: tuple[int, ...]


def heads_of(matched: str, pieces: tuple[Span, ...]) -> Heads:
    """The explicit subject of a unit whose clauses are `pieces`, those who act with it included (SPEC §5 rule 1).

    The first clause may open with any subject; behind it only one with an auxiliary counts (各区县要…).
    """
    subjects: list[_Names] = []
    predicates: list[int] = []
    opening = True
    for start, end in pieces:
        cue = _CUE.match(matched, start, end)
        begin = cue.end() if cue else start
        names = _list(_ACTING if opening else _TOLD, matched, begin, end)
        opening = opening and begin >= end
        subjects += [names] if names else []
        predicates.append(names.end if names else begin)
    return Heads(_subject(matched, subjects, pieces[-1][1]) if subjects else None, tuple(predicates))


def _subject(matched: str, named: list[_Names], end: int) -> Subject:
    bodies = [body for names in named for body in names.bodies]
    bodies += [body for names in named for body in partners_at(matched, names.end, end)]
    return Subject(
        raw=matched[named[0].start : named[0].end],
        start=named[0].start,
        end=named[0].end,
        bodies=tuple(dict.fromkeys(bodies)),
        directive=any(_is_order(matched, names) for names in named),
    )


def carries_on(matched: str, start: int) -> bool:
    """Whether the unit opens with 同时, 并 …, which keep the subject of the sentence before."""
    return _CARRY.match(matched, start) is not None


def promises_itself(matched: str, subject: Subject) -> bool:
    """Whether the writer announces something of its own: 我局将…, 我们计划… (SPEC §17)."""
    return subject.raw in _OWN_BODIES and _PROMISES.match(matched, subject.end) is not None


def partners_at(matched: str, start: int, end: int) -> tuple[str, ...]:
    """Public bodies a predicate names as acting with its subject: 会同市财政局制定…"""
    together = _TOGETHER.match(matched, start, end)
    names = _list(_BESIDE, matched, together.end(), end) if together else None
    return names.bodies if names else ()


def departments(matched: str) -> tuple[tuple[int, str], ...]:
    """Where another department begins to speak in a joint letter: `(区农业农村局)` at the head of a line or part."""
    return tuple((found.start(), found["body"]) for found in _HEADLINE.finditer(matched))


def meant(name: str, issuer: str | None) -> str:
    """The body a subject means: 我们 is the agency, where one is known; 我市 stays the city as a whole."""
    if name in _SELF:
        return issuer or name
    if name in _GOVERNMENT:
        return issuer if issuer and issuer.endswith("政府") else _GOVERNMENT[name]
    return name if name in _KEPT else short_name(name)


def agency_of(metadata: Metadata) -> str | None:
    """The customary name of the body that signs; where the text names none, the publisher of the page."""
    if metadata.agency and metadata.agency.short:
        return metadata.agency.short
    full = (metadata.agency.normalised if metadata.agency else None) or metadata.publisher
    return short_name(full) if full else None


def issuer_of(agency: str) -> str:
    """Whose promise an unnamed one is: an office signs for its government (SPEC §5 rule 4)."""
    return _OFFICE.sub(r"\1", agency)


def _list(body: re.Pattern[str], matched: str, start: int, end: int) -> _Names | None:
    """A chain of bodies joined by 、 和 及 与; each is read once, so the time is linear."""
    bodies: list[str] = []
    at = start
    while found := body.match(matched, at, end):
        bodies.append(found["body"])
        at = found.end()
        if not found["more"]:
            return _Names(start, at, tuple(bodies))
    return None


def _is_order(matched: str, names: _Names) -> bool:
    return all(body not in _OWN_BODIES for body in names.bodies) and _ORDER.match(matched, names.end) is not None
