"""An article that a site splits over several pages, joined to one Page. Pure; fetching the pages is the caller's.

each body ─► read_page ─► lines one after the other, under the first page's title, metadata and address
                      └─► the first page that is not its part: suspect, with that page named
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.domain.document import Attachment, Quality
from services.parser.page.extract import read_page
from services.parser.page.limits import overlong
from services.parser.page.model import Page
from services.parser.page.quality import unmet

_CONTINUES = "continues_on_other_pages"


def read_pages(
    bodies: Sequence[bytes],
    *,
    url: str | None = None,
    content_type: str | None = None,
    selector: str | None = None,
    min_length: int = 0,
    must_contain: Sequence[str] = (),
) -> Page:
    """The pages of one article, in order, as one Page; `url` is the first one's, the others' are its `next_pages`.

    What the source expects is asked of the whole. Where a later page is missing, blocked, or the same as one before,
    the whole is suspect (`incomplete`): no version. `next_pages` keeps what is still to be fetched. Never raises;
    no bodies at all read as one that is empty.
    """
    first = read_page(next(iter(bodies), b""), url=url, content_type=content_type, selector=selector)
    if first.quality.verdict != "ok":
        return first
    addresses = [*first.next_pages, *[None] * len(bodies)]
    others = [
        read_page(body, url=address or url, content_type=content_type, selector=selector)
        for body, address in zip(bodies[1:], addresses, strict=False)
    ]
    joined = _joined(first, others)
    if (why := overlong(joined.lines)) is not None:
        return replace(joined, lines=(), quality=Quality("unreadable", "too_large", why))
    broken = _incomplete([first, *others]) or unmet(joined.text, _title(first), min_length, must_contain)
    if broken is None:
        return joined
    verdict = replace(joined.quality, verdict=broken.verdict, reason=broken.reason, evidence=broken.evidence)
    return replace(joined, quality=verdict)


def _joined(first: Page, others: Sequence[Page]) -> Page:
    pages = [first, *others]
    missing = first.next_pages[len(others) :]
    warnings = dict.fromkeys(warning for page in pages for warning in page.quality.warnings)
    if not missing:
        warnings.pop(_CONTINUES, None)
    return replace(
        first,
        lines=tuple(line for page in pages for line in page.lines),
        quality=replace(first.quality, warnings=tuple(warnings)),
        attachments=_each_once(file for page in pages for file in page.attachments),
        images=tuple(dict.fromkeys(image for page in pages for image in page.images)),
        next_pages=missing,
        dropped=tuple(dropped for page in pages for dropped in page.dropped),
    )


def _each_once(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    found: dict[str, Attachment] = {}
    for file in files:
        found.setdefault(file.url, file)
    return tuple(found.values())


def _incomplete(pages: Sequence[Page]) -> Quality | None:
    """A site answers numbers beyond the last page with an error, or with the first page again."""
    for number, page in enumerate(pages[1:], start=2):
        if page.quality.verdict != "ok":
            return Quality("suspect", "incomplete", f"page {number}: {page.quality.reason}")
        if any(page.lines == before.lines for before in pages[: number - 1]):
            return Quality("suspect", "incomplete", f"page {number} is the same as one before")
    return None


def _title(page: Page) -> str | None:
    return page.title[0] if page.title else None
