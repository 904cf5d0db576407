"""What a finding does: everything written of one snapshot inside the caller's transaction, and what is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.domain.change import Change, ChangeType, Direction, Severity, Suppression
from services.domain.document import Document, Quality
from services.domain.event import Event, EventType, envelope
from services.domain.identity import event_id
from services.parser import presence
from services.parser.compare.compare import body_key
from services.parser.compare.showing.telling import Observed, event_data
from services.parser.judge import FURNITURE, Finding, First, Missing, Returned, Revised, Same, Unchanged, Unreadable
from services.parser.reading.bodies import keys_of
from services.parser.recall import Material
from services.parser.text.layers import match
from services.storage import documents, pieces, standing, versions, words
from services.storage.readings import Reading


class Effect:
    def __init__(self, conn: Connection, material: Material, now: datetime) -> None:
        self._conn = conn
        self._of = material
        self._now = now
        #: Whether the page says something that subscribers are told of.
        self.edited = False
        #: What is written for all snapshots of the transaction at once: how this one was read, and what is told of it.
        self.reading: tuple[Reading, tuple[Suppression, ...]] | None = None
        self.events: list[Event] = []

    def write(self, finding: Finding) -> None:
        match finding:
            case Unreadable(quality):
                self._reading(quality, None)
            case Missing(kind, quality):
                self._reading(quality, None)
                self._missed(kind)
            case First(document, fingerprint):
                n = self._version(document, fingerprint, "first", ())
                self._reading(document.quality, n)
                self._tell("document.published", document, version=n, edit="first")
            case Unchanged(quality):
                known = self._of.current.n if self._of.current else None
                self._reading(quality, known, (FURNITURE,))
                self._seen(None, known)
            case Same(document, suppressed):
                known = self._of.current.n if self._of.current else None
                self._reading(document.quality, known, suppressed)
                self._seen(document, known)
            case Revised(document, comparison, edit, fingerprint, returns_to):
                before = self._last_seen()
                n = self._version(document, fingerprint, edit, comparison.changes, returns_to)
                self._reading(document.quality, n, comparison.suppressed)
                self._seen(document, n)
                self._revised(finding, n, before, flapping=False)
            case Returned(revised, n, told):
                before = self._last_seen()
                self._stands(n, versions.show_version(self._conn, self._of.subject.id, n))
                self._reading(revised.document.quality, n, revised.comparison.suppressed)
                self._seen(revised.document, n)
                if not told:
                    self._revised(revised, n, before, flapping=True)

    def _revised(self, found: Revised, n: int, before: datetime | None, *, flapping: bool) -> None:
        """`before`: when the words told last were last seen; a challenge in between does not narrow that down."""
        self.edited = True
        self._tell(
            "document.revised",
            found.document,
            found.comparison.changes,
            version=n,
            edit=found.edit,
            observed=Observed(before, self._of.snapshot.observed),
            more={"returns_to": found.returns_to, "flapping": flapping},
        )

    def _version(
        self,
        document: Document,
        fingerprint: str,
        edit: versions.Edit,
        changes: tuple[Change, ...],
        returns_to: int | None = None,
    ) -> int:
        snapshot = self._of.snapshot
        n = versions.save_version(
            self._conn,
            snapshot.document,
            document,
            snapshot_id=snapshot.id,
            observed=snapshot.observed,
            recorded=self._now,
            reader=self._of.reader.name(self._of.source),
            key_hash=body_key(document),
            fingerprint=fingerprint,
            edit=edit,
            changes=changes,
            returns_to=returns_to,
            newest=self._of.newest,
        )
        self._stands(n, document)
        return n

    def _stands(self, n: int, document: Document) -> None:
        """What version `n` promises is what is promised now, and what it says is what is searched."""
        standing.save_commitments(self._conn, self._of.subject.id, n, document, folded=match, keys=keys_of)
        words.save_words(self._conn, self._of.subject.id, document, folded=match)

    def _reading(self, quality: Quality, version: int | None, suppressed: tuple[Suppression, ...] = ()) -> None:
        snapshot = self._of.snapshot
        reader = self._of.reader.name(self._of.source)
        read = Reading(snapshot.id, snapshot.document, self._now, reader, quality.verdict, quality.reason, version)
        self.reading = read, suppressed

    def _missed(self, kind: presence.Absence) -> None:
        if self._of.presence is None:  # never was a document
            return
        state, turn = presence.missed(self._of.presence, kind, self._of.snapshot.observed, self._of.list_readable)
        documents.set_presence(self._conn, self._of.subject.id, state)
        if turn == "removed":
            pieces.set_links(self._conn, self._of.subject.id, (), self._now)  # nobody asks for its files any more
            since = self._of.presence.absent_since or self._of.snapshot.observed
            change = _page_change("page_removed", "SPEC §12.1", before=self._of.subject.url)
            self._tell("document.removed", self._standing(), (change,), observed=Observed(self._last_seen(), since))

    def _seen(self, document: Document | None, n: int | None) -> None:
        """`document` None: the current version's."""
        if self._of.presence is not None:
            state, turn = presence.seen(self._of.presence)
            if state != self._of.presence:
                documents.set_presence(self._conn, self._of.subject.id, state)
            if turn == "restored":
                change = _page_change("page_restored", "SPEC §12.2", after=self._of.subject.url)
                self._tell("document.restored", document or self._standing(), (change,), version=n)
        if self._of.newly_moved:
            change = _page_change("page_moved", "SPEC §12.2", before=self._of.subject.url, after=self._of.snapshot.url)
            self._tell("document.moved", document or self._standing(), (change,), version=n)

    def _standing(self) -> Document | None:
        """The current version as this reader reads it."""
        if self._of.known is not None:
            return self._of.known.document
        return self._of.current.structure if self._of.current else None

    def _last_seen(self) -> datetime | None:
        current = self._of.current
        return None if current is None else versions.observed_until(self._conn, self._of.subject.id, current.n)

    def _tell(
        self,
        type_: EventType,
        document: Document | None,
        changes: tuple[Change, ...] = (),
        *,
        version: int | None = None,
        edit: str | None = None,
        observed: Observed | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        subject, snapshot = self._of.subject, self._of.snapshot
        # a restored or moved page is news even where its first sight was not
        told = subject if type_ == "document.published" else replace(subject, backfill=False)
        sequence = documents.next_sequence(self._conn, subject.id)
        seen = observed or Observed(snapshot.previous_seen, snapshot.observed)
        data = {**event_data(told, document, seen, changes, version=version, edit=edit), **(more or {})}
        event = envelope(
            event_id(type_, subject.id, sequence),
            type_,
            source=f"urn:dafu:source:{subject.source}",
            subject=subject.id,
            time=snapshot.observed,
            sequence=sequence,
            data=data,
        )
        self.events.append(event)


_PAGE_CHANGES: dict[ChangeType, tuple[Severity, Direction]] = {
    "page_removed": ("critical", "softened"),
    "page_restored": ("medium", "strengthened"),
    "page_moved": ("info", "neutral"),
}


def _page_change(type_: ChangeType, rule: str, *, before: str | None = None, after: str | None = None) -> Change:
    severity, direction = _PAGE_CHANGES[type_]
    return Change(type_, severity, direction, None, (), before, after, None, None, rule)
