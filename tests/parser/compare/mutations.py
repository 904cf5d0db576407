"""Generated edits over the founding documents, drawn from the grammar: each must have exactly one explanation.

    python tests/parser/compare/mutations.py [SEED]

prints recall and type accuracy per operator, changes on edits that mean nothing, and how much is marked for how much
was edited. Every commitment and every target is hit at least once. An edit counts as recalled when anything is told,
as typed when exactly the expected types are told, no more.
"""

from __future__ import annotations

import random
import re
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.domain.change import Comparison
from services.domain.commitment import Commitment, Target
from services.domain.document import Document
from services.domain.figure import Figure
from services.parser.compare.compare import compare
from services.parser.lexicon import load
from services.parser.reading.read import read_text
from services.parser.text.layers import match

SEEDS = Path(__file__).parents[3] / "seeds"
LEAST = 20
NON_EDITS = 300
SINGLES = 288

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
_PLACES = ["渔港", "林场", "灌区", "苗圃", "码头", "古镇", "湖泊", "牧区"]
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
    end = min(place for sign in ",;。、\n" if (place := text.find(sign, target.end)) >= 0)
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


def edits(documents: Sequence[Document], draw: random.Random, *, every: bool = True, least: int = LEAST) -> list[Edit]:
    """One edit for every target and commitment (`every`), then more of each operator that has fewer than `least`."""
    promises = [(x, promise) for x in documents for promise in x.commitments]
    targets = [(x, target) for x in documents for target in x.targets]
    made: list[Edit] = []
    if every:
        made += filter(None, (value(*spot, draw) for spot in targets))
        made += filter(None, (_any(*spot, draw) for spot in promises))
    makers: dict[str, Callable[[], Made]] = {
        name: partial(_drawn, operator, targets, draw) for name, operator in OF_TARGETS.items()
    }
    makers |= {name: partial(_drawn, operator, promises, draw) for name, operator in OF_COMMITMENTS.items()}
    makers["wording"] = partial(_drawn, wording, promises, draw)
    makers["figure"] = lambda: figure(draw.choice(documents), draw)
    for name, maker in makers.items():
        have = sum(edit.operator == name for edit in made)
        wanted = max(least, least * SINGLES // 72) if name in ("value", "modality", "figure") else least
        for _ in range(200 * least):
            edit = maker() if have < wanted else None
            if edit is not None:
                made.append(edit)
                have += 1
    return made


def _any(document: Document, promise: Commitment, draw: random.Random) -> Made:
    for operator in draw.sample(list(OF_COMMITMENTS.values()), len(OF_COMMITMENTS)):
        edit = operator(document, promise, draw)
        if edit is not None:
            return edit
    return wording(document, promise, draw)


def _drawn(operator: Callable[..., Made], spots: Sequence[tuple[Document, object]], draw: random.Random) -> Made:
    return operator(*draw.choice(spots), draw)


def _some(pattern: str, new: Callable[[str], str], text: str, draw: random.Random) -> str:
    """About half of the places, at least one where there are any."""
    places = list(re.finditer(pattern, text))
    for found in sorted(draw.sample(places, (len(places) + 1) // 2), key=lambda x: x.start(), reverse=True):
        text = put(text, *found.span(), new(found[0]))
    return text


def _unit_order(text: str, document: Document, draw: random.Random) -> str:
    lists = [x for x in document.responsible_units if len(x.units) > 3 and "(" not in x.text[6:-1]]
    if not lists:
        return text
    units = draw.choice(lists)
    start = text.index(":", units.start) + 1
    end = units.end - 1
    names = re.split("[、,]", text[start:end])
    rest = names[1:]
    draw.shuffle(rest)
    return put(text, start, end, "、".join([names[0], *rest]))


_WIDE = str.maketrans(",:;()%", "，：；（）％")
NON_OPERATORS: dict[str, Callable[[str, Document, random.Random], str]] = {
    "width": lambda text, _, draw: _some(r"[,:;()%]", lambda x: x.translate(_WIDE), text, draw),
    "digits": lambda text, _, draw: _some(r"\d", lambda x: chr(ord(x) + 0xFEE0), text, draw),
    "script": lambda text, _, draw: _some(r"[^\n]+", match, text, draw),
    "quotes": lambda text, _, draw: _some("[“”]", lambda x: {"“": "「", "”": "」"}[x], text, draw),
    "separators": lambda text, _, draw: _some(r"(?<!\d)、(?!\d)", lambda _: ",", text, draw),
    "spaces": lambda text, _, draw: _some(r"(?<=[，,。])(?=[\u4e00-\u9fff])", lambda _: " ", text, draw),
    "counters": lambda text, _, draw: f"{text}\n浏览次数:{draw.randint(1, 99999)}",
    "share bars": lambda text, _, draw: text + "\n" + draw.choice(["分享到:微信 微博", "打印|关闭", "相关稿件"]),
    "unit order": _unit_order,
    "reflow": lambda text, _, draw: _some("。(?=[^\n“”)])", lambda x: x + "\n", text, draw),
}


def non_edits(documents: Sequence[Document], draw: random.Random, count: int) -> Iterator[tuple[str, Document, str]]:
    """`count` texts that say the same in another form, the operators in turn."""
    names = list(NON_OPERATORS)
    made = 0
    while made < count:
        document, name = draw.choice(documents), names[made % len(names)]
        text = NON_OPERATORS[name](document.text, document, draw)
        if text != document.text:
            made += 1
            yield name, document, text


def told(edit: Edit) -> tuple[Comparison, bool]:
    """The comparison, and whether it says exactly what was done."""
    found = compare(edit.document, read_text(edit.text))
    return found, sorted(change.type for change in found.changes) == sorted(edit.types)


def marked(edit: Edit, found: Comparison) -> float:
    """Characters marked for each character of the edited token, both sides together."""
    return sum(b - a for x in found.changes for a, b in (*x.old_marks, *x.new_marks)) / edit.token


def seeds() -> list[Document]:
    return [read_text(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("*.txt"))]


def main(seed: str = "1") -> None:
    draw, documents = random.Random(seed), seeds()
    made = edits(documents, draw)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    ratios: list[float] = []
    for edit in made:
        found, right = told(edit)
        counts[edit.operator].update(made=1, recalled=bool(found.changes), typed=right)
        if right and edit.token:
            ratios.append(marked(edit, found))
        if not right or (edit.token and ratios[-1] > 1.2):
            print(f"  {edit.operator} {edit.hit}: {edit.types} {[(x.type, x.before, x.after) for x in found.changes]}")
    for name, count in counts.items():
        recall, typed = count["recalled"] / count["made"], count["typed"] / count["made"]
        print(f"{name:10} {count['made']:4} edits  recall {recall:.3f}  exactly one explanation {typed:.3f}")
    quiet: dict[str, list[int]] = defaultdict(list)
    for name, document, text in non_edits(documents, draw, NON_EDITS):
        changes = compare(document, read_text(text)).changes
        quiet[name].append(len(changes))
        if changes:
            print(f"  {name}: {[(x.type, x.before, x.after) for x in changes][:3]}")
    for name, numbers in quiet.items():
        print(f"{name:10} {len(numbers):4} non-edits  {sum(numbers)} changes")
    hit = {(id(edit.document), edit.hit) for edit in made}
    there = [(id(x), item.id) for x in documents for item in x.targets]
    there += [(id(x), item.id) for x in documents for item in x.commitments]
    missed = [spot[1] for spot in there if spot not in hit]
    print(f"{len(made)} edits, {sum(map(len, quiet.values()))} non-edits; not hit: {missed}")
    print(f"marked over edited, {len(ratios)} single tokens: median {statistics.median(ratios)}, worst {max(ratios)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
