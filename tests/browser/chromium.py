"""Debian's Chromium, driven by Playwright: no browser of its own is downloaded, and nothing but loopback is asked."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright

PATH = shutil.which("chromium") or ""
needs_chromium = pytest.mark.skipif(not PATH, reason="no chromium: apt-get install chromium fonts-noto-cjk")
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
NARROW, WIDE = 360, 1440


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PATH, args=list(_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


class Watched:
    """A page and everything about it that must not happen."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.said: list[str] = []
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("dialog", lambda dialog: self.said.append(f"dialog: {dialog.message}"))

    def _asked(self, url: str) -> None:
        if urlsplit(url).netloc != urlsplit(self.address).netloc and not url.startswith("data:"):
            self.said.append(f"asked {url}")

    async def go(self, path: str) -> None:
        answer = await self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"


@asynccontextmanager
async def visitor(
    browser: Browser,
    address: str,
    *,
    width: int = WIDE,
    scheme: Any = "light",
    script: bool = True,
    language: str = "zh-CN",
) -> AsyncIterator[Watched]:
    """A visitor with an empty jar of cookies; at the end nothing may have been said on the console."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, locale=language,
        has_touch=width == NARROW,
    )  # fmt: skip
    try:
        watched = Watched(await context.new_page(), address)
        yield watched
        assert watched.said == [], watched.said
    finally:
        await context.close()


async def sign_in(watched: Watched, token: str) -> None:
    await watched.go("/pages/sign-in")
    await watched.page.fill("input[name=token]", token)
    await watched.page.press("input[name=token]", "Enter")
    await watched.page.wait_for_url("**/pages/")
