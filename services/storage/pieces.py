"""What belongs to a document beside its page: the further pages of a split article, the files it links to.

A piece is a page row of its own, visited and snapshotted like any other; several documents may have the same one.
Snapshots are numbered in the order in which they were taken, so what a document consisted of at its snapshot S is the
last good copy of each piece before S: nothing else needs to be kept, and it never changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, insert, or_, select

from services.domain.identity import document_id
from services.storage import pages
from services.storage.claims import Role
from services.storage.tables import page, piece, reading, snapshot

#: Verdicts of the reader under which a snapshot is a good copy of a piece.
GOOD = ("ok", "suspect")
#: A piece that answers 404 or 410 is believed to be gone as a page is (SPEC §12 row 1).
GONE = (404, 410)
LEAST_ABSENT = timedelta(hours=24)
#: What a document waits for cannot come: no later visit will bring it.
FINAL = ("robots", "too_large", "forbidden_address", "bad_url", "bad_port", "unsupported_encoding")
#: A reading of a page whose pieces are not at hand yet.
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Link:
    """A piece as the page names it."""

    url: str
    role: Role
    name: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """What is at hand of a piece: `snapshot` and `sha256` of its last good copy, None where there is none.

    `gone`: it was not there twice, a day apart. `tried`: asked for at least once; `trouble`: why that brought nothing.
    """

    page: str
    url: str
    snapshot: int | None = None
    sha256: str | None = None
    gone: bool = False
    tried: bool = False
    trouble: str | None = None

    @property
    def settled(self) -> bool:
        """It is here, or will not come."""
        return self.snapshot is not None or self.gone or self.trouble in FINAL


def set_links(conn: Connection, main_id: str, links: Sequence[Link], now: datetime) -> None:
    """What the page of `main_id` names now, in order. Pieces that no document names any more rest."""
    before = {row.page_id: row for row in conn.execute(_OF_MAIN, {"of": main_id})}
    if not before and not links:
        return
    main = pages.get_page(conn, main_id)
    rows: dict[str, dict[str, Any]] = {}
    for link in links:
        id_ = document_id(link.url) if pages.reachable(link.url) else main_id
        if id_ != main_id and id_ not in rows:
            pages.add_piece(conn, main, link.url, link.role, now)
            rows[id_] = {"main_id": main_id, "page_id": id_, "role": link.role, "ordinal": len(rows), "name": link.name}
    if rows == {id_: dict(row._mapping) for id_, row in before.items()}:
        return
    conn.execute(delete(piece).where(piece.c.main_id == main_id))
    if rows:
        conn.execute(insert(piece), list(rows.values()))
    dropped = set(before) - set(rows)
    if dropped:
        kept = set(conn.execute(select(piece.c.page_id).where(piece.c.page_id.in_(dropped))).scalars())
        pages.rest(conn, sorted(dropped - kept))


def bound(conn: Connection, page_ids: Collection[str]) -> frozenset[str]:
    """Those of the pages that have pieces, or are one: nearly none, and all others need not be asked one by one."""
    rows = conn.execute(_BOUND, {"pages": list(page_ids)})
    return frozenset(id_ for row in rows for id_ in row).intersection(page_ids)


def mains_of(conn: Connection, page_id: str) -> tuple[str, ...]:
    """The documents that have this piece."""
    return tuple(conn.execute(_MAINS, {"of": page_id}).scalars())


def links_of(conn: Connection, main_id: str) -> tuple[Link, ...]:
    query = select(page.c.url, piece.c.role, piece.c.name).join(page, page.c.id == piece.c.page_id)
    rows = conn.execute(query.where(piece.c.main_id == main_id).order_by(piece.c.ordinal))
    return tuple(Link(row.url, row.role, row.name) for row in rows)


def copies(conn: Connection, urls: Collection[str], before: int | None = None) -> dict[str, Copy]:
    """The pieces at `urls`, by address, as they were at the snapshot `before` (None: now). Unknown ones: not tried."""
    ids = {document_id(url): url for url in urls if pages.reachable(url)}
    rows = {row.id: row for row in conn.execute(select(page).where(page.c.id.in_(ids)))}
    return {url: _copy(conn, id_, url, rows.get(id_), before) for id_, url in ids.items()}


def copy_of(conn: Connection, page_id: str, before: int | None = None) -> Copy:
    """One piece, by its id."""
    row = conn.execute(select(page).where(page.c.id == page_id)).one()
    return _copy(conn, page_id, row.url, row, before)


def ready(conn: Connection, main_id: str) -> bool:
    """May the document be read: every part is here, every file was asked for."""
    links = links_of(conn, main_id)
    here = copies(conn, [link.url for link in links])
    return all(here[link.url].snapshot is not None if link.role == "part" else here[link.url].tried for link in links)


def waited(conn: Connection, main_id: str, before: int) -> bool:
    """Was the snapshot of its page before `before` read while pieces were missing?"""
    earlier = (snapshot.c.page_id == main_id) & (snapshot.c.id < before)
    query = select(reading.c.reason).join(snapshot, snapshot.c.id == reading.c.snapshot_id).where(earlier)
    return conn.execute(query.order_by(snapshot.c.id.desc()).limit(1)).scalar() == WAITING


def last_shown(conn: Connection, snapshot_id: int) -> int | None:
    """The last snapshot before this one, of the same page, that was a version."""
    mine = select(snapshot.c.page_id).where(snapshot.c.id == snapshot_id).scalar_subquery()
    of_page = (snapshot.c.page_id == mine) & (snapshot.c.id < snapshot_id) & reading.c.version_n.is_not(None)
    query = select(snapshot.c.id).join(reading, reading.c.snapshot_id == snapshot.c.id).where(of_page)
    found: int | None = conn.execute(query.order_by(snapshot.c.id.desc()).limit(1)).scalar()
    return found


def waits(conn: Connection, main_id: str) -> bool:
    """Was its page read last while pieces were missing?"""
    query = select(reading.c.reason).join(page, page.c.latest_snapshot == reading.c.snapshot_id)
    return conn.execute(query.where(page.c.id == main_id)).scalar() == WAITING


def _copy(conn: Connection, id_: str, url: str, row: Row[Any] | None, before: int | None) -> Copy:
    if row is None:
        return Copy(id_, url)
    of_page = select(snapshot.c.id, snapshot.c.sha256).where(snapshot.c.page_id == id_)
    if before is not None:
        of_page = of_page.where(snapshot.c.id < before)
    good = of_page.join(reading, reading.c.snapshot_id == snapshot.c.id).where(reading.c.verdict.in_(GOOD))
    last = conn.execute(good.order_by(snapshot.c.id.desc()).limit(1)).first()
    missing = of_page.with_only_columns(snapshot.c.observed).where(snapshot.c.status.in_(GONE))
    missing = missing.where(snapshot.c.id > last.id) if last else missing
    absent = list(conn.execute(missing.order_by(snapshot.c.id)).scalars())
    gone = len(absent) > 1 and absent[-1] - absent[0] >= LEAST_ABSENT
    return Copy(
        page=id_,
        url=url,
        snapshot=last.id if last and not gone else None,
        sha256=last.sha256 if last and not gone else None,
        gone=gone,
        tried=row.last_visit is not None and row.hops == 0,
        trouble=row.trouble or ("not_found" if absent else None),
    )


# Asked of every page that is read, so built once: building a statement costs more than running it.

_OF_MAIN = select(piece).where(piece.c.main_id == bindparam("of"))
_PAGES: BindParameter[str] = bindparam("pages", expanding=True)
_BOUND = select(piece.c.main_id, piece.c.page_id).where(or_(piece.c.main_id.in_(_PAGES), piece.c.page_id.in_(_PAGES)))
_MAINS = select(piece.c.main_id).where(piece.c.page_id == bindparam("of")).order_by(piece.c.main_id)
