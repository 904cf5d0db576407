"""Linked files (SPEC §12 row 6): a file is known by its address, else by its name; changed when its bytes are.

Where both texts are known, other bytes with the same words are format only (row 3), and what the words say differently
is typed as a page's is, under the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.change import Change, ChangeType, Suppression
from services.domain.document import Attachment, Document
from services.parser.compare.judging import severity
from services.parser.text.layers import key, match


def attachments(old: Document, new: Document) -> Iterator[Change | Suppression]:
    """A file that only moved to another address, or was not fetched on one side, is no news."""
    pairs, left = _paired(old, new)
    for mine, partner in pairs:
        if partner is None:
            yield _change("attachment_removed", mine, None)
        elif mine.name != partner.name or (_replaced(mine, partner) and not _same_words(mine, partner)):
            yield _change("attachment_changed", mine, partner)
        elif _replaced(mine, partner):
            yield Suppression("format_only", "SPEC §12.3 linked file", None, None, before=mine.name, after=partner.name)
    for theirs in left:
        yield _change("attachment_added", None, theirs)


def replaced(old: Document, new: Document) -> Iterator[tuple[str, str, str]]:
    """(name, old text, new text) of each file whose words are known on both sides and differ."""
    for mine, partner in _paired(old, new)[0]:
        if partner and mine.text and partner.text and _replaced(mine, partner) and not _same_words(mine, partner):
            yield partner.name, mine.text, partner.text


def _paired(old: Document, new: Document) -> tuple[list[tuple[Attachment, Attachment | None]], list[Attachment]]:
    left = list(new.attachments)
    pairs: list[tuple[Attachment, Attachment | None]] = []
    for mine in old.attachments:
        partner = _partner(mine, left)
        if partner is not None:
            left.remove(partner)
        pairs.append((mine, partner))
    return pairs, left


def _replaced(mine: Attachment, partner: Attachment) -> bool:
    return mine.sha256 is not None and partner.sha256 is not None and mine.sha256 != partner.sha256


def _same_words(mine: Attachment, partner: Attachment) -> bool:
    """False where one side's words are not known, or not all of them."""
    if mine.text is None or partner.text is None or mine.unreadable or partner.unreadable:
        return False
    return key(match(mine.text)) == key(match(partner.text))


def _partner(mine: Attachment, left: list[Attachment]) -> Attachment | None:
    for attribute in ("url", "sha256", "name"):
        said = getattr(mine, attribute)
        found = next((other for other in left if said is not None and getattr(other, attribute) == said), None)
        if found is not None:
            return found
    return None


def _change(kind: ChangeType, mine: Attachment | None, theirs: Attachment | None) -> Change:
    return Change(
        kind, severity.FIXED[kind], "unclear" if mine and theirs else "neutral", None, (),
        mine.name if mine else None, theirs.name if theirs else None, None, None, "SPEC §12.6",
    )  # fmt: skip
