"""JSON that means the same to every reader: no NaN, no key twice, no lone surrogate, no NUL, no endless nesting."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

#: Levels of `[` and `{`; what the API takes needs four.
DEPTH = 16
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_UNTELLABLE = re.compile("[\0\ud800-\udfff]")


class NotStrict(ValueError):
    """Says what is wrong, in words for the caller."""


def check(body: bytes) -> None:
    """Raises NotStrict when `body` is not JSON in UTF-8 that every reader would take for the same value."""
    _check_depth(body)
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number)
    except NotStrict:
        raise
    except UnicodeDecodeError:
        raise NotStrict("the body is not UTF-8") from None
    except ValueError as error:  # a number of more digits than Python converts is one too
        raise NotStrict(f"the body is not JSON: {error}") from None
    _check_text(value)


def _check_depth(body: bytes) -> None:
    """Before parsing: a parser descends with its own stack."""
    depth = 0
    for byte in _STRING.sub(b"", body):
        if byte in b"[{":
            depth += 1
            if depth > DEPTH:
                raise NotStrict(f"nested more than {DEPTH} levels deep")
        elif byte in b"]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStrict("an object has one key twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise NotStrict(f"{name} is not a JSON number")


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if _UNTELLABLE.search(value):
            raise NotStrict("a string holds NUL or half a character (a lone surrogate)")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)
