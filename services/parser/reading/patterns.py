"""Word lists of the lexicon as compiled patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that matches where one of `patterns` does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def any_word(words: Iterable[str]) -> str:
    """A pattern source for one of the literal `words`, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
