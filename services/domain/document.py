"""The structured form of one official document (SCHEMA.md, DESIGN §8).

All offsets are half-open code-point offsets into `Document.text`; `source_text` has the same length and holds the
page's own characters, so the same offsets cut quotes from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.domain.commitment import Commitment, Target
from services.domain.figure import Figure, NumericLabel

#: Version of the published JSON form. Raise it when a field changes its meaning.
SCHEMA = "dafu.document/1"

Kind = Literal["reply_npc", "reply_cppcc", "policy_notice", "work_summary", "other"]
Script = Literal["simplified", "traditional"]
Role = Literal[
    "title", "doc_number", "recipient", "notice_body", "publicity", "salutation", "intro", "preamble", "heading",
    "annex_title", "next_step", "body", "units", "approval_feedback", "agency", "date", "contact", "classification",
    "attachment", "table_row", "boilerplate",
]  # fmt: skip
Form = Literal[
    "annex_title", "cn_dun", "cn_paren", "arabic_dot", "yishi", "runin_plain", "unnumbered_line", "next_step"
]
SectionKind = Literal["annex", "overview", "goals", "tasks", "safeguards", "achievements", "next_steps", "topic"]
Mode = Literal["past", "future", "ongoing", "goal", "general", "mixed"]
UnitLabel = Literal["commitment", "fact", "narrative", "lead_in", "preamble", "units"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value read from the text (with its span) or from the page around it (no span; see `Metadata.sources`)."""

    normalised: str | None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    #: Lines a title is spread over.
    lines: int | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """Who signed. `short` is the customary short name (市经济信息委) where the alias list knows one."""

    normalised: str | None
    short: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person (`name`, `role`) for a reply, `addressees` for a notice or a letter to a department."""

    name: str | None = None
    role: str | None = None
    addressees: tuple[str, ...] | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    title: Value | None
    number: Value | None


@dataclass(frozen=True, slots=True)
class CoDepartments:
    units: tuple[str, ...]
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Approver:
    name: str
    title: str | None
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    to: str | None
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentDate:
    """`iso` is None for a damaged date; `reading` then holds the only possible reading, if there is just one."""

    iso: str | None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    damaged: bool = False
    reading: str | None = None


@dataclass(frozen=True, slots=True)
class Publicity:
    value: str
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    by: str
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Years, both inclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ResultClass:
    """The class mark of a reply: its letter, and the meaning the city itself printed, if it printed one."""

    letter: str
    meaning: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line of the page's furniture inside the text, and the rule that named it so."""

    text: str
    start: int
    end: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    kind: Kind
    script: Script = "simplified"
    title: Value | None = None
    title_source: Literal["text", "page", "absent"] = "absent"
    doc_number: Value | None = None
    agency: Agency | None = None
    recipient: Recipient | None = None
    suggestion: Suggestion | None = None
    co_departments: CoDepartments | None = None
    approver: Approver | None = None
    feedback: Feedback | None = None
    date: DocumentDate | None = None
    publicity: Publicity | None = None
    approval: Approval | None = None
    implementation_period: Period | None = None
    review_year: int | None = None
    plan_year: int | None = None
    handling: Literal["co_handler"] | None = None
    result_class: ResultClass | None = None
    boilerplate: tuple[Furniture, ...] = ()
    #: Who published the page: the catalogue block's 发布机构, else ContentSource, else the site's name.
    publisher: str | None = None
    #: Publication time as printed on the page, ISO 8601 without zone (`2023-06-12T09:51`) or a bare date.
    published_at: str | None = None
    url: str | None = None
    #: field -> where its value was found: text, meta:ArticleTitle, catalogue:发文字号, html:h1 …
    sources: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """Whether the page could be read. `verdict` other than ok and suspect means: this is no version of the document.

    `reason` is one word for machines (challenge, login, maintenance, error_page, empty, too_short, home_redirect,
    frameset, javascript_only, undecodable, too_large, …), `evidence` the words on the page that say so.
    """

    verdict: Literal["ok", "suspect", "absent", "blocked", "unreadable"]
    reason: str | None = None
    evidence: str | None = None
    encoding: str | None = None
    #: How the body was found: the selector's family or the structural rule.
    container: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the text. Blocks tile the text: each starts one after the end of the one before."""

    line: int
    start: int
    end: int
    role: Role
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    parent: str | None
    depth: int
    form: Form
    #: The marker as written (一、 (一) 1. 一是), None where there is none.
    number: str | None
    #: The heading as written, marker included; `text[start:end]`.
    heading: str
    start: int
    end: int
    #: Body text follows on the heading's own line.
    run_in: bool
    kind: SectionKind
    mode: Mode
    #: Own text without heading, responsible units and children.
    body: tuple[tuple[int, int], ...]
    extent_end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, or a part of one cut at a top-level `;` (SPEC §2.3). Units partition all body text."""

    start: int
    end: int
    section: str | None
    label: UnitLabel
    commitment: str | None = None


@dataclass(frozen=True, slots=True)
class ResponsibleUnits:
    """A 责任单位 list (SPEC §5)."""

    id: str
    section: str
    start: int
    end: int
    text: str
    units: tuple[str, ...]
    all_districts: bool = False
    open_ended: bool = False
    bracket: str | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A title in 《》 (SPEC §10)."""

    start: int
    end: int
    text: str
    title: str
    role: Literal["subject", "annex", "policy", "output"]
    doc_number: str | None = None
    commitment: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the page links to. `sha256` and `text` stay None until it was fetched and could be read."""

    url: str
    name: str
    media: str
    sha256: str | None = None
    text: str | None = None
    unreadable: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    text: str
    source_text: str
    metadata: Metadata
    quality: Quality
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    units: tuple[Unit, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    targets: tuple[Target, ...] = ()
    figures: tuple[Figure, ...] = ()
    numeric_labels: tuple[NumericLabel, ...] = ()
    responsible_units: tuple[ResponsibleUnits, ...] = ()
    references: tuple[Reference, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    schema: str = SCHEMA
