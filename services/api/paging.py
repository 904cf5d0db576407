"""A page of a list: `{items, next}`, and the same `next` as a Link header (RFC 8288) for clients that follow those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from services.api.context import Context

Cursor = Annotated[str | None, Query(description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=250, description="How many items at the most.")]


def paged(
    context: Context, request: Request, response: Response, items: Sequence[Any], following: str | None
) -> dict[str, Any]:
    """The answer of a list; `following` is the cursor of the next page, None on the last one."""
    if following is not None:
        question = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        address = f"{context.address}{request.url.path}?{urlencode([*question, ('cursor', following)])}"
        response.headers["link"] = f'<{address}>; rel="next"'
    return {"items": items, "next": following}
