"""What only the page says about a document, and where page and text disagree (PAGES §1, §3; SPEC §17)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from services.domain.document import Agency, DocumentDate, Metadata, Value
from services.parser.page.model import Page
from services.parser.reading.anatomy.lines import DOC_NUMBER
from services.parser.reading.bodies import bodies_in, body_of_site, same_body, short_name
from services.parser.reading.metadata.letter_fields import number_in
from services.parser.reading.metadata.references import normal_number
from services.parser.text.dates import iso_date
from services.parser.text.layers import key, match

_NUMBER, _WRITTEN = "发文字号", "成文日期"
_ISSUERS = ("发文机关", "发布机构")
_BLANKS = re.compile(r"\s+")


def with_page(found: Metadata, page: Page) -> Metadata:
    """`found` completed from the page; the text's own values stay."""
    sources = dict(found.sources or {})
    added: dict[str, Any] = {}
    for name, value, source in _offers(found, page):
        added[name] = value
        sources[name] = source
    if page.text_source:
        sources["text"] = page.text_source
    if "title" in added:
        added["title_source"] = "page"
    return replace(found, **added, sources=sources)


def _offers(found: Metadata, page: Page) -> Iterator[tuple[str, object, str]]:
    """(field, value, where it was found) of everything the page adds."""
    if found.title is None and page.title:
        yield "title", Value(match(page.title[0]).strip()), page.title[1]
    if found.doc_number is None and (number := _catalogue_number(page)):
        yield "doc_number", Value(number), f"catalogue:{_NUMBER}"
    if found.date is None and (date := iso_date(match(page.catalogue.get(_WRITTEN, "")))):
        yield "date", DocumentDate(date), f"catalogue:{_WRITTEN}"
    if found.agency is None and (issuer := _issuer(page)):
        yield "agency", Agency(issuer[0], short_name(issuer[0])), issuer[1]
    if page.publisher:
        yield "publisher", page.publisher[0], page.publisher[1]
    if page.published_at:
        yield "published_at", page.published_at[0], page.published_at[1]
    if page.url:
        yield "url", page.url, "address"


def _catalogue_number(page: Page) -> str | None:
    number = DOC_NUMBER.match(match(page.catalogue.get(_NUMBER, "")).strip())
    return normal_number(number["number"]) if number else None


def _issuer(page: Page) -> tuple[str, str] | None:
    """The body that issued the paper, as the page's catalogue or head names it."""
    for label in _ISSUERS:
        if bodies := bodies_in(match(page.catalogue.get(label, ""))):
            return "、".join(bodies), f"catalogue:{label}"
    if page.publisher:
        name = body_of_site(match(page.publisher[0]))
        if bodies_in(name):
            return name, page.publisher[1]
    return None


def disagreements(found: Metadata, page: Page) -> tuple[str, ...]:
    """Warnings for every field that page and text state differently; `found` is what the text says."""
    return tuple(_differing(found, page))


def _differing(found: Metadata, page: Page) -> Iterator[str]:
    if found.title and found.title.text and page.title and not _alike(found.title.normalised, page.title[0]):
        yield _warning("title", found.title.normalised, page.title[0], page.title[1])
    asked = found.suggestion.number.normalised if found.suggestion and found.suggestion.number else None
    titled = number_in(page.title[0]) if asked and page.title else None
    if asked and titled and asked.lstrip("0") != titled.lstrip("0") and page.title:
        yield _warning("suggestion.number", asked, titled, page.title[1])
    number = _catalogue_number(page)
    if found.doc_number and number and found.doc_number.normalised != number:
        yield _warning("doc_number", found.doc_number.text, number, f"catalogue:{_NUMBER}")
    written = iso_date(match(page.catalogue.get(_WRITTEN, "")))
    if found.date and found.date.iso and written and found.date.iso != written:
        yield _warning("date", found.date.iso, written, f"catalogue:{_WRITTEN}")
    if found.date and found.date.iso and page.published_at and page.published_at[0][:10] < found.date.iso:
        yield _warning("date", found.date.iso, page.published_at[0], page.published_at[1])
    issuer = _issuer(page)
    if issuer and issuer[1] == "meta:SiteName":  # whose site it is; most papers there are others'
        return
    if found.agency and found.agency.normalised and issuer and not _one_of(found.agency.normalised, issuer[0]):
        yield _warning("agency", found.agency.normalised, issuer[0], issuer[1])


def damages(found: Metadata) -> tuple[str, ...]:
    """Warnings for what stands in the text and cannot be read."""
    warnings = []
    if found.date and found.date.iso is None:
        warnings.append(f"date: {found.date.text!r} cannot be read as a date")
    if found.doc_number and found.doc_number.normalised is None:
        warnings.append(f"doc_number: {found.doc_number.text!r} lost characters")
    return tuple(warnings)


def _alike(text: str | None, page: str) -> bool:
    """One contains the other, without blanks, quotation marks and script."""
    a, b = key(match(text or "")), key(match(page))
    return a in b or b in a


def _one_of(signature: str, issuer: str) -> bool:
    return any(same_body(a, b) for a in signature.split("、") for b in issuer.split("、"))


def _warning(field: str, text: str | None, page: str, source: str) -> str:
    return f"{field}: the text says {text!r}, {source} says {_BLANKS.sub(' ', page)!r}"
