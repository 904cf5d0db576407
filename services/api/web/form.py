"""A form that was posted: from one of our own pages, by the visitor it was made for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from services.api.web.visit import Visit, Visitor, sealer_of
from services.domain.errors import Forbidden, InputError

Model = TypeVar("Model", bound=BaseModel)
FIELD = "form_token"
#: More fields than any form of ours has.
_MOST = 500


@dataclass(frozen=True, slots=True)
class Form:
    """What was written in the fields, trimmed; a field left empty counts as left out."""

    fields: dict[str, list[str]]

    def one(self, name: str) -> str | None:
        values = self.fields.get(name)
        return values[0] if values else None

    def many(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    def lines(self, name: str) -> list[str]:
        """Values written one a line, or between commas."""
        text = "\n".join(self.many(name)).replace("、", "\n").replace("，", "\n").replace(",", "\n")
        return [line.strip() for line in text.split("\n") if line.strip()]

    def ticked(self, name: str) -> bool:
        return bool(self.fields.get(name))


async def posted(request: Request, visit: Visitor) -> Form:
    """Raises Forbidden where the request does not come from a page of ours, or not from this visitor's."""
    _own_origin(request, visit)
    try:
        body = (await request.body()).decode("utf-8")
        fields = parse_qs(body, max_num_fields=_MOST, encoding="utf-8", errors="strict")
    except ValueError:
        raise InputError("this form cannot be read; load the page again") from None
    given = fields.pop(FIELD, [""])[0]
    if visit.session is None or not sealer_of(visit.context).is_form_token(visit.session, given):
        raise Forbidden("this form is out of date; load the page again and send it anew")
    return Form({name: kept for name, values in fields.items() if (kept := [v.strip() for v in values if v.strip()])})


def checked(model: type[Model], values: dict[str, Any]) -> Model:
    """`values` as the API would take them. Raises InputError that names the field."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


Posted = Annotated[Form, Depends(posted)]


def _own_origin(request: Request, visit: Visit) -> None:
    """Browsers name the origin of whatever posts a form; no name is as bad as another's."""
    origin = request.headers.get("origin", "")
    own = {urlsplit(visit.context.address).netloc.lower(), request.headers.get("host", "").lower()}
    if urlsplit(origin).netloc.lower() not in own - {""}:
        raise Forbidden("this form was not sent from a page of this service")
