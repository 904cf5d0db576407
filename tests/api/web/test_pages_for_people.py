"""Every page answers, in both languages, with headers that let nothing else in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from api.web.browsing import browser

from services.api.web.words import pairs
from services.storage import documents, sources, versions
from services.storage.database import Database

pytestmark = pytest.mark.anyio


def addresses(database: Database) -> Iterator[str]:
    with database.read() as conn:
        found = documents.find_documents(conn, limit=50)
        changed = next(one for one in found if len(versions.mementos(conn, one.id)) > 1)
        (watch, *_) = sources.list_watches(conn)
        structure = versions.get_version(conn, changed.id, 1)[1]
    here = f"/pages/documents/{changed.id}"
    yield from ("/pages/", "/pages/?days=0", "/pages/?agency=&kind=&severity=high&direction=softened&since=&until=")
    yield from ("/pages/documents", "/pages/documents?q=%E7%AD%94%E5%A4%8D&agency=", here)
    yield from (f"{here}/versions/1", f"{here}/versions/1/archive", f"{here}/versions/1/copy")
    yield from (f"{here}/compare/1..2", f"{here}/compare/2..1?view=inline", f"{here}/compare/1..1")
    yield from ("/pages/commitments", "/pages/commitments?tier=A&modality=4&has_target=true&text=&actor=")
    yield from ("/pages/deadlines?deadline_after=2020-01-01", "/pages/deadlines")
    yield f"/pages/commitments/{changed.id}.{structure.commitments[0].id}"
    yield from ("/pages/sources", f"/pages/sources/{watch.source.id}", "/pages/sign-in")
    yield from ("/pages/subscriptions", "/pages/subscriptions/new?agency=a&severity=high", "/pages/tokens")
    yield "/pages/sources/new"


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
async def test_every_page_answers(lived_long: Database, language: str) -> None:
    async with browser(lived_long, language=language) as visitor:
        await visitor.sign_in(lived_long, "admin")
        for path in addresses(lived_long):
            answer = await visitor.client.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[-1500:]}"
            assert answer.headers["x-content-type-options"] == "nosniff"
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors" in policy
            assert not re.search(r"\sstyle=|<style|\son\w+=|<script>", answer.text), path
            wanted = "zh-CN" if language.startswith("zh") else "en"
            assert path.endswith("/copy") or f'<html lang="{wanted}">' in answer.text


async def test_the_first_page_tells_what_changed_in_one_sentence(lived: Database) -> None:
    async with browser(lived) as visitor:
        page = await visitor.look("/pages/?days=0")
        assert "目标由 120个 降为 90个" in page
        assert "<del>120个</del>" in page
        assert "<ins>90个</ins>" in page
        assert "/compare/1..2#change-0" in page
        assert "/changes.atom" in page
    async with browser(lived, language="en") as visitor:
        assert "Target lowered from 120个 to 90个" in await visitor.look("/pages/?days=0")


async def test_a_filter_that_fits_nothing_says_so(lived: Database) -> None:
    async with browser(lived) as visitor:
        assert "没有变化" in await visitor.look("/pages/?days=0&direction=strengthened")
        assert "降为" in await visitor.look("/pages/?days=0&severity=critical&direction=softened")
        assert "降为" not in await visitor.look("/pages/?days=0&agency=%E6%97%A0%E6%AD%A4%E5%B1%80")
        assert "没有符合条件" in await visitor.look("/pages/documents?q=nothingofthekind")


async def test_addresses_that_lead_nowhere_are_pages_too(lived: Database) -> None:
    async with browser(lived) as visitor:
        for path in (
            "/pages/nowhere",
            "/pages/documents/doc_x",
            "/pages/commitments/x",
            "/pages/sources/x",
        ):
            page = await visitor.look(path, 404)
            assert "没有这个页面" in page, path
        assert "填写的内容有误" in await visitor.look("/pages/?kind=poem", 422)
        assert "请求看不懂" in await visitor.look("/pages/documents?cursor=forged", 400)
        answer = await visitor.client.get("/", follow_redirects=False)
        assert answer.headers["location"] == "/pages/"


async def test_the_language_is_chosen_by_the_visitor(lived: Database) -> None:
    async with browser(lived) as visitor:
        assert "What changed lately" not in await visitor.look("/pages/")
        answer = await visitor.client.get("/pages/language/en?back=/pages/documents%3Fq%3Dx")
        assert answer.headers["location"] == "/pages/documents?q=x"
        assert "What changed lately" in await visitor.look("/pages/")


@pytest.mark.parametrize(
    "back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/pagesx", "/pages/\t/x"]
)
async def test_nobody_is_sent_elsewhere(lived: Database, back: str) -> None:
    async with browser(lived) as visitor:
        answer = await visitor.client.get("/pages/language/en", params={"back": back})
        assert answer.headers["location"] == "/pages/"


def test_every_label_is_there_in_both_languages() -> None:
    for name in ("labels", "sentences"):
        for key, pair in pairs(name).items():
            assert all(pair), key
            assert set(re.findall(r"\{\w+\}", pair[0])) == set(re.findall(r"\{\w+\}", pair[1])), key


async def test_a_style_sheet_may_be_kept_for_ever(lived: Database) -> None:
    async with browser(lived) as visitor:
        page = await visitor.look("/pages/")
        address = re.search(r'href="(/pages/static/style\.css\?[0-9a-f]+)"', page)
        assert address
        answer = await visitor.client.get(address[1])
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
