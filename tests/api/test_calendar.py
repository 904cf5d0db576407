"""Deadlines in a calendar program."""

from __future__ import annotations

from datetime import date

import httpx
import pytest
from icalendar import Calendar

pytestmark = pytest.mark.anyio


async def test_every_deadline_is_a_day(long_reader: httpx.AsyncClient) -> None:
    after = {"deadline_after": "2000-01-01"}
    due = (await long_reader.get("/commitments", params={**after, "limit": 250})).json()["items"]
    answer = await long_reader.get("/commitments.ics", params=after)
    assert answer.headers["content-type"].startswith("text/calendar")
    events = {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert events.keys() == {f"{one['id']}@dafu" for one in due}
    assert due
    for one in due:
        event = events[f"{one['id']}@dafu"]
        assert event.decoded("dtstart") == date.fromisoformat(one["deadline"]["end"])
        assert str(event["summary"])[:20] == one["text"][:20]
        assert str(event["url"]).endswith(one["id"])


async def test_what_is_over_is_left_out_unless_asked_for(reader: httpx.AsyncClient) -> None:
    """The clock of the test stands in 2026."""
    answer = await reader.get("/commitments.ics")
    days = [event.decoded("dtstart") for event in Calendar.from_ical(answer.content).walk("VEVENT")]
    assert all(day >= date(2026, 11, 22) for day in days)
    assert (await reader.get("/commitments.ics?deadlin=2020-01-01")).status_code == 422
