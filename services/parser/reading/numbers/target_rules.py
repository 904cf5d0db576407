"""Is a number inside a promise promised? (SPEC §8, §15, §17)

Each rule looks at one number in its clause and answers a verdict or passes on. `target` is promised, `figure` was
reached already, everything else is the reason why the number is a label.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from services.domain.commitment import Commitment
from services.domain.document import Document
from services.parser.reading.commitments.promises import OWN_WORDS
from services.parser.reading.numbers.passages import REACH, VERBS, Passage, in_brackets
from services.parser.reading.numbers.quantity import Quantity
from services.parser.reading.patterns import alternatives

TARGET = "target"
FIGURE = "figure"

_ATTAINMENT = re.compile(
    alternatives(VERBS["attainment"]["words"])
    + r"[^,;。0-9]{0,10}(?:达到|达|为|至|到|保持在|提高到|提升至|提升到|提高至|[超高]过)$"
)
#: 收入之比不低于0.9: the bound stands for the verb.
_INDEX_NAME = re.compile(alternatives(VERBS["attainment"]["words"]) + "$")
_TIME = re.compile(alternatives(VERBS["time_promised"]["before"]) + "$")
_GIVEN = re.compile("[^,;。]{0,6}" + alternatives(VERBS["time_promised"]["given"]))
_LIFE = re.compile(alternatives(VERBS["measured"]["life"]))
_DAYS = re.compile(alternatives(VERBS["measured"]["days"]) + "[^,;。]{0,6}$")
#: 每天1小时体育活动: how long each day; 24小时 is a name of all day.
_ALL_DAY = 24
_DAILY = re.compile("(?:每天|每日)[^,。;0-9]{0,16}$")
_SPANS = tuple(VERBS["measured"]["spans"])
_FOR = tuple(VERBS["beneficiary"]["before"])
_PREPOSITION = re.compile(
    rf"(?:{alternatives(VERBS['preposition']['words'])}|[{''.join(VERBS['preposition']['single'])}](?!外))[^,;。]*$"
)
_PAST = re.compile(alternatives(VERBS["past"]["words"]) + "|(?<![业早而])已(?!定)")
_BASIS = re.compile(f"[^,;。]{{0,12}}{alternatives(VERBS['baseline']['basis'])}")
_FROM = re.compile(f"{alternatives(VERBS['baseline']['from'])}[^,;。]{{0,10}}$")
_TO = re.compile(r"[增提上扩升降减下压缩拓][^,;。]{0,4}[到至为]")
_PARTITION = re.compile(alternatives(VERBS["partition"]["nouns"]))
_ABSTRACT = re.compile(alternatives(VERBS["abstract"]["tails"]) + "[”’]?$")
_CREATED = re.compile(
    alternatives({*VERBS["promise"]["stock"], *VERBS["promise"]["flow"]} - set(VERBS["promise"]["idiomatic"])) + "了?$"
)  # fmt: skip
#: Words of passing a mark, directly before the number.
THRESHOLD = tuple(VERBS["threshold"]["words"])
_QUALITY = frozenset(VERBS["quality"]["verbs"])
_NEUTRAL = frozenset(VERBS["promise"]["neutral"])
_CREATION = frozenset({*VERBS["promise"]["stock"], *VERBS["promise"]["flow"], *VERBS["promise"]["neutral"]})
#: Signs behind a number that show that nothing is counted behind it.
_FREE = ("", ",", "。", ";", "、", ":", "(", ")", "”", "\n", "和", "及", "与", "以", "并", "的", "左", "!", "?")
_CLOSING = ("", ",", "。", ";", "、", "\n")
#: 5%左右的预期目标…, spoken about as something set already.
_SPOKEN_OF = re.compile("的[^,;。]{0,12}?(?:目标|预期|增速|指标)")
#: A noun, then how it compares, then the number.
_COMPARED = re.compile(
    "(?<!不)(?:人均|月均|年均|户均|收入|面积|年龄|意愿|比例|占比|率|产值|规模|金额|费用|分值|得分|资产|投资|价值|营业额|营收)[^,。;、0-9]{0,12}"
    "(?:低于|不足|高于|超过|达到|达|在|为|不超过|不低于|不高于|少于|多于)?$"
)
#: The end of a condition and what is granted to those who meet it.
_GRANTED = re.compile(
    "[^。;\n]{0,80}?(?<![目有])的,?(?:可以?(?!持续)|予以|给予|不予|视为|应当|均可|经[^,。;]{1,12}(?:后|同意))"
)
#: 补贴标准为每人每次 …, 按每人 …: what a rule states; 给予每家 … grants, 提高到每人每月 … raises.
_RATE = re.compile("|".join(VERBS["rate"]["patterns"]))
_GRANTS = re.compile(alternatives(VERBS["rate"]["promised"]) + "[^,。;0-9]{0,12}$")
_TO_LEVEL = re.compile(f"(?:{_TO.pattern}|(?:控制|稳定|保持|维持)在)[^,。;0-9]{{0,8}}$")
#: 分别为2413元、2512元、…: the numbers before in the same list.
_BESIDE = re.compile("(?:[0-9.,]+[^0-9,。;、]{1,4}[、和])+$")
#: 按每人每晚30元给予奖励: the rate is what is given.
_GIVEN_BY_IT = re.compile("(?:的标准)?(?:给予|予以|进行)")
_SHARED = tuple(VERBS["rate"]["shared"])
#: 设立规模2亿元的基金: the amount is promised with the thing.
_FOUNDED = re.compile(
    "(?:设立|组建|成立|发行|募集|新设|筹建|筹集)[^,。;、0-9]{0,8}(?:规模|总规模|金额|总额)[^,。;、0-9]{0,4}$"
)
#: 对突破5万人次的旅行社: who is meant.
_FOR_WHOM = re.compile("^(?:对|向|给)(?:于)?(?:(?!给予|奖励|补助|补贴|发放|资助|予以|安排)[^,。;])*$")
_STANDARD = re.compile("(?:目标|水平|比例|标准|速度|增速|要求|幅度|任务|规模|增长|高位|区间)")
#: 沿线1公里地块: a distance that says which things.
_ALONG = tuple(VERBS["sized"]["along"])
#: Things a bound before them picks out (超10亿元项目), with their number behind.
_COUNTED_THINGS = re.compile(f"的?[^,。;、0-9]{{0,4}}{alternatives(VERBS['sized']['things'])}[^,。;、0-9]{{0,3}}[0-9]")
#: A verb of making and its object, which is no time.
_THINGS = re.compile(
    f"{alternatives({*VERBS['promise']['stock'], *VERBS['made']['anew']} - set(VERBS['promise']['idiomatic']))}"
    f"了?[^,;。、:()“”0-9A-Za-z一二三四五六七八九十]{{2,12}}(?<!{'|'.join(VERBS['made']['time'])})$"
)
#: 每年免费体检1次: how often is what is promised.
_EVERY = re.compile(alternatives(VERBS["recurrence"]["words"]) + "[^,。;]{0,24}$")
#: The bound may stand before the verb: 至少培育, 至少主动联系.
_AT_LEAST = re.compile(alternatives(VERBS["at_least"]["words"]) + "[^,;。、0-9]{1,8}$")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a number stands: among goals, in a notice without any date for it."""

    goal: bool = False
    notice: bool = False
    #: What stands before is reported: 已建成3所,今后….
    since: int = 0


def setting_of(document: Document, commitment: Commitment, shift: int) -> Setting:
    """A number with a date, or among goals, is promised whatever the words around it. `shift`: from places in the
    passage to those in the text."""
    goal = commitment.basis == "goal_section"
    notice = document.metadata.kind == "policy_notice"
    since = commitment.actions[0].start - shift if commitment.rule in OWN_WORDS and commitment.actions else 0
    return Setting(goal, notice and not goal and commitment.deadline is None, since)


def judge(passage: Passage, quantity: Quantity, setting: Setting) -> str:
    """`target`, `figure`, or the reason for numeric_labels."""
    return passage.once((quantity.start, setting), lambda: _judged(passage, quantity, setting))


def _judged(passage: Passage, quantity: Quantity, setting: Setting) -> str:
    for rule in _RULES:
        verdict = rule(passage, quantity, setting)
        if verdict:
            return verdict
    return TARGET


def _by_class(passage: Passage, quantity: Quantity, _: Setting) -> str | None:
    if quantity.cls == "bare":
        name = bare_reason(passage.matched, quantity)
        damaged = _made(passage, quantity, "no_unit") if name == "product_or_technology" else None
        return TARGET if is_index(passage, quantity) else damaged or name
    if quantity.cls == "duration" and is_starting_point(passage, quantity):
        return "baseline"
    if quantity.cls in ("large", "age", "duration"):
        reason = _TIMELESS[quantity.cls]
        return TARGET if _measures_time(passage, quantity) else _made(passage, quantity, "implausible_unit") or reason
    return None


def _made(passage: Passage, quantity: Quantity, reason: str) -> str | None:
    """`reason` where things are made (新建学校20秒, 床位500): a damaged number, which no reading may hide."""
    behind = passage.matched[quantity.end : quantity.end + 1]
    return reason if behind in _FREE and quantity.cls != "large" and _THINGS.search(passage.left(quantity)) else None


def is_index(passage: Passage, quantity: Quantity) -> bool:
    """A bare number is the value of an index where the clause says so (指数达到60), and so is N:1."""
    left = passage.left(quantity)
    bounded = quantity.comparator != "=" and _INDEX_NAME.search(left) is not None
    return quantity.unit == ":1" or bounded or bool(_ATTAINMENT.search(left))


_TIMELESS = {"large": "label_count", "age": "age", "duration": "duration"}


def _measures_time(passage: Passage, quantity: Quantity) -> bool:
    """连续2年给予…, 压缩至5个工作日, 预期寿命达到80岁 (SPEC §15 D18)."""
    left = passage.left(quantity)
    if quantity.cls == "age":
        return bool(_LIFE.search(left))
    if quantity.cls == "duration" and quantity.comparator in ("<=", ">=", "<", ">") and left.endswith(_SPANS):
        return True
    if quantity.unit in ("小时", "分钟") and quantity.norm_value != _ALL_DAY and _DAILY.search(left):
        return True
    return quantity.cls == "duration" and bool(
        _TIME.search(left) or _DAYS.search(left) or (left.endswith("连续") and _GIVEN.match(passage.right(quantity)))
    )


def label_of_time(passage: Passage, quantity: Quantity) -> str | None:
    """Why a number with 大, an age or a length of time is a label; None where it is a measure."""
    reason = _TIMELESS.get(quantity.cls)
    return None if reason is None or _measures_time(passage, quantity) else reason


def bare_reason(matched: str, quantity: Quantity) -> str:
    """Why a number without a unit is a name: a version (2.0), a year (2021某市…) or part of a product."""
    text = matched[quantity.start : quantity.end]
    if text.endswith(".0"):
        return "version"
    if re.fullmatch("(?:19|20)[0-9]{2}", text):
        return "event_or_list_year"
    return "product_or_technology"


def _chinese(passage: Passage, quantity: Quantity, _: Setting) -> str | None:
    return None if not quantity.chinese or counts_in_chinese(passage, quantity) else "label_count"


def counts_in_chinese(passage: Passage, quantity: Quantity) -> bool:
    """A Chinese numeral is a number only where nothing else is possible: 六成, 百分之八十, 超百亿元, 新建三所."""
    if quantity.cls in ("tenth", "percent"):
        return True
    if attributive(passage, quantity) or _PARTITION.match(passage.phrase(quantity)):
        return False
    left = passage.left(quantity)
    if quantity.comparator != "=" or quantity.start < quantity.number or _written_out(quantity):
        return True
    if quantity.end - quantity.start == 1 + len(quantity.unit) and passage.matched[quantity.start] in "十百千万亿":
        return not quantity.countable and left.endswith(THRESHOLD)
    passed = left.endswith(THRESHOLD) and (not quantity.countable or _large(quantity))
    return passed or (quantity.countable and (bool(_CREATED.search(left)) or _closes(passage, quantity)))


def _closes(passage: Passage, quantity: Quantity) -> bool:
    """新建小学十二所。: the number ends its phrase, behind what a verb of making makes."""
    after = passage.matched[quantity.end : quantity.end + 1]
    numbered = quantity.unit == "期"  # 公园二期 is the second part of one park
    return after in _CLOSING and not numbered and passage.verb(quantity, clause=True) in _CREATION


def _written_out(quantity: Quantity) -> bool:
    """一千五百张, 三十万平方米: as much a number as in digits."""
    digits = quantity.end - quantity.start - len(quantity.unit)
    return digits >= 2 and isinstance(quantity.norm_value, int) and quantity.norm_value >= 10


def _large(quantity: Quantity) -> bool:
    return isinstance(quantity.norm_value, int) and quantity.norm_value >= 100


def attributive(passage: Passage, quantity: Quantity) -> bool:
    """20亿元以上项目, 500千伏线路, 2000万元以上的企业: the measure says which things, not how many."""
    after = passage.matched[quantity.end : quantity.end + 1]
    if _qualifies(passage, quantity, after):
        return True
    if _sized(passage, quantity) or (passage.left(quantity).endswith(_ALONG) and after not in _FREE):
        return True
    bound = passage.matched[quantity.start : quantity.end].endswith(("以上", "以下", "以内"))
    if quantity.cls == "size":
        return after not in _FREE
    if quantity.cls in ("money", "measure") or quantity.norm_unit in ("人", "户"):
        return (bound and after not in _FREE) or (bound and after == "的" and quantity.cls != "percent")
    return False


def _sized(passage: Passage, quantity: Quantity) -> bool:
    """单体超1.5亿元项目8个: the bound says which projects, their number follows."""
    if quantity.cls not in ("money", "measure") or quantity.comparator not in (">", ">="):
        return False
    return _COUNTED_THINGS.match(passage.matched, quantity.end, passage.clause(quantity.start)[1]) is not None


def _qualifies(passage: Passage, quantity: Quantity, after: str) -> bool:
    """人均面积低于15平方米的家庭, 意愿达到80%以上的小区: a measure of those meant, not a result promised."""
    if after == "的" and _FOR_WHOM.search(passage.left(quantity)):
        return True
    if after != "的" or quantity.cls not in ("money", "measure", "size", "percent", "age", "score"):
        return False
    if not passage.ahead(quantity).strip() and _SPOKEN_OF.match(passage.right(quantity)):
        return True
    compared = _COMPARED.search(passage.matched, passage.clause(quantity.start)[0], quantity.number)
    if compared and _FOUNDED.search(passage.left(quantity)):
        return False
    return bool(compared) and not _STANDARD.match(passage.matched, quantity.end + 1)


def _attributive(passage: Passage, quantity: Quantity, _: Setting) -> str | None:
    return "attribute" if attributive(passage, quantity) else None


def _condition(passage: Passage, quantity: Quantity, _: Setting) -> str | None:
    """留用率达到60%以上(含60%)的,可申请认定: what must be met first is promised by nobody."""
    if passage.left(quantity).endswith("(含"):
        return "attribute"
    stop = min(passage.end, quantity.end + REACH)
    return "attribute" if _GRANTED.match(passage.matched, quantity.end, stop) else None


def _starting_point(passage: Passage, quantity: Quantity, _: Setting) -> str | None:
    """在30个的基础上, 由20%提高到30%: measured from, not promised."""
    return "baseline" if is_starting_point(passage, quantity) else None


def is_starting_point(passage: Passage, quantity: Quantity) -> bool:
    """Whether the next number is measured from this one."""
    right = passage.right(quantity)
    return bool(_BASIS.match(right) or (_FROM.search(passage.left(quantity)) and _TO.match(right)))


def _reached(passage: Passage, quantity: Quantity, setting: Setting) -> str | None:
    if quantity.start < setting.since:
        return FIGURE
    left = _since_start(passage, quantity)
    return FIGURE if _PAST.search(left) or (quantity.countable and left.endswith("了")) else None


def _since_start(passage: Passage, quantity: Quantity) -> str:
    """What leads to the number; 由现有的1.2万个增加到2万个: from where it is measured on."""
    index = bisect_left(passage.quantities, quantity.start, key=lambda each: each.start)
    before = passage.quantities[index - 1] if index else None
    if before is not None and is_starting_point(passage, before):
        return passage.before(index)
    return passage.left(quantity)


def _stated_rate(passage: Passage, quantity: Quantity, setting: Setting) -> str | None:
    """补贴标准为每人每月500元 in a notice says what holds; 给予每家20万元 and 提高到500元 say what will be done."""
    if not setting.notice or _GIVEN_BY_IT.match(passage.right(quantity)):
        return None
    return FIGURE if is_rate(passage, quantity) else None


def is_rate(passage: Passage, quantity: Quantity) -> bool:
    """Whether the number is a rate, a fee or a limit that a rule states."""
    if quantity.cls not in ("money", "percent", "tenth", "multiple"):
        return False
    left = _BESIDE.sub("", passage.left(quantity))
    if _GRANTS.search(left) or _TO_LEVEL.search(left):
        return False
    shared = left.endswith(_SHARED) or passage.right(quantity).startswith("用于")
    return bool(_RATE.search(left)) or (quantity.cls == "percent" and shared)


def _counted(passage: Passage, quantity: Quantity, setting: Setting) -> str | None:
    """A bare count is promised as the object of a verb of making, or standing behind its noun (SPEC §8)."""
    left, phrase = passage.left(quantity), passage.phrase(quantity)
    if not quantity.countable or quantity.comparator != "=" or at_least(left):
        return None
    if _PARTITION.match(phrase):
        return "label_count"
    if in_brackets(passage.ahead(quantity)) and "其中" not in left:
        return "label_count"
    if quantity.cls == "event" and _EVERY.search(left):
        return None
    verb = passage.verb(quantity, clause=True)
    counted_before = passage.matched[quantity.end : quantity.end + 1] in _FREE
    if _PREPOSITION.search(left) and verb not in _CREATION:
        return "label_count"
    if counted_before or left.endswith(_FOR):
        return None
    return _counted_behind(passage, quantity, verb, setting.goal)


def at_least(left: str) -> bool:
    """Whether a bound stands before the verb of the number that `left` leads to: 每季度至少联系1次."""
    return _AT_LEAST.search(left) is not None


def _counted_behind(passage: Passage, quantity: Quantity, verb: str | None, goal: bool) -> str | None:
    if verb is None:
        verb = passage.verb(quantity, clause=False)
    if verb in _NEUTRAL and _ABSTRACT.search(passage.phrase(quantity)):
        return "label_count"
    if verb in _CREATION or (goal and verb is None):
        return None
    if verb is None or verb in _QUALITY or _ABSTRACT.search(passage.phrase(quantity)):
        return "label_count"
    return None


_RULES: tuple[Callable[[Passage, Quantity, Setting], str | None], ...] = (
    _by_class, _chinese, _attributive, _condition, _starting_point, _reached, _stated_rate, _counted,
)  # fmt: skip
