"""What one snapshot means, given what was known before. Pure.

page (gather) ─► Document or not ─┬─ unreadable: no version, no news       Unreadable
                                  ├─ not there                             Missing
                                  ├─ the first version                     First
                                  ├─ new furniture around the same words   Unchanged (recall.py)
                                  ├─ says what the current version says    Same
                                  └─ says something else                   Revised
                                       └─ what an earlier version said, again and again   Returned
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from services.domain.change import Change, Comparison, Suppression
from services.domain.document import Document, Quality
from services.domain.snapshot import Snapshot
from services.parser.compare.compare import carry_ids, compare
from services.parser.compare.judging.declared import Edit, edit_of
from services.parser.compare.kinds.attachments import attachments
from services.parser.flapping import verdict
from services.parser.page.model import Page
from services.parser.presence import Absence
from services.parser.reading.reader import Reader
from services.storage.readings import Shown


@dataclass(frozen=True, slots=True)
class Unreadable:
    quality: Quality


@dataclass(frozen=True, slots=True)
class Missing:
    kind: Absence
    quality: Quality


@dataclass(frozen=True, slots=True)
class Known:
    """The current version: what it says as this reader reads it, and of which page it was read."""

    document: Document
    fingerprint: str


@dataclass(frozen=True, slots=True)
class First:
    document: Document
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The bytes differ and nothing that is read does: known by the page's fingerprint, before anything is compared."""

    quality: Quality


@dataclass(frozen=True, slots=True)
class Same:
    """`document` carries the current version's ids."""

    document: Document
    suppressed: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    document: Document
    comparison: Comparison
    edit: Edit
    fingerprint: str
    #: The earlier version that said the same.
    returns_to: int | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version before the current one."""

    n: int
    known: Known


@dataclass(frozen=True, slots=True)
class Returned:
    """The page flaps: it says once more what version `revised.returns_to` said. `told`: subscribers know already."""

    revised: Revised
    version: int
    told: bool


Finding = Unreadable | Missing | First | Unchanged | Same | Revised | Returned

#: What differs where nothing that is read does.
FURNITURE = Suppression("boilerplate_only", "SPEC §12.4 page furniture", None, None)


def judge(page: Page | Quality, current: Known | None, reader: Reader) -> Finding:
    """What `page` means next to `current`, which `reader` read as well; a Quality says why there is no document."""
    if isinstance(page, Quality):
        gone = page.verdict == "absent"
        return Missing("empty" if page.reason == "empty" else "gone", page) if gone else Unreadable(page)
    fingerprint = page.fingerprint
    if current is None:
        return First(reader.read(page), fingerprint)
    if fingerprint == current.fingerprint:
        return Same(current.document, (FURNITURE,))
    return _compared(current.document, reader.read(page), fingerprint)


def recognise(
    revised: Revised, earlier: Iterable[Earlier], shown: Callable[[], Sequence[Shown]], snapshot: Snapshot
) -> Revised | Returned:
    """Is what the page says now what one of the `earlier` versions said? Then it went back, or flaps (flapping.py)."""
    same = next((version.n for version in earlier if _says_the_same(version.known, revised)), None)
    if same is None:
        return revised
    revised = replace(revised, returns_to=same)
    turn = verdict(shown(), snapshot.observed)
    return revised if turn == "reverted" else Returned(revised, same, told=turn == "known")


def _says_the_same(known: Known, revised: Revised) -> bool:
    return known.fingerprint == revised.fingerprint or not compare(known.document, revised.document).changes


def _compared(current: Document, document: Document, fingerprint: str) -> Finding:
    if _text_source(current) != _text_source(document):
        # the page gave way to its file or the file to a scan: that one text is not the other is no news, the file is
        entries = tuple(attachments(current, document))
        comparison = Comparison(tuple(entry for entry in entries if isinstance(entry, Change)))
    else:
        comparison = compare(current, document)
    document = carry_ids(current, document)
    if not comparison.changes:
        return Same(document, comparison.suppressed)
    return Revised(document, comparison, edit_of(current, document), fingerprint)


def _text_source(document: Document) -> bool:
    """Is the text that of a file and not the page's own?"""
    return "text" in (document.metadata.sources or {})
