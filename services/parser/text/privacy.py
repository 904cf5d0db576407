"""Personal telephone numbers stay in the snapshot and are masked wherever text leaves (DESIGN §3)."""

from __future__ import annotations

import re
from typing import Any

#: A mobile number anywhere; a land line where a label names it one.
_PHONES = re.compile(
    r"(?<!\d)(?<!\d[.,])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\d.,%]|[元万亿人个家户吨])"
    r"|(?<=[话話机機式系人][:：])[ \u3000]*(?:\(?0\d{2,3}\)?[ -—-]?)?\d{7,8}(?!\d)"
)


def mask_phones(text: str) -> str:
    """Same length; every digit of a personal number but its first three becomes `*`."""
    return _PHONES.sub(_mask, text)


def mask_json(value: Any) -> Any:
    """The same for every text in a JSON value; tuples become lists."""
    if isinstance(value, str):
        return mask_phones(value)
    if isinstance(value, dict):
        return {key: mask_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_json(item) for item in value]
    return value


def _mask(found: re.Match[str]) -> str:
    digits = 0
    out = []
    for character in found[0]:
        digits += character.isdigit()
        out.append("*" if character.isdigit() and digits > 3 else character)
    return "".join(out)
