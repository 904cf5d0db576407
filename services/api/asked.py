"""What a caller sends about a subscription: understood whole or refused, a misspelt field too."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, StrictBool, with_config

from services.api.parameters import NUMBER, Address, Day, ZonedMoment
from services.api.webhooks.match import folded
from services.domain.errors import InputError
from services.domain.subscription import Digest, Filter, Keywords

#: Values of one list of a filter, and characters of one value.
_VALUES, _LENGTH = 200, 200
_STRICT = ConfigDict(extra="forbid")


_Name = Annotated[str, Field(min_length=1, max_length=_LENGTH)]
_Names = Annotated[tuple[_Name, ...], Field(max_length=_VALUES)]
#: Punctuation alone finds nothing.
_Words = Annotated[tuple[Annotated[_Name, Field(pattern=r"\w")], ...], Field(max_length=_VALUES)]


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class AskedKeywords(Keywords):
    """Words that all, any, or none may occur."""

    all: _Words = ()
    any: _Words = ()
    none: _Words = ()


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class AskedFilter(Filter):
    """A filter as it comes in."""

    sources: _Names = ()
    documents: _Names = ()
    agencies: _Names = ()
    actors: _Names = ()
    keywords: AskedKeywords = AskedKeywords()
    has_target: StrictBool | None = None
    deadline_before: Day | None = None


@with_config(_STRICT)
@dataclass(frozen=True, slots=True)
class AskedDigest(Digest):
    """A digest as it comes in."""

    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "08:00"
    zone: Annotated[str, Field(json_schema_extra={"format": "time-zone"})] = "Asia/Shanghai"


_Note = Annotated[str, Field(max_length=500)]
_PerMinute = Annotated[int, Field(ge=1, le=6000, description="Most requests a minute."), NUMBER]


class NewSubscription(BaseModel):
    """Where to tell, and what. An empty filter means: severity medium and above, tiers A and B, all documents."""

    model_config = _STRICT

    url: Address
    filter: AskedFilter = AskedFilter()
    note: _Note = ""
    #: Also tell what was found on a source's first visit.
    backfill: StrictBool = False
    digest: AskedDigest | None = None
    per_minute: _PerMinute | None = None


class ChangedSubscription(BaseModel):
    """What is left out stays. `status`: `disabled` sends nothing, `active` takes it up again."""

    model_config = _STRICT

    filter: AskedFilter | None = None
    note: _Note | None = None
    backfill: StrictBool | None = None
    digest: AskedDigest | None = None
    per_minute: _PerMinute | None = None
    status: Literal["active", "disabled"] | None = None


class Period(BaseModel):
    """Events that happened from `since` on, before `until`; with `dry_run` they are only counted."""

    model_config = _STRICT

    since: ZonedMoment
    until: ZonedMoment | None = None
    dry_run: StrictBool = False


class AskedPreview(BaseModel):
    """A filter to try on what is stored; `first` events come along whole."""

    model_config = _STRICT

    filter: AskedFilter = AskedFilter()
    backfill: StrictBool = False
    since: ZonedMoment | None = None
    until: ZonedMoment | None = None
    first: Annotated[int, Field(ge=0, le=50), NUMBER] = 10


class Rotation(BaseModel):
    """For how long the secret that is replaced goes on signing beside the new one."""

    model_config = _STRICT

    overlap_hours: Annotated[float, Field(ge=0, le=168, strict=True)] = 24


def filter_of(asked: AskedFilter) -> Filter:
    """Raises InputError, naming the field, for what cannot be asked."""
    values: dict[str, Any] = {field.name: getattr(asked, field.name) for field in fields(Filter)}
    words = Keywords(asked.keywords.all, asked.keywords.any, asked.keywords.none)
    lists = {f"keywords.{field.name}": getattr(words, field.name) for field in fields(Keywords)}
    for name, value in {**values, **lists}.items():
        if isinstance(value, tuple) and (len(value) > _VALUES or any(not 0 < len(one) <= _LENGTH for one in value)):
            raise InputError(f"filter.{name}: at most {_VALUES} values of 1 to {_LENGTH} characters")
    if any(not folded(word) for value in lists.values() for word in value):
        raise InputError("filter.keywords: a word of punctuation only finds nothing; leave it out")
    return Filter(**{**values, "keywords": words})


def digest_of(asked: AskedDigest | None) -> Digest | None:
    """Raises InputError, naming the field, for a time or a zone there is not."""
    if asked is None:
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", asked.at, re.ASCII):
        raise InputError("digest.at: a time of day, HH:MM")
    if asked.zone not in available_timezones():
        raise InputError("digest.zone: a time zone such as Asia/Shanghai")
    return Digest(asked.every, asked.at, asked.weekday, str(ZoneInfo(asked.zone)))
