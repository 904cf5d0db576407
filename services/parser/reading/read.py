"""From a page's lines to a document.

page ─► layout        rows with their place and MATCH layer
     ─► kind          reply, notice, summary, other                                    kinds
     ─► anatomy       header, body, closing, annexes, line by line                     letters, notices, reports
     ─► metadata      from the text, then from the page; disagreements are warnings    metadata, page_fields
     ─► sections      responsible-unit lists cut off, markers, tree                    responsible, outline, structure
     ─► modes         past, future, goal, general, ongoing                             modes
     ─► blocks, units, responsible units, references
     ─► understand    commitments, targets, figures                                    understanding
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.domain.document import Document, Kind, Metadata, ResponsibleUnits, Section, UnitLabel
from services.parser.page.model import Page
from services.parser.page.plain import page_of_text
from services.parser.reading.anatomy import letters, notices, reports
from services.parser.reading.anatomy.kinds import kind_of
from services.parser.reading.anatomy.layout import Layout, layout_of
from services.parser.reading.anatomy.parts import Anatomy
from services.parser.reading.anatomy.sheet import Sheet
from services.parser.reading.metadata.gather import metadata_of
from services.parser.reading.metadata.page_fields import damages, disagreements, with_page
from services.parser.reading.metadata.references import linked, references_of
from services.parser.reading.sentences import trim
from services.parser.reading.structure.blocks import background_of, blocks_of
from services.parser.reading.structure.modes import Timed, has_future_cue, timed, years
from services.parser.reading.structure.modes import reports as is_report
from services.parser.reading.structure.outline import Part, flow_of
from services.parser.reading.structure.responsible import UnitList, list_of
from services.parser.reading.structure.tree import build
from services.parser.reading.structure.units import units_of
from services.parser.reading.understanding import understand
from services.parser.text.layers import match

#: The reader's version: raise it when the same page would be read into another document.
READER = "2"

_FRAMES: dict[Kind, Callable[[Layout, str | None], Anatomy]] = {
    "reply_npc": letters.frame,
    "reply_cppcc": letters.frame,
    "policy_notice": notices.frame,
    "work_summary": reports.frame,
    "other": reports.frame,
}


def read(page: Page) -> Document:
    """The document on `page`. Never raises; a page without lines gives a document without parts, its quality kept."""
    structured = read_structure(page)
    return linked(understand(structured, match(structured.text)))


def read_text(text: str) -> Document:
    """A seed-form text file read as a document: one paragraph a line."""
    return read(page_of_text(text))


def read_structure(page: Page) -> Document:
    """Everything but commitments, targets and figures; unit labels are provisional (`units`)."""
    layout = layout_of(page)
    kind = kind_of(page, layout)
    anatomy = _FRAMES[kind](layout, match(page.title[0]) if page.title else None)
    said = metadata_of(_sheet(page, layout, anatomy, kind))
    metadata = with_page(said, page)
    warnings = (*page.quality.warnings, *damages(said), *disagreements(said, page))
    quality = replace(page.quality, warnings=warnings)
    document = Document(page.text, page.source_text, metadata, quality, attachments=page.attachments)
    return _structured(document, layout, anatomy)


def _sheet(page: Page, layout: Layout, anatomy: Anatomy, kind: Kind) -> Sheet:
    text = page.text
    is_reply = kind in ("reply_npc", "reply_cppcc")
    card = letters.card_of(layout.content) if is_reply else []
    foot = letters.foot_of(layout.content) if is_reply and not card else []
    return Sheet(text, layout, anatomy, page, kind, tuple(card), tuple(foot))


def _structured(document: Document, layout: Layout, anatomy: Anatomy) -> Document:
    matched, kind = layout.matched, document.metadata.kind
    parts, lists = _parts(layout, anatomy)
    tree = build(matched, parts, flow_of(matched, parts, kind), kind)
    time = timed(matched, tree.sections, kind, tree.loose)
    background = list(background_of(parts, time.sections))
    owned = [(each, tree.lists.get(each.start)) for each in lists]
    alone = {part.row.number: tree.lists.get(part.start) for part in parts if part.what == "list" and not part.tail}
    units = units_of(
        matched,
        time.sections,
        tree.loose,
        [] if kind == "work_summary" else [_before_sections(part, tree.sections) for part in background],
        owned,
        time.mode_at,
        _loose_label(matched, kind, time),
    )
    metadata = _with_years(document.metadata, time.sections)
    return replace(
        document,
        metadata=metadata,
        sections=_quoted(document.text, time.sections),
        blocks=blocks_of(layout, anatomy, time.sections, alone, {part.row.number for part in background}),
        units=units,
        responsible_units=_responsible(document.text, owned),
        references=references_of(matched, document, metadata, time.sections, units),
    )


def _parts(layout: Layout, anatomy: Anatomy) -> tuple[list[Part], list[UnitList]]:
    """The body as parts, responsible-unit lists cut off the rows they end."""
    parts: list[Part] = []
    lists: list[UnitList] = []
    for row in layout.rows:
        if row.number in anatomy.annexes:
            parts.append(Part(row, row.start, layout.rows[anatomy.annexes[row.number]].end, "annex"))
        elif row.number in anatomy.turns:
            parts.append(Part(row, row.start, row.end, "turn"))
        elif anatomy.is_body(row):
            begin = anatomy.begins.get(row.number, row.start)
            found = list_of(row, begin)
            end = found.start if found else anatomy.ends.get(row.number, row.end)
            if piece := trim(layout.matched, begin, end):
                parts.append(Part(row, begin if begin != row.start else piece[0], piece[1]))
            if found:
                parts.append(Part(row, found.start, found.end, "list", tail=not found.alone))
                lists.append(found)
    return parts, lists


def _before_sections(part: Part, sections: Sequence[Section]) -> tuple[int, int]:
    """As much of a background paragraph as stands before the first section that begins inside it (近年来,…。一是…)."""
    return part.start, next((each.start for each in sections if part.start < each.start < part.end), part.end)


def _loose_label(text: str, kind: Kind, time: Timed) -> Callable[[int, int], UnitLabel]:
    """How a sentence outside every section is labelled: as a section at its place would be (SPEC §3)."""
    cued = time.announced or has_future_cue(time.sections)

    def label(start: int, end: int) -> UnitLabel:
        if kind == "policy_notice":
            return "commitment"
        if kind in ("work_summary", "other") or cued or is_report(text, start, end):
            return "narrative"
        return "commitment"

    return label


def _quoted(text: str, sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections with heading and number as the text writes them, not as the rules read them."""
    if all(text.startswith(section.heading, section.start) for section in sections):
        return tuple(sections)
    return tuple(
        replace(
            section,
            heading=text[section.start : section.end],
            number=section.number and text[section.start : section.start + len(section.number)],
        )
        for section in sections
    )


def _with_years(metadata: Metadata, sections: Sequence[Section]) -> Metadata:
    if metadata.kind != "work_summary":
        return metadata
    review, plan = years(sections)
    return replace(metadata, review_year=review, plan_year=plan)


def _responsible(text: str, owned: Sequence[tuple[UnitList, str | None]]) -> tuple[ResponsibleUnits, ...]:
    return tuple(
        ResponsibleUnits(
            id=f"U{number:02}",
            section=section or "",
            start=each.start,
            end=each.end,
            text=text[each.start : each.end],
            units=each.units,
            all_districts=each.all_districts,
            open_ended=each.open_ended,
            bracket=each.bracket,
        )
        for number, (each, section) in enumerate(owned, 1)
    )
