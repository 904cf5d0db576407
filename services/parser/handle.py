"""The acting code of the parser: events in, transactions, events out.

snapshot.taken ─► load (recall) ─► judge (pure) ─► one transaction: reading, version, changes, presence, pieces,
                │                    │             outbox(document.…), bus.done          (effect.py)
                │                    └ Revised ─► recognised (recall): said before?
                └ of a piece ─► piecework: good copy? ─► one transaction: reading, documents taken again, bus.done

What is judged within TOGETHER shares its transaction. Where that fails, each is judged and written by itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from services.bus.interface import Bus, Claimed
from services.domain.clock import Clock
from services.metrics import counted
from services.parser import piecework
from services.parser.counting import note_piece, note_reading
from services.parser.effect import Effect
from services.parser.judge import Finding, Revised, Unchanged, judge
from services.parser.page.model import Page
from services.parser.reading.reader import Reader, todays
from services.parser.recall import Material, Piece, load, recognised
from services.storage import pages, pieces, readings
from services.storage.database import Database
from services.storage.readings import Reading

GROUP = "parser"
LEASE = timedelta(minutes=2)
#: Seconds of judging after which what is judged is written: nobody waits longer for the others of a transaction.
TOGETHER = 0.05
_log = structlog.get_logger()


class LeaseLost(Exception):
    """Another worker took the event over: roll back, it is theirs now."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A snapshot of a document, and what it means; `seconds` is how long it took to find out."""

    claimed: Claimed
    material: Material
    finding: Finding
    seconds: float


@dataclass(frozen=True, slots=True)
class _Piece:
    claimed: Claimed
    piece: Piece


class Parser:
    def __init__(self, database: Database, bus: Bus, clock: Clock, address: str, reader: Reader | None = None) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._address = address
        self._reader = reader or todays()
        #: Events in our hands; of one that failed, why. Said at the next turn where the database went away meanwhile.
        self._held: dict[str, tuple[Claimed, str | None]] = {}

    def drain(self, limit: int = 20, stopping: Callable[[], bool] = lambda: False) -> int:
        """Handle up to `limit` events that are due; answers how many were taken. What was not begun when `stopping`
        says so is given back.
        """
        now = self._clock()
        with self._database.write() as conn:
            self._give_back(conn, now)
            claimed = self._bus.claim(conn, GROUP, now, limit, LEASE)
        self._held = {one.event.id: (one, None) for one in claimed}
        todo = deque(claimed)
        while todo and not stopping():
            self._handle(self._judge_together(todo, stopping))
        if todo:
            with self._database.write() as conn:
                self._give_back(conn, self._clock())
        return len(claimed) - len(todo)

    def _give_back(self, conn: Connection, now: datetime) -> None:
        for one, error in self._held.values():
            if error is None:
                self._bus.release(conn, GROUP, one.event.id, one.token)
            else:
                self._bus.failed(conn, GROUP, one.event.id, one.token, error, now)

    def _judge_together(self, todo: deque[Claimed], stopping: Callable[[], bool]) -> list[_Judged | _Piece]:
        """Takes from `todo` what one transaction is to write: a piece alone, since documents wait for its reading."""
        lot: list[_Judged | _Piece] = []
        ends = time.monotonic() + TOGETHER
        at_hand: Claimed | None = todo[0]
        try:
            with self._database.read() as conn:
                while todo and not (lot and (time.monotonic() >= ends or stopping())):
                    at_hand = todo[0]
                    judged = self._judge(conn, at_hand)
                    alone = isinstance(judged, _Piece)
                    if alone and lot:
                        break
                    lot.append(judged)
                    todo.popleft()
                    if alone:
                        break
                at_hand = None
        except Exception as error:
            if at_hand is None:
                raise
            todo.popleft()
            self._failed(at_hand, error)
        return lot

    def _judge(self, conn: Connection, claimed: Claimed) -> _Judged | _Piece:
        began = time.monotonic()
        snapshot = int(claimed.event.data["snapshot"])
        material = load(conn, snapshot, self._address, self._reader)
        if isinstance(material, Piece):
            return _Piece(claimed, material)
        finding = _judged(material)
        if isinstance(finding, Revised):
            finding = recognised(conn, material, finding)
        return _Judged(claimed, material, finding, time.monotonic() - began)

    def _handle(self, lot: Sequence[_Judged | _Piece]) -> None:
        """A page that trips our own code must not stop the others: it is tried again, then put aside for a person."""
        try:
            self._write(lot)
        except Exception as error:
            if len(lot) == 1:
                self._failed(lot[0].claimed, error)
                return
            for one in lot:
                self._handle(self._judge_together(deque([one.claimed]), lambda: False))

    def _failed(self, claimed: Claimed, error: Exception) -> None:
        if isinstance(error, LeaseLost):
            counted.lease_lost("parser")
            _log.info("event.lease_lost", group=GROUP, event_id=claimed.event.id, document_id=claimed.event.key)
        else:
            counted.faulted("parser")
            _log.error(
                "event.failed", group=GROUP, event_id=claimed.event.id, document_id=claimed.event.key, exc_info=error
            )
            why = repr(error)[:500]
            self._held[claimed.event.id] = claimed, why
            with self._database.write() as conn:
                self._bus.failed(conn, GROUP, claimed.event.id, claimed.token, why, self._clock())
        del self._held[claimed.event.id]

    def _write(self, lot: Sequence[_Judged | _Piece]) -> None:
        documents = [one for one in lot if isinstance(one, _Judged)]
        for one in lot:
            if isinstance(one, _Piece):
                self._write_piece(one.claimed, one.piece)
        if documents:
            self._write_documents(documents)
        for done in lot:
            del self._held[done.claimed.event.id]

    def _write_piece(self, claimed: Claimed, piece: Piece) -> None:
        began, snapshot = time.monotonic(), piece.snapshot
        quality = piecework.quality_of(self._database, snapshot, piece.role, piece.source)
        with self._database.write() as conn:
            now = self._done(conn, [claimed])
            reader = self._reader.name(piece.source)
            read = Reading(snapshot.id, snapshot.document, now, reader, quality.verdict, quality.reason, None)
            readings.save_reading(conn, read)
            piecework.tell_documents(conn, self._bus, snapshot, now)
        note_piece(claimed, quality, time.monotonic() - began)

    def _write_documents(self, lot: Sequence[_Judged]) -> None:
        began = time.monotonic()
        with self._database.write() as conn:
            now = self._done(conn, [one.claimed for one in lot])
            effects = [_effect(conn, one, now) for one in lot]
            readings.save_readings(conn, [effect.reading for effect in effects if effect.reading is not None])
            self._bus.publish_all(conn, [event for effect in effects for event in effect.events])
            self._tell_pieces(conn, lot, now)
            edited = [one.material for one, effect in zip(lot, effects, strict=True) if effect.edited]
            # in the end: visits want these rows too
            pages.note_changes(conn, {one.subject.id: one.snapshot.observed for one in edited})
        each = (time.monotonic() - began) / len(lot)
        for one in lot:
            note_reading(one.claimed, one.finding, one.seconds + each)

    def _tell_pieces(self, conn: Connection, lot: Sequence[_Judged], now: datetime) -> None:
        """What each page links to, and the documents that have one of the pages as a piece."""
        links = {one.material.subject.id: one.material.gathered.links for one in lot}
        bound = pieces.bound(conn, links)
        linking = {id_: each for id_, each in links.items() if each or (each is not None and id_ in bound)}
        for id_, each in linking.items():
            pieces.set_links(conn, id_, each, now)
        if linking:  # to pages of the same lot, it may be
            bound = pieces.bound(conn, links)
        for one in lot:
            if one.material.subject.id in bound:
                piecework.tell_documents(conn, self._bus, one.material.snapshot, now)

    def _done(self, conn: Connection, claimed: Sequence[Claimed]) -> datetime:
        """The moment of the effects that follow in this transaction."""
        now = self._clock()
        if len(self._bus.done_all(conn, GROUP, claimed, now)) < len(claimed):
            raise LeaseLost
        return now


def _effect(conn: Connection, one: _Judged, now: datetime) -> Effect:
    effect = Effect(conn, one.material, now)
    effect.write(one.finding)
    return effect


def _judged(material: Material) -> Finding:
    page = material.gathered.page
    if material.unchanged and isinstance(page, Page):
        return Unchanged(page.quality)
    return judge(page, material.known, material.reader)
