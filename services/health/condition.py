"""What a look at the line means: everything that is wrong, each with its code and its remedy. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.storage.vitals import STUCK_AFTER, Vitals


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is stable and made for machines; `message` and `remedy` are for a person."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is wrong."""

    #: Age of the oldest event, delivery or visit that is due and not done.
    lag: timedelta = timedelta(minutes=15)
    #: Free bytes of the disk the data folder is on.
    disk: int = 512 * 1024 * 1024
    #: Between the clocks of process and database: leases and due times are compared across machines.
    skew: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Look:
    """What was found at `now`. `vitals`: None where the database did not answer, `trouble` then says why."""

    now: datetime
    vitals: Vitals | None
    #: Revision of the tables this program knows.
    head: str
    trouble: str | None = None
    #: Why the bus besides the database, or the key of the secrets, cannot be used.
    bus: str | None = None
    key: str | None = None
    #: Free bytes of the data folder's disk; None where there is no such folder.
    disk: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    look: Look
    findings: tuple[Finding, ...] = field(default=())


def judge(look: Look, limits: Limits) -> Condition:
    """Most basic first: what comes later is often the consequence of what comes before."""
    return Condition(look, tuple(_findings(look, limits)))


def _findings(look: Look, limits: Limits) -> Iterator[Finding]:
    if look.trouble is not None:
        remedy = "start the database or mend DAFU_DATABASE_URL; the work goes on by itself once it answers"
        yield Finding("database_unreachable", look.trouble, remedy)
    if look.bus is not None:
        remedy = "start Redis or mend DAFU_BUS_URL; nothing is lost meanwhile, the database holds what is owed"
        yield Finding("bus_unreachable", look.bus, remedy)
    if look.key is not None:
        yield Finding("secret_key", look.key, "start with the key the webhook secrets were sealed with")
    if look.disk is not None and look.disk < limits.disk:
        message = f"{_mib(look.disk)} MiB are free where the data folder is, the limit is {_mib(limits.disk)} MiB"
        yield Finding("disk_low", message, "make room or enlarge the disk; `dafu prune` frees what may go")
    if look.vitals is not None:
        yield from _about_the_line(look, look.vitals, limits)


def _about_the_line(look: Look, vitals: Vitals, limits: Limits) -> Iterator[Finding]:
    if vitals.revision != look.head:
        message = f"the tables are of revision {vitals.revision or 'none'}, this program was written for {look.head}"
        yield Finding("schema_differs", message, "run one version of Dafu everywhere; the newest migrates the tables")
    skew = abs(vitals.now - look.now)
    if skew > limits.skew:
        message = f"this machine's clock and the database's are {skew.total_seconds():.0f} s apart"
        yield Finding("clock_skew", message, "let one time service (NTP) set the clocks of both machines")
    for group, backlog in vitals.backlogs.items():
        if backlog.oldest is not None and look.now - backlog.oldest > limits.lag:
            message = f"{group}: {backlog.owed} events wait, the oldest since {backlog.oldest.isoformat()}"
            yield Finding("queue_lag", message, f"see that a process does the work of {group!r}, add one if it does")
    for code, due, what, remedy in (
        ("deliveries_late", vitals.delivery_due, "a delivery", "see that `dafu webhooks` (or `dafu run`) is running"),
        ("visits_late", vitals.visit_due, "a visit", "see that `dafu fetcher` (or `dafu run`) is running"),
    ):
        if due is not None and look.now - due > limits.lag:
            yield Finding(code, f"{what} has been due since {due.isoformat()}", remedy)
    for table, count in vitals.stuck.items():
        if count:
            minutes = int(STUCK_AFTER.total_seconds() // 60)
            message = f"{table}: {count} leases ended more than {minutes} minutes ago and nobody took the work over"
            yield Finding("stuck_leases", message, "see that the process doing this work is running, restart it")


def _mib(size: int) -> int:
    return size // (1024 * 1024)
