"""What a page is asked for in its address. A field of a form that was left empty asks nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def asked(model: type[Model]) -> Callable[[Request], Model]:
    """A dependency that reads the query as `model`, as the API reads it, except that empty values are left out."""
    lists = {name for name, one in model.model_fields.items() if get_origin(one.annotation) is list}

    def dependency(request: Request) -> Model:
        given: dict[str, Any] = {}
        for name in request.query_params:
            values = [value for value in request.query_params.getlist(name) if value.strip()]
            if values:
                given[name] = values if name in lists else values[-1]
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise RequestValidationError([{**one, "loc": ("query", *one["loc"])} for one in error.errors()]) from None

    return dependency
