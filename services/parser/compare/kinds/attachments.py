"""Linked files (SPEC §12 row 6): a file is known by its address, else by its name; changed when its bytes are."""

from __future__ import annotations

from collections.abc import Iterator

from services.domain.change import Change, ChangeType
from services.domain.document import Attachment, Document
from services.parser.compare.judging import severity


def attachments(old: Document, new: Document) -> Iterator[Change]:
    """A file that only moved to another address, or was not fetched on one side, is no news."""
    left = list(new.attachments)
    for mine in old.attachments:
        partner = _partner(mine, left)
        if partner is None:
            yield _change("attachment_removed", mine, None)
            continue
        left.remove(partner)
        fetched = mine.sha256 is not None and partner.sha256 is not None
        if mine.name != partner.name or (fetched and mine.sha256 != partner.sha256):
            yield _change("attachment_changed", mine, partner)
    for theirs in left:
        yield _change("attachment_added", None, theirs)


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
