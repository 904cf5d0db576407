"""The counters and histograms. Count a fact when its transaction is committed, never inside it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from prometheus_client import Counter, Histogram

#: Answers of sites that mean something of their own; the others count by their hundred.
_STATUSES = frozenset({"http_403", "http_404", "http_410", "http_412", "http_429", "http_500", "http_502", "http_503"})
_HTTP = re.compile(r"http_([1-9])\d\d")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Seconds from the visit that saw a change to the receiver's answer: the bars are 0.3 s and 1 s.
_ALERTED = (0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 15, 60, 300, 1_800, 7_200, 86_400)

_visits = Counter("dafu_visits", "Requests made to watched sites.", ("kind", "outcome", "reason"))
_visit_seconds = Histogram(
    "dafu_visit_seconds", "Time one request to a watched site took.", ("kind",), buckets=(0.1, 0.3, 1, 3, 10, 30, 60)
)
_readings = Counter("dafu_readings", "Snapshots read, by what the reader made of them.", ("verdict", "reason"))
_reading_seconds = Histogram(
    "dafu_reading_seconds",
    "Time from a snapshot's being handed to the parser to its committed reading.",
    buckets=(0.02, 0.05, 0.1, 0.3, 1, 3, 10),
)
_changes = Counter("dafu_changes", "Differences told to subscribers.", ("type", "severity"))
_suppressed = Counter("dafu_suppressed_changes", "Differences held back as no change of substance.", ("type",))
_attempts = Counter("dafu_attempts", "Requests made to receivers.", ("outcome", "reason"))
_attempt_seconds = Histogram(
    "dafu_attempt_seconds", "Time one request to a receiver took.", buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 15)
)
_alerted = Histogram(
    "dafu_alert_latency_seconds",
    "Time from the visit that saw a change to the answer of a receiver told of it.",
    ("attempt",),
    buckets=_ALERTED,
)
_disabled = Counter("dafu_subscriptions_disabled", "Endpoints that are not asked any more.", ("reason",))
_faults = Counter("dafu_faults", "Exceptions of our own code, caught so that the rest goes on.", ("stage",))
_leases_lost = Counter("dafu_leases_lost", "Work thrown away because another worker had taken it over.", ("stage",))
_requests = Counter("dafu_api_requests", "Requests answered by the API.", ("method", "route", "status"))
_request_seconds = Histogram(
    "dafu_api_request_seconds", "Time the API took to answer.", ("route",), buckets=(0.005, 0.02, 0.1, 0.3, 1, 3, 10)
)


def visited(kind: str, outcome: str, reason: str | None, seconds: float) -> None:
    """`kind`: robots, list or page; `outcome`: the class of what came back; `reason`: why it brought no page."""
    _visits.labels(kind, _word(outcome), _word(reason)).inc()
    _visit_seconds.labels(kind).observe(seconds)


def read(verdict: str, reason: str | None, seconds: float) -> None:
    """A reading was committed; `reason` says why a page that is not `ok` could not be read."""
    _readings.labels(_word(verdict), _word(reason)).inc()
    _reading_seconds.observe(seconds)


def compared(changes: Iterable[tuple[str, str]], suppressed: Iterable[str]) -> None:
    """`changes`: type and severity of each that was told; `suppressed`: the type of each that was held back."""
    for type_, severity in changes:
        _changes.labels(type_, severity).inc()
    for type_ in suppressed:
        _suppressed.labels(type_).inc()


def attempted(outcome: str, reason: str, seconds: float) -> None:
    """`outcome`: delivered, again or given_up; `reason`: the hundred of the status, or why there was no answer."""
    _attempts.labels(outcome, _word(reason)).inc()
    _attempt_seconds.observe(max(seconds, 0))


def alerted(seconds: float, *, first: bool) -> None:
    """A receiver took an alert so long after the visit that saw the change, at the first attempt or a later one."""
    _alerted.labels("first" if first else "later").observe(max(seconds, 0))


def disabled(reason: str) -> None:
    _disabled.labels(_word(reason)).inc()


def faulted(stage: str) -> None:
    """An exception of ours in fetcher, parser, webhooks, api or line."""
    _faults.labels(stage).inc()


def lease_lost(stage: str) -> None:
    _leases_lost.labels(stage).inc()


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """`route`: the route's template, never the address that was asked for."""
    _requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
    _request_seconds.labels(route).observe(seconds)


def _word(reason: str | None) -> str:
    """A reason as a label: one word out of few. What is longer or made of anything else is `other`."""
    if not reason:
        return ""
    word = reason.lower()
    hundred = _HTTP.fullmatch(word)
    if hundred and word not in _STATUSES:
        return f"http_{hundred[1]}xx"
    return word if _WORD.fullmatch(word) else "other"
