"""Signing in by a token, signing out, and the language of the pages."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from services.api.callers import shown_token
from services.api.web.answer import page, to
from services.api.web.errors import PageRoute
from services.api.web.form import Posted
from services.api.web.visit import Visitor, local, remember_language
from services.domain.errors import NotFound, Unauthorized

router = APIRouter(route_class=PageRoute)


@router.get("/pages/sign-in")
def sign_in_form(visit: Visitor, back: str = "/pages/") -> Response:
    return page(visit, "sign_in.html", back=local(back), problem=None)


@router.post("/pages/sign-in")
def sign_in(visit: Visitor, form: Posted, request: Request) -> Response:
    """The token itself is not kept: the cookie names it."""
    back = local(form.one("back"))
    try:
        token = shown_token(request, visit.context, form.one("token") or "")
    except Unauthorized:
        return page(visit, "sign_in.html", 401, back=back, problem=visit.words("sign_in.refused"))
    visit.begin(token)
    return to(visit, back)


@router.post("/pages/sign-out")
def sign_out(visit: Visitor, form: Posted) -> Response:
    visit.forgetting = True
    return to(visit, "/pages/")


@router.get("/pages/language/{language}")
def language(visit: Visitor, language: Literal["zh", "en"], back: str = "/pages/") -> Response:
    response = to(visit, local(back))
    remember_language(response, language, secure=visit.secure())
    return response


@router.get("/pages/{rest:path}")
def nowhere(visit: Visitor, rest: str) -> Response:
    raise NotFound("there is no such page")
