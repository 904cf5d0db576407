"""The replay format (DESIGN §7): how a site behaves over time, as a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

from services.domain.errors import ConfigError
from services.domain.identity import canonical_url
from services.domain.source import Source
from services.seeds import read_toml, sources_from

Fault = Literal["timeout", "reset", "slow", "truncated"]
Part = Literal["commitments", "targets", "deadlines", "figures", "date", "last_paragraph"]
_KEYS = {"at", "url", "status", "headers", "body", "fault"}


@dataclass(frozen=True, slots=True)
class Answer:
    """From `at` on, `url` answers so."""

    at: datetime
    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class OldReader:
    """Up to `until` pages are read by an older reader, which does not see the parts named in `without`."""

    until: datetime
    version: str
    without: frozenset[Part]


@dataclass(frozen=True, slots=True)
class Recording:
    """`answers` by canonical address, `readers` by `until`; both earliest first."""

    start: datetime
    end: datetime
    sources: tuple[Source, ...]
    answers: dict[str, tuple[Answer, ...]]
    readers: tuple[OldReader, ...] = ()


def read_recording(folder: Path) -> Recording:
    """The recording in `folder`. Raises ConfigError that names the file, the entry and what is wrong."""
    path = folder / "replay.toml"
    table = read_toml(path)
    if unknown := set(table) - {"start", "end", "source", "answer", "reader"}:
        raise ConfigError(f"{path}: unknown key {sorted(unknown)[0]!r}; known are start, end, source, answer, reader")
    start, end = _moment(table, "start", str(path)), _moment(table, "end", str(path))
    if end <= start:
        raise ConfigError(f"{path}: 'end' must be later than 'start'")
    sources = sources_from(table.get("source", []), str(path))
    if not sources:
        raise ConfigError(f"{path}: no [[source]]; without a column to watch nothing is visited")
    answers: dict[str, list[Answer]] = {}
    for number, entry in enumerate(_tables(table, "answer", path), 1):
        answer = _answer(entry, folder, f"{path}: answer {number}")
        answers.setdefault(answer.url, []).append(answer)
    ordered = {url: tuple(sorted(group, key=lambda answer: answer.at)) for url, group in answers.items()}
    readers = [_reader(entry, f"{path}: reader {n}") for n, entry in enumerate(_tables(table, "reader", path), 1)]
    return Recording(start, end, sources, ordered, tuple(sorted(readers, key=lambda reader: reader.until)))


def _tables(table: Mapping[str, Any], key: str, path: Path) -> list[Mapping[str, Any]]:
    entries = table.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise ConfigError(f"{path}: {key!r} must be [[{key}]] tables")
    return entries


def _reader(entry: Mapping[str, Any], where: str) -> OldReader:
    if unknown := set(entry) - {"until", "version", "without"}:
        raise ConfigError(f"{where}: unknown key {sorted(unknown)[0]!r}; known are until, version, without")
    version, without = entry.get("version"), entry.get("without", [])
    if not isinstance(version, str) or not version:
        raise ConfigError(f"{where}: 'version' must be the reader's name")
    if not isinstance(without, list) or (strange := [part for part in without if part not in get_args(Part)]):
        named = f"{strange[0]!r}" if isinstance(without, list) else "'without'"
        raise ConfigError(f"{where}: {named} is no list of {', '.join(get_args(Part))}")
    return OldReader(_moment(entry, "until", where), version, frozenset(without))


def _answer(entry: Mapping[str, Any], folder: Path, where: str) -> Answer:
    if unknown := set(entry) - _KEYS:
        raise ConfigError(f"{where}: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_KEYS))}")
    try:
        url = canonical_url(str(entry.get("url", "")))
    except ValueError as error:
        raise ConfigError(f"{where}: {error}") from None
    fault = entry.get("fault")
    if fault is not None and fault not in get_args(Fault):
        raise ConfigError(f"{where}: fault {fault!r} is none of {', '.join(get_args(Fault))}")
    status = entry.get("status", 200)
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise ConfigError(f"{where}: status {status!r} is no HTTP status")
    headers = entry.get("headers", {})
    if not isinstance(headers, Mapping) or not all(isinstance(value, str) for value in headers.values()):
        raise ConfigError(f"{where}: headers must be a table of texts")
    body = _body(folder, entry.get("body"), where)
    if fault == "truncated" and not body:
        raise ConfigError(f"{where}: the fault 'truncated' cuts a body in half: name one")
    return Answer(_moment(entry, "at", where), url, status, dict(headers), body, cast(Fault | None, fault))


def _body(folder: Path, name: Any, where: str) -> bytes:
    if name is None:
        return b""
    path = folder / str(name)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"{where}: body {name!r} lies outside the replay's folder")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{where}: body {name!r} cannot be read ({error.strerror})") from None


def _moment(table: Mapping[str, Any], key: str, where: str) -> datetime:
    value = table.get(key)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ConfigError(f"{where}: {key!r} must be a time with a zone, such as 2023-03-27T09:00:00+08:00")
    return value
