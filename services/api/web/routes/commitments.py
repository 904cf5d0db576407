"""What is promised: as a table, in the order it is due, and one by one with its own history."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BeforeValidator, Field

from services.api.routes.commitments import Filters, Listing, get_commitment, list_commitments, question_of
from services.api.shown import commitment_data
from services.api.web.answer import ZONE, page, query
from services.api.web.asked import asked
from services.api.web.errors import PageRoute
from services.api.web.views.changes import change_view
from services.api.web.visit import Looker
from services.storage import due

router = APIRouter(route_class=PageRoute)
_PAGE = 50
_MONTHS = 24
#: Whole numbers are written in digits, also in a list.
Wholes = BeforeValidator(lambda value: [int(one) if str(one).isdecimal() else one for one in value])


class Look(Filters):
    """As the API asks, read off an address."""

    modality: Annotated[list[Annotated[int, Field(ge=1, le=5)]], Wholes] = Field([])
    cursor: str | None = None

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})

    def feed(self) -> dict[str, Any]:
        """What of it can be asked of changes."""
        return self.model_dump(mode="json", exclude_defaults=True, include={"agency", "kind", "document"})


@router.get("/pages/commitments")
def table(visit: Looker, look: Annotated[Look, Depends(asked(Look))]) -> Response:
    found = list_commitments(visit.context, Listing(**{**look.model_dump(), "limit": _PAGE}))
    return page(
        visit,
        "commitments.html",
        look=look,
        items=found["items"],
        next=found["next"],
        kept=look.kept(),
        api_query=query(look.kept()),
        feed_query=query(look.feed()),
    )


@router.get("/pages/deadlines")
def deadlines(visit: Looker, look: Annotated[Look, Depends(asked(Look))]) -> Response:
    """From today on, unless another day is asked for."""
    context = visit.context
    today = context.clock().astimezone(ZONE).date()
    start = look.deadline_after or today
    within = look.model_copy(update={"deadline_after": start})
    question = f"due {within.question()}"
    opened = context.cursors.open(question, look.cursor)
    with context.database.read() as conn:
        filter_ = question_of(within)
        found = due.find_due(conn, filter_, after=(opened[0], int(opened[1])) if opened else None, limit=_PAGE + 1)
        until = within.deadline_before or _later(start, _MONTHS)
        counts = due.count_due(conn, question_of(within.model_copy(update={"deadline_before": until})))
    dated = (one for one in found[:_PAGE] if one.promise.commitment.deadline is not None)
    items = [commitment_data(one, context.address) for one in dated]
    last = found[_PAGE - 1] if len(found) > _PAGE else None
    more = None
    if last is not None and last.promise.commitment.deadline is not None:
        more = context.cursors.seal(question, [last.promise.commitment.deadline.end, last.position])
    months = [_later(start.replace(day=1), at).isoformat()[:7] for at in range(_MONTHS)]
    return page(
        visit,
        "deadlines.html",
        look=look,
        months_due=[
            (month, list(due_))
            for month, due_ in groupby(items, key=lambda one: (one["deadline"]["end"] or one["deadline"]["raw"])[:7])
        ],
        next=more,
        start=start,
        today=today.isoformat(),
        past={
            "deadline_after": (today - timedelta(days=365)).isoformat(),
            "deadline_before": (today - timedelta(days=1)).isoformat(),
        },
        months=[(month, counts.get(month, 0)) for month in months],
        most=max([*counts.values(), 1]),
        kept=look.kept(),
        api_query=query(look.kept()),
        feed_query=query(look.feed()),
    )


@router.get("/pages/commitments/{commitment_id}")
def one(visit: Looker, commitment_id: str) -> Response:
    found = get_commitment(visit.context, commitment_id)
    history = [
        {**row, "changes": [change_view(change, visit.words) for change in row["changes"]]} for row in found["history"]
    ]
    return page(visit, "commitment.html", one=found, history=list(reversed(history)))


def _later(day: date, months: int) -> date:
    """The first of the month `months` after that of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(min(count // 12, 9999), count % 12 + 1, 1)
