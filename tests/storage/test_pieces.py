"""What belongs to a document beside its page, as rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from services.domain.file import FileText
from services.domain.identity import document_id
from services.domain.snapshot import Fetched, Gone
from services.domain.source import Source
from services.storage import files, pages, pieces, readings, snapshots, sources
from services.storage.database import Database
from services.storage.pages import Listed
from services.storage.pieces import Link
from services.storage.readings import Reading
from services.storage.tables import host

NOW = datetime(2023, 3, 27, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOME = "https://www.example.gov.cn"
ONE, TWO, FILE, PART = (f"{HOME}/{name}" for name in ("1.html", "2.html", "a.pdf", "1_1.html"))
LINKS = (Link(PART, "part"), Link(FILE, "attachment", "附件.pdf"))


def column(conn: Connection) -> tuple[str, str]:
    sources.save_source(conn, Source("src", f"{HOME}/", "列", HOUR), NOW)
    one, two = pages.discover(conn, "src", [Listed(ONE), Listed(TWO)], NOW, backfill=True)
    return one, two


def seen(conn: Connection, url: str, at: datetime, verdict: str = "ok", body: bytes = b"a") -> int:
    answer = Fetched(url, 200, {}, body) if verdict != "absent" else Gone(url, 404)
    taken = snapshots.add_snapshot(conn, document_id(url), at, answer)
    readings.save_reading(conn, Reading(taken, document_id(url), at, "r", verdict, None, None))
    return taken


def test_pieces_are_pages_that_are_due_and_no_documents_of_their_own(database: Database) -> None:
    with database.write() as conn:
        one, _ = column(conn)
        pieces.set_links(
            conn, one, (*LINKS, Link(FILE, "attachment", "again"), Link(ONE, "part"), Link("::", "part")), NOW
        )
        pieces.set_links(conn, one, LINKS, NOW)
        assert pieces.links_of(conn, one) == LINKS
        file = pages.get_page(conn, document_id(FILE))
        assert (file.role, file.backfill, file.state.next_visit) == ("attachment", True, NOW)
        assert {page.url for page in pages.list_pages(conn, "src")} == {ONE, TWO}
        assert pieces.mains_of(conn, document_id(FILE)) == (one,)
        assert not pieces.ready(conn, one)


def test_a_piece_rests_when_the_last_document_lets_go_of_it_and_wakes_again(database: Database) -> None:
    with database.write() as conn:
        one, two = column(conn)
        for main in (one, two):
            pieces.set_links(conn, main, LINKS, NOW)
        pieces.set_links(conn, one, (), NOW)
        assert pages.get_page(conn, document_id(FILE)).state.next_visit == NOW
        pieces.set_links(conn, two, LINKS[:1], NOW)
        assert pages.get_page(conn, document_id(FILE)).state.next_visit is None
        pieces.set_links(conn, one, LINKS, NOW + HOUR)
        assert pages.get_page(conn, document_id(FILE)).state.next_visit == NOW + HOUR


def test_a_copy_is_the_last_good_one_before_a_snapshot(database: Database) -> None:
    with database.write() as conn:
        one, _ = column(conn)
        pieces.set_links(conn, one, LINKS, NOW)
        assert pieces.copies(conn, [FILE])[FILE].snapshot is None
        first = seen(conn, FILE, NOW)
        challenge = seen(conn, FILE, NOW + HOUR, "blocked", b"verify")
        second = seen(conn, FILE, NOW + 2 * HOUR, "suspect", b"b")
        found = [pieces.copies(conn, [FILE], before)[FILE].snapshot for before in (first, challenge, second, None)]
    assert found == [None, first, first, second]


def test_a_piece_is_gone_when_it_was_missing_twice_a_day_apart(database: Database) -> None:
    with database.write() as conn:
        one, _ = column(conn)
        pieces.set_links(conn, one, LINKS, NOW)
        seen(conn, FILE, NOW)
        gone = []
        for hour in (10, 20, 34):
            seen(conn, FILE, NOW + hour * HOUR, "absent")
            gone.append(pieces.copies(conn, [FILE])[FILE].gone)
        assert gone == [False, False, True]
        seen(conn, FILE, NOW + 40 * HOUR, body=b"back")
        assert not pieces.copies(conn, [FILE])[FILE].gone


def test_a_piece_that_a_list_names_becomes_a_document_to_be_seen_for_the_first_time(database: Database) -> None:
    with database.write() as conn:
        one, _ = column(conn)
        pieces.set_links(conn, one, LINKS, NOW)
        pages.set_latest(conn, document_id(FILE), seen(conn, FILE, NOW))
        listed = [Listed(FILE, "方案"), Listed(ONE)]
        assert pages.discover(conn, "src", listed, NOW + HOUR, backfill=False) == (document_id(FILE),)
        assert pages.discover(conn, "src", listed, NOW + HOUR, backfill=False) == ()
        page = pages.get_page(conn, document_id(FILE))
    assert (page.role, page.backfill, page.latest_snapshot, page.list_title) == ("main", False, None, "方案")


def test_a_file_is_read_once_for_all(database: Database) -> None:
    with database.write() as conn:
        column(conn)
        kept = snapshots.get_snapshot(
            conn, snapshots.add_snapshot(conn, document_id(ONE), NOW, Fetched(FILE, 200, {}, b"a"))
        )
        found = FileText("pdf", "一\t二\n三", "partly_scanned", "1 of 2")
        files.save_file(conn, kept.sha256, "1", found)
        files.save_file(conn, kept.sha256, "1", FileText("pdf"))
        assert files.find_files(conn, [kept.sha256, "0" * 64], "1") == {kept.sha256: found}
        assert files.find_files(conn, [kept.sha256], "2") == {}


def test_a_file_on_another_host_brings_that_host_along(database: Database) -> None:
    with database.write() as conn:
        one, _ = column(conn)
        pieces.set_links(conn, one, [Link("https://files.example.gov.cn/a.docx", "attachment")], NOW)
        assert "files.example.gov.cn" in set(conn.execute(select(host.c.name)).scalars())
