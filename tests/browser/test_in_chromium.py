"""The pages in a real browser: quiet, of one host, usable without scripts, without a mouse, narrow and wide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from browser.chromium import NARROW, WIDE, chromium, needs_chromium, sign_in, visitor
from browser.house import HARM, House, open_house
from playwright.async_api import Page

pytestmark = [pytest.mark.anyio, needs_chromium]
#: Rules of WCAG 2.2 up to AA, and what axe calls good practice.
_RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def folder() -> Path:
    """Where screenshots go, to be looked at."""
    chosen = Path(os.environ.get("DAFU_SCREENSHOTS") or Path(__file__).parents[2] / "build" / "screenshots")
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def every_page(house: House) -> dict[str, str]:
    here = f"/pages/documents/{house.edited}"
    return {
        "home": "/pages/?days=30",
        "documents": "/pages/documents",
        "document": here,
        "document-old": f"{here}/versions/1",
        "archive": f"{here}/versions/1/archive",
        "comparison": f"{here}/compare/1..3",
        "comparison-inline": f"{here}/compare/2..3?view=inline",
        "commitments": "/pages/commitments",
        "commitment": f"/pages/commitments/{house.harmful}.C-001",
        "deadlines": "/pages/deadlines?deadline_after=2021-01-01",
        "sources": "/pages/sources",
        "source": "/pages/sources/jyj-notices",
        "source-new": "/pages/sources/new",
        "alerts": "/pages/subscriptions",
        "alert-new": "/pages/subscriptions/new",
        "tokens": "/pages/tokens",
        "sign-in": "/pages/sign-in",
    }


async def _flaws(page: Page) -> list[str]:
    """What axe calls serious or critical."""
    found = await Axe().run(page, options=_RULES)
    return [
        f"{one['id']} ({one['impact']}): {[node['target'] for node in one['nodes']][:4]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("width", "scheme", "language"), [(WIDE, "light", "zh-CN"), (NARROW, "dark", "en-GB")])
async def test_every_page_is_quiet_fits_and_is_accessible(
    house: House, folder: Path, width: int, scheme: str, language: str
) -> None:
    flaws: dict[str, list[str]] = {}
    async with (
        chromium() as browser,
        visitor(browser, house.address, width=width, scheme=scheme, language=language) as one,
    ):
        await sign_in(one, house.token)
        for name, path in every_page(house).items():
            await one.go(path)
            assert await one.page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is too wide"
            await one.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=name != "document")
            flaws[name] = await _flaws(one.page)
    assert {name: found for name, found in flaws.items() if found} == {}


async def test_the_longest_document_and_its_comparison(house: House, folder: Path) -> None:
    async with chromium() as browser, visitor(browser, house.address, scheme="dark") as one:
        await one.go(f"/pages/documents/{house.long}")
        chip = one.page.locator(".chip").nth(12)
        await chip.scroll_into_view_if_needed()
        await chip.hover()
        card = one.page.locator(f"#{await chip.get_attribute('aria-describedby')}")
        assert await card.is_visible()
        await one.page.screenshot(path=folder / "explained-1440-dark.png")
        await one.go(f"/pages/documents/{house.long}/compare/1..2")
        await one.page.screenshot(path=folder / "long-comparison-1440-dark.png")
        assert await one.page.locator("ins").count() > 1


async def test_what_pages_hold_is_text_and_never_runs(house: House) -> None:
    here = f"/pages/documents/{house.harmful}"
    paths = (
        "/pages/?days=30", "/pages/documents", here, f"{here}/compare/1..2", f"{here}/compare/1..2?view=inline",
        f"{here}/versions/1/archive", f"{here}/versions/1/copy", "/pages/commitments?text=养老服务站",
        f"/pages/commitments/{house.harmful}.C-001", "/pages/deadlines?deadline_after=2027-01-01",
    )  # fmt: skip
    shown = HARM.replace("\u202e", "\ufffd")
    async with chromium() as browser, visitor(browser, house.address) as one:
        for path in paths:
            await one.go(path)
            assert await one.page.evaluate("window.ran === undefined"), path
            assert await one.page.locator("main script, main img, .copy script, .copy img").count() == 0, path
            text = await one.page.evaluate("document.body.textContent")
            assert "\u202e" not in text, path
            if path.endswith(("/pages/documents", house.harmful, "..2")):
                assert shown in text, path
            links = await one.page.eval_on_selector_all("a[href]", "all => all.map(a => a.protocol)")
            assert set(links) <= {"http:", "https:"}, path
            assert "13812345678" not in text, path


async def test_everything_works_without_scripts(house: House) -> None:
    async with chromium() as browser, visitor(browser, house.address, script=False) as one:
        page = one.page
        await one.go("/pages/?days=30")
        await page.select_option("select[name=direction]", "softened")
        await page.click(".filter button")
        assert "direction=softened" in page.url
        await page.locator(".item h3 a[href*='compare']").first.click()
        assert await page.locator("del").count() > 0
        await page.locator("details.same summary").first.click()
        await page.locator(".layout a").nth(1).click()
        assert await page.locator(".one ins").count() > 0
        await page.locator("details.quote summary").first.click()
        assert "SHA-256" in await page.locator("details.quote textarea").first.input_value()
        await sign_in(one, house.token)
        await one.go("/pages/subscriptions/new")
        await page.click("button[value=preview]")
        assert await page.locator("#preview").is_visible()
        await one.go(f"/pages/documents/{house.edited}")
        await page.locator(".chip").first.focus()
        assert await page.locator(".card").first.is_visible()
        await page.select_option("select[name=old]", "1")
        await page.select_option("select[name=new]", "3")
        await page.get_by_role("button", name="对照").click()
        assert page.url.endswith("/compare/1..3")


async def test_everything_can_be_reached_by_keyboard(house: House) -> None:
    async with chromium() as browser, visitor(browser, house.address) as one:
        page = one.page
        await one.go("/pages/?days=30")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        await page.locator(".item h3 a").nth(1).focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/compare/**")
        await page.locator("details.quote summary").first.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        assert "copy" in await page.evaluate("document.activeElement.className")
        await one.go(f"/pages/documents/{house.edited}")
        await page.locator(".chip").first.focus()
        card = page.locator(".card").first
        assert await card.is_visible()
        await page.keyboard.press("Escape")
        assert not await card.is_visible()
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/pages/commitments/**")
        await one.go("/pages/sign-in")
        await page.locator("input[name=token]").focus()
        await page.keyboard.type(house.token)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/pages/")


async def test_a_tap_explains_and_a_moved_passage_leads_to_its_place(house: House) -> None:
    async with chromium() as browser, visitor(browser, house.address, width=NARROW) as one:
        page = one.page
        await one.go(f"/pages/documents/{house.edited}")
        chip = page.locator(".chip").first
        await chip.tap()
        assert await page.locator(".card").first.is_visible()
        assert "/pages/documents/" in page.url
        await one.go(f"/pages/documents/{house.edited}/compare/2..3")
        jump = page.locator("a.jump").first
        target = await jump.get_attribute("href")
        await jump.tap()
        assert page.url.endswith(target or "?")
        assert await page.locator(f"[id='{(target or '#')[1:]}']").count() == 1
