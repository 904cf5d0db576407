"""Who asks, what they may, and how often: three dependencies, `Reader`, `Subscriber` and `Admin`.

A token comes as `Authorization: Bearer dafu_…`, or as the password of HTTP Basic, which is all a feed reader can send;
never in a cookie and never in an address. Without one a caller may
read where reading is open: on this machine by default (DAFU_OPEN_READS). Another owner's things are 404, whoever asks.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from services.api.context import Context, Here
from services.domain.caller import Caller, Scope, Token
from services.domain.errors import DafuError, Forbidden, Unauthorized
from services.domain.identity import digest_id
from services.storage import tokens
from services.storage.database import Database

_TOKEN = re.compile(r"dafu_[A-Za-z0-9_-]{43}")
#: A proxy that speaks for others says so in one of these.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def new_token(
    database: Database, owner: str, name: str, scopes: tuple[Scope, ...], now: datetime, expires: datetime | None = None
) -> tuple[Token, str]:
    """A token and its text, which is shown this once and kept nowhere."""
    text = "dafu_" + secrets.token_urlsafe(32)
    token = Token(digest_id("tok", text), owner, name, scopes, now, expires)
    with database.write() as conn:
        tokens.add_token(conn, token, _digest(text))
    return token, text


def caller_of(request: Request, context: Context) -> Caller:
    """Raises Unauthorized for a token that is none of ours or no longer valid."""
    given = request.headers.get("authorization")
    if given is None:
        return stranger(request, context)
    found = shown_token(request, context, _token_in(given) or "")
    return Caller(found.id, found.owner, found.scopes)


def stranger(request: Request, context: Context) -> Caller:
    """Somebody without a token, known by the address; may read where reading is open."""
    return Caller(_address(request), scopes=("read",) if _open(request, context) else ())


def shown_token(request: Request, context: Context, text: str) -> Token:
    """The token whose text was shown. Raises Unauthorized for one that is none of ours or no longer valid."""
    found = None
    if _TOKEN.fullmatch(text):
        with context.database.read() as conn:
            found = tokens.find_token(conn, _digest(text))
    if found is None or not found.valid(context.clock()):
        context.rates.count(_address(request))  # guessing costs as much as asking
        raise Unauthorized("this token is unknown, revoked or expired; `dafu tokens create` makes one")
    return found


def _allowed(scope: Scope) -> Callable[[Request, Context], Caller]:
    def dependency(request: Request, context: Here) -> Caller:
        caller = caller_of(request, context)
        context.rates.count(caller.key)
        if caller.may(scope):
            return caller
        if "authorization" not in request.headers:
            raise Unauthorized(f"this needs a token with the scope {scope!r}: send `Authorization: Bearer dafu_…`")
        raise Forbidden(f"this needs the scope {scope!r}; the token has {', '.join(caller.scopes) or 'none'}")

    return dependency


reading, subscribing, administering = _allowed("read"), _allowed("subscribe"), _allowed("admin")
Reader = Annotated[Caller, Depends(reading)]
Subscriber = Annotated[Caller, Depends(subscribing)]
Admin = Annotated[Caller, Depends(administering)]


def operating(request: Request, context: Here) -> None:
    """The machine itself, which needs neither token nor database; else as `administering`."""
    if not _on_this_machine(request):
        administering(request, context)


Operator = Annotated[None, Depends(operating)]


def may_read(request: Request, context: Context) -> bool:
    """Whether details may be shown; never raises for a caller."""
    try:
        return caller_of(request, context).may("read")
    except DafuError:
        return False


def _token_in(given: str) -> str | None:
    kind, _, text = given.partition(" ")
    text = text.strip()
    if kind.lower() == "basic":
        try:
            text = base64.b64decode(text, validate=True).decode("ascii").partition(":")[2]
        except ValueError:
            return None
    return text if kind.lower() in ("bearer", "basic") and _TOKEN.fullmatch(text) else None


def _open(request: Request, context: Context) -> bool:
    if context.open_reads == "loopback":
        return _on_this_machine(request)
    return context.open_reads == "always"


def _on_this_machine(request: Request) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    return ipaddress.ip_address(_address(request)).is_loopback


def _address(request: Request) -> str:
    """The peer's; what a header says of it counts for nothing. A socket of the file system has none."""
    host = request.client.host if request.client else "127.0.0.1"
    return host.partition("%")[0] if ":" in host else host or "127.0.0.1"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
