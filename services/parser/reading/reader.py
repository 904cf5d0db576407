"""Who reads: what makes a document of a page, and the name it goes by in every record of a reading."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from services.domain.document import Document
from services.domain.source import Source
from services.parser.page.model import Page
from services.parser.reading.aliases import Aliases
from services.parser.reading.bodies import extended
from services.parser.reading.read import READER, read

_PARTS = ("page", "text", "files", "reading", "lexicon")


@dataclass(frozen=True, slots=True)
class Reader:
    """Two readings are compared only when the reader's name is the same on both."""

    version: str
    read: Callable[[Page], Document]

    def name(self, source: Source) -> str:
        """The version; with the selector where the source has one for the body: another one reads another text."""
        if source.body is None:
            return self.version
        return f"{self.version}+{hashlib.sha256(source.body.encode()).hexdigest()[:8]}"


def todays() -> Reader:
    """READER, and a digest of the code and the words it reads by, a user's own among them: no improvement can be
    forgotten to be one."""
    return _reading_by(extended())


@cache
def _reading_by(own: Aliases) -> Reader:
    digest = hashlib.sha256()
    for part in _PARTS:
        for name, content in sorted(_files(resources.files(f"services.parser.{part}"), part)):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    if own != Aliases():
        digest.update(repr(own).encode())
    return Reader(f"{READER}-{digest.hexdigest()[:8]}", read)


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".toml")):
            yield f"{name}/{entry.name}", entry.read_bytes()
