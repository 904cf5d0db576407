"""Which further pages an article or a list has: TRS counters, Chongqing's createPage, Hanweb's next group.

TRS names page 1 `index.html` and page n+1 `index_n.html`; the article `t2017_1.html` goes on in `t2017_1_1.html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

#: createPageHTML(67, 0, "index", "shtml"), createPage(67, 0, "index", "html"), createPageHTML('bar', 67, 1, …).
_CALL = re.compile(r"createPage\w{0,12}\s*\(([^(){}]{1,200})\)")
_CURRENT = re.compile(r"\bcurrentPage\s*=\s*[\"']?(\d{1,5})")
_COUNT = re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,5})")
_ARGUMENT = re.compile(r"[\"']([^\"']*)[\"']|(?<![\w.])(\d{1,6})(?![\w.])")
_EXTENSION = re.compile(r"s?html?|jsp|aspx?")
_NUMBERED = re.compile(r"_(\d{1,5})$")
_LABELLED = re.compile(r"[\[【(第\s]*(\d{1,2})[\]】)页\s]*")
_PAGE_OF = re.compile(r"[-_](\d{1,2})$")
_MOST = 1_000


def following_pages(html: str, url: str | None) -> tuple[str, ...]:
    """Addresses of the pages after this one, in order; empty without a counter or without the page's own address."""
    if not url or ("createPage" not in html and "countPage" not in html):
        return ()
    total, name, extension = _counter(html)
    if total < 2:
        return ()
    stem, own_extension = _own_name(url)
    first = name or _first_name(html, stem, total) or "index"
    current = _current(stem, first)
    extension = extension or own_extension or "html"
    return tuple(urljoin(url, f"{first}_{n}.{extension}") for n in range(current + 1, min(total, _MOST)))


def linked_pages(links: Iterable[tuple[str, str]], url: str | None) -> tuple[str, ...]:
    """Addresses of the article's pages after this one, where it links to them by number: 【1】【2】【3】, or 1 2 3.

    `links` are text and address of the links whose text `is_number`. A page is one whose name is the first one's with
    the number behind it (c1013-31.html, c1013-31-2.html); numbers that lead elsewhere are none.
    """
    if not url:
        return ()
    folder, (stem, _), roots = _folder(url), _own_name(url), _roots(url)
    pages: dict[int, str] = {}
    for text, address in links:
        labelled = _LABELLED.fullmatch(text)
        name = _own_name(address)[0]
        numbered = _PAGE_OF.search(name)
        if not labelled or not numbered or _folder(address) != folder or name[: numbered.start()] not in roots:
            continue
        if int(numbered[1]) in (int(labelled[1]), int(labelled[1]) - 1):
            pages[int(labelled[1])] = address
    here = next((number for number, address in pages.items() if _own_name(address)[0] == stem), 1)
    return tuple(pages[number] for number in sorted(pages) if number > here)


def is_number(text: str) -> bool:
    """Whether a link with this text may lead to a further page."""
    return _LABELLED.fullmatch(text) is not None


def may_link_pages(html: str, url: str) -> bool:
    """Whether a name with a number behind the page's own stands in `html`: few do, and it is quicker to ask than the
    links are."""
    return any(f"{root}{sign}" in html for root in _roots(url) for sign in "-_")


def _roots(url: str) -> set[str]:
    """What the names of an article's pages begin with: the page's own, or what stands before its number."""
    stem = _own_name(url)[0]
    return {stem, _PAGE_OF.sub("", stem)}


def _folder(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[0]


def _counter(html: str) -> tuple[int, str, str]:
    for call in _CALL.finditer(html):
        words = [text for text, number in _ARGUMENT.findall(call[1]) if not number]
        numbers = [int(number) for _, number in _ARGUMENT.findall(call[1]) if number]
        if numbers and len(words) >= 2 and _EXTENSION.fullmatch(words[-1]):
            return numbers[0], words[-2].removeprefix("./"), words[-1]
    counted = _COUNT.search(html)
    return int(counted[1]) if counted else 0, "", ""


def _own_name(url: str) -> tuple[str, str]:
    try:
        last = urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return "", ""
    stem, _, extension = last.rpartition(".")
    return (stem, extension) if stem else (last, "")


def _first_name(html: str, stem: str, total: int) -> str:
    """The first page's name: without the number at the end where that is a page's, not the article's own."""
    numbered, declared = _NUMBERED.search(stem), _CURRENT.search(html)
    if numbered is None:
        return stem
    is_page = numbered[1] == declared[1] if declared else int(numbered[1]) < total
    return stem[: numbered.start()] if is_page else stem


def _current(stem: str, first: str) -> int:
    """0 for the first page; TRS article names hold a number of their own (t20171117_5577604)."""
    if stem.startswith(first + "_") and stem[len(first) + 1 :].isdigit():
        return int(stem[len(first) + 1 :])
    return 0
