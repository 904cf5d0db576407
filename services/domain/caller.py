"""Who is asking: an owner with scopes, known by a token, or a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from services.domain.source import LOCAL

#: read: documents, history, events. subscribe: subscriptions of one's own, and what it takes to read.
#: admin: sources, other people's notes on changes, and all else.
Scope = Literal["read", "subscribe", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
_INCLUDES: dict[Scope, frozenset[Scope]] = {
    "read": frozenset({"read"}),
    "subscribe": frozenset({"read", "subscribe"}),
    "admin": frozenset(SCOPES),
}


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: never the token itself."""

    id: str
    owner: str
    name: str
    scopes: tuple[Scope, ...]
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def valid(self, now: datetime) -> bool:
        return self.revoked is None and (self.expires is None or now < self.expires)


@dataclass(frozen=True, slots=True)
class Caller:
    """`key` is what a caller's requests are counted by."""

    key: str
    owner: str = LOCAL
    scopes: tuple[Scope, ...] = ()

    def may(self, scope: Scope) -> bool:
        return any(scope in _INCLUDES[own] for own in self.scopes)
