"""What follows from a visit: keep the answer, tell it, touch what is known, and when and where to look next. Pure.

Fetched       new bytes ─► snapshot · same bytes of a readable page ─► only last_seen moves
NotModified   last_seen moves; without a copy to refer to ─► asked again without conditions
Gone          always a snapshot: each one is an observation of absence (SPEC §12 row 1)
Moved         the target is the next visit
Blocked, Unreachable   never news: back off
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.domain.recheck import Seen, edited
from services.domain.snapshot import Blocked, Fetched, Gone, Moved, NotModified, Outcome, Unreachable
from services.fetcher import cadence
from services.fetcher.conditional import READABLE, has_copy, validators
from services.fetcher.hops import follow, is_remembered, restarted, settled
from services.storage.claims import Claim, VisitState

#: A host that does not answer one request is not asked the next one at once.
HOST_PAUSE = timedelta(minutes=1)
_HOST_DOWN = frozenset({"timeout", "dns", "refused", "reset", "tls_error"})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the page: how often its list is read, how it was seen to behave.

    `removed`: nobody waits for its absence to be confirmed; it was told, or the page never was a document.
    """

    every: timedelta
    seen: Seen
    absent_since: datetime | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a list page held: could it be read, and which list page to read next."""

    readable: bool
    next_page: str | None = None
    #: Why it is no list page (challenge, login, error_page …).
    refused: str | None = None
    #: Why nothing was read from it.
    blind: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`keep` becomes a snapshot and `snapshot.taken`; `touch` moves the last snapshot's last_seen."""

    state: VisitState
    keep: Fetched | Gone | None = None
    moved: bool = False
    touch: bool = False
    #: A list page that was read: its absence of an item means something.
    readable: bool = False
    sha256: str | None = None
    #: No request to this host before.
    wait_until: datetime | None = None
    #: Why nothing could be read from a list page that answered; why one was no list page at all.
    blind: str | None = None
    refused: str | None = None
    #: The answer kept has other bytes than the one before.
    raw_change: bool = False


def decide_page(claim: Claim, outcome: Outcome, known: Known, now: datetime) -> Decision:
    match outcome:
        case Fetched():
            return _fetched(claim, outcome, known, now)
        case NotModified():
            return _not_modified(claim, known, now)
        case Gone():
            return _gone(claim, outcome, known, now)
        case _:
            return _nothing(claim, outcome, known.every, now)


def decide_list(claim: Claim, outcome: Outcome, found: Found | None, every: timedelta, now: datetime) -> Decision:
    """`found` is what was read of a Fetched body; None also where its bytes are those read before."""
    following = cadence.next_list(claim.id, now, every)
    match outcome:
        case Fetched() if found is not None and found.refused is not None:
            decision = _nothing(claim, Blocked(claim.url, found.refused), every, now)
            return replace(decision, refused=found.refused)
        case Fetched() if found is not None and found.next_page is not None:
            # Not readable yet on the first reading: all its pages are backfill, until the last one is read.
            state = replace(claim.state, next_visit=now, visit_url=found.next_page, hops=0, moved=False, failures=0)
            return Decision(state, readable=found.readable and claim.first_read_at is not None)
        case Fetched() if is_remembered(claim) and not claim.state.moved:
            state = replace(claim.state, next_visit=following, visit_url=None, failures=0)
            return Decision(state, readable=True)
        case Fetched():
            readable = found is None or found.readable
            state = settled(claim, following, *validators(outcome.headers, now))
            sha256 = sha256_of(outcome) if readable else None
            return Decision(state, readable=readable, sha256=sha256, blind=found.blind if found else None)
        case NotModified() if has_copy(claim):
            return Decision(settled(claim, following, claim.state.etag, claim.state.last_modified), readable=True)
        case NotModified():
            return _ask_again(claim, every, now)
        case Gone():
            return _nothing(claim, Blocked(claim.url, f"http_{outcome.status}"), every, now)
        case _:
            return _nothing(claim, outcome, every, now)


def _fetched(claim: Claim, outcome: Fetched, known: Known, now: datetime) -> Decision:
    same = claim.snapshot is not None and sha256_of(outcome) == claim.sha256
    readable = claim.verdict in READABLE
    just_moved = claim.state.moved and claim.state.hops > 0
    if readable:
        following = _next(claim, known, same, now)
    else:
        following = cadence.next_absent(claim.id, now, known.absent_since or claim.observed, known.removed)
    state = settled(claim, following, *validators(outcome.headers, now))
    if same and readable and not just_moved:
        return Decision(state, touch=True)
    return Decision(state, keep=outcome, moved=state.moved, raw_change=not same and claim.snapshot is not None)


def _next(claim: Claim, known: Known, same: bool, now: datetime) -> datetime:
    rarer = cadence.FILES_RARER if claim.role == "attachment" else 1
    seen = known.seen if same or not stood(claim) else edited(known.seen, now)
    return cadence.next_page(claim.id, now, known.every, seen, rarer)


def stood(claim: Claim) -> bool:
    """Whether the bytes before stood through two visits: only then are new ones a sign of an edit, before they are
    read. A page with a counter in it has new bytes every time and is not looked at more often for it.
    """
    return claim.observed is not None and claim.last_seen is not None and claim.last_seen > claim.observed


def _not_modified(claim: Claim, known: Known, now: datetime) -> Decision:
    if not has_copy(claim):
        return _ask_again(claim, known.every, now)
    following = _next(claim, known, True, now)
    state = settled(claim, following, claim.state.etag, claim.state.last_modified)
    return Decision(state, touch=True)


def _ask_again(claim: Claim, every: timedelta, now: datetime) -> Decision:
    """A 304 that refers to nothing: once more without conditions, then with growing patience."""
    failures = claim.state.failures + 1
    when = now if failures == 1 else cadence.back_off(claim.id, now, every, failures)
    return Decision(replace(restarted(claim.state, when, failures), etag=None, last_modified=None))


def _gone(claim: Claim, outcome: Gone, known: Known, now: datetime) -> Decision:
    if is_remembered(claim):
        # The old target is gone; whether the page is, its own address says.
        return Decision(replace(claim.state, next_visit=now, visit_url=None, moved=False))
    following = cadence.next_absent(claim.id, now, known.absent_since, known.removed)
    return Decision(VisitState(following), keep=outcome)


def _nothing(claim: Claim, outcome: Outcome, every: timedelta, now: datetime) -> Decision:
    if isinstance(outcome, Moved):
        followed = follow(claim, outcome, now)
        if isinstance(followed, VisitState):
            return Decision(followed)
        outcome = followed
    if isinstance(outcome, Blocked):
        return _blocked(claim, outcome, every, now)
    failures = claim.state.failures + 1
    down = isinstance(outcome, Unreachable) and outcome.reason in _HOST_DOWN
    state = restarted(claim.state, cadence.back_off(claim.id, now, every, failures), failures)
    return Decision(state, wait_until=now + HOST_PAUSE if down else None)


def _blocked(claim: Claim, outcome: Blocked, every: timedelta, now: datetime) -> Decision:
    if outcome.reason == "robots":
        return Decision(restarted(claim.state, cadence.next_list(claim.id, now, cadence.CEILING), claim.state.failures))
    failures = claim.state.failures + 1
    when = cadence.back_off(claim.id, now, every, failures, outcome.retry_after)
    wait = cadence.clamp_retry(outcome.retry_after)
    return Decision(restarted(claim.state, when, failures), wait_until=now + wait if wait else None)


def sha256_of(answer: Fetched | Gone) -> str:
    return hashlib.sha256(answer.body).hexdigest()
