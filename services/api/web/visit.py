"""Who looks at a page, and in which language: by the session's cookie, else as a stranger, who may read if it is open.

The Authorization header is the API's business, the cookie is the pages': neither is ever taken for the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from services.api.callers import stranger
from services.api.context import Context, Here
from services.api.web.session import COOKIE, PATH, Sealer, Session, new_session
from services.api.web.words import LANGUAGES, Language, Words
from services.domain.caller import Caller, Scope, Token
from services.domain.errors import Forbidden, Unauthorized
from services.storage import tokens

LANGUAGE_COOKIE = "dafu_lang"
_YEAR = 365 * 24 * 3600


@dataclass(slots=True)
class Visit:
    """One request for a page. `session` is None for a visitor without one."""

    request: Request
    context: Context
    caller: Caller
    token: Token | None
    session: Session | None
    words: Words
    #: Set where the answer must give the visitor a session, or take it away (None).
    giving: Session | None = None
    forgetting: bool = False
    _sealer: Sealer = field(init=False)

    def __post_init__(self) -> None:
        self._sealer = sealer_of(self.context)

    def need(self, scope: Scope) -> Caller:
        """The caller, who may. Raises Unauthorized before a sign-in, Forbidden after it."""
        if self.caller.may(scope):
            return self.caller
        if self.token is None:
            raise Unauthorized(f"sign in with a token that has the scope {scope!r}")
        raise Forbidden(f"this needs the scope {scope!r}; the token has {', '.join(self.caller.scopes) or 'none'}")

    def form_token(self) -> str:
        """For every form of the page; a visitor without a session is given one to hold it."""
        if self.session is None:
            self.session = self.giving = new_session("", self.context.clock())
        return self._sealer.form_token(self.session)

    def begin(self, token: Token) -> None:
        self.giving = new_session(token.id, self.context.clock())

    def secure(self) -> bool:
        return self.context.address.startswith("https:") or self.request.url.scheme == "https"

    def settle(self, response: Response) -> None:
        """Write the cookies that this visit leaves."""
        if self.forgetting:
            response.delete_cookie(COOKIE, path=PATH, secure=self.secure(), httponly=True, samesite="strict")
        elif self.giving is not None:
            response.set_cookie(
                COOKIE,
                self._sealer.seal(self.giving),
                path=PATH,
                secure=self.secure(),
                httponly=True,
                samesite="strict",
            )


def sealer_of(context: Context) -> Sealer:
    return Sealer(context.box.derive("sessions"))


def visit_of(request: Request, context: Here) -> Visit:
    """Anybody's; a page that needs more asks for it."""
    session = sealer_of(context).open(request.cookies.get(COOKIE), context.clock())
    token = _token(context, session)
    caller = Caller(token.id, token.owner, token.scopes) if token else stranger(request, context)
    context.rates.count(caller.key)
    visit = Visit(request, context, caller, token, session, Words(_language(request)))
    request.state.visit = visit
    return visit


def reader_of(visit: Annotated[Visit, Depends(visit_of)]) -> Visit:
    visit.need("read")
    return visit


#: Anybody, and somebody who may read.
Visitor = Annotated[Visit, Depends(visit_of)]
Looker = Annotated[Visit, Depends(reader_of)]


def local(address: str | None) -> str:
    """`address` where it is one of our pages, else the first of them: nobody is sent elsewhere from here."""
    parts = urlsplit(address or "")
    own = not parts.scheme and not parts.netloc and (parts.path == PATH or parts.path.startswith(f"{PATH}/"))
    if not own or any(ord(character) < 33 or character == "\\" for character in address or ""):
        return f"{PATH}/"
    return address or f"{PATH}/"


def remember_language(response: Response, language: str, *, secure: bool) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR, path=PATH, secure=secure, httponly=True, samesite="strict"
    )


def _token(context: Context, session: Session | None) -> Token | None:
    if session is None or not session.token:
        return None
    with context.database.read() as conn:
        token = tokens.get_token(conn, session.token)
    return token if token is not None and token.valid(context.clock()) else None


def _language(request: Request) -> Language:
    """What the visitor chose, else what the browser asks for first, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    for language in LANGUAGES:
        if chosen == language:
            return language
    wished = [one.split(";")[0].strip()[:2].lower() for one in request.headers.get("accept-language", "").split(",")]
    return next((language for wish in wished for language in LANGUAGES if wish == language), "zh")
