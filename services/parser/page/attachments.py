"""The files and pictures a page refers to, with their addresses resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from services.domain.document import Attachment
from services.parser.lexicon import load
from services.parser.page.containers import ancestors
from services.parser.page.lines import clean

_MEDIA: dict[str, str] = load("attachments")
#: Attachment lists stand beside the article, not further away than this.
_LEVELS_UP = 2


def resolve(base: str | None, href: str | None) -> str | None:
    """The address `href` names on a page at `base`; None for what is no address of a document (scripts, mail, data)."""
    text = (href or "").strip()
    if not text or text.startswith("#"):
        return None
    try:
        address = urljoin(base or "", text)
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return None
    return address if scheme in ("http", "https") or (not scheme and base is None) else None


def base_of(tree: LexborHTMLParser, url: str | None) -> str | None:
    """What relative addresses of the page are relative to."""
    node = tree.head.css_first("base[href]") if tree.head is not None else None
    return resolve(url, node.attributes.get("href")) or url if node is not None else url


def attachments(article: LexborNode, base: str | None) -> tuple[Attachment, ...]:
    """Files linked in the article or right beside it, in page order, each address once."""
    found: dict[str, Attachment] = {}
    for link in _around(article).css("a[href]"):
        attributes = link.attributes
        name = clean(link.text()) or clean(attributes.get("title") or "")
        address = resolve(base, attributes.get("href"))
        ending = _ending(address, name, attributes.get("title")) if address else None
        if address and ending:
            found.setdefault(address, Attachment(address, name or _last_part(address), _MEDIA[ending]))
    return tuple(found.values())


def links(tree: LexborHTMLParser, base: str | None, named: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """Text and address of every link of the page whose text `named` accepts: resolving an address costs ten times what
    its text does, and menus hold hundreds of them."""
    for link in tree.css("a[href]"):
        text = clean(link.text())
        if named(text) and (address := resolve(base, link.attributes.get("href"))):
            yield text, address


def images(article: LexborNode, base: str | None) -> tuple[str, ...]:
    """Addresses of the article's pictures in page order; file-type icons beside attachments are none."""
    found: dict[str, None] = {}
    for node in article.css("img[src]"):
        source = node.attributes.get("src") or ""
        if source.startswith("data:image/"):
            found[source.partition(",")[0]] = None
        elif not _is_icon(source) and (address := resolve(base, source)):
            found[address] = None
    return tuple(found)


def _around(article: LexborNode) -> LexborNode:
    node = article
    for above in islice(ancestors(article), _LEVELS_UP):
        if above.tag in ("body", "html"):
            break
        node = above
    return node


def _ending(address: str, *names: str | None) -> str | None:
    parts = urlsplit(address)
    for text in (parts.path, unquote(parts.query), *names):
        ending = (text or "").strip().rpartition(".")[2].lower()
        if ending in _MEDIA:
            return ending
    return None


def _last_part(address: str) -> str:
    return unquote(urlsplit(address).path.rpartition("/")[2])


def _is_icon(source: str) -> bool:
    lowered = source.lower()
    return "/icons/" in lowered or "filetypeimages" in lowered or "icon_" in lowered.rpartition("/")[2]
