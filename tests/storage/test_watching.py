"""Sources and the pages found on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from storage.samples import DAY, HOUR, NOW, SITE, SOURCE, address, page_id, watch

from services.domain.errors import Conflict, NotFound
from services.domain.source import Source
from services.storage import sources
from services.storage.database import Database
from services.storage.hosts import get_host
from services.storage.pages import Listed, discover, get_page, list_pages
from services.storage.visits import next_due

FULL = Source(
    id="gz",
    url="https://jyt.example.gov.cn/zwgk/",
    name="人大代表建议",
    every=DAY / 2,
    owner="team",
    agency="贵州省教育厅",
    region="贵州省",
    kind="reply_npc",
    verified="2023-03-01",
    min_length=200,
    must_contain=("代表", "答复"),
    body="div.TRS_Editor",
)


def test_a_source_comes_back_as_it_was_saved(database: Database) -> None:
    with database.write() as conn:
        sources.save_source(conn, FULL, NOW)
        sources.save_source(conn, SOURCE, NOW)
    with database.read() as conn:
        assert sources.get_source(conn, "gz") == FULL
        assert sources.get_source(conn, "cq") == SOURCE
        assert sources.list_sources(conn) == (SOURCE, FULL)
        assert sources.list_sources(conn, owner="team") == (FULL,)
        assert sources.list_sources(conn, limit=1) == (SOURCE,)
        assert sources.list_sources(conn, after="cq", limit=1) == (FULL,)
        with pytest.raises(NotFound, match="'xx'"):
            sources.get_source(conn, "xx")


def test_saving_again_changes_the_source_and_keeps_its_visits(database: Database) -> None:
    with database.write() as conn:
        sources.save_source(conn, SOURCE, NOW)
        before = sources.get_watch(conn, "cq")
        sources.save_source(conn, replace(SOURCE, name="新名字", every=DAY), NOW + HOUR)
        after = sources.get_watch(conn, "cq")
    assert (after.source.name, after.source.every, after.created) == ("新名字", DAY, before.created)
    assert after.state == before.state


def test_a_source_with_a_new_address_starts_over(database: Database) -> None:
    moved = replace(SOURCE, url="https://new.example.gov.cn/list/")
    with database.write() as conn:
        sources.save_source(conn, SOURCE, NOW)
        sources.save_source(conn, moved, NOW + HOUR)
        seen = sources.get_watch(conn, "cq")
        assert seen.state.next_visit == NOW + HOUR
        assert (seen.first_read_at, seen.sha256, seen.state.etag) == (None, None, None)
        assert get_host(conn, "new.example.gov.cn").next_request == NOW + HOUR


def test_one_owner_watches_an_address_once(database: Database) -> None:
    with database.write() as conn:
        sources.save_source(conn, SOURCE, NOW)
        with pytest.raises(Conflict, match="'cq'") as caught:
            sources.save_source(conn, replace(SOURCE, id="again"), NOW)
        assert caught.value.existing == "cq"
        sources.save_source(conn, replace(SOURCE, id="again", owner="somebody else"), NOW)


def test_events_about_a_source_are_numbered(database: Database) -> None:
    with database.write() as conn:
        sources.save_source(conn, SOURCE, NOW)
        assert [sources.next_sequence(conn, "cq") for _ in range(3)] == [1, 2, 3]


def test_pages_are_found_once_and_in_the_order_of_the_list(database: Database) -> None:
    with database.write() as conn:
        assert watch(conn, [3, 1, 2]) == (page_id(3), page_id(1), page_id(2))
        known = get_page(conn, page_id(1))
        assert watch(conn, [4, 1, 4], now=NOW + DAY) == (page_id(4),)
        assert get_page(conn, page_id(1)) == known
        assert (known.source, known.url, known.discovered) == ("cq", address(1), NOW)
        assert (known.state.next_visit, known.latest_snapshot, known.backfill) == (NOW, None, False)


def test_the_same_page_in_two_spellings_and_two_columns_is_one(database: Database) -> None:
    with database.write() as conn:
        first = watch(conn, [1])
        other = replace(SOURCE, id="other", url=f"{SITE}/zxta/")
        sources.save_source(conn, other, NOW)
        spelled = [Listed(address(1).replace("https://jjxxw", "HTTPS://JJXXW:443".lower()) + "#top")]
        assert discover(conn, "other", [*spelled, Listed(address(1))], NOW, backfill=True) == ()
        assert get_page(conn, first[0]).source == "cq"


def test_what_is_no_address_does_not_keep_the_rest_of_the_list_out(database: Database) -> None:
    hostile = [
        "javascript:void(0)",
        "/relative",
        f"https://{'a' * 9000}.gov.cn/",
        "https://x:99999/",
        "https://[::1/",
        "",
    ]
    with database.write() as conn:
        watch(conn)
        items = [*(Listed(url) for url in hostile), Listed(address(1), "题\x00目\ud800", "2023年3月27日")]
        assert discover(conn, "cq", items, NOW, backfill=False) == (page_id(1),)
        assert get_page(conn, page_id(1)).list_title == "题\ufffd目\ufffd"


def test_pages_of_a_source_are_listed_by_key(database: Database) -> None:
    with database.write() as conn:
        ids = sorted(watch(conn, range(5)))
        first = [page.id for page in list_pages(conn, "cq", limit=2)]
        rest = [page.id for page in list_pages(conn, "cq", after=first[-1])]
        assert [*first, *rest] == ids


def test_a_paused_source_is_not_due(database: Database) -> None:
    with database.write() as conn:
        watch(conn, [1])
        assert next_due(conn) == NOW
        sources.set_status(conn, "cq", "paused")
        assert next_due(conn) is None
        assert sources.get_watch(conn, "cq").status == "paused"
