"""The first page: what changed lately, the most serious first, and whether the sources can be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BeforeValidator, Field

from services.api.routes.changes import Filters, question_of
from services.api.shown_changes import recent_data
from services.api.shown_sources import health_of
from services.api.web.answer import ZONE, page, query
from services.api.web.asked import asked
from services.api.web.errors import PageRoute
from services.api.web.views.changes import news_view
from services.api.web.views.chart import Chart, chart, stretches
from services.api.web.visit import Looker
from services.storage import overview, recent, sources
from services.storage.recent import Asked

router = APIRouter(route_class=PageRoute)
_PAGE = 30
_NEW, _GONE = 6, 12
#: A whole number in an address is written in digits.
Whole = BeforeValidator(lambda value: int(value) if isinstance(value, str) and value.isdecimal() else value)


class Look(Filters):
    """`days` is how far back, unless `since` says it; 0 is everything."""

    days: Annotated[Literal[0, 7, 30, 365], Whole] = 30
    page: Annotated[int, Field(ge=1, le=1000), Whole] = 1

    def kept(self) -> dict[str, object]:
        """The filter as an address has it, without what is as it would be anyway."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"page"})

    def api(self) -> dict[str, object]:
        """The filter as the API takes it."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"page", "days"})


@router.get("/pages/")
def home(visit: Looker, look: Annotated[Look, Depends(asked(Look))]) -> Response:
    context, now = visit.context, visit.context.clock()
    filter_ = question_of(context, look)
    start, end = _window(look, now)
    within = replace(filter_, since=start)
    first = look.page == 1
    with context.database.read() as conn:
        found = recent.find_gravest(conn, within, skip=(look.page - 1) * _PAGE, limit=_PAGE + 1)
        width, number = stretches(start or _first(recent.oldest_recorded(conn), end), end)
        drawn_from = end - number * width
        counts = recent.count_changes(conn, within, drawn_from, width)
        about = overview.totals(conn)
        since = start or drawn_from
        new = overview.newly_found(conn, since, _NEW) if first else ()
        gone = overview.gone(conn, since, _GONE) if first and _shows_gone(look) else ()
        watches = sources.list_watches(conn, limit=250)
    drawn: Chart = chart(counts, drawn_from, width, number)
    health: dict[str, int] = {}
    for one in watches:
        health[health_of(one)] = health.get(health_of(one), 0) + 1
    return page(
        visit,
        "home.html",
        look=look,
        items=[news_view(recent_data(one, context.address), visit.words) for one in found[:_PAGE]],
        more=len(found) > _PAGE,
        chart=drawn,
        start=start,
        end=end,
        totals=about,
        new=[one for one in new if _fits(look, one.kind, one.agency, filter_)],
        gone=[one for one in gone if _fits(look, one.record.kind, one.record.agency, filter_)],
        health=health,
        troubled=[one for one in watches if health_of(one) in ("failing", "blind", "noisy")],
        api_query=query(look.api()),
        due_query=query({name: look.api().get(name) for name in ("agency", "kind", "document")}),
        kept=look.kept(),
    )


def _window(look: Look, now: datetime) -> tuple[datetime | None, datetime]:
    """From where to where the page looks; None: from the beginning."""
    tomorrow = datetime.combine(now.astimezone(ZONE).date() + timedelta(days=1), time(), ZONE)
    end = datetime.combine(look.until + timedelta(days=1), time(), ZONE) if look.until else tomorrow
    if look.since:
        return datetime.combine(look.since, time(), ZONE), end
    return (end - timedelta(days=look.days) if look.days else None), end


def _first(oldest: datetime | None, end: datetime) -> datetime:
    if oldest is None:
        return end - timedelta(days=30)
    return min(datetime.combine(oldest.astimezone(ZONE).date(), time(), ZONE), end - timedelta(days=7))


def _shows_gone(look: Look) -> bool:
    """A page taken down is critical and weakens what it promised."""
    return (not look.type or "page_removed" in look.type) and (not look.direction or "softened" in look.direction)


def _fits(look: Look, kind: str, agency: str | None, filter_: Asked) -> bool:
    return look.kind in (None, kind) and (filter_.agencies is None or agency in filter_.agencies)
