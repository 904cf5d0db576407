"""What the pages say, Chinese and English side by side: one TOML file a subject, every entry a pair."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any, Literal

from services.parser.lexicon import load

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@functools.cache
def pairs(name: str) -> dict[str, tuple[str, str]]:
    """The file `name`, its tables flattened: `home.title` to (Chinese, English)."""
    table = tomllib.loads(resources.files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    return {f"{group}.{key}": (pair[0], pair[1]) for group, keys in table.items() for key, pair in keys.items()}


class Words:
    """Labels in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._at = LANGUAGES.index(language)

    def __call__(self, name: str, **values: Any) -> str:
        """The label `name` with `values` put in. A name that is not there is a bug: KeyError."""
        text = pairs("labels")[name][self._at]
        return text.format(**values) if values else text

    def of(self, group: str, name: str | None) -> str:
        """How a value is called: change types, severities … as everywhere, the pages' own besides; else as it is."""
        if name is None:
            return ""
        found = load("labels").get(group, {}).get(name)
        if found is None:
            found = pairs("labels").get(f"{group}.{name}")
        return found[self._at] if found else str(name)

    def sentence(self, *names: str) -> str | None:
        """The first of `names` that is a sentence, not yet filled in."""
        found = next((pairs("sentences")[name] for name in names if name in pairs("sentences")), None)
        return found[self._at] if found else None
