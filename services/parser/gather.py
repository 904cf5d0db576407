"""What a document was at a snapshot: its page, the further pages of the article, the files it links to.

snapshot ─► page ─┬─ complete by itself (nearly always)
                  └─ parts, attachments ─► their last good copies before the snapshot (storage.pieces) ─► one Page
                                        └► not here yet: unreadable, `waiting`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from services.domain.document import Quality
from services.domain.file import FileText
from services.domain.snapshot import Snapshot
from services.domain.source import Source
from services.parser.apart import read_apart
from services.parser.files.composing import ATTACHMENT_ONLY, File, file_page, with_files
from services.parser.files.kind import kind_of
from services.parser.page.extract import read_page
from services.parser.page.joining import read_pages
from services.parser.page.model import Page
from services.storage import files, pages, pieces, snapshots
from services.storage.pieces import Copy, Link

#: The version of the reader of files: raise it when the same bytes give another text.
FILES = "1"
#: Pieces of one document that are asked for. Longer articles are lists in disguise; of more files the rest is named.
MOST_PARTS = 40
MOST_FILES = 30

_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Gathered:
    """`page` is why there is no document where it is a Quality. `links` are the pieces that the page names; None where
    there is no page to ask.
    """

    page: Page | Quality
    links: tuple[Link, ...] | None = None


def page_at(conn: Connection, snapshot: Snapshot, source: Source) -> Page | Quality:
    """The document's page at a snapshot that was read before: nothing is waited for."""
    return gather(conn, snapshot, source, patient=False).page


def gather(conn: Connection, snapshot: Snapshot, source: Source, *, patient: bool = True) -> Gathered:
    """The page in `snapshot` with its pieces. `patient`: a file that nobody has asked for yet is waited for, once.

    A part of the article is always waited for, and so are the files of a page that says nothing without them.
    """
    if snapshot.status in _GONE:
        return Gathered(Quality("absent", "gone", f"HTTP {snapshot.status}"))
    if kind_of(snapshot.body) not in ("html", "unknown"):
        return Gathered(_document(_file_page(conn, snapshot, source)), ())
    page = read_page(
        snapshot.body,
        url=snapshot.url,
        content_type=snapshot.headers.get("content-type"),
        status=snapshot.status,
        selector=source.body,
        min_length=source.min_length,
        must_contain=source.must_contain,
    )
    if page.quality.verdict not in ("ok", "suspect"):
        return Gathered(page.quality)
    if not (page.next_pages or page.attachments):
        return Gathered(_document(page), ())
    return _with_pieces(conn, snapshot, source, page, patient=patient)


def _with_pieces(conn: Connection, snapshot: Snapshot, source: Source, page: Page, *, patient: bool) -> Gathered:
    parts = tuple(Link(url, "part") for url in page.next_pages)
    if len(parts) > MOST_PARTS:
        return Gathered(Quality("unreadable", "too_many_parts", f"{len(parts)} further pages"), ())
    if parts:
        here = pieces.copies(conn, [link.url for link in parts], snapshot.id)
        absent = [link for link in parts if link.url not in here or here[link.url].snapshot is None]
        if absent:
            return Gathered(_waiting(absent, len(parts), here.get(absent[0].url)), parts + _files(page))
        page = read_pages(
            [snapshot.body, *(_body(conn, here[link.url]) for link in parts)],
            url=snapshot.url,
            content_type=snapshot.headers.get("content-type"),
            selector=source.body,
            min_length=source.min_length,
            must_contain=source.must_contain,
        )
    linked = _files(page)
    here = pieces.copies(conn, [link.url for link in linked], snapshot.id)
    alone = ATTACHMENT_ONLY in page.quality.warnings
    patient = patient and bool(linked) and not pieces.waited(conn, snapshot.document, snapshot.id)
    open_ = [link for link in linked if not (here[link.url].settled if alone else here[link.url].tried or not patient)]
    if open_:
        return Gathered(_waiting(open_, len(linked), here[open_[0].url]), parts + linked)
    page = _without_gone(page, here.values())
    found = {url: file_of(conn, copy) for url, copy in here.items()}
    page = with_files(page, found, min_length=source.min_length, must_contain=source.must_contain)
    return Gathered(_document(page), parts + linked)


def _files(page: Page) -> tuple[Link, ...]:
    reachable = (file for file in page.attachments if pages.reachable(file.url))
    return tuple(Link(file.url, "attachment", file.name) for file in reachable)[:MOST_FILES]


def _document(page: Page) -> Page | Quality:
    return page if page.quality.verdict == "ok" else page.quality


def _waiting(absent: Sequence[Link], of: int, first: Copy | None) -> Quality:
    why = f" ({first.trouble})" if first and first.trouble else ""
    what = "further pages" if absent[0].role == "part" else "files"
    return Quality("unreadable", pieces.WAITING, f"{len(absent)} of {of} {what} not here yet: {absent[0].url}{why}")


def _without_gone(page: Page, here: Iterable[Copy]) -> Page:
    """A file that is gone for good is none of the document's any more, whatever its page still names."""
    gone = {copy.url for copy in here if copy.gone}
    return replace(page, attachments=tuple(file for file in page.attachments if file.url not in gone)) if gone else page


def _body(conn: Connection, copy: Copy) -> bytes:
    return snapshots.get_snapshot(conn, copy.snapshot or 0).body


def file_of(conn: Connection, copy: Copy) -> File:
    """What is at hand of a linked file, from a copy."""
    if copy.snapshot is None or copy.sha256 is None:
        return File(missing=f"not_fetched:{copy.trouble}" if copy.trouble else "not_fetched")
    known = files.find_files(conn, [copy.sha256], FILES).get(copy.sha256)
    return File(copy.sha256, known or read_apart(_body(conn, copy)))


def _file_page(conn: Connection, snapshot: Snapshot, source: Source) -> Page:
    return file_page(
        text_of(conn, snapshot),
        snapshot.url,
        title=pages.get_page(conn, snapshot.document).list_title,
        min_length=source.min_length,
        must_contain=source.must_contain,
    )


def text_of(conn: Connection, snapshot: Snapshot) -> FileText:
    """The text of a snapshot that is a file; read once for all."""
    known = files.find_files(conn, [snapshot.sha256], FILES)
    return known.get(snapshot.sha256) or read_apart(snapshot.body)
