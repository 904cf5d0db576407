"""A token signs in; the cookie holds none, goes to the pages only, and every form proves where it comes from."""

from __future__ import annotations

from datetime import timedelta

import pytest
from api.conftest import ADDRESS, NOW
from api.web.browsing import browser

from services.api.web.session import Sealer, new_session
from services.storage import tokens
from services.storage.database import Database

pytestmark = pytest.mark.anyio
SIGN_IN = "/pages/sign-in"


async def test_the_cookie_is_kept_from_scripts_and_from_the_api(database: Database) -> None:
    async with browser(database, open_reads="never") as visitor:
        assert "这个页面" not in await visitor.look("/pages/documents", 401)
        token = await visitor.sign_in(database)
        await visitor.look("/pages/documents")
        (cookie,) = [one for one in visitor.client.cookies.jar if one.name == "dafu_session"]
        assert cookie.secure
        assert cookie.path == "/pages"
        assert cookie.has_nonstandard_attr("HttpOnly")
        assert cookie.get_nonstandard_attr("SameSite", "").lower() == "strict"
        assert token not in (cookie.value or "")
        shown = {"cookie": f"{cookie.name}={cookie.value}"}  # were it sent to the API, it would count for nothing
        assert (await visitor.client.get("/documents", headers=shown)).status_code == 401
        assert (
            await visitor.client.post("/subscriptions", headers=shown, json={"url": "https://a.cn/"})
        ).status_code == 401


async def test_a_token_in_the_header_opens_no_page(database: Database) -> None:
    async with browser(database, open_reads="never") as visitor:
        text = await visitor.sign_in(database)
        visitor.client.cookies.clear()
        answer = await visitor.client.get("/pages/documents", headers={"authorization": f"Bearer {text}"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": f"{ADDRESS}.evil.example"},
        {"origin": "x"},
    ],
)
async def test_a_form_sent_from_elsewhere_is_refused(database: Database, headers: dict[str, str]) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        page = await visitor.look("/pages/tokens")
        token = page.split('name="form_token" value="')[1].split('"')[0]
        answer = await visitor.client.post(
            "/pages/tokens", data={"form_token": token, "scope": "read"}, headers=headers
        )
        assert answer.status_code == 403
        with database.read() as conn:
            assert len(tokens.list_tokens(conn)) == 1


async def test_a_form_without_its_own_token_is_refused(database: Database) -> None:
    async with browser(database) as one, browser(database) as other:
        await one.sign_in(database)
        await other.sign_in(database)
        foreign = (await other.look("/pages/tokens")).split('name="form_token" value="')[1].split('"')[0]
        for given in ({}, {"form_token": ""}, {"form_token": "x"}, {"form_token": foreign}):
            answer = await one.client.post(
                "/pages/tokens", data={"scope": "read", **given}, headers={"origin": ADDRESS}
            )
            assert answer.status_code == 403, given


async def test_signing_in_needs_the_form_it_was_shown(database: Database) -> None:
    async with browser(database) as visitor:
        answer = await visitor.client.post(SIGN_IN, data={"token": "dafu_x"}, headers={"origin": ADDRESS})
        assert answer.status_code == 403
        answer = await visitor.send(SIGN_IN, SIGN_IN, token="dafu_" + "x" * 43)
        assert answer.status_code == 401
        assert "令牌不对" in answer.text


async def test_revoking_a_token_ends_its_sessions(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        await visitor.look("/pages/subscriptions")
        with database.write() as conn:
            (token,) = tokens.list_tokens(conn)
            tokens.revoke_token(conn, token.id, NOW)
        await visitor.look("/pages/subscriptions", 401)


async def test_signing_out_ends_the_session(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database)
        assert (await visitor.send("/pages/sign-out", "/pages/tokens")).status_code == 303
        await visitor.look("/pages/subscriptions", 401)


async def test_a_scope_is_asked_for_on_every_page(database: Database) -> None:
    async with browser(database) as visitor:
        await visitor.sign_in(database, "read")
        for path in ("/pages/subscriptions", "/pages/subscriptions/new", "/pages/tokens", "/pages/sources/new"):
            assert "不能这样做" in await visitor.look(path, 403)


def test_a_cookie_we_did_not_write_opens_nothing() -> None:
    sealer, session = Sealer(bytes(32)), new_session("tok_x", NOW)
    cookie = sealer.seal(session)
    assert sealer.open(cookie, NOW) == session
    assert sealer.open(cookie, NOW + timedelta(hours=13)) is None
    assert Sealer(b"1" * 32).open(cookie, NOW) is None
    for forged in (
        "",
        "x",
        "A" * 900,
        "é",
        cookie[:-2],
        cookie[:-1] + ("A" if cookie[-1] != "A" else "B"),
        "=" + cookie,
        None,
    ):
        assert sealer.open(forged, NOW) is None, forged
