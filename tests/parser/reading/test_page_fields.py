"""What the page adds to the text, and where the two disagree."""

from __future__ import annotations

from typing import Any

from services.domain.document import Document, Quality
from services.parser.page.model import Line, Page
from services.parser.reading.read import read_structure

LETTER = (
    "王小明代表:",
    "你的《关于修路的建议》(第3号)收悉,现答复如下。",
    "路已修好。",
    "白河县交通运输局",
    "2023年3月1日",
)


def page(*lines: str, **about: Any) -> Document:
    return read_structure(Page(tuple(Line(line, line) for line in lines), Quality("ok"), **about))


def test_what_the_text_does_not_say_comes_from_the_page() -> None:
    document = page(
        "工作要点如下。",
        title=("某工作要点的通知", "meta:ArticleTitle"),
        published_at=("2023-03-05T09:51", "meta:PubDate"),
        publisher=("白河县教育局", "meta:ContentSource"),
        catalogue={"发文字号": "白教发[2023]3号", "成文日期": "2023年03月01日"},
        url="https://www.example.gov.cn/1.html",
    )
    found = document.metadata
    assert found.sources is not None
    assert (found.title_source, found.sources["title"]) == ("page", "meta:ArticleTitle")
    assert found.doc_number is not None
    assert (found.doc_number.normalised, found.sources["doc_number"]) == ("白教发〔2023〕3号", "catalogue:发文字号")
    assert found.date is not None
    assert (found.date.iso, found.date.start, found.sources["date"]) == ("2023-03-01", None, "catalogue:成文日期")
    assert found.agency is not None
    assert (found.agency.normalised, found.agency.short, found.sources["agency"]) == (
        "白河县教育局",
        "县教育局",
        "meta:ContentSource",
    )
    assert (found.publisher, found.published_at) == ("白河县教育局", "2023-03-05T09:51")
    assert document.quality.warnings == ()


def test_the_letters_own_values_win_and_the_difference_is_reported() -> None:
    document = page(
        *LETTER,
        publisher=("白河县财政局", "meta:ContentSource"),
        published_at=("2023-02-01T10:00", "meta:PubDate"),
        catalogue={"成文日期": "2023-03-09"},
    )
    found = document.metadata
    assert found.date is not None
    assert (found.date.iso, (found.sources or {})["date"]) == ("2023-03-01", "text")
    assert found.agency is not None
    assert found.agency.normalised == "白河县交通运输局"
    assert [warning.split(":")[0] for warning in document.quality.warnings] == ["date", "date", "agency"]


def test_a_later_publication_and_a_short_name_are_no_disagreement() -> None:
    document = page(
        *LETTER,
        publisher=("县交通运输局网站", "meta:SiteName"),
        published_at=("2023-08-01", "meta:PubDate"),
        title=("关于修路的建议的答复", "html:h1"),
    )
    assert document.quality.warnings == ()


def test_two_titles_that_differ_are_reported() -> None:
    text = ("关于做好防汛工作的通知", "各镇人民政府:", "现通知如下:", "一、落实责任。", "二、加强值守。")
    same = page(*text, title=("白河县关于做好防汛工作的通知", "meta:ArticleTitle"))
    other = page(*text, title=("关于做好抗旱工作的通知", "meta:ArticleTitle"))
    assert same.quality.warnings == ()
    assert [warning.split(":")[0] for warning in other.quality.warnings] == ["title"]


def test_numbers_may_stand_in_the_pages_keywords() -> None:
    document = page("王小明代表:", "你的建议收悉,现答复如下。", "路已修好。", meta={"keywords": "第1006号"})
    assert document.metadata.suggestion is not None
    assert document.metadata.suggestion.number is not None
    assert document.metadata.suggestion.number.normalised == "1006"


def test_another_number_in_the_page_s_title_is_reported() -> None:
    same = page(*LETTER, title=("关于第003号建议的答复", "meta:ArticleTitle"))
    assert not [warning for warning in same.quality.warnings if "number" in warning]
    other = page(*LETTER, title=("关于第13号建议的答复", "meta:ArticleTitle"))
    assert [warning for warning in other.quality.warnings if warning.startswith("suggestion.number")]
    assert other.metadata.suggestion is not None
    assert other.metadata.suggestion.number is not None
    assert other.metadata.suggestion.number.normalised == "3"
