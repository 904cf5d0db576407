"""What every engine of the bus does. `services.bus.database` is one, `services.bus.streams` the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from services.domain.event import Event

#: Failures after which an event is put aside (dead) for a person to look at.
TRIES = 5
#: Wait after the first, second, … failure.
BACKOFF = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
#: Hand-outs, whatever became of them, after which an event is dead: it kills or stalls whoever takes it.
HANDOUTS = 25


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event handed out to one consumer. `token` proves the lease, `tries` counts this hand-out: 1 for the first."""

    event: Event
    token: str
    tries: int


@dataclass(frozen=True, slots=True)
class Offered:
    """An event that stands on a stream for whoever claims it first. `seq` is its place in the log."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class DeadLetter:
    group: str
    seq: int
    event: str
    key: str
    tries: int
    error: str | None


class Bus(Protocol):
    """All functions run in the caller's transaction; nothing counts before its commit."""

    def publish(self, conn: Connection, event: Event) -> bool:
        """Log `event` and owe it to every group it is routed to. False, and nothing written, for an id known already.

        Events of one key keep their order when each is published after the one before was committed, or by a
        transaction that first locked a row of what the event is about (`next_sequence` does).
        """

    def publish_all(self, conn: Connection, events: Sequence[Event]) -> int:
        """As `publish` for each, in order; answers how many were new."""

    def claim(self, conn: Connection, group: str, now: datetime, limit: int, lease: timedelta) -> list[Claimed]:
        """Up to `limit` events for `group`, each at most one consumer's at a time, until `now + lease`.

        An event is not handed out while an earlier one of its key is neither done nor dead.
        """

    def done(self, conn: Connection, group: str, event_id: str, token: str, now: datetime) -> bool:
        """The effect happened: to be called in the effect's own transaction, which must roll back on False.

        False: the lease was taken over by another consumer, or the event is done already.
        """

    def done_all(self, conn: Connection, group: str, claimed: Sequence[Claimed], now: datetime) -> frozenset[str]:
        """As `done` for each; answers the ids of the events for which it is true."""

    def failed(self, conn: Connection, group: str, event_id: str, token: str, error: str, now: datetime) -> bool:
        """The effect failed (its own transaction was rolled back): again after BACKOFF, dead after TRIES failures.

        False: the lease was taken over, nothing is written.
        """

    def release(self, conn: Connection, group: str, event_id: str, token: str) -> bool:
        """Give back what was handed out and not begun, as if it had not been. False: the lease was taken over."""

    def next_due(self, conn: Connection, group: str) -> datetime | None:
        """The earliest moment at which `claim` may find something, perhaps past; None: nothing is owed."""

    def release_all(self, conn: Connection) -> None:
        """End every lease. Only for a process that owns the database alone, before it starts."""

    def dead_letters(
        self, conn: Connection, group: str | None = None, *, after: tuple[str, int] = ("", 0), limit: int = 250
    ) -> list[DeadLetter]:
        """Events put aside by `group`, None: by any; in the order of group and `seq`, those after `after`. They stop
        nobody, not even later events of their key.
        """

    def revive(self, conn: Connection, group: str | None = None, event_id: str | None = None) -> int:
        """Owe what is dead once more, at once; answers how many. None: of any group, any event."""

    def replay(self, conn: Connection, group: str, since: datetime, types: Collection[str] | None = None) -> int:
        """Owe `group` every event from `since` on again, done or dead ones included; answers how many.

        `types` None: those routed to the group; NotFound where none are. An event owed already stays as it is.
        """


class Arrivals(Protocol):
    """How the loop of a consumer learns that there is something to claim; always outside any transaction."""

    def wait(self, group: str, limit: int, seconds: float) -> bool:
        """Return when `claim` of up to `limit` may find something, after `seconds` at the latest; never raises.

        False: it would certainly find nothing.
        """

    def trouble(self) -> str | None:
        """Why events do not travel now, one line; None: they do."""

    def close(self) -> None: ...


class Engine(Bus, Arrivals, Protocol):
    """An engine as a process holds it: one for all its consumers."""
