"""How far long work has come, on stderr of a terminal only: what is piped or kept holds none of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")


def counted(found: Iterable[Item], total: int | None, what: str) -> Iterator[Item]:
    """The items of `found` as they come, with a bar that says how many of `total` there were."""
    if not sys.stderr.isatty():
        yield from found
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(found, total=total, description=what)


def waiting(what: str) -> AbstractContextManager[Any]:
    """While something takes its time."""
    return Console(stderr=True).status(what) if sys.stderr.isatty() else nullcontext()
