"""Is it the document? What stands in its place, and what only speaks of it (ATTACKS C)."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.document import Quality
from services.parser.page.extract import read_page
from services.parser.page.model import Line
from services.parser.page.quality import judge

SEEDS = sorted((Path(__file__).parents[3] / "seeds").glob("*.txt"))
CORPUS = os.environ.get("DAFU_CORPUS")
METADATA = (
    '<meta name="SiteName" content="某市人民政府"><meta name="ArticleTitle" content="关于第12号建议的答复">'
    '<meta name="PubDate" content="2023-03-27 10:00">'
)
NAVIGATION = "<div class=nav><a>首页</a><a>政务公开</a><a>用户登录</a> 用户名 密码 登录</div>"


def page(title: str, body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def read(*texts: str) -> list[Line]:
    return [Line(text, text) for text in texts]


def judged(html: str, *texts: str, status: int = 200, title: str | None = None) -> tuple[str, str | None]:
    quality = judge(html, read(*texts), status=status, url="https://www.example.gov.cn/a/t1.html", title=title)
    return quality.verdict, quality.reason


#: What a challenge, a login … says: title, lines. Each is tried as read lines and as text no extractor found.
INSTEAD = {
    "slider": ("安全验证", ["请完成安全验证", "向右拖动滑块填充拼图"], ("blocked", "challenge")),
    "captcha": ("某市人民政府", ["请输入图片中的验证码"], ("blocked", "challenge")),
    "checking": ("Just a moment...", ["Checking your browser before accessing"], ("blocked", "challenge")),
    "firewall": ("405", ["很抱歉,由于您访问的URL有可能对网站造成安全威胁,您的访问被阻断。"], ("blocked", "challenge")),
    "too often": ("提示", ["您的访问过于频繁,请稍后再试"], ("blocked", "challenge")),
    "traditional": ("安全驗證", ["請完成安全驗證"], ("blocked", "challenge")),
    "rate": ("", ["访问频率过高,请稍后再试!"], ("blocked", "challenge")),
    "threat": ("", ["您的访问请求可能对网站造成安全威胁", "请求已被管理员设置拦截"], ("blocked", "challenge")),
    "black list": ("", ["您的IP地址已被列入黑名单,禁止访问本站。"], ("blocked", "challenge")),
    "abroad": ("", ["境外IP暂时无法访问本网站。"], ("blocked", "challenge")),
    "client": ("提示", ["请在微信客户端打开链接"], ("blocked", "challenge")),
    "account": ("", ["账号", "密码", "验证码", "忘记密码"], ("blocked", "login")),
    "in review": ("", ["内容正在审核中,请稍后访问"], ("blocked", "maintenance")),
    "template unfilled": ("", ["{{data.title}}"], ("blocked", "javascript_only")),
    "loading": ("政府信息公开", ["加载中..."], ("blocked", "javascript_only")),
    "proxy": ("", ["ERROR: The requested URL could not be retrieved"], ("blocked", "server_error")),
    "login": ("用户登录", ["用户名", "密码", "记住我", "登录"], ("blocked", "login")),
    "login first": ("某平台", ["您还没有登录,请登录后查看"], ("blocked", "login")),
    "single sign-on": ("统一身份认证平台", ["账号登录", "扫码登录"], ("blocked", "login")),
    "maintenance": ("网站维护中", ["网站维护中,请稍后访问"], ("blocked", "maintenance")),
    "upgrade": ("某市人民政府", ["系统升级维护中,给您带来不便敬请谅解"], ("blocked", "maintenance")),
    "dated": (
        "公告",
        ["因系统升级,本网站将于5月1日8:00至12:00暂停访问,给您带来不便,敬请谅解。"],
        ("blocked", "maintenance"),
    ),
    "404": ("404", ["您访问的页面不存在"], ("absent", "error_page")),
    "template": (
        "某市人民政府门户网站",
        ["抱歉,您访问的页面可能已被删除、更名或暂时不可用。", "请尝试以下操作:", "检查网址是否正确", "返回首页"],
        ("absent", "error_page"),
    ),
    "article gone": ("出错了", ["对不起,您要访问的文章不存在或已被删除!"], ("absent", "error_page")),
    "not found": ("Not Found", ["The requested URL /a.html was not found on this server."], ("absent", "error_page")),
    "title only": ("页面不存在-某市人民政府", ["请检查地址"], ("absent", "error_page")),
    "500": ("系统异常", ["服务器内部错误,请稍后再试"], ("blocked", "server_error")),
    "moved": ("某局", ["页面正在跳转,请稍候"], ("blocked", "redirect_notice")),
}


@pytest.mark.parametrize("name", INSTEAD)
@pytest.mark.parametrize("found", [True, False])
def test_what_stands_in_place_of_the_document(name: str, found: bool) -> None:
    title, texts, expected = INSTEAD[name]
    lines = texts if found else []
    assert judged(page(title, paragraphs(*texts)), *lines, title=title) == expected


@pytest.mark.parametrize("name", ["404", "template", "article gone", "maintenance", "login first"])
def test_the_navigation_around_it_changes_nothing(name: str) -> None:
    title, texts, expected = INSTEAD[name]
    assert judged(page(title, NAVIGATION + paragraphs(*texts)), *texts, title=title) == expected


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ('<html><script>$_ts=window["$_ts"];if(!$_ts)$_ts={};</script><body></body></html>', "challenge"),
        ('<script>document.cookie=("__jsl_clearance_s=1");location.href=location.pathname</script>', "challenge"),
        ('<html><script>document.cookie="k="+x;location.reload();</script></html>', "challenge"),
        ('<html><head><meta http-equiv="refresh" content="0; url=/"></head></html>', "home_redirect"),
        ('<script>window.location.href="http://www.example.gov.cn/index.html";</script>', "home_redirect"),
        ("<script>location.replace('/new/a.html')</script>", "redirect"),
        ('<html><frameset cols="20%,*"><frame src="a.htm"><frame src="b.htm"></frameset></html>', "frameset"),
        (page("某平台", '<div id="app"></div><script src="/a.js"></script>'), "javascript_only"),
        (page("某平台", "<noscript>请启用 JavaScript 后访问</noscript><div id=root></div>"), "javascript_only"),
    ],
)
def test_stubs(html: str, reason: str) -> None:
    assert judged(html) == ("blocked", reason)


@pytest.mark.parametrize("html", ['{"code":401,"msg":"未登录"}', '[{"status": 404}]'])
def test_a_json_answer_is_no_page(html: str) -> None:
    assert judged(html, html) == ("unreadable", "not_html")


@pytest.mark.parametrize("html", ["", " \n", "<html><head></head><body> </body></html>"])
def test_empty_is_absent(html: str) -> None:
    assert judged(html) == ("absent", "empty")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, ("absent", "not_found")),
        (410, ("absent", "not_found")),
        (403, ("blocked", "http_403")),
        (412, ("blocked", "http_412")),
        (502, ("blocked", "http_502")),
        (302, ("blocked", "http_302")),
    ],
)
def test_the_status_comes_first(status: int, expected: tuple[str, str]) -> None:
    assert judged(page("答复", "<p>正文</p>"), "正文" * 50, status=status) == expected


LETTER = (
    "张三代表:",
    "您的建议收悉。群众可登录平台,输入验证码后查询;系统升级维护期间请拨打12345,您访问的页面不存在的问题已解决。",
    "某市经济和信息化委员会",
    "2023年3月27日",
)


@pytest.mark.parametrize("head", ["", METADATA])
def test_a_short_letter_may_speak_of_logins_and_maintenance(head: str) -> None:
    html = page("关于第12号建议的答复", NAVIGATION + paragraphs(*LETTER), head)
    assert judged(html, *LETTER, title="关于第12号建议的答复") == ("ok", None)


def test_long_prose_may_even_without_any_sign_of_a_letter() -> None:
    prose = "平台已完成系统升级维护,市民请登录后查看,输入验证码完成安全验证;原提示您访问的页面不存在的链接已修复。" * 15
    assert judged(page("工作动态", f"<p>{prose}</p>"), prose, title="工作动态") == ("ok", None)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_a_seed_on_a_page_is_ok(seed: Path) -> None:
    lines = seed.read_text(encoding="utf-8").split("\n")
    assert judged(page("答复", NAVIGATION + paragraphs(*lines)), *lines, title="答复") == ("ok", None)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem[:3])
def test_a_page_that_breaks_off_is_truncated(seed: Path, share: float) -> None:
    lines = seed.read_text(encoding="utf-8").split("\n")
    html = page("答复", f"<div class=view>{paragraphs(*lines)}</div>", METADATA)
    cut = html[: int(len(html) * share)]
    assert judged(cut, *lines[: int(len(lines) * share)]) == ("suspect", "truncated")


def test_an_end_tag_in_an_included_header_is_no_end() -> None:
    html = f"<html><body><div>{NAVIGATION}</body></html><div class=view><p>{'重庆市人民政府。' * 90}"
    assert judged(html, "重庆市人民政府。" * 90) == ("suspect", "truncated")


def test_a_fragment_without_html_and_body_is_whole() -> None:
    assert judged("<p>张三代表:</p><p>您的建议收悉。</p>", "张三代表:", "您的建议收悉。") == ("ok", None)


def test_an_article_without_text_is_no_version() -> None:
    html = page("关于第12号建议的答复", NAVIGATION + "<div class=view><p></p></div>", METADATA)
    assert judged(html) == ("unreadable", "no_body")
    assert judged(html, "略") == ("suspect", "half_empty")


def test_an_article_that_is_only_an_attachment_is_ok_and_says_so() -> None:
    html = page("关于第12号建议的答复", '<div class=view><a href="P0203.pdf">答复</a></div>', METADATA)
    quality = judge(html, read("答复"), status=200, url=None, title="关于第12号建议的答复")
    assert (quality.verdict, quality.warnings) == ("ok", ("attachment_only",))


def test_the_home_page_in_place_of_the_document() -> None:
    head = '<meta name="SiteName" content="某市人民政府">'
    links = ["某市召开经济工作会议部署全年重点任务", "某市推进营商环境建设", "关于开展调查的公告"]
    assert judged(page("某市人民政府", paragraphs(*links), head), *links) == ("blocked", "home_redirect")


def expected(least: int, *words: str) -> Quality:
    html = page("关于第12号建议的答复", paragraphs(*LETTER), METADATA)
    return judge(html, read(*LETTER), status=200, url=None, title=None, min_length=least, must_contain=words)


def test_what_a_source_expects_counts() -> None:
    assert expected(60, "建议收悉", "经济和信息化委员会").verdict == "ok"
    assert expected(60, "建議收悉").verdict == "ok"
    assert (expected(5000).verdict, expected(5000).reason) == ("suspect", "too_short")
    missing = expected(0, "提案收悉")
    assert (missing.verdict, missing.reason) == ("suspect", "expectation")
    assert missing.evidence is not None
    assert "提案收悉" in missing.evidence


def test_furniture_does_not_count_as_text() -> None:
    lines = [Line("打印本页", "打印本页", furniture="toolbar")] * 100
    assert judge("<p>x</p>", lines, status=200, url=None, title=None, min_length=50).verdict != "ok"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "document.cookie=" * 200_000,
        "<meta name=articletitle " * 100_000,
        "<title>" + " " * 1_000_000,
        METADATA + "<a href=" * 100_000,
        "需要" * 300_000,
        "<" * 1_000_000,
    ],
    ids=["nesting", "cookies", "meta", "title", "links", "words", "brackets"],
)
def test_hostile_pages_are_judged_in_time(html: str) -> None:
    started = time.perf_counter()
    quality = judge(html, (), status=200, url=None, title=" " * 100_000)
    assert quality.verdict != "ok"
    assert time.perf_counter() - started < 2


@given(st.text(max_size=200), st.lists(st.text(max_size=50), max_size=5), st.text(max_size=30))
def test_anything_is_judged(html: str, texts: list[str], title: str) -> None:
    quality = judge(html, read(*texts), status=200, url="::", title=title)
    assert (quality.reason is None) == (quality.verdict == "ok")


@pytest.mark.skipif(CORPUS is None, reason="DAFU_CORPUS is not set")
def test_pages_of_the_corpus_are_ok_unless_they_are_lists() -> None:
    folder = Path(CORPUS or "")
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    pages = [entry for entry in entries if entry["file"].startswith("pages/") and entry["kind"] == "page"]
    verdicts = {e["file"]: read_page((folder / e["file"]).read_bytes(), url=e["url"]).quality.verdict for e in pages}
    assert pages
    assert {file for file, verdict in verdicts.items() if verdict != "ok"} == set()
