"""A page with the files it links to, as one Page; and a file that is a document by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.domain.document import Attachment, Quality
from services.domain.file import FileText
from services.parser.page.model import Line, Page
from services.parser.page.plain import furniture
from services.parser.page.quality import unmet
from services.parser.text.layers import canonical, match

#: The page has no text of its own beside the names of its files (`extract`).
ATTACHMENT_ONLY = "attachment_only"
#: Characters kept of all the files of one document.
MOST_CHARACTERS = 600_000


@dataclass(frozen=True, slots=True)
class File:
    """What is at hand of a linked file: its bytes' hash and text, or in `missing` why there is nothing."""

    sha256: str | None = None
    found: FileText | None = None
    missing: str | None = None


def with_files(page: Page, files: Mapping[str, File], *, min_length: int = 0, must_contain: Sequence[str] = ()) -> Page:
    """`page` with hash, text or reason at each attachment; an address that `files` has no word of was not asked.

    Where the page says nothing itself and a file has text, the files' text is the page's.
    """
    asked = {one.url: files.get(one.url, File(missing="over_limit")) for one in page.attachments}
    known = described(page.attachments, asked)
    page = replace(page, attachments=known)
    if ATTACHMENT_ONLY not in page.quality.warnings or not any(file.text for file in known):
        return page
    told = [file for file in known if file.text]
    page = replace(
        page,
        lines=tuple(line for file in told for line in lines_of(file.text or "")),
        text_source="attachment:" + "、".join(file.name for file in told),
    )
    unfit = unmet(page.text, page.title[0] if page.title else None, min_length, must_contain)
    quality = replace(page.quality, verdict="ok", reason=None, evidence=None, container="attachment")
    return replace(page, quality=unfit or quality)


def file_page(
    found: FileText, url: str | None, *, title: str | None = None, min_length: int = 0, must_contain: Sequence[str] = ()
) -> Page:
    """A file that is the document itself, no page around it; `title` as the list of its column prints it."""
    quality = Quality("ok", container=found.kind, warnings=(found.unreadable,) if found.unreadable else ())
    if found.text is None:
        quality = replace(quality, verdict="unreadable", reason=found.unreadable, evidence=found.evidence)
        return Page((), quality, url=url)
    listed = (title, "list") if title else None
    page = Page(lines_of(found.text), quality, url=url, title=listed, text_source=f"file:{found.kind}")
    return replace(page, quality=unmet(page.text, title, min_length, must_contain) or quality)


def lines_of(text: str) -> tuple[Line, ...]:
    """A file's text as a page's lines, without what offices print around it."""
    lines = [Line(canonical(source), source, table_row="\t" in source) for source in text.split("\n")]
    return tuple(line for line in lines if furniture(line.text, match(line.text)) is None)


def described(attachments: Sequence[Attachment], files: Mapping[str, File]) -> tuple[Attachment, ...]:
    """Each with what `files` has of it; one it has nothing of stays as it is."""
    answer: list[Attachment] = []
    room = MOST_CHARACTERS
    for one in attachments:
        file = files.get(one.url)
        if file is None:
            answer.append(one)
            continue
        text = file.found.text if file.found else None
        reason = file.missing or (file.found.unreadable if file.found else "not_fetched")
        if text is not None and len(text) > room:
            text, reason = None, "too_long"
        room -= len(text or "")
        answer.append(replace(one, sha256=file.sha256, text=text, unreadable=reason))
    return tuple(answer)
