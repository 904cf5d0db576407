"""Alerts, tokens and sources, set up with a browser only."""

from __future__ import annotations

import re

import pytest
from api.web.browsing import Browser, browser

from services.domain.trial import Trial, TrialArticle, TrialItem
from services.storage import documents, notes, sources, subscriptions, tokens
from services.storage.database import Database

pytestmark = pytest.mark.anyio
HERE = "/pages/subscriptions"
HOOK = "http://127.0.0.1:9/in"


async def _subscribed(visitor: Browser, **fields: str) -> str:
    answer = await visitor.send(HERE, f"{HERE}/new", do="create", url=HOOK, min_severity="medium", **fields)
    assert answer.status_code == 201, answer.text[-800:]
    found = re.search(r"/pages/subscriptions/(sub_\w+)", answer.text)
    assert found
    return found[1]


async def test_a_preview_says_how_many_alerts_there_would_have_been(lived: Database) -> None:
    async with browser(lived, language="en") as visitor:
        await visitor.sign_in(lived)
        answer = await visitor.send(HERE, f"{HERE}/new", do="preview", min_severity="critical", actors="市民政局")
        assert answer.status_code == 200
        assert re.search(r"would have sent \d+ alerts", answer.text)
        assert "市民政局" in answer.text


async def test_a_subscription_lives_through_the_pages(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        id_ = await _subscribed(
            visitor, agencies="市民政局\n市教委", directions="softened", note="测试", keywords_any="养老、床位"
        )
        with database.read() as conn:
            (made,) = subscriptions.list_subscriptions(conn)
        assert (made.id, made.note) == (id_, "测试")
        assert set(made.filter.agencies) == {"市教委", "市民政局"}
        assert set(made.filter.keywords.any) == {"养老", "床位"}
        assert "市教委" in await visitor.look(HERE)
        page = await visitor.look(f"{HERE}/{id_}")
        assert "whsec_" not in page
        for action in ("test", "pause", "resume", "recover"):
            assert (await visitor.send(f"{HERE}/{id_}/{action}", f"{HERE}/{id_}")).status_code == 303, action
        page = await visitor.look(f"{HERE}/{id_}")
        assert "测试" in page
        assert "等待中" in page
        event = re.search(r'name="event" value="([^"]+)"', page)
        assert event
        assert (await visitor.send(f"{HERE}/{id_}/resend", f"{HERE}/{id_}", event=event[1])).status_code == 303
        assert "whsec_" in (await visitor.send(f"{HERE}/{id_}/rotate", f"{HERE}/{id_}")).text
        assert (await visitor.send(f"{HERE}/{id_}/end", f"{HERE}/{id_}")).status_code == 303
        await visitor.look(f"{HERE}/{id_}", 404)


async def test_what_is_wrong_is_said_and_the_form_kept(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        answer = await visitor.send(HERE, f"{HERE}/new", do="create", url="http://169.254.169.254/x", note="留着")
        assert answer.status_code == 422
        assert "cannot be asked" in answer.text
        assert 'value="留着"' in answer.text
        for fields in ({"url": "ftp://x"}, {"url": HOOK, "deadline_before": "soon"}, {"url": HOOK, "kinds": "poem"}):
            answer = await visitor.send(HERE, f"{HERE}/new", do="create", **fields)
            assert answer.status_code == 422, fields
        await _subscribed(visitor)
        assert (
            await visitor.send(HERE, f"{HERE}/new", do="create", url=HOOK, min_severity="medium")
        ).status_code == 422


async def test_nobody_sees_the_alerts_of_others(database: Database) -> None:
    async with browser(database) as ours, browser(database) as theirs:
        await ours.sign_in(database, owner="ours")
        await theirs.sign_in(database, owner="theirs")
        id_ = await _subscribed(ours)
        assert id_ not in await theirs.look(HERE)
        await theirs.look(f"{HERE}/{id_}", 404)
        assert (await theirs.send(f"{HERE}/{id_}/end", HERE + "/new")).status_code == 404


async def test_a_filter_elsewhere_comes_along(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        page = await visitor.look(f"{HERE}/new?agency=市民政局&severity=high&direction=softened&type=target_lowered")
        assert ">市民政局</textarea>" in page
        assert '<option value="high" selected>' in page
        assert 'value="softened" checked' in page
        assert 'value="target_lowered" checked' in page


async def test_a_token_gives_no_more_than_its_maker_has(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        assert (await visitor.send("/pages/tokens", "/pages/tokens", scope="admin")).status_code == 403
        answer = await visitor.send("/pages/tokens", "/pages/tokens", scope="read", days="30", name="脚本")
        assert re.search(r"dafu_[\w-]{43}", answer.text)
        with database.read() as conn:
            made = next(one for one in tokens.list_tokens(conn) if one.name == "脚本")
        assert made.scopes == ("read",)
        assert made.expires is not None
        await visitor.send(f"/pages/tokens/{made.id}/revoke", "/pages/tokens")
        with database.read() as conn:
            revoked = tokens.get_token(conn, made.id)
        assert revoked is not None
        assert revoked.revoked is not None


async def test_a_source_is_added_after_a_look(database: Database) -> None:
    looked = Trial(
        "https://www.example.gov.cn/jytabl/", None,
        (TrialItem("https://www.example.gov.cn/1.html", "<b>答复</b>", "2026-01-02"),),
        article=TrialArticle("https://www.example.gov.cn/1.html", None, "答复", "reply_npc", "市民政局", None, 3),
        proposed={"id": "example-jytabl", "every": "6h", "kind": "reply_npc", "agency": "市民政局"},
    )  # fmt: skip

    async def look(url: str) -> Trial:
        return looked

    async with browser(database, trials=look) as visitor:
        await visitor.sign_in(database, "admin")
        shown = await visitor.send("/pages/sources/trial", "/pages/sources/new", url=looked.url)
        assert shown.status_code == 200
        assert "读出 1 篇" in shown.text
        assert "&lt;b&gt;答复&lt;/b&gt;" in shown.text
        made = await visitor.send(
            "/pages/sources", "/pages/sources/new", url=looked.url, id="example-jytabl", every="12"
        )
        assert made.headers["location"] == "/pages/sources/example-jytabl"
        assert "尚未访问" in await visitor.look("/pages/sources/example-jytabl")
        for action in ("check", "pause", "resume", "end"):
            here = "/pages/sources/example-jytabl"
            assert (await visitor.send(f"{here}/{action}", here)).status_code == 303, action
        await visitor.look("/pages/sources/example-jytabl", 404)
        bad = await visitor.send("/pages/sources", "/pages/sources/new", url=looked.url, every="soon")
        assert bad.status_code == 422
    with database.read() as conn:
        assert sources.get_watch(conn, "example-jytabl").source.every.total_seconds() == 12 * 3600


async def test_a_false_alarm_and_something_missed_are_noted(lived_copy: Database) -> None:
    async with browser(lived_copy) as visitor:
        with lived_copy.read() as conn:
            changed = next(one for one in documents.find_documents(conn) if one.current_n > 1)
        here = f"/pages/documents/{changed.id}/compare/1..2"
        assert "登录后可以标注" in await visitor.look(here)
        await visitor.sign_in(lived_copy)
        to = f"/pages/documents/{changed.id}/versions/2/annotations"
        answer = await visitor.send(to, here, verdict="false_alarm", change="0", back=here)
        assert answer.headers["location"] == f"{here}#noted"
        await visitor.send(to, here, verdict="missed", note="<i>漏</i>", back=here)
        page = await visitor.look(here)
        assert "已记下：误报" in page
        assert "&lt;i&gt;漏&lt;/i&gt;" in page
        assert (await visitor.send(to, here, verdict="poem", back=here)).status_code == 422
        assert (await visitor.send(to, here, verdict="false_alarm", change="99", back=here)).status_code == 404
    with lived_copy.read() as conn:
        assert [one.verdict for one in notes.list_annotations(conn)][-2:] == ["false_alarm", "missed"]
