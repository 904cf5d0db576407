"""Versions, and events, as an Atom feed (RFC 4287). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from services.api.shown_changes import links, said
from services.domain.change import Change
from services.domain.event import Event
from services.parser.text.privacy import mask_phones
from services.storage.recent import RecentVersion

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
#: What XML 1.0 cannot hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Nothing has been told yet.
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def feed(versions: Sequence[RecentVersion], address: str, own: str) -> bytes:
    """The versions in their order; `own` is the feed's address. Entry ids never change."""
    newest = max((one.about.recorded for one in versions), default=_NEVER)
    root = _root(own, "官方承诺的变化 changes in what was promised", newest)
    for one in versions:
        _entry(root, one, address)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def told_feed(events: Sequence[Event], own: str, title: str) -> bytes:
    """Events in their order, as a webhook brings them; an entry has its event's id."""
    root = _root(own, title, max((one.time for one in events), default=_NEVER))
    for one in events:
        _told(root, one)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _root(own: str, title: str, updated: datetime) -> Element:
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "zh-CN"})
    _text(root, "id", own)
    _text(root, "title", f"答复 Dafu: {title}")
    SubElement(root, "link", {"rel": "self", "href": own})
    author = SubElement(root, "author")
    _text(author, "name", "Dafu")
    _text(root, "updated", updated.isoformat())
    return root


def _told(root: Element, one: Event) -> None:
    data = one.data
    about, found, changes = data.get("document", {}), data.get("links", {}), data.get("changes", ())
    entry = SubElement(root, "entry")
    _text(entry, "id", f"urn:dafu:{one.id}")
    _text(entry, "title", f"{about.get('title') or about.get('url') or one.key} — {one.type}")
    _text(entry, "updated", one.time.isoformat())
    for rel, address in (("alternate", next(iter(found.values()), None)), ("via", about.get("url"))):
        if address:
            SubElement(entry, "link", {"rel": rel, "href": _clean(address)})
    for term in dict.fromkeys([one.type, *(change["type"] for change in changes)]):
        SubElement(entry, "category", {"term": term})
    _text(entry, "content", "\n".join(_told_line(change) for change in changes) or one.type)


def _told_line(change: dict[str, Any]) -> str:
    where = " › ".join(change.get("path", ()))
    what = f"{change.get('before', '—')} → {change.get('after', '—')}"
    return f"[{change['severity']}, {change['direction']}] {change['type']}: {what}" + (f" ({where})" if where else "")


def _entry(root: Element, one: RecentVersion, address: str) -> None:
    about, found = one.about, links(one.about, address)
    entry = SubElement(root, "entry")
    _text(entry, "id", f"urn:dafu:{about.document}:{about.n}")
    _text(entry, "title", f"{about.title or about.url}{_title_end(one)}")
    _text(entry, "updated", about.recorded.isoformat())
    SubElement(entry, "link", {"rel": "alternate", "href": found.get("comparison", found["document"])})
    SubElement(entry, "link", {"rel": "via", "href": _clean(about.url)})
    if about.agency:
        _text(SubElement(entry, "author"), "name", about.agency)
    SubElement(entry, "category", {"term": about.kind})
    for type_ in dict.fromkeys(change.type for change in one.changes):
        SubElement(entry, "category", {"term": type_})
    _text(entry, "content", "\n".join(_line(change) for change in one.changes) or "新文件 new document")


def _title_end(one: RecentVersion) -> str:
    if one.about.n == 1:
        return " — 新 new"
    worst = one.changes[0] if one.changes else None
    return f" — {worst.type}" + (f" +{len(one.changes) - 1}" if len(one.changes) > 1 else "") if worst else ""


def _line(change: Change) -> str:
    where = " › ".join(change.path)
    what = f"{said(change.before) or '—'} → {said(change.after) or '—'}"
    return f"[{change.severity}, {change.direction}] {change.type}: {what}" + (f" ({where})" if where else "")


def _text(parent: Element, name: str, value: str) -> None:
    SubElement(parent, name).text = _clean(mask_phones(value))


def _clean(value: str) -> str:
    return _NO_XML.sub("\ufffd", value)
