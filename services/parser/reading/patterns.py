"""Word lists of the lexicon as compiled patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that matches where one of `patterns` does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def any_word(words: Iterable[str]) -> str:
    """A pattern source for one of the literal `words`, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def alternatives(words: Iterable[str]) -> str:
    """A pattern for any of `words`, the longest that fits: a tree by characters, so each is looked at once."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: dict[str, Any]) -> str:
    ends = "" in node
    branches = [re.escape(first) + _branches(rest) for first, rest in node.items() if first]
    if not branches:
        return ""
    joined = f"(?:{'|'.join(branches)})" if len(branches) > 1 or ends else branches[0]
    return joined + ("?" if ends else "")
