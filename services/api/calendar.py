"""Deadlines of commitments as a calendar (RFC 5545). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from services.api.shown import public_id
from services.parser.text.privacy import mask_phones
from services.storage.commitments import CommitmentRecord

MEDIA_TYPE = "text/calendar; charset=utf-8"
_SUMMARY = 60


def calendar(records: Iterable[CommitmentRecord], address: str, now: datetime) -> bytes:
    """A whole-day event on the last day of each deadline; its UID is the commitment's id."""
    found = Calendar()
    found.add("prodid", "-//Dafu//Dafu//ZH")
    found.add("version", "2.0")
    found.add("x-wr-calname", "答复 Dafu: 承诺期限 deadlines")
    for record in records:
        deadline = record.promise.commitment.deadline
        end = _day(deadline.end) if deadline else None
        if end is not None:
            found.add_component(_event(record, end, address, now))
    return bytes(found.to_ical())


def _event(record: CommitmentRecord, end: date, address: str, now: datetime) -> Event:
    quote = mask_phones(record.promise.quote).replace("\0", "\ufffd")
    event = Event()
    event.add("uid", f"{public_id(record)}@dafu")
    event.add("dtstamp", now)
    event.add("dtstart", end)
    event.add("dtend", end + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", quote if len(quote) <= _SUMMARY else f"{quote[:_SUMMARY]}…")
    event.add("description", f"{quote}\n\n{record.title or ''}\n{record.url}")
    event.add("url", f"{address}/commitments/{public_id(record)}")
    return event


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:  # a month or a year alone
        return None
