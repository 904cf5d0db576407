"""Traditional and simplified script, one character to one character (SPEC §0).

Phrase conversion changes lengths and would break every span; so only OpenCC's character table is used, never its
phrases. The table is read off OpenCC by converting each ideograph alone, once, at import (about 20 ms).
"""

from __future__ import annotations

import re
from itertools import islice
from math import ceil

from opencc import OpenCC

from services.domain.document import Script
from services.parser.text.replace import Replacement

#: Unified ideographs. Compatibility ideographs are left out: OpenCC normalises them outside its character table.
_IDEOGRAPHS = (range(0x3400, 0xA000), range(0x20000, 0x2F800), range(0x30000, 0x32400))
_IDEOGRAPH = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")

#: From this share of ideographs on that only traditional script writes, a text is traditional.
_TRADITIONAL_FROM = 0.02


def _characters() -> dict[str, str]:
    """OpenCC's TSCharacters, first candidates, without identities, closed so that converting twice changes nothing."""
    every = [chr(code) for block in _IDEOGRAPHS for code in block]
    converter = OpenCC("t2s", include_tofu_risk_dictionaries=False)
    simplified = str(converter.convert("\n".join(every))).split("\n")
    table = {a: b for a, b in zip(every, simplified, strict=True) if a != b and len(b) == 1}
    return {a: table.get(b, b) for a, b in table.items()}


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


#: traditional character -> simplified character.
CHARACTERS = _characters()

#: Characters that betray traditional script. The others have a mapping too (乾 於 後 徵) but belong to the standard
#: set of simplified text, where they stand in names and words of their own.
_BETRAYING = re.compile("[" + "".join(a for a in CHARACTERS if a <= "\uffff" and not _in_gb2312(a)) + "]")

_CONVERT = Replacement(CHARACTERS)

#: 著 written for 着 (001: 著力, 著眼, 著手), which no character table can tell from 显著 and 名著.
_ZHUO = re.compile("著(?<![显名原编]著)(?=[力眼手重实])")


#: 覆 written for 复 (答覆, 回覆, 覆函), which the table keeps for 覆盖 and 颠覆.
_FU = re.compile("覆(?:(?<=[答回函批电办]覆)(?!盖)|(?=[函电信议]))")


def repaired(simplified: str) -> str:
    """着 where simplified text still holds the 著 of 着力, 着眼, 着手, 着重, 着实; 复 for the 覆 of 答覆."""
    if "著" in simplified:
        simplified = _ZHUO.sub("着", simplified)
    return _FU.sub("复", simplified) if "覆" in simplified else simplified


def to_simplified(text: str) -> str:
    """`text` with each traditional character replaced by its simplified one; same length, idempotent."""
    return repaired(_CONVERT(text))


def script_of(text: str) -> Script:
    """The script of `text`. No fixed character decides: conversions are inconsistent (001 writes 關于, 制造, 后端)."""
    enough = ceil(_TRADITIONAL_FROM * len(text))  # so many are enough, were every character an ideograph
    betraying = sum(1 for _ in islice(_BETRAYING.finditer(text), enough))
    if betraying and (betraying == enough or betraying >= _TRADITIONAL_FROM * len(_IDEOGRAPH.findall(text))):
        return "traditional"
    return "simplified"
