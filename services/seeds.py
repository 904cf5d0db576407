"""What a fresh database starts with: the five founding documents and the columns to watch."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast, get_args

from services.domain.document import Kind
from services.domain.errors import ConfigError
from services.domain.identity import canonical_url
from services.domain.source import LOCAL, Source

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_KEYS = {
    "id", "url", "name", "every", "agency", "region", "kind", "verified", "min_length", "must_contain", "body",
}  # fmt: skip


def seeds_folder() -> Path:
    """The folder `seeds`: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).parent
    packaged = here / "_seeds"
    return packaged if packaged.is_dir() else here.parent / "seeds"


def read_sources(path: Path, owner: str = LOCAL) -> tuple[Source, ...]:
    """The sources of a sources.toml. Raises ConfigError that names the file and what is wrong in it."""
    table = read_toml(path)
    if unknown := set(table) - {"source"}:
        raise ConfigError(f"{path}: unknown key {sorted(unknown)[0]!r}; a sources file holds [[source]] tables only")
    return sources_from(table.get("source", []), str(path), owner)


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name an existing TOML file") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None


def sources_from(tables: Any, where: str, owner: str = LOCAL) -> tuple[Source, ...]:
    """[[source]] tables to sources. Unknown keys, missing ones and repeated ids are refused (ConfigError)."""
    if not isinstance(tables, Sequence) or not all(isinstance(table, Mapping) for table in tables):
        raise ConfigError(f"{where}: 'source' must be [[source]] tables")
    sources = tuple(_source(table, f"{where}: source {number}", owner) for number, table in enumerate(tables, 1))
    seen: set[str] = set()
    for source in sources:
        if source.id in seen:
            raise ConfigError(f"{where}: two sources are called {source.id!r}; ids must differ")
        seen.add(source.id)
    return sources


def _source(table: Mapping[str, Any], where: str, owner: str) -> Source:
    if unknown := set(table) - _KEYS:
        raise ConfigError(f"{where}: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_KEYS))}")
    for key in ("id", "url", "every"):
        if not isinstance(table.get(key), str):
            raise ConfigError(f"{where}: {key!r} is missing or no text")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", table["id"]):
        raise ConfigError(f"{where}: id {table['id']!r} must be 1 to 64 letters, digits, '-' or '_'")
    kind = table.get("kind")
    if kind is not None and kind not in get_args(Kind):
        raise ConfigError(f"{where}: kind {kind!r} is none of {', '.join(get_args(Kind))}")
    try:
        url = canonical_url(table["url"])
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from None
    return Source(
        id=table["id"],
        url=url,
        name=str(table.get("name", table["id"])),
        every=duration(table["every"], f"{where}: every"),
        owner=owner,
        agency=_text(table, "agency", where),
        region=_text(table, "region", where),
        kind=cast(Kind | None, kind),
        verified=str(table.get("verified", "never")),
        min_length=_count(table, "min_length", where),
        must_contain=_words(table, "must_contain", where),
        body=_text(table, "body", where),
    )


def duration(text: str, where: str) -> timedelta:
    """`90s`, `30m`, `6h`, `1d`; at least a minute (ConfigError)."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text)
    value = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta(0)
    if value < timedelta(minutes=1):
        raise ConfigError(f"{where}: {text!r} is no duration of a minute or more, such as 30m, 6h or 1d")
    return value


def _text(table: Mapping[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{where}: {key!r} must be text")
    return value


def _count(table: Mapping[str, Any], key: str, where: str) -> int:
    value = table.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigError(f"{where}: {key!r} must be a whole number, 0 or more")
    return value


def _words(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise ConfigError(f"{where}: {key!r} must be a list of words")
    return tuple(value)
