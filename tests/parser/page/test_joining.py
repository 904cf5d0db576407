"""An article over several pages is one document, or clearly not all of it."""

from __future__ import annotations

from pathlib import Path

import pages
import pytest

from services.parser.page.extract import read_page
from services.parser.page.joining import read_pages
from services.parser.page.plain import furniture

URL = "http://www.example.gov.cn/zwgk/t20230327_1.html"
TITLE = "关于市六届人大一次会议第0001号代表建议的答复函"
COUNTER = "<script>var currentPage = {}; var countPage = {}</script></body>"
SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))


def split(lines: list[str], parts: int, family: str = "trs-editor", file: str = "./P1.pdf") -> list[bytes]:
    step = -(-len(lines) // parts)
    bodies = []
    for number in range(parts):
        text = "\n".join(lines[number * step : (number + 1) * step])
        body = pages.wrap(text, family, title=TITLE, published="2023-03-28", attachments=[(file, "附件：表.pdf")])
        bodies.append(body.replace(b"</body>", COUNTER.format(number, parts).encode()))
    return bodies


def lines_of(seed: Path) -> list[str]:
    return [line for line in seed.read_text(encoding="utf-8").split("\n") if line and not furniture(line)]


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("family", ["trs-editor", "hanweb", "unknown"])
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name[:3])
def test_a_document_split_over_pages_is_read_whole(seed: Path, family: str, parts: int) -> None:
    lines = lines_of(seed)
    page = read_pages(split(lines, parts, family), url=URL)
    told = [line.text for line in page.lines if not line.text.startswith("附件:表.pdf")]
    assert told == lines
    assert page.quality.verdict == "ok"
    assert "continues_on_other_pages" not in page.quality.warnings
    assert page.next_pages == ()
    assert page.title == (TITLE, "meta:ArticleTitle")
    assert [file.url for file in page.attachments] == ["http://www.example.gov.cn/zwgk/P1.pdf"]


def test_one_page_alone_is_what_read_page_reads_and_names_what_is_missing() -> None:
    bodies = split(lines_of(SEEDS[0]), 3)
    page = read_pages(bodies[:1], url=URL)
    assert page == read_page(bodies[0], url=URL)
    assert len(page.next_pages) == 2
    two = read_pages(bodies[:2], url=URL)
    assert two.next_pages == ("http://www.example.gov.cn/zwgk/t20230327_1_2.html",)
    assert "continues_on_other_pages" in two.quality.warnings


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (b"", "page 2: empty"),
        ("<html><body><h1>404 Not Found</h1><p>您访问的页面不存在</p></body></html>".encode(), "page 2: "),
        (None, "page 2 is the same as one before"),
    ],
)
def test_a_later_page_that_is_none_leaves_the_document_incomplete(other: bytes | None, says: str) -> None:
    bodies = split(lines_of(SEEDS[0]), 2)
    page = read_pages([bodies[0], bodies[0] if other is None else other], url=URL)
    assert (page.quality.verdict, page.quality.reason) == ("suspect", "incomplete")
    assert says in (page.quality.evidence or "")


def test_a_first_page_that_is_none_is_told_as_such() -> None:
    assert read_pages([]) == read_page(b"")
    assert read_pages([b"", *split(lines_of(SEEDS[0]), 2)]).quality.reason == "empty"


def test_the_source_s_expectations_are_asked_of_the_whole() -> None:
    lines = lines_of(SEEDS[0])
    bodies = split(lines, 2)
    whole = len("\n".join(lines))
    last = lines[-1]
    assert read_pages(bodies, url=URL, min_length=whole, must_contain=[last]).quality.verdict == "ok"
    assert read_pages(bodies, url=URL, min_length=2 * whole).quality.reason == "too_short"
    assert read_pages(bodies, url=URL, must_contain=["没有这句话"]).quality.reason == "expectation"


@pytest.mark.parametrize(
    ("name", "current", "others"),
    [
        ("t20230327_37906", 0, ["t20230327_37906_1", "t20230327_37906_2"]),
        ("t20230327_1", 0, ["t20230327_1_1", "t20230327_1_2"]),
        ("t20230327_1_1", 1, ["t20230327_1_2"]),
        ("t20171117_5577604_2", 2, []),
    ],
)
def test_an_article_s_own_number_is_no_page_s(name: str, current: int, others: list[str]) -> None:
    body = split(lines_of(SEEDS[2]), 1)[0].replace(b"countPage = 1", b"countPage = 3")
    page = read_page(body.replace(b"currentPage = 0", b"currentPage = %d" % current), url=f"http://a.gov.cn/{name}.htm")
    assert page.next_pages == tuple(f"http://a.gov.cn/{other}.htm" for other in others)


def test_pages_that_are_short_apart_and_too_long_together_are_refused() -> None:
    bodies = split([f"第{n}段推进改革，发展产业。" * 40 for n in range(320)], 2)
    assert [read_page(body).quality.verdict for body in bodies] == ["ok", "ok"]
    page = read_pages(bodies, url=URL)
    assert (page.quality.verdict, page.quality.reason, page.lines) == ("unreadable", "too_large", ())
