"""The columns that are watched: look at them, add one after a first look, change how, check now, end it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.api.addresses import column
from services.api.callers import Admin, Reader
from services.api.context import Context, Here
from services.api.guard.answers import etag_of, matches
from services.api.paging import Cursor, Limit, paged
from services.api.parameters import NUMBER, Address
from services.api.problems import Problem, problem
from services.api.shown_sources import source_data
from services.domain.caller import Caller
from services.domain.document import Kind
from services.domain.errors import InputError, NotFound, Unavailable
from services.domain.source import Source
from services.domain.trial import Trial
from services.storage import sources
from services.storage.sources import Watch

router = APIRouter(tags=["sources"])
_MINUTE = 60
_WEEK = 7 * 24 * 3600
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Every = Annotated[float, Field(ge=_MINUTE, le=_WEEK, description="Seconds between two visits of the list page.")]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="A short name that never changes.")]
_IfMatch = Annotated[str | None, Header(description="The ETag you saw; 412 if it is another by now.")]


class Settings(BaseModel):
    """What may be changed later on."""

    model_config = ConfigDict(extra="forbid")

    name: _Text | None = None
    every_seconds: _Every | None = None
    agency: _Text | None = None
    region: _Text | None = None
    kind: Kind | None = None
    min_length: (
        Annotated[int, Field(ge=0, le=1_000_000, description="A shorter text is no document."), NUMBER] | None
    ) = None
    must_contain: Annotated[list[_Text] | None, Field(max_length=20, description="Words every document has.")] = None
    body: Annotated[str | None, Field(max_length=500, description="CSS selector of the article.")] = None


class NewSource(Settings):
    """Only the address is needed: what else is left out, the first look proposes."""

    url: Address
    id: _Id | None = None
    #: Watch it even where the first look found nothing to watch.
    unread: StrictBool = False


class Column(BaseModel):
    """A column to look at."""

    model_config = ConfigDict(extra="forbid")

    url: Address


class Changed(Settings):
    """`paused` stops the visits and keeps everything."""

    paused: StrictBool | None = None


@router.get("/sources", summary="All columns that are watched, and how that goes")
def list_sources(
    context: Here, caller: Reader, request: Request, response: Response, cursor: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    position = context.cursors.open("sources", cursor)
    with context.database.read() as conn:
        found = sources.list_watches(conn, after=position, limit=limit + 1)
    following = context.cursors.seal("sources", found[limit - 1].source.id) if len(found) > limit else None
    items = [source_data(one, context.address) for one in found[:limit]]
    return paged(context, request, response, items, following)


@router.get("/sources/{source_id}", summary="One of them")
def get_source(context: Here, caller: Reader, source_id: str) -> Response:
    with context.database.read() as conn:
        return _tagged(_watched(sources.get_watch(conn, source_id)), context)


@router.post("/sources/trial", summary="A first look at a column; nothing is watched")
async def try_source(context: Here, caller: Admin, asked: Column) -> dict[str, Any]:
    return _trial_data(await _tried(context, await asyncio.to_thread(column, context, asked.url)))


@router.post("/sources", status_code=201, summary="Watch a column, after a first look at it")
async def add_source(context: Here, caller: Admin, asked: NewSource) -> Response:
    """The answer says what the first look found. A column in which it found nothing to watch is 422, unless `unread`
    says that it is to be watched all the same.
    """
    url = await asyncio.to_thread(column, context, asked.url)
    trial = await _tried(context, url)
    if trial.reason is not None and not asked.unread:
        return _unreadable(trial)
    source = _source(asked, url, trial, caller)
    now = context.clock()
    with context.database.write() as conn:
        sources.add_source(conn, source, now)
        watch = sources.get_watch(conn, source.id)
    headers = {"location": f"{context.address}/sources/{watch.source.id}"}
    shown = {**source_data(watch, context.address), "trial": _trial_data(trial)}
    return JSONResponse(shown, 201, headers)


@router.patch("/sources/{source_id}", summary="Change how a column is watched")
def change_source(context: Here, caller: Admin, source_id: str, asked: Changed, if_match: _IfMatch = None) -> Response:
    """What is left out stays; null takes a setting away."""
    with context.database.write() as conn:
        watch = _own(sources.get_watch(conn, source_id), caller)
        if if_match is not None and not matches(if_match, etag_of(_body(watch, context))):
            return problem(412, "precondition_failed", "this source has changed since; get it again, then change it")
        sources.save_source(conn, _changed(watch.source, asked), context.clock())
        if asked.paused is not None:
            sources.set_status(conn, source_id, "paused" if asked.paused else "active")
        return _tagged(sources.get_watch(conn, source_id), context)


@router.delete("/sources/{source_id}", status_code=204, summary="Stop watching a column; its documents stay")
def end_source(context: Here, caller: Admin, source_id: str) -> Response:
    with context.database.write() as conn:
        _own(sources.get_watch(conn, source_id), caller)
        sources.set_status(conn, source_id, "ended")
    return Response(status_code=204)


@router.post("/sources/{source_id}/check", status_code=202, summary="Visit its list page as soon as its host allows")
def check_source(context: Here, caller: Admin, source_id: str) -> dict[str, Any]:
    with context.database.write() as conn:
        _own(sources.get_watch(conn, source_id), caller)
        sources.visit_soon(conn, source_id, context.clock())
        return source_data(sources.get_watch(conn, source_id), context.address)


def _watched(watch: Watch) -> Watch:
    if watch.status == "ended":
        raise NotFound(f"no source {watch.source.id!r}: GET /sources lists those there are")
    return watch


def _own(watch: Watch, caller: Caller) -> Watch:
    if watch.source.owner != caller.owner:
        raise NotFound(f"no source {watch.source.id!r}: GET /sources lists those there are")
    return _watched(watch)


async def _tried(context: Context, url: str) -> Trial:
    if context.trials is None:
        raise Unavailable("this process makes no visits; ask the one that runs the fetcher")
    return await context.trials(url)


def _unreadable(trial: Trial) -> Problem:
    detail = f"nothing to watch was found there ({trial.reason}); is it the list page itself?"
    return problem(422, "unreadable_column", detail, trial=_trial_data(trial))


def _source(asked: NewSource, url: str, trial: Trial, caller: Caller) -> Source:
    own = trial.proposed
    id_ = asked.id or own.get("id")
    if id_ is None:
        raise InputError("id: nothing was found to name this column by; give it one")
    every = timedelta(seconds=asked.every_seconds) if asked.every_seconds else _every(own.get("every", "6h"))
    return Source(
        id=id_,
        url=url,
        name=asked.name or id_,
        every=every,
        owner=caller.owner,
        agency=asked.agency or own.get("agency"),
        region=asked.region,
        kind=asked.kind or own.get("kind"),  # type: ignore[arg-type]  # a kind of ours, written as text
        min_length=asked.min_length or 0,
        must_contain=tuple(asked.must_contain or ()),
        body=asked.body,
    )


def _every(text: str) -> timedelta:
    return timedelta(hours=float(text.removesuffix("h")))


def _changed(source: Source, asked: Changed) -> Source:
    given = asked.model_dump(include=asked.model_fields_set - {"paused", "every_seconds", "must_contain"})
    if asked.every_seconds is not None:
        given["every"] = timedelta(seconds=asked.every_seconds)
    if "must_contain" in asked.model_fields_set:
        given["must_contain"] = tuple(asked.must_contain or ())
    given |= {name: default for name, default in (("name", source.id), ("min_length", 0)) if given.get(name, 1) is None}
    return replace(source, **given)


def _trial_data(trial: Trial) -> dict[str, Any]:
    return {**asdict(trial), "items": [asdict(item) for item in trial.items], "warnings": list(trial.warnings)}


def _tagged(watch: Watch, context: Context) -> Response:
    body = _body(watch, context)
    return Response(body, media_type="application/json", headers={"etag": etag_of(body)})


def _body(watch: Watch, context: Context) -> bytes:
    return bytes(JSONResponse(source_data(watch, context.address)).body)
