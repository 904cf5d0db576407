"""What callers write in parameters: days and moments as ISO 8601 only, and names for formats the schema cannot say."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?", re.ASCII)


def _iso(pattern: re.Pattern[str], example: str) -> BeforeValidator:
    """pydantic alone would take `0` for the first of January 1970."""

    def check(value: Any) -> Any:
        if not isinstance(value, date) and not (isinstance(value, str) and pattern.fullmatch(value)):
            raise ValueError(f"not ISO 8601, such as {example}")
        return value

    return BeforeValidator(check)


Address = Annotated[
    str,
    Field(
        max_length=2048,
        pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://",
        json_schema_extra={"format": "uri"},
        examples=["https://www.example.gov.cn/zwgk/jytabl/"],
    ),
]


def _number(value: Any) -> Any:
    """pydantic alone would take `true` for one, and text for the number it writes."""
    if isinstance(value, bool | str):
        raise ValueError("not a number")  # noqa: TRY004 - pydantic makes a problem of this one only
    return value


#: Stands behind the bounds of a whole number; 3 and 3.0 are the same.
NUMBER = BeforeValidator(_number)
Day = Annotated[date, _iso(_DAY, "2026-01-31")]
Moment = Annotated[datetime, _iso(_MOMENT, "2023-04-01T09:00:00+08:00")]
#: A moment that needs its zone.
ZonedMoment = Annotated[AwareDatetime, _iso(_MOMENT, "2023-04-01T09:00:00+08:00")]
