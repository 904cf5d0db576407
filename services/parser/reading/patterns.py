"""Word lists of the lexicon as compiled patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that matches where one of `patterns` does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def any_word(words: Iterable[str]) -> str:
    """A pattern source for one of the literal `words`, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


_RUN = re.compile("[0-9]+")


def at_digits(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """The matches of `pattern` that begin where a run of digits does, in order, without overlap."""
    end = 0
    for run in _RUN.finditer(text):
        found = pattern.match(text, run.start()) if run.start() >= end else None
        if found:
            yield found
            end = found.end()


def alternatives(words: Iterable[str], not_behind: Mapping[str, str] | None = None) -> str:
    """A pattern for any of `words`, the longest that fits: a tree by characters, so each is looked at once.

    `not_behind`: a first character -> the characters no word that begins with it stands behind. Looked at behind the
    first character, for a pattern that begins with a look back is tried at every place of a text.
    """
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _branches(tree, not_behind or {})


def guarded(words: Iterable[str]) -> str:
    """`alternatives(words)` behind one look at the first character. To be matched at a given place, where a long list
    rarely fits: without the look every branch would be tried. Not to search with, for it hides the first characters
    that a search goes by."""
    words = list(words)
    return f"(?:(?=[{re.escape(''.join(sorted({word[0] for word in words})))}]){alternatives(words)})"


def _branches(node: dict[str, Any], not_behind: Mapping[str, str]) -> str:
    ends = "" in node
    looks_back = {first: f"(?<![{behind}]{first})" for first, behind in not_behind.items()}
    branches = [
        re.escape(first) + looks_back.get(first, "") + _branches(rest, {}) for first, rest in node.items() if first
    ]
    if not branches:
        return ""
    joined = f"(?:{'|'.join(branches)})" if len(branches) > 1 or ends else branches[0]
    return joined + ("?" if ends else "")
