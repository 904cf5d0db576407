"""What a list page means for the next one."""

from __future__ import annotations

from services.domain.document import Quality
from services.domain.identity import document_id
from services.egress.addresses import judge_url
from services.fetcher.decide import Found
from services.fetcher.discover import MOST, found, listed
from services.parser.page.listing import Item, Listing

LIST = "https://www.example.gov.cn/jyta/"
SECOND, THIRD = LIST + "index_1.html", LIST + "index_2.html"
PINNED = Item(LIST + "top.html", "置顶", "2019-01-01", pinned=True)
NEW, KNOWN = Item(LIST + "t2.html", "新", "2023-03-01"), Item(LIST + "t1.html", "旧", "2023-02-01")
ADDED = {document_id(NEW.url)}


def listing(*items: Item, verdict: str = "ok", blind: bool = False) -> Listing:
    quality = Quality(verdict, reason="challenge" if verdict == "blocked" else None)  # type: ignore[arg-type]
    return Listing(items, (SECOND, THIRD), quality, blind)


def test_a_walk_goes_on_while_everything_is_new() -> None:
    assert found(listing(NEW), LIST, ADDED, 1) == Found(True, next_page=SECOND)
    assert found(listing(NEW, KNOWN), LIST, ADDED, 2) == Found(True)
    assert found(listing(KNOWN), LIST, set(), 1) == Found(True)
    assert found(listing(NEW), LIST, ADDED, MOST) == Found(True)


def test_a_pinned_item_known_for_years_does_not_end_it() -> None:
    assert found(listing(PINNED, NEW), LIST, ADDED, 2) == Found(True, next_page=SECOND)
    assert found(listing(PINNED), LIST, set(), 1) == Found(True)


def test_a_list_that_names_all_its_pages_is_walked_in_order() -> None:
    assert found(listing(NEW), SECOND, ADDED, 1) == Found(True, next_page=THIRD)
    assert found(listing(NEW), THIRD, ADDED, 1) == Found(True)


def test_what_is_no_list() -> None:
    assert found(listing(verdict="blocked"), LIST, set(), 0) == Found(False, refused="challenge")
    assert found(listing(verdict="suspect", blind=True), LIST, set(), 0) == Found(False, blind="no_article_links")


def test_links_inside_are_left_out() -> None:
    inside = Item("http://169.254.169.254/latest/t1.html", "内", None)
    assert [item.url for item in listed(listing(inside, NEW), judge_url)] == [NEW.url]
