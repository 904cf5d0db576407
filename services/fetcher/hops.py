"""Where the next request goes. A redirect is a visit of its own: five at most, never to plain http, never home. Pure.

`visit_url` with hops > 0 is a chain under way; with hops == 0 it is where visits begin: the target of a permanent
redirect (`moved`), or a further page of a list.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from services.domain.snapshot import Blocked, Moved, Unreachable
from services.storage.claims import Claim, VisitState

MOST = 5
#: Failures in a row after which a remembered target is doubted and the address itself asked again.
PATIENCE = 3
#: The same on the walk through a column (five hours): what lies behind the failing page would not be found again.
PATIENCE_WALKING = 6
_HOME = re.compile(r"/?|/(index|default|home|main)\.[a-z]{2,5}", re.IGNORECASE)


def follow(claim: Claim, moved: Moved, now: datetime) -> VisitState | Blocked | Unreachable:
    """The state that makes the target the next visit, or what the redirect means instead."""
    state, here, there = claim.state, urlsplit(claim.url), urlsplit(moved.to)
    looped = moved.to == claim.url or (state.hops > 0 and moved.to == claim.canonical)
    if looped or state.hops >= MOST:
        return Unreachable(claim.url, "too_many_redirects")
    if here.scheme == "https" and there.scheme == "http":
        return Unreachable(claim.url, "downgrade")
    if is_home(moved.to) and not is_home(claim.canonical):
        return Blocked(claim.url, "home_redirect")
    permanent = moved.permanent and (state.moved or state.hops == 0)
    return replace(state, next_visit=now, visit_url=moved.to, hops=state.hops + 1, moved=permanent)


def is_home(url: str) -> bool:
    """The front page of a site, where pages that are gone are often sent."""
    parts = urlsplit(url)
    return _HOME.fullmatch(parts.path) is not None and not parts.query


def settled(claim: Claim, next_visit: datetime, etag: str | None, last_modified: str | None) -> VisitState:
    """After an answer about the page: the next visit begins at the permanent target, else at the address itself."""
    at = claim.url if claim.state.moved and claim.url != claim.canonical else None
    return VisitState(next_visit, etag, last_modified, visit_url=at, moved=at is not None)


def restarted(state: VisitState, next_visit: datetime, failures: int) -> VisitState:
    """After a visit that brought nothing: a broken chain, or a target that fails too often, begins anew."""
    patience = PATIENCE if state.moved else PATIENCE_WALKING
    if state.hops == 0 and failures < patience:
        return replace(state, next_visit=next_visit, failures=failures)
    return replace(state, next_visit=next_visit, failures=failures, visit_url=None, hops=0, moved=False)


def is_remembered(claim: Claim) -> bool:
    """Did this visit begin somewhere else than at the address itself?"""
    return claim.state.hops == 0 and claim.state.visit_url is not None
