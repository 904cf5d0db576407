"""A page as it leaves: rendered, everything from a document escaped, with headers that let nothing else in."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.api.web.assets import address_of
from services.api.web.form import FIELD
from services.api.web.views.sentences import cut
from services.api.web.visit import Visit

#: Nothing from another host, no style or script that is not a file of ours, no frame around us.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # forms need their Origin named; nobody else is told where a visitor comes from
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "private, no-cache",
    "vary": "cookie, accept-language",
}
#: Days are days in China.
ZONE = ZoneInfo("Asia/Shanghai")
#: Signs that turn the writing direction could reorder what a reader sees; other controls have no place in HTML.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def neutral(value: Any) -> Any:
    """Every value on its way into a page: signs that steer instead of being read are shown as U+FFFD."""
    return _UNSEEN.sub("\ufffd", value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=neutral,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "day": day,
        "moment": moment,
        "query": query,
        "shortened": cut,
        "span": span,
        "list_pair": lambda value: (value, value),
    }
    made.globals |= {"static": address_of, "field": FIELD}
    return made


def page(visit: Visit, template: str, status: int = 200, **values: Any) -> Response:
    """`template` filled in. `here` is the address of the page itself, for the way back to it."""
    here = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    text = (
        environment()
        .get_template(template)
        .render(
            w=visit.words, visit=visit, here=here if visit.request.method == "GET" else visit.request.url.path, **values
        )
    )
    response = HTMLResponse(text.encode("utf-8", "replace"), status, headers=HEADERS)
    visit.settle(response)
    return response


def to(visit: Visit, address: str) -> Response:
    """After a form: look at what became of it, so that loading again does not send it again."""
    response = RedirectResponse(address, 303, headers=HEADERS)
    visit.settle(response)
    return response


def day(value: datetime | str | None) -> str:
    """A date for reading, in China."""
    return _local(value).strftime("%Y-%m-%d") if value else "—"


def moment(value: datetime | str | None) -> str:
    """Date and time for reading, in China."""
    return _local(value).strftime("%Y-%m-%d %H:%M") if value else "—"


def span(seconds: float) -> str:
    """A length of time for reading: 6 h, 30 min, 1 d."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds / 60:g} min"


def query(values: dict[str, Any]) -> str:
    """`values` as the query of an address, what is empty left out."""
    return urlencode([(name, one) for name, value in values.items() for one in _each(value)])


def _each(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    return [] if value in (None, "", "none") else [value]


def _local(value: datetime | str) -> datetime:
    moment_ = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment_.astimezone(ZONE)
