"""Bytes to text (PAGES §9): declarations that lie, encodings that nobody declared, and text that was lost before."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.parser.page.decode import Decoded, decode

SEEDS = {
    path.stem[:3]: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
}


def page(text: str, charset: str | None = None) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">' if charset else ""
    return f"<html><head><title>x</title>{meta}</head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("http", [None, "text/html", "text/html; charset=utf-8", "text/html;charset=GB2312"])
@pytest.mark.parametrize("declared", [None, "utf-8", "gb2312", "iso-8859-1", "nonsense"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_whatever_is_declared_the_text_comes_back(
    seed: str, http: str | None, declared: str | None, codec: str
) -> None:
    html = page(SEEDS[seed], declared)
    decoded = decode(html.encode(codec), http)
    assert decoded.text == html
    assert decoded.certain
    assert decoded.encoding == codec


@pytest.mark.parametrize(
    ("bom", "codec"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_bom_wins_over_every_declaration(bom: bytes, codec: str) -> None:
    html = page(SEEDS["000"], "gb2312")
    assert decode(bom + html.encode(codec), "text/html; charset=gbk") == Decoded(html, codec, f"BOM {codec}", True)


def test_utf_16_without_a_bom_is_known_by_its_zeros() -> None:
    html = page(SEEDS["000"])
    assert decode(html.encode("utf-16-be"), None).text == html


def test_big5_is_read_without_a_declaration() -> None:
    html = page("重慶市人民政府辦公廳印發重點專項實施方案的通知,請認真貫徹執行")
    assert decode(html.encode("big5"), None).text == html


def test_the_meta_counts_wherever_it_stands() -> None:
    html = f"<html><head>{'<!-- x -->' * 2000}<META CONTENT='text/html; CHARSET = gb2312'></head><p>答复</p></html>"
    assert decode(html.encode("gbk"), None).text == html


def test_a_bom_glued_before_a_page_of_another_encoding_is_dropped() -> None:
    html = page(SEEDS["000"], "gb2312")
    decoded = decode(codecs.BOM_UTF8 + html.encode("gb18030"), None)
    assert (decoded.text, decoded.certain) == (html, True)


def test_characters_beyond_gb2312_in_a_page_that_declares_it() -> None:
    html = page("朱镕基、喆、㐂、䶮、€", "gb2312")
    assert decode(html.encode("gb18030"), None).text == html


def test_utf_8_read_as_latin_1_upstream_is_no_text() -> None:
    mojibake = page(SEEDS["000"], "gb2312").encode().decode("latin-1").encode()
    decoded = decode(mojibake, "text/html; charset=utf-8")
    assert not decoded.certain
    assert "Latin-1" in decoded.evidence


def test_utf_8_read_as_gbk_upstream_is_no_text() -> None:
    mojibake = page(SEEDS["000"]).encode().decode("gb18030", "replace").encode()
    assert not decode(mojibake, None).certain


def test_a_lost_character_in_the_text_is_told_with_its_place() -> None:
    body = page("重庆市人民政府办公厅关于印发方案的通知").encode().replace("厅".encode(), b"\xe5\x8e")
    decoded = decode(body, "text/html; charset=utf-8")
    assert not decoded.certain
    assert f"first at {decoded.text.index(chr(0xFFFD))}" in decoded.evidence


@pytest.mark.parametrize(
    "head",
    [
        b'<meta name="Description" content="\xe9\x87\x8d\xe5\xba">',
        b"<script>// \xd6\xd8\xc7\xec</script>",
        b"<style>/* \xd6\xd8\xc7 */</style>",
    ],
)
def test_bytes_lost_where_nobody_reads_do_not_cost_the_page(head: bytes) -> None:
    body = page(SEEDS["000"]).encode().replace(b"<head>", b"<head>" + head)
    decoded = decode(body, None)
    assert decoded.certain
    assert SEEDS["000"] in decoded.text


def test_a_title_cut_within_a_character_does() -> None:
    head = b'<meta name="ArticleTitle" content="\xe9\x87\x8d\xe5\xba">'
    assert not decode(page(SEEDS["000"]).encode().replace(b"<head>", b"<head>" + head), None).certain


def test_a_page_cut_within_a_character_is_uncertain() -> None:
    body = page(SEEDS["000"]).encode()
    cut = body.rindex("日".encode()) + 1
    assert not decode(body[:cut], None).certain


@pytest.mark.parametrize("body", [b"\x1b$B%F%9%H\x1b(B", b"+AGEAYg-", b"~{VXGl~}"])
def test_stateful_encodings_stay_the_ascii_they_are(body: bytes) -> None:
    assert decode(body, "text/html; charset=iso-2022-jp") == Decoded(body.decode("ascii"), "utf-8", "ASCII only", True)


@pytest.mark.parametrize("body", [b"%PDF-1.7 x", b"PK\x03\x04 x", b"\xd0\xcf\x11\xe0 x", b"\x1f\x8b\x08 x"])
def test_a_file_is_no_text(body: bytes) -> None:
    decoded = decode(body, "text/html")
    assert (decoded.text, decoded.certain) == ("", False)


def test_nul_characters_are_dropped() -> None:
    assert decode("<p>答\0复</p>".encode(), None).text == "<p>答复</p>"


@given(st.binary(max_size=300), st.none() | st.sampled_from(["text/html; charset=gbk", "charset=utf-16", "x"]))
@example(codecs.BOM_UTF8 + codecs.BOM_UTF16_LE + b"\1\1\1\1", None)
@example(codecs.BOM_UTF8 * 3 + b"a", None)
def test_any_bytes_give_a_value_and_certain_ones_lost_nothing(body: bytes, content_type: str | None) -> None:
    decoded = decode(body, content_type)
    assert "\0" not in decoded.text
    if decoded.certain and "\ufffd" not in decoded.text and b"\0" not in body:
        glued = body.removeprefix(codecs.BOM_UTF8)  # templates glue one before pages of any encoding
        own = next((b for b in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) if glued.startswith(b)), b"")
        assert decoded.text.encode(decoded.encoding) == glued.removeprefix(own)
