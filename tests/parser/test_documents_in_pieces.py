"""Documents of several pieces, through the real line: what is waited for, what is told, what is left in peace."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import files
import pages as made
import pytest
from scripted import START, list_page

from services.domain.event import Event
from services.domain.identity import canonical_url, document_id
from services.domain.source import Source
from services.parser.files.read import read_file
from services.replay.clock import SimulatedClock
from services.replay.recording import Answer, Recording
from services.replay.run import live, told
from services.storage import pages, readings, snapshots, versions
from services.storage.database import Database, create_engine_for

HOME = "https://www.example.gov.cn"
LIST = f"{HOME}/zcwj/"
ONE, TWO = f"{HOME}/zcwj/t20230320_1.html", f"{HOME}/zcwj/t20230321_2.html"
PLAN, TASKS = f"{HOME}/zcwj/P1.docx", "https://files.example.gov.cn/P2.xlsx"
SOURCE = Source("src", LIST, "政策文件", timedelta(hours=6))
WORDS = "一、工作目标\n到2025年底,全市建成社区养老服务站{}个。\n二、重点任务\n(一)2024年底前新增护理型床位800张。"
NOTICE = (
    "各区县人民政府:\n现将《养老服务方案》印发给你们,请认真贯彻执行,并于每年年底前报送进展情况。\n"
    "市民政局\n2023年3月20日"
)
CHALLENGE = b"<!DOCTYPE html><title>x</title><body>verify</body>"


@pytest.fixture
def database(tmp_path: Path, empty_sqlite: Path) -> Iterator[Database]:
    """SQLite: what these tests ask of a database, tests/storage/test_pieces.py asks of both."""
    shutil.copy(empty_sqlite, tmp_path / "dafu.sqlite")
    opened = Database(create_engine_for(f"sqlite:///{tmp_path / 'dafu.sqlite'}"))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, which is quicker; the replays read theirs apart."""
    monkeypatch.setattr("services.parser.gather.read_apart", read_file)


Site = Mapping[str, list[tuple[float, int, bytes]]]


def article(*attached: str, text: str = NOTICE, pages: int = 1, page: int = 0, url: str = ONE) -> bytes:
    links = [(address, f"附件：{address.rpartition('/')[2]}") for address in attached]
    body = made.wrap(text, "trs-editor", title="关于印发《养老服务方案》的通知", published="2023-03-20 10:00",
                     url=url, attachments=links)  # fmt: skip
    counter = f"<script>var currentPage = {page}; var countPage = {pages};</script></body>"
    return body.replace(b"</body>", counter.encode()) if pages > 1 else body


def column(*urls: str) -> bytes:
    return list_page(*((url, f"关于印发第{n}号方案的通知", "2023-03-20") for n, url in enumerate(urls, 1)))


def lived(database: Database, site: Site, hours: float) -> list[Event]:
    """The public events of `hours` in which each address of `site` answered so from an hour on."""
    answers = {
        canonical_url(url): tuple(
            Answer(START + timedelta(hours=at), url, status, {}, body, None) for at, status, body in said
        )
        for url, said in site.items()
    }
    end = START + timedelta(hours=hours)
    asyncio.run(live(database, Recording(START, end, (SOURCE,), answers), SimulatedClock(START), end))
    return told(database)


def changes(event: Event) -> list[tuple[str, Any, Any]]:
    return [(one["type"], one.get("before"), one.get("after")) for one in event.data["changes"]]


def known(database: Database, url: str = ONE) -> list[Any]:
    with database.read() as conn:
        found = versions.history(conn, document_id(url))
        return [versions.get_version(conn, document_id(url), row.n)[1] for row in found]


def test_files_are_fetched_hashed_and_kept_before_the_document_is_told(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN, TASKS))],
        PLAN: [(0, 200, files.word(WORDS.format(120)))],
        TASKS: [(0, 200, files.sheet(表=[["任务", "期限"], ["新增床位", 2024]]))],
    }
    lived(database, site, 30)
    (document,) = known(database)
    assert [(file.unreadable, file.text) for file in document.attachments] == [
        (None, WORDS.format(120)),
        (None, "任务\t期限\n新增床位\t2024"),
    ]
    assert all(file.sha256 for file in document.attachments)
    assert document.text.startswith("各区县人民政府"), "the page's own words stay the document's"


@pytest.mark.parametrize("kind", ["word", "pdf"])
def test_what_a_file_promises_less_is_told_with_the_file_s_name(database: Database, kind: str) -> None:
    def plan(count: int) -> bytes:
        text = WORDS.format(count)
        return files.word(text) if kind == "word" else files.pdf(files.wrapped(text))

    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 200, plan(120)), (48, 200, plan(90))],
    }
    (event,) = lived(database, site, 24 * 7)
    assert event.type == "document.revised"
    assert changes(event) == [("target_lowered", 120, 90), ("attachment_changed", "附件：P1.docx", "附件：P1.docx")]
    assert event.data["changes"][0]["path"][0] == "附件：P1.docx"
    assert len(known(database)) == 2


def test_other_bytes_with_the_same_words_are_no_news(database: Database) -> None:
    again = files.archive({"docProps/app.xml": b"<Properties/>"}, files.word(WORDS.format(120)))
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 200, files.word(WORDS.format(120))), (48, 200, again)],
    }
    assert lived(database, site, 24 * 7) == []
    with database.read() as conn:
        held = readings.suppressed(conn, document_id(ONE))
    assert [(one.suppression.type, one.suppression.rule) for one in held] == [("format_only", "SPEC §12.3 linked file")]


@pytest.mark.parametrize("instead", [CHALLENGE, b"", "文件不存在".encode()], ids=["page", "none", "words"])
def test_a_challenge_in_place_of_a_file_is_no_news(database: Database, instead: bytes) -> None:
    plan = files.word(WORDS.format(120))
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 200, plan), (48, 200, instead), (96, 200, plan)],
    }
    assert lived(database, site, 24 * 9) == []


def test_a_file_that_does_not_come_does_not_keep_its_document_back(database: Database) -> None:
    """One is not there, one is forbidden by robots.txt; what the page says is told all the same."""
    site: Site = {
        LIST: [(0, 200, column(TWO)), (5, 200, column(ONE, TWO))],
        TWO: [(0, 200, article())],
        ONE: [(0, 200, article(PLAN, TASKS))],
        "https://files.example.gov.cn/robots.txt": [(0, 200, b"User-agent: *\nDisallow: /")],
    }
    (event,) = lived(database, site, 8)
    assert (event.type, event.data["document"]["url"]) == ("document.published", ONE)
    (document,) = known(database)
    assert [file.unreadable for file in document.attachments] == ["not_fetched:not_found", "not_fetched:robots"]


def test_a_file_that_comes_late_is_no_news_and_what_replaces_it_is(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 503, b""), (30, 200, files.word(WORDS.format(120))), (96, 200, files.word(WORDS.format(90)))],
    }
    (event,) = lived(database, site, 24 * 9)
    assert [one[0] for one in changes(event)] == ["target_lowered", "attachment_changed"]


def test_a_file_that_is_gone_for_a_day_was_removed(database: Database) -> None:
    plan = files.word(WORDS.format(120))
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 200, plan), (48, 404, b""), (24 * 8, 200, plan)],
    }
    events = lived(database, site, 24 * 12)
    assert [[one[0] for one in changes(event)] for event in events] == [["attachment_removed"], ["attachment_added"]]


def test_two_documents_share_a_file_and_each_is_told(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE, TWO))],
        ONE: [(0, 200, article(PLAN))],
        TWO: [(0, 200, article(PLAN, url=TWO))],
        PLAN: [(0, 200, files.word(WORDS.format(120))), (48, 200, files.word(WORDS.format(90)))],
    }
    events = lived(database, site, 24 * 7)
    assert {event.data["document"]["url"] for event in events} == {ONE, TWO}
    assert len(events) == 2
    with database.read() as conn:
        assert len(snapshots.snapshot_ids(conn, document_id(PLAN))) == 2, "visited once for both"


def test_a_file_that_its_page_names_no_more_rests(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN)), (48, 200, article())],
        PLAN: [(0, 200, files.word(WORDS.format(120)))],
    }
    (event,) = lived(database, site, 24 * 5)
    assert changes(event)[0] == ("attachment_removed", "附件：P1.docx", None)
    with database.read() as conn:
        assert pages.get_page(conn, document_id(PLAN)).state.next_visit is None


def test_an_article_is_told_when_all_its_pages_are_here(database: Database) -> None:
    parts = [
        f"第{n}部分\n本部分说明第{n}项工作,2024年底前完成{n}00个项目,由市民政局负责落实并定期通报进展。"
        for n in (1, 2, 3)
    ]
    bodies = [article(text=text, pages=3, page=n) for n, text in enumerate(parts)]
    at = [ONE, ONE.replace(".html", "_1.html"), ONE.replace(".html", "_2.html")]
    site: Site = {
        LIST: [(0, 200, column(TWO)), (5, 200, column(ONE, TWO))],
        TWO: [(0, 200, article(url=TWO))],
        at[0]: [(0, 200, bodies[0])],
        at[1]: [(0, 200, bodies[1])],
        at[2]: [(0, 404, b""), (40, 200, bodies[2])],
    }
    assert lived(database, site, 30) == []
    with database.read() as conn:
        latest = pages.get_page(conn, document_id(ONE)).latest_snapshot or 0
        read = readings.find_reading(conn, latest)
    assert read is not None
    assert (read.verdict, read.reason) == ("unreadable", "waiting")


def test_a_page_that_says_nothing_but_its_file_s_name_waits_for_the_file(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN, text=""))],
        PLAN: [(0, 503, b""), (30, 200, files.word(WORDS.format(120)))],
    }
    lived(database, site, 24 * 4)
    (document,) = known(database)
    assert (document.text, document.metadata.sources["text"]) == (WORDS.format(120), "attachment:附件：P1.docx")
    assert [target.norm_value for target in document.targets][:1] == [120]


def test_a_listed_file_is_a_document_even_where_it_was_a_piece_before(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE)), (30, 200, column(PLAN, ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 200, files.word(WORDS.format(120))), (60, 200, files.word(WORDS.format(90)))],
    }
    events = lived(database, site, 24 * 6)
    assert (events[0].type, events[0].data["document"]["url"]) == ("document.published", PLAN)
    revised = {event.data["document"]["url"]: [one[0] for one in changes(event)] for event in events[1:]}
    assert revised == {PLAN: ["target_lowered"], ONE: ["target_lowered", "attachment_changed"]}


def test_history_knows_which_version_stood_when_only_the_file_changed(database: Database) -> None:
    site: Site = {
        LIST: [(0, 200, column(ONE))],
        ONE: [(0, 200, article(PLAN))],
        PLAN: [(0, 200, files.word(WORDS.format(120))), (48, 200, files.word(WORDS.format(90)))],
    }
    lived(database, site, 24 * 7)
    with database.read() as conn:
        first, second = versions.history(conn, document_id(ONE))
        moments = [START + timedelta(hours=hour) for hour in (40, 24 * 7)]
        stood = [readings.version_at(conn, document_id(ONE), moment) for moment in moments]
    assert stood == [1, 2]
    assert first.observed_until <= second.observed_from <= second.observed_until
