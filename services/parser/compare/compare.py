"""Two readings of one document to what changed between them.

    old, new ─ equal? ─► nothing
       │
       ├ KEY of the bodies equal ─► format_only, boilerplate_only                                    (SPEC §12.3–4)
       │
       └ align (pieces, SPEC §11) ─► changes (typed, SPEC §12) ─► account (nothing lost) ─► most serious first

Metadata that only the page says, and linked files, are compared in every case. Where a file's words changed, its two
texts are compared as documents: what they promise differently stands among the changes, under the file's name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from services.domain.change import Change, Comparison, Suppression, rank
from services.domain.document import Document
from services.parser.compare.kinds.attachments import attachments, replaced
from services.parser.compare.kinds.changes import typed
from services.parser.compare.kinds.furniture import body, joined, same_body, unmeant
from services.parser.compare.kinds.metadata import on_the_page
from services.parser.compare.marking.account import balance
from services.parser.compare.marking.pair import Frame
from services.parser.compare.matching.align import align
from services.parser.compare.matching.carry import carry_ids
from services.parser.compare.matching.view import view
from services.parser.reading.read import read_text

__all__ = ["body_key", "carry_ids", "compare"]


def compare(old: Document, new: Document) -> Comparison:
    """Typed changes, most serious first, then in document order; and every difference judged no change.

    `compare(x, x)` is empty. Every differing character of the source texts lies in the marks of exactly one entry:
    `account.edits` turns them into a script that makes the new text of the old one. Ids need not be carried over first.
    """
    if old == new:
        return Comparison()
    found: list[Change | Suppression] = [*on_the_page(old.metadata, new.metadata), *attachments(old, new)]
    if same_body(old, new):
        found += unmeant(old, new)
    else:
        changes, held = typed(Frame(align(view(old), view(new))))
        found += [*changes, *joined(old, new, held)]
    entries = balance(old, new, found)
    changes = [*(entry for entry in entries if isinstance(entry, Change)), *_inside_files(old, new)]
    held = [entry for entry in entries if isinstance(entry, Suppression)]
    return Comparison(tuple(sorted(changes, key=_order)), tuple(held))


def body_key(document: Document) -> str:
    """What a version is known by (SPEC §11): SHA-256 of the KEY of its text without the page's furniture."""
    return hashlib.sha256(body(document).encode("utf-8", "surrogatepass")).hexdigest()


def _inside_files(old: Document, new: Document) -> Iterator[Change]:
    """Changes inside linked files. Spans and ids are those of another text than the document's: they are left out.

    None where a file's text is the document's.
    """
    if "text" in (new.metadata.sources or {}):
        return
    for name, before, after in replaced(old, new):
        for change in compare(read_text(before), read_text(after)).changes:
            yield replace(
                change, path=(name, *change.path), old=None, new=None, old_marks=(), new_marks=(),
                section=None, commitment=None, target=None, figure=None, affected=(),
            )  # fmt: skip


def _order(change: Change) -> tuple[int, int]:
    place = change.new or change.old
    return -rank(change.severity), place.start if place else -1
