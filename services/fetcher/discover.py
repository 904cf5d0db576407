"""A list page read: the pages it names, and whether to go on to its next page. Pure, over parser.page.listing.

The next page of a column is read while everything on this one is new: on the first reading that walks the whole
column, afterwards it catches up with many new items at once. Pinned items say nothing about age and are left out of
the question. Each page is a visit of its own, so a walk is paced and survives a restart; it ends at a page with
anything known or nothing new, or once MOST pages of the source are known. A backfill that somebody asked for
walks on to the end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.domain.identity import document_id
from services.domain.snapshot import Fetched
from services.egress.answer import Refusal
from services.fetcher.decide import Found
from services.fetcher.outcome import Judge
from services.parser.page.listing import Listing, read_list
from services.storage.pages import Listed

#: Pages of one source at which a walk through its column ends.
MOST = 5000


def read(answer: Fetched) -> Listing:
    return read_list(answer.body, url=answer.url, content_type=answer.headers.get("content-type"))


def listed(listing: Listing, judge: Judge) -> tuple[Listed, ...]:
    """The items a request could go to."""
    return tuple(
        Listed(item.url, item.title, item.date) for item in listing.items if not isinstance(judge(item.url), Refusal)
    )


def found(listing: Listing, url: str, new: Collection[str], known: int, walked: Collection[str] | None = None) -> Found:
    """`new` are the ids just added, `known` how many pages the source has with them.

    `walked`: somebody asked for the whole column; the list pages read so far. Then the walk goes on to its last page,
    whatever is known, and ends where it would come to a page it has read.
    """
    if listing.quality.verdict not in ("ok", "suspect"):
        return Found(False, refused=listing.quality.reason or listing.quality.verdict)
    if listing.blind:
        return Found(False, blind=listing.quality.reason or "no_article_links")
    news = [_id(item.url) in new for item in listing.items if not item.pinned]
    walk = bool(news) and all(news) and known < MOST
    following = _after(listing.next_pages, url)
    if walked is not None:
        return Found(True, next_page=following if following not in walked else None)
    return Found(True, next_page=following if walk else None)


def _after(pages: Sequence[str], url: str) -> str | None:
    """The page behind `url`: the first one named, or where the list names itself too, the one behind it."""
    behind = pages[pages.index(url) + 1 :] if url in pages else pages
    return behind[0] if behind else None


def _id(url: str) -> str | None:
    try:
        return document_id(url)
    except ValueError:
        return None
