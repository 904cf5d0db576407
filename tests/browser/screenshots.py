"""`python -m browser.screenshots FOLDER`: the pictures the README shows, taken of the tests' own house."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from browser.chromium import chromium, visitor
from browser.house import House, open_house

#: Name -> page, width, colour scheme, language, height.
_SIZE = tuple[str, int, str, str, int]


def _pictures(house: House) -> dict[str, _SIZE]:
    comparison = f"/pages/documents/{house.long}/compare/1..2"
    return {
        "what-changed": ("/pages/", 1180, "light", "zh-CN", 860),
        "comparison": (comparison, 1180, "light", "zh-CN", 860),
        "document": (f"/pages/documents/{house.long}", 1180, "dark", "zh-CN", 860),
        "what-changed-phone": ("/pages/", 360, "dark", "en-GB", 860),
    }


async def take(house: House, folder: Path) -> None:
    async with chromium() as browser:
        for name, (path, width, scheme, language, height) in _pictures(house).items():
            async with visitor(browser, house.address, width=width, scheme=scheme, language=language) as one:
                await one.page.set_viewport_size({"width": width, "height": height})
                await one.go(path)
                if name == "document":
                    chip = one.page.locator(".chip").nth(14)
                    await chip.scroll_into_view_if_needed()
                    await chip.hover()
                await one.page.screenshot(path=folder / f"{name}.png")


def main(folder: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, open_house(Path(scratch)) as house:
        asyncio.run(take(house, Path(folder)))


if __name__ == "__main__":
    main(sys.argv[1])
