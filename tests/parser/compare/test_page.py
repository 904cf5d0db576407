"""The page of a comparison: the verdict first, both texts side by side, and nothing of a document can run."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from services.cli import app
from services.parser.compare.compare import compare
from services.parser.compare.showing.page import page
from services.parser.compare.showing.rows import rows
from services.parser.reading.read import read_text

_OLD = "二、下一步工作打算\n建设社区食堂40家。\n推动老旧电梯更新。\n"
_TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "ol", "li", "strong", "br", "small", "del", "ins", "p",
    "table", "tr", "th", "td", "span",
}  # fmt: skip
_HOSTILE = [
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "</style><svg onload=alert(1)>",
    "<!--<iframe src=javascript:alert(1)>",
    '" onmouseover="alert(1)',
    "</title><base href=//evil.example/>",
    "&lt;script&gt;",
]


class _Seen(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.data += data


def _page(old: str, new: str) -> str:
    before, after = read_text(old), read_text(new)
    return page(compare(before, after), before, after)


def test_the_verdict_comes_first_and_the_marks_are_in_both_texts() -> None:
    html = _page(_OLD, _OLD.replace("40家", "30家"))
    assert html.index("严重 critical") < html.index("<table>")
    assert "社区食堂<del>40家</del>" in html
    assert "社区食堂<ins>30家</ins>" in html


def test_no_change_says_so() -> None:
    html = _page(_OLD, _OLD)
    assert "没有变化 no change" in html
    assert "<del>" not in html


@pytest.mark.parametrize("words", _HOSTILE)
@pytest.mark.parametrize("where", ["heading", "sentence", "line"])
def test_nothing_of_a_document_becomes_markup(where: str, words: str) -> None:
    new = {
        "heading": _OLD.replace("工作打算", f"工作打算{words}"),
        "sentence": _OLD.replace("更新。", f"更新{words}。"),
        "line": f"{words}\n{_OLD}",
    }[where]
    seen = _Seen(_page(_OLD, new))
    assert seen.tags <= _TAGS
    assert seen.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class", "colspan"}
    assert "".join(words.split()) in "".join(seen.data.split())


@given(st.text(alphabet=st.characters(), max_size=60), st.text(alphabet="<>&\"'/=a推动。\n1", max_size=60))
def test_any_text_stays_text(old: str, new: str) -> None:
    html = _page(old, new)
    assert _Seen(html).tags <= _TAGS
    html.encode("utf-8")


_texts = st.text(alphabet="甲乙。\n", max_size=40)


@given(_texts, _texts)
def test_every_line_stands_in_the_rows_once_and_in_order(old: str, new: str) -> None:
    found = list(rows(old, new))
    assert "\n".join(old[slice(*a)] for a, _ in found if a is not None) == old
    assert "\n".join(new[slice(*b)] for _, b in found if b is not None) == new


def test_the_command_prints_the_page(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text(_OLD, encoding="utf-8")
    new.write_text(_OLD.replace("40家", "<b>30家"), encoding="utf-8")
    answer = CliRunner().invoke(app, ["diff", "--html", str(old), str(new)])
    assert answer.exit_code == 1
    assert answer.stdout.startswith("<!doctype html>")
    assert "<b>" not in answer.stdout
