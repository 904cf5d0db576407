"""Names of public bodies that a user adds to those of the lexicon: a file of the same form as three parts of it.

[stems]     "经济和信息化委员会" = "经济信息委"                      behind any place's name
[names]     "重庆市大数据应用发展管理局" = "市大数据发展局"          one body, with its place
[variants]  groups = [["经济信息委", "经信委"]]                      equal when compared and looked up
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.errors import ConfigError
from services.parser.text.script import to_simplified

_TABLES = ("stems", "names", "variants")


@dataclass(frozen=True, slots=True)
class Aliases:
    """Full name to customary short name, in simplified characters, and groups of short names that mean one body."""

    stems: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()


def aliases_of(tables: Mapping[str, object]) -> Aliases:
    """What a TOML file says. Raises ConfigError that names the key and what it takes."""
    for key in tables:
        if key not in _TABLES:
            raise ConfigError(f"[{key}] is not known here: use [stems], [names] and [variants]")
    return Aliases(_pairs(tables, "stems"), _pairs(tables, "names"), _groups(_table(tables, "variants")))


def _table(tables: Mapping[str, object], key: str) -> Mapping[str, object]:
    table = tables.get(key, {})
    if not isinstance(table, Mapping):
        raise ConfigError(f"{key} must be a table: write [{key}] on a line of its own")
    return {name: value for name, value in table.items() if name != "reason"}


def _pairs(tables: Mapping[str, object], key: str) -> tuple[tuple[str, str], ...]:
    pairs = _table(tables, key).items()
    return tuple(sorted((_name(full, f"[{key}]"), _name(short, f"[{key}] {full}")) for full, short in pairs))


def _groups(table: Mapping[str, object]) -> tuple[tuple[str, ...], ...]:
    for key in table:
        if key != "groups":
            raise ConfigError(f"[variants] {key} is not known here: use groups = [[…], […]]")
    groups = table.get("groups", [])
    if not isinstance(groups, list) or not all(isinstance(group, list) and len(group) > 1 for group in groups):
        raise ConfigError("[variants] groups must be lists of two or more names: [[…, …], […, …]]")
    return tuple(tuple(_name(name, "[variants] groups") for name in group) for group in groups)


def _name(value: object, key: str) -> str:
    name = to_simplified(value).strip() if isinstance(value, str) else ""
    if not 2 <= len(name) <= 40:
        raise ConfigError(f"{key}: {value!r} is no name: write 2 to 40 characters in quotes")
    return name
