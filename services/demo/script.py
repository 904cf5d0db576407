"""The week as data: which pages stand when, what is edited, and which alerts that must cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.domain.errors import ConfigError
from services.seeds import duration, read_toml


@dataclass(frozen=True, slots=True)
class Tells:
    """The one alert a step must cause."""

    type: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoPage:
    id: str
    path: str
    family: str
    title: str
    published: str
    text: str
    appears: datetime
    tells: Tells | None


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    says: str
    page: str
    find: str = ""
    replacement: str = ""
    related: tuple[str, ...] = ()
    #: Until when every visitor is asked to verify first.
    challenge_until: datetime | None = None
    gone: bool = False
    tells: Tells | None = None


@dataclass(frozen=True, slots=True)
class State:
    """One page at one moment."""

    text: str
    related: tuple[str, ...] = ()
    challenged: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    start: datetime
    end: datetime
    source: dict[str, Any]
    pages: tuple[DemoPage, ...]
    steps: tuple[Step, ...]

    def state(self, page: DemoPage, now: datetime) -> State | None:
        """How `page` stands at `now`; None before it appears."""
        if now < page.appears:
            return None
        state = State(page.text)
        for step in self.steps:
            if step.page == page.id and step.at <= now:
                state = _after(state, step, now)
        return state

    def expected(self) -> tuple[tuple[str, Tells], ...]:
        """(page id, alert) for every alert the week must cause, in order."""
        told = [(page.appears, page.id, page.tells) for page in self.pages]
        told += [(step.at, step.page, step.tells) for step in self.steps]
        return tuple((page, tells) for _, page, tells in sorted(told, key=lambda item: item[0]) if tells)


def _after(state: State, step: Step, now: datetime) -> State:
    if step.find:
        state = replace(state, text=state.text.replace(step.find, step.replacement))
    if step.related:
        state = replace(state, related=step.related)
    challenged = step.challenge_until is not None and now < step.challenge_until
    return replace(state, gone=state.gone or step.gone, challenged=state.challenged or challenged)


def read_script(folder: Path) -> Script:
    """The script `demo.toml` in `folder`, with the texts it names. Raises ConfigError."""
    path = folder / "demo.toml"
    table = read_toml(path)
    try:
        start: datetime = table["start"]
        end = start + timedelta(days=table["days"])
        pages = tuple(_page(entry, folder, start) for entry in table["page"])
        steps = tuple(sorted((_step(entry, start) for entry in table["step"]), key=lambda step: step.at))
        script = Script(start, end, dict(table["source"]), pages, steps)
    except (KeyError, TypeError, OSError) as error:
        raise ConfigError(f"{path}: {error!r}; the file belongs to the package, install it again") from None
    _check(script, path)
    return script


def _page(entry: Mapping[str, Any], folder: Path, start: datetime) -> DemoPage:
    return DemoPage(
        id=entry["id"],
        path=entry["path"],
        family=entry["family"],
        title=entry["title"],
        published=entry["published"],
        text=(folder / entry["seed"]).read_text(encoding="utf-8").rstrip("\n"),
        appears=start + duration(entry["after"], "demo.toml: after") if "after" in entry else start,
        tells=_tells(entry),
    )


def _step(entry: Mapping[str, Any], start: datetime) -> Step:
    return Step(
        at=start + duration(entry["after"], "demo.toml: after"),
        says=entry["says"],
        page=entry["page"],
        find=entry.get("find", ""),
        replacement=entry.get("replace", ""),
        related=tuple(entry.get("related", ())),
        challenge_until=start + duration(entry["until"], "demo.toml: until") if entry.get("challenge") else None,
        gone=entry.get("gone", False),
        tells=_tells(entry),
    )


def _tells(entry: Mapping[str, Any]) -> Tells | None:
    told = entry.get("tells")
    return Tells(told["type"], tuple(told["changes"])) if told else None


def _check(script: Script, path: Path) -> None:
    """An edit that finds nothing would make a week without news look like a week of silence."""
    for step in script.steps:
        page = next((page for page in script.pages if page.id == step.page), None)
        if page is None or (step.find and page.text.count(step.find) != 1):
            raise ConfigError(f"{path}: step {step.says!r} does not fit its page {step.page!r}")
