"""The readable name of what a number measures: its head before or behind it (SPEC §8, §9).

    示范店20家 → 示范店数        8个服务站 → 服务站数        占职工总数的41% → 女职工占职工总数比重

An elided head is taken over from the number before; `分别` and pairs give each value its own head. The name is for
people and, through `metrics.metric_key`, for comparing; it is cut off rather too little than too much, so that a small
edit of the sentence leaves it alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from services.parser.lexicon import load
from services.parser.reading.commitments.modality import VERBS
from services.parser.reading.numbers.lead_words import KEPT, LONGEST, TRAILING, before_head
from services.parser.reading.numbers.passages import Passage
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.patterns import alternatives
from services.parser.text.numerals import number

_WORDS = load("metrics")
_SUFFIX: dict[str, str] = {unit: suffix for unit, suffix in _WORDS["suffix"].items() if unit != "reason"}
_LEVEL = re.compile(alternatives(_WORDS["levels"]["words"]))
_SHARE_OF = re.compile(r"占(?![比地])([^,;。占]{1,40}?)(?:的|比重|比例|总量|总数)*$")
_BESIDE = re.compile(r"(?:高于|低于|快于|慢于|超过|高出|领先|优于)[^,;。、]{0,16}$")
_TIMES = re.compile(r"(?:是|为|相当于|达到|达)[^,;。、]{1,16}$")
_SPEED = re.compile(r"(?:年均)?(?:增速|增幅|增长率|降幅)$")
_RISING = re.compile(r"(?:增|提高|提升|上升|扩大|降|减|下降|缩|压缩|升|跃升|拓展|扩展|增加|减少)[^,;。]{0,2}[到至为]")
#: 加强15%的…: what stands before the number only acts on it.
_VERB_ONLY = re.compile(f"(?:{VERBS})+")
#: 为200万名中小学生开展…: what is done for them is no part of who is counted.
_SERVED = re.compile("(?<=..)" + alternatives(_WORDS["served"]["words"]))
_QUALITY = re.compile(f"[{_WORDS['qualities']['ends']}]$")
_NOUN_BEHIND = re.compile("(?:、[^,。;、0-9的]{2,10})+的([^,。;、0-9]{2,})")
_POST = re.compile(r"^(?:以上|的|以下)+")
_AND = re.compile(" ?(?:[、和及与]|以及) ?")
_DUN = re.compile("、")
#: 和 of 和美乡村 joins nothing.
_JOINS = re.compile("[、,及]|和(?![美谐平睦善])")
_TAG_REACH = 30


@dataclass(frozen=True, slots=True)
class Head:
    """`name` reads as the metric's name; `elided` where it was taken over from the number before; `uneven` where 分别
    announces another number of values than there are names, so that nobody can tell which is whose (SPEC §9)."""

    name: str
    elided: bool = False
    uneven: bool = False


def find_heads(passage: Passage) -> tuple[Head, ...]:
    """One head per number of the passage, in order."""
    return passage.once("heads", lambda: tuple(_heads(passage)))


def _heads(passage: Passage) -> list[Head]:
    heads: list[Head] = []
    for index in range(len(passage.quantities)):
        heads.append(_head(passage, index, heads[-1].name if heads else ""))
    for group in groups(passage):
        names = (
            _counted_before(passage, group, heads)
            or _distributed(passage, group, heads[group[0]].name)
            or _named_before(passage, group, heads[group[0]].name)
        )
        uneven = names[0] == names[-1] and _uneven(passage, group, heads[group[0]])
        for index, name in zip(group, names, strict=True):
            heads[index] = Head(name, heads[group[0]].elided, uneven)
    return heads


def _head(passage: Passage, index: int, previous: str) -> Head:
    quantity, own = passage.quantities[index], _own(passage, index)
    before, phrase = before_head(own), passage.phrase(quantity)
    behind = "" if _RISING.match(phrase) else _POST.sub("", _described(passage, quantity, phrase)).strip()[:LONGEST]
    if not before and (not previous or own.lstrip("、,").startswith("分别")):
        previous = with_suffix(before_head(passage.previous_clause(quantity)), quantity) or previous
    if quantity.countable:
        return _counted(passage, index, before, behind, previous)
    if quantity.cls in ("percent", "tenth"):
        return _percentage(
            quantity, own, before, behind if phrase.startswith("的") or quantity.cls == "tenth" else "", previous
        )
    if quantity.cls == "multiple" and _TIMES.search(own):
        before = before_head(_TIMES.sub("", own))
    return Head(before) if before else Head(previous or behind, bool(previous))


def _described(passage: Passage, quantity: Quantity, phrase: str) -> str:
    """40个吸引力强、带动面广的消费场景: the noun stands behind the qualities."""
    if not _QUALITY.search(phrase):
        return phrase
    noun = _NOUN_BEHIND.match(passage.right(quantity), len(phrase))
    return noun[1] if noun else phrase


def _own(passage: Passage, index: int) -> str:
    """What stands before number `index` and is its own: 覆盖率 of 5个集团、覆盖率达, for 集团 is what 5个 counts."""
    own = passage.before(index)
    noun, mark, rest = own.partition("、")
    behind = index and passage.clause(passage.quantities[index].start)[0] < passage.quantities[index - 1].end
    return rest if behind and noun and mark and passage.quantities[index - 1].countable and rest else own


def _percentage(quantity: Quantity, own: str, before: str, behind: str, previous: str) -> Head:
    cut = before_head(TRAILING.sub("", own)) if "占" in own else ""
    share = _SHARE_OF.search(cut)
    if share:
        subject = before_head(cut[: share.start()])
        whose = subject or _SPEED.sub("", previous).removesuffix("数")
        return Head(f"{whose}占{share[1]}比重", not subject)
    if quantity.norm_unit != "%" and _BESIDE.search(own):
        subject = before_head(_BESIDE.sub("", own))
        return Head(f"{subject or previous}增速" if not subject.endswith("率") else subject, not subject)
    if _SPEED.fullmatch(before) and previous:
        return Head(previous + before, True)
    if behind and (not before or _VERB_ONLY.fullmatch(before)):
        return Head(f"{behind}占比")
    if before.endswith("占"):
        return Head(f"{before}比")
    return Head(before) if before else Head(previous, bool(previous))


def _counted(passage: Passage, index: int, before: str, behind: str, previous: str) -> Head:
    quantity = passage.quantities[index]
    if passage.left(quantity).endswith(("为", "给", "在")):
        behind = _SERVED.split(behind, maxsplit=1)[0]
    if behind and not _JOINS.match(passage.matched, quantity.end):
        return Head(with_suffix(_flow_tag(passage, quantity) + behind, quantity))
    level = _LEVEL.fullmatch(before)
    if level and previous:
        return Head(level[0] + _LEVEL.sub("", previous, count=1), True)
    if not before:
        if "累计" in passage.before(index):
            previous = KEPT.sub("", previous)
        return Head(previous or with_suffix(behind, quantity), bool(previous))
    return Head(with_suffix(_inherited_tag(passage, index, before, previous) + before, quantity))


def with_suffix(head: str, quantity: Quantity) -> str:
    """示范店 → 示范店数; a name that says its own number stays."""
    suffix = _SUFFIX.get(quantity.norm_unit, "数") if quantity.countable else ""
    suffix = "数" if suffix == "人数" and head.endswith("人") else suffix
    return head if not head or head.endswith((suffix, "数", "数量")) else head + suffix


def _flow_tag(passage: Passage, quantity: Quantity) -> str:
    """新建20个…: the verb of newness stays in the name."""
    tags = list(KEPT.finditer(passage.left(quantity)))
    return tags[-1][0] if tags and len(tags[-1].string) - tags[-1].end() < _TAG_REACH else ""


def _inherited_tag(passage: Passage, index: int, before: str, previous: str) -> str:
    """新评定区级A5个、B8个: what tags the first covers what is coordinated with it (SPEC §14.37)."""
    if not previous or not index or _LEVEL.match(before) or KEPT.match(before):
        return ""
    between = passage.matched[passage.quantities[index - 1].end : passage.quantities[index].start]
    tag = re.match(f"(?:{KEPT.pattern})?(?:{_LEVEL.pattern})?", previous)
    if not tag or not tag[0]:
        return ""
    if between.startswith(",") and previous[tag.end() : tag.end() + 2] == before[:2]:
        return tag[0]
    if not between.startswith("、"):
        return ""
    kept = KEPT.match(previous)
    return tag[0] if _opens_list(passage, index, tag[0]) else kept[0] if kept else ""


def _opens_list(passage: Passage, index: int, tag: str) -> bool:
    """Whether the first item of the list that number `index` stands in bears the tag."""
    clause = passage.clause(passage.quantities[index].start)[0]
    first = passage.quantities[bisect_left(passage.quantities, clause, key=lambda quantity: quantity.start)]
    return tag in passage.left(first)


def groups(passage: Passage) -> list[list[int]]:
    """Runs of numbers joined by 、 or 和 with nothing else between: values that belong to heads named before."""
    runs: list[list[int]] = []
    for index in range(1, len(passage.quantities)):
        last, this = passage.quantities[index - 1], passage.quantities[index]
        if not _AND.fullmatch(passage.matched, last.end, this.start):
            continue
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index - 1, index])
    return runs


def group_of(passage: Passage, index: int) -> str | None:
    """分别 where the number is one of a list that a 分别 announces."""
    joined = any(
        _AND.fullmatch(passage.matched, passage.quantities[first].end, passage.quantities[first + 1].start)
        for first in (index - 1, index)
        if 0 <= first < len(passage.quantities) - 1
    )
    return "分别" if joined and "分别" in passage.left(passage.quantities[index]) else None


def _distributed(passage: Passage, group: list[int], name: str) -> list[str]:
    """`A、B行业产值分别增长x和y` → A产值, B产值; [] where the counts differ."""
    names = split_heads(name, len(group))
    return [with_suffix(head, passage.quantities[index]) for index, head in zip(group, names, strict=False)]


def _counted_before(passage: Passage, group: list[int], heads: list[Head]) -> list[str]:
    """引进项目45个、资金38亿元,分别增长x、y: each value is of the thing whose number stands at its place."""
    first = group[0]
    if first != len(group) or not heads[first].elided or group_of(passage, first) is None:
        return []
    return [heads[index].name for index in range(first)]


def _uneven(passage: Passage, group: list[int], head: Head) -> bool:
    """三个名字分别对两个数: the names stand in the clause, and however they are counted the values are not as many."""
    if head.elided or group_of(passage, group[0]) is None:
        return False
    names = (head.name, head.name.rpartition("的")[2])
    counts = {len([part for part in cut.split(name) if part]) for name in names for cut in (_AND, _DUN)}
    return max(counts) > 1 and len(group) not in counts


def _named_before(passage: Passage, group: list[int], name: str) -> list[str]:
    """`A、B等领域发展迅速,增加值分别增长x和y`: the heads stand in the clause before. Else the common head stays."""
    listed = _LISTED.search(passage.previous_clause(passage.quantities[group[0]]))
    parts = [part for part in listed[1].split("、") if part] if listed and metric_noun(name) == name else []
    return [part + name for part in parts] if len(parts) == len(group) else [name] * len(group)


_LISTED = re.compile(r"(?:^|中|,)([^,中]{2,60}?)等")
_NOUNS = alternatives(_WORDS["nouns"]["tails"])
_NOUN = re.compile(f"(?:的[^、和及与]{{1,16}}|(?:产业|行业|集群|领域)?(?:企业)?)?{_NOUNS}$")


def split_heads(name: str, count: int) -> list[str]:
    """`name` split at 、和及与 into `count` heads which share the noun behind the last one, or []."""
    plain = name.removesuffix("数")
    ending = name[len(plain) :]
    if count == 2 and "城乡" in plain and not _AND.search(plain):
        return [plain.replace("城乡", area, 1) + ending for area in ("城镇", "农村")]
    parts = [part for part in _AND.split(plain) if part]
    if len(parts) > count:
        parts = [part for part in plain.split("、") if part]
    if len(parts) > count and len(parts) == 1 + plain.count("、") and "和" in parts[-1]:
        return []
    if len(parts) != count:
        return []
    parts[-1] = _apposition(parts[-1], count)
    noun = _NOUN.search(parts[-1])
    if noun and noun[0] == parts[-1]:
        noun = None
    level = _LEVEL.match(parts[0])
    return [_completed(part, parts[0], noun[0] if noun else "", level[0] if level else "") + ending for part in parts]


_APPOSITION = re.compile("([一二三四五六七八九十两0-9]+)[大个类项][^、和]{2,12}$")


def _apposition(part: str, count: int) -> str:
    """A、B、C三大产业: the apposition that sums them up belongs to none of them."""
    found = _APPOSITION.search(part)
    return part[: found.start()] or part if found and number(found[1]) == count else part


def _completed(part: str, first: str, noun: str, level: str) -> str:
    """`part` with what it shares with its neighbours: the level before, the stem of the first one, the noun behind."""
    if level and not _LEVEL.match(part):
        part = level + part
    if part != first and len(part) <= 3 and len(first) > len(part) + 2 and part[-1] == first[-1]:
        part = first[: -len(part)] + part
    for length in range(len(noun), 0, -1):
        if part.endswith(noun[:length]):
            return part + noun[length:]
    return part + noun


def metric_noun(name: str) -> str:
    """The noun at the end of a metric's name that says what is measured: 汽车产业增加值 → 增加值."""
    found = re.search(f"{_NOUNS}$", name)
    return found[0] if found else ""
