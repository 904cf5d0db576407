"""The text before a number without its time, verbs and approximations: the name of what is measured (SPEC §8, §9)."""

from __future__ import annotations

import re
from functools import lru_cache

from services.parser.lexicon import load
from services.parser.reading.patterns import alternatives

_WORDS = load("metrics")
#: The longest name of a metric.
LONGEST = 40
#: 约 of 签约, 增 of 新增, 有 of 国有 and 为 of 行为 belong to their word.
TRAILING = re.compile(
    f"(?:{alternatives(_WORDS['heads']['trailing'])}|(?<![签预节条公合履契])约|(?<!新)增|(?<![国所民公私自])有|(?<![行作])为|[、,:])+$"
)
_TIME = (
    r"(?:力争|争取|确保)?(?:到|至|在|截至|截止)?(?:(?:19|20)[0-9]{2}年?[至到—](?:19|20)[0-9]{2}年|(?:19|20)[0-9]{2}年(?:底前|底|末|前|以来|度|间)?|“?十[一二三四五六]五”?(?:期间|时期|末|以来)?)"
    r"(?:前[一二三四0-9]个?季度|[0-9]{1,2}—[0-9]{1,2}月份?|上半年|全年|[0-9]{1,2}月(?:底|末|份)?)?|(?:今年|去年|上年|明年)(?:底前|底|末|以来)?"
    r"|前[一二三四0-9]个?季度|[0-9]{1,2}—[0-9]{1,2}月份?|(?:近|近几|近[0-9一二三四五])年来?|每年|每季度|同期|(?:通过)?[0-9一二三四五两十]{1,3}年(?:时间|左右|内)"
)
_GUARDED = "|".join(f"{word}(?![{no}])" if no else word for word, no in _WORDS["heads"]["guarded"].items())
_LEADING = re.compile(
    rf"(?:{_TIME}|{alternatives(_WORDS['heads']['leading'])}|{_GUARDED}|{alternatives(_WORDS['areas']['words'])}(?=[^,。]{{2}})|[、,及与]|和(?![美谐平睦善]))+"
)
KEPT = re.compile("(?<![创更革])" + alternatives(_WORDS["keep"]["flow"]))
_COMPARED = re.compile(
    r"^(?:同比|环比|(?:较|比|与)[^,;。、]{1,16}?(?=分别|增长|下降|提高|上升|增加|减少|高|低|翻|均|降低|提升|$))"
)
_AGAINST = re.compile(r"(?:(?<!比)较|(?<![占同环对])比(?![例重值率]))[^,;。、较比]{1,14}$")
_FROM = re.compile(
    r"(?:[由从]|(?:增|升|降|提高|增加|减少|下降|提升|扩大|压缩|缩短)[至到])(?:(?:19|20)[0-9]{2}年|上年|去年|目前|现在)?$"
)
#: 惠及 and 涉及 end in no 及 that joins.
_JOINING_END = re.compile("(?:[、,和与 ]|(?<![惠涉普危波触])及)+$")
#: Spaces that part no Latin words.
_SPACES = re.compile("(?<![A-Za-z]) +| +(?![A-Za-z])")
#: Who speaks, in brackets before the sentence, and who acts: (区农业农村局)…, 我局将….
_ASIDE = re.compile(
    r"^\s*(?:\([^()]{1,20}\)|\((?=[^()]*$)|(?:会同|联合)[\u4e00-\u9fff]{2,12}?(?:局|委|厅|部门)|(?:我[委局厅办市省县区州部院校们]|[\u4e00-\u9fff]{2,12}(?:局|委|厅|政府|部门))(?:还|也)?(?:将|应当|要|拟|计划|负责))"
)


@lru_cache(maxsize=4096)
def before_head(text: str) -> str:
    """What is left of the text before a number when time, verbs and approximations are cut off; "" when nothing is."""
    text = _SPACES.sub("", text[-80:])
    expected = text.rpartition("预计")[2]
    head, previous = expected if TRAILING.sub("", expected) else text, None
    while head != previous:
        previous = head
        head = _FROM.sub("", _AGAINST.sub("", TRAILING.sub("", _COMPARED.sub("", head))))
        leading = _LEADING.match(head)
        if leading and not KEPT.match(head):
            head = head[leading.end() :]
        head = _ASIDE.sub("", head)
    return _JOINING_END.sub("", head).lstrip("、,及与 ")[-LONGEST:]
