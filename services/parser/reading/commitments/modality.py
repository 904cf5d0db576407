"""How firmly a clause binds: its leading verb and the level of SPEC §6, from 5 (guarantee) to 1 (explore).

    a clause ─► adverbs and modals skipped ─► longest verb ─► level, raised by an intensifier directly before it
             └► opens with a preposition   ─► the verb behind the adverbial
             └► opens with a noun phrase   ─► the verb behind an adverb or modal

Framing, and means without a verb of their own, carry no action.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from services.parser.lexicon import load
from services.parser.reading.commitments.clauses import Span, inside
from services.parser.reading.patterns import alternatives, guarded

DEFAULT = 4


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of action: `matched[start:end]` and its level."""

    word: str
    strength: int
    start: int
    end: int


def _levels(groups: list[dict[str, Any]]) -> dict[str, int]:
    """word -> level; where a word stands in two groups the first one counts."""
    levels: dict[str, int] = {}
    for group in groups:
        for word in group["words"]:
            levels.setdefault(word, group["strength"])
    return levels


_WORDING = load("wording")
_GROUPS = load("verbs")["group"]
_LEVEL = _levels(_GROUPS)
_NOMINAL = frozenset(word for group in _GROUPS if group.get("nominal") for word in group["words"])
_INTENSIFIERS = tuple(_WORDING["intensifiers"]["words"])
_FULL_ADVERBS = tuple(_WORDING["full"]["adverbs"])
_FULL_VERBS = frozenset(_WORDING["full"]["verbs"])

ADVERBS = guarded(_WORDING["adverbs"]["words"])
MODALS = guarded(_WORDING["modals"]["words"])
PREPOSITIONS = guarded(_WORDING["prepositions"]["words"])
MEANS = guarded(_WORDING["means"]["words"])
VERBS = guarded(_LEVEL)
#: Verbs that are no nouns: safe to look for inside a phrase.
STRICT = guarded(set(_LEVEL) - _NOMINAL)

#: Not followed by what turns a verb into an attribute or part of a noun (打造的…, 加速器).
_OPEN = "(?![的之者器率性员]|年代|值)"
_TIME = (
    r"(?=[连用利通到至在于今明后年近远上下第“0-9一二三四五六七八九十两])(?:连续|用|利用|通过|到|至|在|于)? ?"
    r"(?:(?:20[0-9]{2}|[0-9一二三四五六七八九十两]{1,3}) ?年|今年|明年|后年|年内|年底|年末|近期|远期|[上下]半年"
    r"|第?[一二三四1-4]季度|[0-9一二三四五六七八九十两]{1,3} ?(?:个?工作日|个月|天|小时)(?=之?内)"
    r"|[0-9]{1,2}月份?(?:[0-9]{1,2}[日号])?|“十[一二三四五六]五”(?:时期|期间)?)(?:底|末|内|初|的?时间)?之?以?前?"
)
_AHEAD = rf"(?:{ADVERBS}|“[^”]{{1,12}}”|{_TIME}|[、,])"
_HEAD = re.compile(rf"(?P<ahead>{_AHEAD}{{0,8}})(?P<verb>{VERBS}){_OPEN}")
_MEANS_HEAD = re.compile(rf"(?:{ADVERBS}){{0,4}}(?P<means>{MEANS})")
_PREPOSITION = re.compile(rf"(?:{ADVERBS}){{0,4}}(?P<preposition>{PREPOSITIONS})")
_LIGHT_WORD = re.compile(alternatives(_WORDING["light"]["words"]))
_ANY_STRICT = re.compile(rf"(?P<verb>{alternatives(set(_LEVEL) - _NOMINAL)}){_OPEN}")
_SKIPPED = re.compile(rf"(?:{ADVERBS}|{_TIME})*")
_ADVERB_WORDS = frozenset(_WORDING["adverbs"]["words"])
_MEANS_WORDS = frozenset(_WORDING["means"]["words"])
_LONGEST_ADVERB = max(map(len, _ADVERB_WORDS))
_PLACE = re.compile("|".join(_WORDING["places"]["patterns"]) + "|" + _WORDING["places"]["inner"])
_FRAMING = re.compile(rf"(?:{MODALS}|{ADVERBS}){{0,4}}(?:{'|'.join(_WORDING['framing']['patterns'])})")
_NAMES = re.compile(r"“[^”]*”|《[^》]*》|\([^()]*\)|〔[^〔〕]*〕")
_DISPOSAL = re.compile(rf"[将把].{{2,60}}?(?:{alternatives(_WORDING['disposal']['words'])})")
_COMPOUND = alternatives(_WORDING["fronted"]["compounds"])
#: What opens a clause whose object stands in front: behind 将 or 把 a noun, or a verb that is as often one (试点经验).
_FRONTED = (
    rf"(?:并|还|也|同时|继续|再){{0,2}}(?:将把|将|把)(?!{ADVERBS}|(?:{STRICT}){_OPEN}(?!{_COMPOUND}))[^,。;]{{2,24}}?"
)
_PERSIST = "坚持"
_TOGETHER = ("会同", "联合", "协同")
_BODY_END = re.compile("(?:局|委|厅|办|部门|单位|政府|机构|中心|院)(?:等(?:有关|相关)?(?:部门|单位|机构)?)?")
_BENEFITING = ("对", "给", "向")
#: 对首次突破5万人次的旅行社,…: who is meant; what is done for them stands in the next clause.
_WHOM = re.compile(rf"[^,。;]*的(?P<who>[^,。;的]{{0,10}}{alternatives(_WORDING['addressees']['ends'])})$")
_PARTNERS = ("会同", "联合", "协同", "与", "同", "对", "向", "就")
#: Auxiliaries of the future that open a clause.
_AUXILIARIES = ("将", "要", "拟")
#: A verb needs an object: at least this much must follow it inside a phrase.
_OBJECT = 2
_ATTRIBUTE = 14


@functools.cache
def _moved_object() -> re.Pattern[str]:
    """将时限压缩至3天 (a verb, then its goal), 将经验在全市推广 (a place, then a verb that ends the clause), and
    without 将 where the clause opens with what is measured: 办理时限压缩至3天."""
    places = alternatives(_WORDING["fronted"]["places"])
    last = alternatives(_WORDING["fronted"]["verbs"])
    goal, measures = (alternatives(_WORDING["fronted"][group]) for group in ("goals", "measures"))
    return re.compile(
        rf"{_FRONTED}(?:(?:{ADVERBS}){{0,3}}(?P<verb>{VERBS})(?:{goal})"
        rf"|(?:{places})[^,。;]{{1,20}}?(?:{ADVERBS}){{0,3}}(?P<last>{last})(?=[,。;:]|$))"
        rf"|(?!{ADVERBS}|(?:{STRICT})(?!{measures}))[^,。;]{{0,16}}?(?:{measures})[^,。;]{{0,12}}?(?:{ADVERBS}){{0,3}}(?P<raised>{VERBS})(?:{goal})"
    )


@functools.cache
def _strict_head() -> re.Pattern[str]:
    """Rarely asked for, and long to compile, like the two below."""
    return re.compile(rf"(?P<ahead>{_AHEAD}{{0,8}})(?P<verb>{STRICT}){_OPEN}")


@functools.cache
def _light_head() -> re.Pattern[str]:
    return re.compile(rf"(?P<ahead>{_LIGHT_WORD.pattern}(?:{ADVERBS}){{0,3}})(?P<verb>{VERBS})")


@functools.cache
def _told() -> re.Pattern[str]:
    """每个街道至少建设1所…: behind these a word that is as often a noun is a verb."""
    return re.compile(rf"(?:至少|最少|应当|必须)(?P<verb>{VERBS}){_OPEN}")


@functools.cache
def _closing() -> re.Pattern[str]:
    """会同市财政局进一步研究论证: a verb behind an adverb that ends the clause needs no object."""
    return re.compile(rf"(?:{ADVERBS})(?P<verb>{VERBS})(?:{VERBS})?$")


@functools.cache
def _noun_like() -> re.Pattern[str]:
    return re.compile(rf"(?<!直(?=通车))(?P<verb>{VERBS})(?=[^、和与及的等,。;]{{4}})")


def is_framing(matched: str, start: int, end: int) -> bool:
    """Whether the clause is political framing and promises nothing (SPEC §4)."""
    return _FRAMING.match(matched, start, end) is not None


def leading_verb(matched: str, start: int, end: int) -> Verb | None:
    """The verb of the clause `matched[start:end]`, its subject already cut off; None where it carries no action."""
    if start >= end or is_framing(matched, start, end):
        return None
    if matched.startswith(_PERSIST, start):
        return _verb(matched, _strict_head().match(matched, start + len(_PERSIST), end))
    moved = _moved_object().match(matched, start, end)
    if moved:
        return _named(matched, moved, moved.lastgroup or "verb")
    if not _disposal(matched, start, end):
        means = _MEANS_HEAD.match(matched, start, end)
        head = _HEAD.match(matched, start, end)
        if head and not (means and means.start("means") <= head.start("verb") and means.end() >= head.end()):
            return _verb(matched, head)
    return _behind(matched, start, end)


def means_verb(matched: str, start: int, end: int) -> Verb | None:
    """What a clause without a clear action still says: its means (突出…, 发挥…作用), else a verb that may be a noun."""
    if start >= end or is_framing(matched, start, end):
        return None
    found = _MEANS_HEAD.match(matched, start, end)
    if found:
        return Verb(found["means"], DEFAULT, found.start("means"), found.end())
    return _verb(matched, next(_noun_like().finditer(matched, start, end), None))


def strength(matched: str, start: int, end: int, *, directive: bool = False) -> int | None:
    """The level of the clause's verb, None without one; `directive`: somebody else is told to (各区县要…)."""
    verb = leading_verb(matched, start, end)
    return ordered(verb.strength, directive=directive) if verb else None


def ordered(level: int, *, directive: bool) -> int:
    """An order turns acting into a directive (SPEC §6); support and exploration stay what they are."""
    return 5 if directive and level == DEFAULT else level


def _disposal(matched: str, start: int, end: int) -> bool:
    """将…纳入…: 将 is a preposition here, and what directly follows it is the object."""
    return matched[start : start + 1] in ("将", "把") and _DISPOSAL.match(matched, start, end) is not None


def _behind(matched: str, start: int, end: int) -> Verb | None:
    """The verb behind an adverbial or a noun phrase: behind the word that closes it, or the first with an object."""
    preposition = _PREPOSITION.match(matched, start, end)
    names = tuple(name.span() for name in _NAMES.finditer(matched, start, end))
    if _LIGHT_WORD.search(matched, start, end):
        light = next(_free(_light_head().finditer(matched, start, end), names), None)
        if light:
            return _verb(matched, light)
    bare = matched[start : start + 1] in _AUXILIARIES
    if preposition is None:
        told = next(_free(_told().finditer(matched, start, end), names), None)
        return _verb(matched, told) or _first_verb(matched, start, end, names, described=True, bare=bare)
    begin = _skipped(matched, preposition.end(), end)
    together = matched.endswith(_TOGETHER, start, preposition.end())
    partner = _partners_verb(matched, begin, end) if together else None
    if partner:
        return partner
    if preposition["preposition"] in _MEANS_WORDS and _ANY_STRICT.match(matched, begin, end):
        return None
    whom = _WHOM.match(matched, begin, end) if preposition["preposition"] in _BENEFITING else None
    if whom and not _ANY_STRICT.search(matched, whom.start("who"), end):
        return None
    place = _last_place(matched, begin, end, names)
    head = None if place is None else _HEAD.match(matched, place, end)
    if head:
        return _verb(matched, head)
    found = _first_verb(matched, place or begin, end, names, bare=bare)
    if found or preposition["preposition"] not in _PARTNERS:
        return found
    return _verb(matched, _closing().search(matched, begin, end))


def _partners_verb(matched: str, start: int, end: int) -> Verb | None:
    """会同市财政局研究提高标准: what is done together stands right behind who does it."""
    heads = (_HEAD.match(matched, body.end(), end) for body in _BODY_END.finditer(matched, start, end))
    return _verb(matched, next(filter(None, heads), None))


def _skipped(matched: str, start: int, end: int) -> int:
    found = _SKIPPED.match(matched, start, end)
    return found.end() if found else start


def _last_place(matched: str, start: int, end: int, names: tuple[Span, ...]) -> int | None:
    """Where the adverbial ends: behind the last word that closes one, best one with a verb right behind it."""
    ends = [place.end() for place in _free(_PLACE.finditer(matched, start, end), names)]
    for at in reversed(ends):
        if at == end or _HEAD.match(matched, at, end):
            return at
    return ends[-1] if ends else None


def _first_verb(
    matched: str, start: int, end: int, names: tuple[Span, ...], *, described: bool = False, bare: bool = False
) -> Verb | None:
    """The first verb with an object of its own that is not right at the start. `described`: only behind an adverb;
    `bare`: behind an adverb it needs no object (将…适时推广)."""
    for found in _free(_ANY_STRICT.finditer(matched, start, end), names):
        at, over = found.span()
        adverb = at > start and _has_adverb(matched, start, at)
        acts = (adverb or not described) and (end - over >= _OBJECT or (adverb and bare))
        if at > start and acts and not _modifies(matched, over, end):
            return _verb(matched, found)
    return None


def _has_adverb(matched: str, start: int, at: int) -> bool:
    """Whether an adverb stands directly before `at`."""
    return any(matched[at - length : at] in _ADVERB_WORDS for length in range(1, min(_LONGEST_ADVERB, at - start) + 1))


def _modifies(matched: str, start: int, end: int) -> bool:
    """Whether a verb ending at `start` belongs to an attribute: 的 follows it closely, and another verb after that."""
    particle = matched.find("的", start, min(end, start + _ATTRIBUTE))
    return particle >= 0 and _ANY_STRICT.search(matched, particle, end) is not None


def _free(found: Iterable[re.Match[str]], names: tuple[Span, ...]) -> Iterator[re.Match[str]]:
    return (match for match in found if not inside(names, match.end() - 1))


def _verb(matched: str, found: re.Match[str] | None) -> Verb | None:
    if found is None:
        return None
    return _named(matched, found, "verb")


def _named(matched: str, found: re.Match[str], group: str) -> Verb:
    word, start = found[group], found.start(group)
    return Verb(word, _raised(_LEVEL[word], word, matched[max(0, start - 4) : start]), start, found.end(group))


def _raised(level: int, word: str, before: str) -> int:
    """The level after 全面, 坚决, 严格 directly before the verb, and 全力 or 充分 before 保障."""
    if level == DEFAULT and (
        before.endswith(_INTENSIFIERS) or (word in _FULL_VERBS and before.endswith(_FULL_ADVERBS))
    ):
        return 5
    return level
