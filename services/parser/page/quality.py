"""Is what came back the document at all? (PAGES, ATTACKS C, SPEC §12 row 1). Pure.

    status ─► empty ─► no page ─► frameset ─► word rules, on pages with little text ─► cut off ─► redirect ─► no body
           ─► half empty ─► home page ─► what the source expects ─► ok

The first finding wins. Verdicts: `absent` (the page itself says that the document is not there, or is empty),
`blocked` (something stands before it), `suspect` (part of it may be missing), `unreadable` (no body was found).
Only `ok` is a version of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from services.domain.document import Quality
from services.parser.lexicon import load
from services.parser.page.limits import refusal
from services.parser.page.model import Line
from services.parser.text.layers import match

_LEXICON = load("quality")
_STUB: int = _LEXICON["stub"]
_DOCUMENT = re.compile(_LEXICON["document"])
_HOME = re.compile(_LEXICON["home"], re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Rule:
    reason: str
    verdict: Any
    where: str
    pattern: re.Pattern[str]


_RULES = tuple(
    _Rule(rule["reason"], rule["verdict"], rule["where"], re.compile(rule["pattern"], re.MULTILINE))
    for rule in _LEXICON["rule"]
)

#: Enough of a page's source and text to recognise it by; the rest could only cost time.
_MOST_HTML = 60_000
_MOST_TEXT = 4_000
_SENTENCE = 20

_META = r"<meta\s(?=[^<>]*\bname\s*=\s*[\"']?{}\b)[^<>]*?\bcontent\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)'|([^\s<>]+))"
_ARTICLE_TITLE = re.compile(_META.format("articletitle"), re.IGNORECASE)
_SITE_NAME = re.compile(_META.format("sitename"), re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>([^<]{0,300})", re.IGNORECASE)
_BETWEEN_SEGMENTS = re.compile(r"\s*[-_|—–>·]+\s*|\s{2,}")
_JSON = re.compile(r"\s*[{\[]")
_FRAMESET = re.compile(r"<frameset\b", re.IGNORECASE)
_REFRESH = re.compile(r"<meta\s(?=[^<>]*\brefresh\b)[^<>]*?\burl\s*=\s*[\"']?\s*([^\"'<>\s;]+)", re.IGNORECASE)
_LOCATION = re.compile(r"\blocation(?:\.href)?\s*(?:=|\.(?:replace|assign)\s*\()\s*[\"']([^\"'<>]{1,300})[\"']")
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_ATTACHED = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|ofd|zip|rar)(?:$|[?#&])", re.IGNORECASE)
_CONTENT = re.compile(r"<(?:div|p|td|span|article|section)\b")
#: Elements whose end tag is never left out by intention.
_CLOSED = ("div", "table", "script", "td", "span", "ul", "form", "section", "article")


def judge(
    html: str,
    lines: Sequence[Line],
    *,
    status: int,
    url: str | None,
    title: str | None,
    min_length: int = 0,
    must_contain: Sequence[str] = (),
) -> Quality:
    """Whether `html`, read as `lines`, is the document; the reason is one word, the evidence what the page says.

    `min_length` counts characters of the lines without furniture; `must_contain` is looked for in title and lines.
    """
    page = _Answer(html, lines, status, url, title, min_length, tuple(must_contain))
    return next((found for check in _CHECKS if (found := check(page))), None) or _ok(page)


@dataclass(frozen=True)
class _Answer:
    """What was answered; its derived values are made when a check asks for them, most pages need few."""

    html: str
    lines: Sequence[Line]
    status: int
    url: str | None
    title: str | None
    min_length: int
    must_contain: tuple[str, ...]

    @cached_property
    def body(self) -> str:
        return "\n".join(line.text for line in self.lines if not line.furniture)

    @cached_property
    def has_metadata(self) -> bool:
        found = _ARTICLE_TITLE.search(self.html, 0, _MOST_HTML)
        return bool(found and any(map(str.strip, found.groups(""))))

    @cached_property
    def is_stub(self) -> bool:
        return len(self.body) < _STUB

    @cached_property
    def text(self) -> str:
        """What the text rules read: the lines; of a stub that is no article, everything a visitor would see."""
        seen = self.visible if self.is_stub and not self.has_metadata else self.body
        return match(seen[:_MOST_TEXT]).lower()

    @cached_property
    def tree(self) -> LexborHTMLParser | None:
        """Scripts and styles are taken out; None where parsing would cost too much."""
        if refusal(self.html):
            return None
        tree = LexborHTMLParser(self.html)
        for node in tree.css("script, style, template"):
            node.decompose()
        return tree

    @cached_property
    def visible(self) -> str:
        body = self.tree.body if self.tree else None
        words = body.text(separator="\n") if body else ""
        return "\n".join(line.strip() for line in words.split("\n") if line.strip())

    @cached_property
    def attached(self) -> bool:
        links = self.tree.css("a[href]") if self.tree else []
        return any(_ATTACHED.search(node.attributes.get("href") or "") for node in links)

    @cached_property
    def segments(self) -> list[str]:
        found = _TITLE.search(self.html, 0, _MOST_HTML)
        titles = [(self.title or "")[:300], found[1] if found else ""]
        return [part for whole in titles for part in _BETWEEN_SEGMENTS.split(match(whole).strip().lower()) if part]

    @cached_property
    def source(self) -> str:
        return self.html[:_MOST_HTML].lower()


def _by_status(page: _Answer) -> Quality | None:
    if page.status in (404, 410):
        return Quality("absent", "not_found", f"HTTP {page.status}")
    return None if 200 <= page.status < 300 else Quality("blocked", f"http_{page.status}", f"HTTP {page.status}")


def _empty(page: _Answer) -> Quality | None:
    return None if page.html and not page.html.isspace() else Quality("absent", "empty", "no bytes but white space")


def _no_page(page: _Answer) -> Quality | None:
    """A JSON answer where a page was asked for: of an interface, or what a gateway says of itself."""
    if not _JSON.match(page.html):
        return None
    bare = page.html.strip()
    if bare[-1] not in "}]" or "<" in bare[:_MOST_HTML]:
        return None
    return Quality("unreadable", "not_html", " ".join(bare[:80].split()))


def _frameset(page: _Answer) -> Quality | None:
    found = _FRAMESET.search(page.html, 0, _MOST_HTML) if page.is_stub else None
    return Quality("blocked", "frameset", found[0]) if found else None


def _attachment_only(page: _Answer) -> Quality | None:
    return _ok(page, "attachment_only") if page.is_stub and page.has_metadata and page.attached else None


def _by_words(page: _Answer) -> Quality | None:
    if len(page.body) >= max(_LEXICON["little"], _LEXICON["little_of_a_document"]):
        return None
    signs = page.has_metadata or _DOCUMENT.search(match(page.body[: _LEXICON["little"]]))
    if len(page.body) >= _LEXICON["little_of_a_document" if signs else "little"]:
        return None
    hits = ((rule, hit) for rule in _RULES for hit in _hits(rule, page))
    return next((Quality(rule.verdict, rule.reason, " ".join(hit[:80].split())) for rule, hit in hits), None)


def _hits(rule: _Rule, page: _Answer) -> Iterator[str]:
    if rule.where == "title":
        yield from (segment for segment in page.segments if rule.pattern.fullmatch(segment))
    elif rule.where == "text" or (page.is_stub and not page.has_metadata):
        found = rule.pattern.search(page.text if rule.where == "text" else page.source)
        if found:
            yield found[0]


def _redirect(page: _Answer) -> Quality | None:
    if not page.is_stub or page.has_metadata:
        return None
    found = _REFRESH.search(page.html, 0, _MOST_HTML) or _LOCATION.search(page.html, 0, _MOST_HTML)
    if not found:
        return None
    try:
        target = urlsplit(urljoin(page.url or "", found[1]))
    except ValueError:
        return Quality("blocked", "redirect", found[1][:80])
    home = _HOME.fullmatch(target.path) and not target.query
    return Quality("blocked", "home_redirect" if home else "redirect", found[1][:80])


def _no_body(page: _Answer) -> Quality | None:
    if page.body.strip():
        return None
    if page.tree is None:
        return Quality("unreadable", "too_large", refusal(page.html))
    if len(page.visible) < _STUB and _SCRIPT.search(page.html, 0, _MOST_HTML):
        return Quality("blocked", "javascript_only", "scripts, but no text")
    if not page.visible:
        return Quality("absent", "empty", "markup without text")
    return Quality("unreadable", "no_body", " ".join(page.visible[:80].split()))


def _cut_off(page: _Answer) -> Quality | None:
    """No end of the page, and something open that is never left open."""
    if _is_closed(page.html[-4096:].lower()):
        return None
    lowered = page.html.lower()
    if _is_closed(lowered) or not ("<body" in lowered or "<html" in lowered):
        return None
    open_tag = lowered.rfind("<") > lowered.rfind(">")
    opened = next((name for name in _CLOSED if lowered.count(f"<{name}") > lowered.count(f"</{name}")), None)
    if not open_tag and not opened and not _ends_in_a_sentence(page.body):
        return None
    return Quality("suspect", "truncated", f"ends with {page.html[-60:]!r}")


def _is_closed(lowered: str) -> bool:
    """An end tag with content behind it does not count: it stands in a comment or in an included header."""
    end = max(lowered.rfind("</html"), lowered.rfind("</body"))
    return end >= 0 and not _CONTENT.search(lowered, end)


def _ends_in_a_sentence(body: str) -> bool:
    """The last line is long and stops without a sign: prose that was cut, where a date or a name would be short."""
    last = body.rpartition("\n")[2]
    return len(last) > _SENTENCE and last[-1] not in "。!?;:.)”》】…"


def _half_empty(page: _Answer) -> Quality | None:
    if len(page.body.strip()) >= 10:
        return None
    return Quality("suspect", "half_empty", page.body.strip())


def _home_page(page: _Answer) -> Quality | None:
    """The site's home page in place of the document: its title is the site's name, and it has no sentence."""
    if any(len(line.text) >= _SENTENCE and "。" in line.text for line in page.lines):
        return None
    name, title = _SITE_NAME.search(page.html, 0, _MOST_HTML), _TITLE.search(page.html, 0, _MOST_HTML)
    if page.has_metadata or not name or not title:
        return None
    same = title[1].strip() and title[1].strip() == "".join(name.groups("")).strip()
    return Quality("blocked", "home_redirect", title[1].strip()) if same else None


def unmet(body: str, title: str | None, min_length: int, must_contain: Sequence[str]) -> Quality | None:
    """What the source expects of a document and `body` under `title` does not hold; None where it holds all of it."""
    if len(body) < min_length:
        return Quality("suspect", "too_short", f"{len(body)} of at least {min_length} characters")
    told = match(f"{title or ''}\n{body}") if must_contain else ""
    missing = [words for words in must_contain if match(words) not in told]
    return Quality("suspect", "expectation", f"does not contain {missing[0]}") if missing else None


def _ok(page: _Answer, *warnings: str) -> Quality:
    return unmet(page.body, page.title, page.min_length, page.must_contain) or Quality("ok", warnings=warnings)


_CHECKS: tuple[Callable[[_Answer], Quality | None], ...] = (
    _by_status,
    _empty,
    _no_page,
    _frameset,
    _attachment_only,
    _by_words,
    _cut_off,
    _redirect,
    _no_body,
    _half_empty,
    _home_page,
)
