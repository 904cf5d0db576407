"""Edits drawn from the grammar: each operator makes one edit that means one thing, or None where there is no place."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from services.domain.commitment import Commitment, Target
from services.domain.document import Document
from services.domain.figure import Figure
from services.parser.lexicon import load
from services.parser.text.layers import match

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
#: Targets without a number of their own: what to say instead, and what that is.
_IMPLICIT = {
    "万亿级": ("千亿级", "target_lowered"),
    "双倍增": ("增长", "target_removed"),
    "全覆盖": ("基本覆盖", "target_removed"),
}
_VERBS = {
    level: [w for g in load("verbs")["group"] if g["strength"] == level for w in g["words"] if len(w) == 2]
    for level in (2, 4)
} | {3: ["力争", "努力", "争取"], 1: ["探索"]}
_SCOPES = [["市级", "国家级", "省级", "区县级"], ["规模以上", "限额以上"], ["全市", "全省", "全国"]]
_PLACES = ["渔港", "林场", "渠道", "苗圃", "码头", "驿站", "湖泊", "草场"]
_THINGS = ["巡护", "疏浚", "育种", "检疫", "测绘", "修缮", "值守", "储备"]
_NOUNS = ["台账", "队伍", "站点", "规程", "名录", "体系", "标准", "档案"]
_SAFE = ("推广", "建立", "完善", "加强", "推进", "开展")


@dataclass(frozen=True, slots=True)
class Edit:
    """`types` is everything that may be told. `token`: characters of the edited token, both sides; 0 for others."""

    operator: str
    document: Document
    text: str
    types: tuple[str, ...]
    hit: str
    token: int = 0


Made = Edit | None


def put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _sentence(draw: random.Random) -> str:
    clauses = [f"{draw.choice(_SAFE)}{draw.choice(_PLACES)}{draw.choice(_THINGS)}{draw.choice(_NOUNS)}" for _ in "ab"]
    return ",".join(clauses) + "。"


def _unit(draw: random.Random) -> str:
    return f"市{draw.choice('渔盐茶丝粮陶')}{draw.choice('政务业')}{draw.choice('局委')}"


def _amount_span(document: Document, item: Target | Figure) -> tuple[int, int] | None:
    """The number with its unit, a whole range being one; comparators around it are words of their own."""
    unit = re.escape(match(item.unit).lstrip("万亿"))
    pattern = rf"[\d.]+[万亿]*(?:—[\d.]+[万亿]*)?[余多]?(?:{unit}|[万亿]*[元%家个条户年项])?"
    found = re.compile(pattern).search(match(document.text), item.start, item.end)
    return found.span() if found else None


def value(document: Document, target: Target, draw: random.Random) -> Made:
    span = _amount_span(document, target)
    if span is None:
        if match(target.raw) not in _IMPLICIT:
            return None
        new, kind = _IMPLICIT[match(target.raw)]
        text = put(document.text, target.start, target.end, new)
        return Edit("value", document, text, (kind,), target.id)
    numbers = list(_NUMBER.finditer(document.text, *span))
    old = numbers[-1]
    factor = draw.choice([0.4, 0.6, 0.8, 1.2, 1.5, 2])
    number = float(old[0]) * factor
    new = f"{number:.1f}" if "." in old[0] else str(max(round(number), 1))
    if float(new) == float(old[0]) or (len(numbers) == 2 and float(new) <= float(numbers[0][0])):
        new = str(int(float(old[0])) + 2)
    kind = "target_raised" if float(new) > float(old[0]) else "target_lowered"
    token = 2 * (span[1] - span[0]) + len(new) - len(old[0])
    return Edit("value", document, put(document.text, *old.span(), new), (kind,), target.id, token)


def unit(document: Document, target: Target, draw: random.Random) -> Made:
    """Another magnitude is another value; another dimension another target."""
    span = _amount_span(document, target)
    if span is None or "—" in target.raw:
        return None
    at = _NUMBER.match(document.text, span[0])
    if at is None:
        return None
    rest = match(document.text)[at.end() : span[1]]
    kinds: tuple[str, ...]
    if "亿" in rest and "万亿" not in rest:
        new, kinds = rest.replace("亿", "万"), ("target_lowered",)
    elif "万亿" in rest:
        new, kinds = rest.replace("万亿", "亿"), ("target_lowered",)
    elif rest in ("家", "个", "户") and draw.random() < 0.5:
        new, kinds = "万" + rest, ("target_raised",)
    elif rest in ("家", "个", "户", "条", "种"):
        new, kinds = "亩", ("target_removed", "target_added")
    else:
        return None
    token = 2 * (span[1] - span[0]) + len(new) - len(rest)
    return Edit("unit", document, put(document.text, at.end(), span[1], new), kinds, target.id, token)


def scope(document: Document, target: Target, draw: random.Random) -> Made:
    text = match(document.text)
    start = max(text.rfind(sign, 0, target.start) for sign in ",;。、\n") + 1
    end = min((place for sign in ",;。、\n" if (place := text.find(sign, target.end)) >= 0), default=len(text))
    for words in _SCOPES:
        for word in words:
            at = text.find(word, start, end)
            if at >= 0:
                new = draw.choice([other for other in words if other != word])
                types = ("target_scope_changed",)
                return Edit("scope", document, put(document.text, at, at + len(word), new), types, target.id,
                            len(word) + len(new))  # fmt: skip
    head = text[start : target.start]
    if re.fullmatch(r"[\u4e00-\u9fff]{3,12}", head) and not re.match("到|力争|达|超|占|推|实|建|每|各|不|新|开", head):
        new = draw.choice(["国家级", "市级"])
        types = ("target_scope_changed",)
        return Edit("scope", document, put(document.text, start, start, new), types, target.id, len(new))
    return None


def _dates(draw: random.Random) -> str:
    year = draw.randint(2026, 2032)
    return draw.choice([
        f"{year}年底前", f"到{year}年", f"{year}年{draw.randint(1, 12)}月底前", f"{year}年上半年",
        f"{year}年第{draw.choice('一二三')}季度末前", f"{year}年{draw.randint(1, 12)}月15日前",
    ])  # fmt: skip


def deadline(document: Document, promise: Commitment, draw: random.Random) -> Made:
    term = promise.deadline
    if term is not None and term.source == "explicit" and (year := re.search(r"20\d\d", term.raw)):
        at = match(document.text).find(term.raw, promise.start, promise.end) + year.start()
        new = str(int(year[0]) + draw.choice([-1, 1, 2, 3]))
        text = put(document.text, at, at + 4, new)
        return Edit("deadline", document, text, ("deadline_moved",), promise.id, 10)
    if term is not None and term.source in ("explicit", "carried"):
        return None
    if re.match("下一步|20|“|同时|[^,。]{0,6}期间", promise.text):
        return None
    text = put(document.text, promise.start, promise.start, _dates(draw) + ",")
    return Edit("deadline", document, text, ("deadline_moved",), promise.id)


def modality(document: Document, promise: Commitment, draw: random.Random) -> Made:
    actions = [x for x in promise.actions if x.strength < 5 and x.verb in _VERBS.get(x.strength, ())]
    if not actions:
        return None
    action = draw.choice(actions)
    level = draw.choice([level for level in _VERBS if level != action.strength])
    verb = draw.choice(_VERBS[level])
    at = match(document.text).find(action.verb, action.start)
    kind = "modality_softened" if level < action.strength else "modality_strengthened"
    return Edit("modality", document, put(document.text, at, at + 2, verb), (kind,), promise.id, 4)


def actor(document: Document, promise: Commitment, draw: random.Random) -> Made:
    units = next((x for x in document.responsible_units if x.id == promise.units_ref), None)
    if units is None:
        return None
    text = match(document.text)
    at = text.find(units.units[0], units.start)
    end = text.rfind(units.units[-1], 0, units.end) + len(units.units[-1])
    names = list(units.units)
    if any(name not in text[at:end] for name in names) or "(" in text[at:end] or len(names) < 3:
        return None
    kind = draw.choice(["actor_added", "actor_removed", "lead_actor_changed"])
    if kind == "actor_added":
        names.insert(draw.randint(1, len(names)), _unit(draw))
    elif kind == "actor_removed":
        names.pop(draw.randint(1, len(names) - 1))
    else:
        names[:2] = names[1::-1]
    return Edit("actor", document, put(document.text, at, end, "、".join(names)), (kind,), promise.id)


def insert(document: Document, promise: Commitment, draw: random.Random) -> Made:
    if not promise.text.endswith("。"):
        return None
    text = put(document.text, promise.end, promise.end, _sentence(draw))
    return Edit("insert", document, text, ("commitment_added",), promise.id)


def delete(document: Document, promise: Commitment, draw: random.Random) -> Made:
    carries = promise.deadline is not None and promise.deadline.source in ("explicit", "carried")
    if carries or promise.actor_source == "explicit" or not promise.text.endswith("。"):
        return None
    if document.text[promise.start - 1] not in "。\n":
        return None
    text = put(document.text, promise.start, promise.end, "")
    return Edit("delete", document, text, ("commitment_withdrawn",), promise.id)


def split(document: Document, promise: Commitment, draw: random.Random) -> Made:
    verbs = [action.start for action in promise.actions[1:] if document.text[action.start - 1] in ",，"]
    inner = [at for at in verbs if 12 < at - promise.start < len(promise.text) - 12]
    if not inner or re.search("[“(:;]|分别|分別", promise.text) or not promise.text.endswith("。"):
        return None
    at = draw.choice(inner)
    text = put(document.text, at - 1, at, "。同时")
    return Edit("split", document, text, ("commitment_split",), promise.id)


def merge(document: Document, promise: Commitment, draw: random.Random) -> Made:
    after = next((x for x in document.commitments if x.start == promise.end), None)
    if after is None or after.section != promise.section or not promise.text.endswith("。"):
        return None
    if after.actor_source == "explicit" or any(
        x.deadline and x.deadline.source == "explicit" for x in (promise, after)
    ):
        return None
    text = put(document.text, promise.end - 1, promise.end, ",并")
    return Edit("merge", document, text, ("commitment_merged",), promise.id)


def move(document: Document, promise: Commitment, draw: random.Random) -> Made:
    if delete(document, promise, draw) is None:
        return None
    places = [
        x.end for x in document.commitments
        if x.section != promise.section and x.basis == promise.basis and x.actors == promise.actors
        and x.text.endswith("。") and x.deadline == promise.deadline
    ]  # fmt: skip
    if not places:
        return None
    place = draw.choice(places)
    first, second = sorted([(promise.start, promise.end, ""), (place, place, promise.text)], reverse=True)
    text = put(put(document.text, *first), *second)
    return Edit("move", document, text, ("commitment_moved",), promise.id)


def figure(document: Document, draw: random.Random) -> Made:
    numbers = [x for x in document.figures if x.kind != "scope_count" and _NUMBER.search(x.raw)]
    if not numbers:
        return None
    found = draw.choice(numbers)
    number = _NUMBER.search(document.text, found.start, found.end)
    amount = _amount_span(document, found)
    if number is None or amount is None or number.start() != amount[0] or document.text[number.end()] == ",":
        return None
    new = f"{float(number[0]) + 0.5:g}" if "." in number[0] else str(int(number[0]) + draw.randint(1, 9))
    token = 2 * (amount[1] - amount[0]) + len(new) - len(number[0])
    return Edit("figure", document, put(document.text, *number.span(), new), ("figure_corrected",), found.id, token)


def wording(document: Document, promise: Commitment, draw: random.Random) -> Made:
    nouns = list(re.compile("企业|平台|产业|技术|服务|工业").finditer(match(document.text), promise.start, promise.end))
    if not nouns:
        return None
    span = draw.choice(nouns).span()
    text = put(document.text, *span, draw.choice(_PLACES))
    return Edit("wording", document, text, ("commitment_reworded",), promise.id)


OF_TARGETS = {"value": value, "unit": unit, "scope": scope}
OF_COMMITMENTS = {
    "deadline": deadline, "modality": modality, "actor": actor, "insert": insert, "delete": delete, "split": split,
    "merge": merge, "move": move,
}  # fmt: skip
