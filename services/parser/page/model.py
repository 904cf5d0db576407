"""What reading a page yields before anyone asks what it means: lines, and what the page says about itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from services.domain.document import Attachment, Quality


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph or table row. `text` is canonical, `source` has the same length and the page's own characters.

    `furniture` names the rule that calls the line furniture; such lines are kept only where the text is the document
    (a seed-form text file), and left out of a web page's lines.
    """

    text: str
    source: str
    table_row: bool = False
    furniture: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as lines. `lines` is empty where `quality` says that there is no body."""

    lines: tuple[Line, ...]
    quality: Quality
    url: str | None = None
    #: The page's own title with where it was found: ("…", "meta:ArticleTitle"); None for a text file.
    title: tuple[str, str] | None = None
    #: Publication time with where it was found, ISO 8601 (`2023-06-12T09:51`, or a bare date).
    published_at: tuple[str, str] | None = None
    #: Who published it, with where it was found: catalogue 发布机构, ContentSource, SiteName.
    publisher: tuple[str, str] | None = None
    #: Head metadata of the 国办 standard, names in lower case, first value wins.
    meta: dict[str, str] = field(default_factory=dict)
    #: The 信息公开目录 block: label as the standard spells it (发文字号, 成文日期, …) -> value, empty values left out.
    catalogue: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    images: tuple[str, ...] = ()
    #: Further pages of the same article, in order (TRS splits long ones); see `pages.following_pages`.
    next_pages: tuple[str, ...] = ()
    #: What was left out as furniture: (rule, text).
    dropped: tuple[tuple[str, str], ...] = ()
    #: Where the lines come from when it is not the page itself: "attachment:附件.pdf", "file:pdf".
    text_source: str | None = None
    #: A seed-form text file, not a web page: its lines are the document, furniture lines included.
    plain: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that a reader reads: pages with equal ones say the same, whatever their furniture does."""
        told = (self.lines, self.quality, self.title, self.published_at, self.publisher, self.catalogue, self.plain)
        named = (self.meta.get("keywords"), self.attachments, self.next_pages, *filter(None, (self.text_source,)))
        return hashlib.sha256(repr((told, named)).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def text(self) -> str:
        return "\n".join([line.text for line in self.lines])

    @property
    def source_text(self) -> str:
        return "\n".join([line.source for line in self.lines])
