"""Who asked to be told what. Secrets come encrypted and leave encrypted; nothing here can read them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, delete, func, insert, literal, select, update

from services.domain.errors import Conflict, NotFound
from services.domain.identity import digest_id, host_of
from services.domain.subscription import Digest, Filter, Keywords, Subscription, SubscriptionStatus
from services.storage.codec import decode, encode
from services.storage.tables import old_secret, subscription
from services.storage.types import UtcTime
from services.storage.upsert import insert_new


@dataclass(frozen=True, slots=True)
class Streak:
    """Failed attempts since the last one that succeeded: when the first of them was made, and how many.

    `warned` is the highest warning given in it, in per cent of the way to being disabled.
    """

    since: datetime | None
    attempts: int
    warned: int = 0


@dataclass(frozen=True, slots=True)
class OldSecret:
    """A secret that signs beside the newest one until `ends`."""

    secret: bytes
    ends: datetime


def add_subscription(conn: Connection, value: Subscription, secret: bytes, challenge: str | None = None) -> None:
    """Raises Conflict, naming it, where the owner has a subscription with this URL and an equal filter (the order in
    which a filter lists its values does not matter). `challenge` is what the receiver must answer with while `pending`.
    """
    values = {
        "id": value.id,
        "owner": value.owner,
        "url": value.url,
        "host": host_of(value.url),
        "secret": secret,
        "status": value.status,
        "created": value.created,
        "failures": 0,
        "warned": 0,
        "challenge": challenge,
        **_wishes(value),
    }
    if not insert_new(conn, subscription, values):
        raise _exists(conn, value)


def change_subscription(conn: Connection, value: Subscription) -> None:
    """Store what the owner may change: filter, note, backfill, digest, rate. Raises NotFound, or Conflict as above."""
    twin = conn.execute(select(subscription.c.id).where(subscription.c.identity == _identity(value))).scalar()
    if twin not in (None, value.id):
        raise _exists(conn, value)
    changed = update(subscription).where(subscription.c.id == value.id).values(_wishes(value))
    if conn.execute(changed).rowcount == 0:
        raise NotFound(f"no subscription {value.id!r}")


def get_subscription(conn: Connection, id_: str, *, owner: str | None = None) -> Subscription:
    """Raises NotFound, also where it is not `owner`'s."""
    row = conn.execute(select(subscription).where(subscription.c.id == id_)).first()
    if row is None or (owner is not None and row.owner != owner):
        raise NotFound(f"no subscription {id_!r}")
    return _subscription(row)


def list_subscriptions(
    conn: Connection, *, owner: str | None = None, after: str | None = None, limit: int = 50
) -> tuple[Subscription, ...]:
    """By id."""
    query = select(subscription).order_by(subscription.c.id).limit(limit)
    if owner is not None:
        query = query.where(subscription.c.owner == owner)
    if after is not None:
        query = query.where(subscription.c.id > after)
    return tuple(_subscription(row) for row in conn.execute(query))


def count_subscriptions(conn: Connection, owner: str) -> int:
    query = select(func.count()).select_from(subscription).where(subscription.c.owner == owner)
    return int(conn.execute(query).scalar_one())


def active_subscriptions(conn: Connection) -> tuple[Subscription, ...]:
    """All that are sent anything, by id."""
    return _with_status(conn, "active")


def matched_subscriptions(conn: Connection) -> tuple[Subscription, ...]:
    """All an event has to be matched with, by id: what a pending one is owed is held until it is confirmed."""
    return _with_status(conn, "active", "pending")


def set_status(conn: Connection, id_: str, status: SubscriptionStatus) -> bool:
    """False where it has that status already, or is unknown. While disabled its deliveries wait.

    One that is made active starts without a streak of failures.
    """
    row = (subscription.c.id == id_) & (subscription.c.status != status)
    fresh = {"failures": 0, "failing_since": None, "warned": 0} if status != "disabled" else {}
    return conn.execute(update(subscription).where(row).values(status=status, **fresh)).rowcount == 1


def awaited_answer(conn: Connection, id_: str) -> str | None:
    """What its receiver has yet to answer a challenge with; None once it did, or never had to."""
    found: str | None = conn.execute(select(subscription.c.challenge).where(subscription.c.id == id_)).scalar()
    return found


def confirm(conn: Connection, id_: str) -> bool:
    """The receiver answered its challenge. False where it was not pending."""
    row = (subscription.c.id == id_) & (subscription.c.status == "pending")
    return conn.execute(update(subscription).where(row).values(status="active", challenge=None)).rowcount == 1


def record_success(conn: Connection, *ids: str) -> None:
    """An attempt succeeded at each: the streak of failures, if there was one, is over."""
    conn.execute(_well_again(), {"these": ids})


def record_failure(conn: Connection, id_: str, at: datetime) -> Streak:
    """An attempt failed; answers the streak it ends."""
    since = func.coalesce(subscription.c.failing_since, literal(at, UtcTime))
    one_up = update(subscription).where(subscription.c.id == id_)
    one_up = one_up.values(failures=subscription.c.failures + 1, failing_since=since)
    returned = subscription.c.failing_since, subscription.c.failures, subscription.c.warned
    row = conn.execute(one_up.returning(*returned)).first()
    return Streak(row.failing_since, row.failures, row.warned) if row else Streak(None, 0)


def record_warning(conn: Connection, id_: str, percent: int) -> None:
    conn.execute(update(subscription).where(subscription.c.id == id_).values(warned=percent))


def pace(conn: Connection, id_: str, until: datetime) -> None:
    """Its rate is used up to `until`."""
    conn.execute(update(subscription).where(subscription.c.id == id_).values(paced_until=until))


def schedule_digest(conn: Connection, id_: str, due: datetime | None) -> None:
    """When what is held goes out; None: nothing is held. An earlier moment set before stays."""
    row = subscription.c.id == id_
    if due is not None:
        row &= subscription.c.digest_due.is_(None)
    conn.execute(update(subscription).where(row).values(digest_due=due))


def digests_due(conn: Connection, now: datetime) -> tuple[tuple[Subscription, datetime], ...]:
    """Those whose digest is to go out, and since when."""
    return tuple((_subscription(row), row.digest_due) for row in conn.execute(_digests_due(), {"now": now}))


def next_digest_due(conn: Connection) -> datetime | None:
    found: datetime | None = conn.execute(_next_digest()).scalar()
    return found


def rotate_secret(conn: Connection, id_: str, secret: bytes, ends: datetime, now: datetime) -> None:
    """`secret` is the newest from now on; the one before signs beside it until `ends`. Raises NotFound."""
    held = select(subscription.c.secret).where(subscription.c.id == id_).with_for_update(key_share=True)
    row = conn.execute(held).first()
    if row is None:
        raise NotFound(f"no subscription {id_!r}")
    conn.execute(delete(old_secret).where(old_secret.c.subscription_id == id_, old_secret.c.ends <= now))
    if ends > now:
        conn.execute(insert(old_secret).values(subscription_id=id_, secret=row.secret, ends=ends))
    conn.execute(update(subscription).where(subscription.c.id == id_).values(secret=secret))


def old_secrets(conn: Connection, id_: str, now: datetime) -> tuple[OldSecret, ...]:
    """Those that still sign, the newest first."""
    live = (old_secret.c.subscription_id == id_) & (old_secret.c.ends > now)
    rows = conn.execute(select(old_secret).where(live).order_by(old_secret.c.id.desc()))
    return tuple(OldSecret(row.secret, row.ends) for row in rows)


def old_secrets_of(conn: Connection, ids: Collection[str], now: datetime) -> dict[str, tuple[bytes, ...]]:
    """Of those subscriptions of `ids` that have any, the newest first."""
    found: dict[str, tuple[bytes, ...]] = {}
    for row in conn.execute(_still_signing(), {"these": list(ids), "now": now}):
        found[row.subscription_id] = (*found.get(row.subscription_id, ()), row.secret)
    return found


def sealed_secrets(conn: Connection) -> Iterator[tuple[str, bytes]]:
    """Every stored secret with the subscription it belongs to."""
    for table, owner in ((subscription, subscription.c.id), (old_secret, old_secret.c.subscription_id)):
        for row in conn.execute(select(owner.label("of"), table.c.secret)):
            yield row.of, row.secret


def replace_secret(conn: Connection, id_: str, sealed: bytes, resealed: bytes) -> None:
    """The same secret of subscription `id_`, encrypted anew."""
    current = (subscription.c.id == id_) & (subscription.c.secret == sealed)
    conn.execute(update(subscription).where(current).values(secret=resealed))
    older = (old_secret.c.subscription_id == id_) & (old_secret.c.secret == sealed)
    conn.execute(update(old_secret).where(older).values(secret=resealed))


def delete_subscription(conn: Connection, id_: str) -> None:
    """With its secrets, deliveries and attempts. Raises NotFound."""
    if conn.execute(delete(subscription).where(subscription.c.id == id_)).rowcount == 0:
        raise NotFound(f"no subscription {id_!r}")


@cache
def _well_again() -> Update:
    failing = subscription.c.id.in_(bindparam("these", expanding=True)) & (subscription.c.failures > 0)
    return update(subscription).where(failing).values(failures=0, failing_since=None, warned=0)


@cache
def _still_signing() -> Select[Any]:
    live = old_secret.c.subscription_id.in_(bindparam("these", expanding=True)), old_secret.c.ends > bindparam("now")
    return select(old_secret).where(*live).order_by(old_secret.c.id.desc())


@cache
def _digests_due() -> Select[Any]:
    due = subscription.c.digest_due <= bindparam("now", type_=UtcTime)
    return select(subscription).where(due, subscription.c.status == "active")


@cache
def _next_digest() -> Select[Any]:
    waiting = subscription.c.digest_due.is_not(None), subscription.c.status == "active"
    return select(func.min(subscription.c.digest_due)).where(*waiting)


def _with_status(conn: Connection, *status: SubscriptionStatus) -> tuple[Subscription, ...]:
    query = select(subscription).where(subscription.c.status.in_(status)).order_by(subscription.c.id)
    return tuple(_subscription(row) for row in conn.execute(query))


def _wishes(value: Subscription) -> dict[str, Any]:
    return {
        "identity": _identity(value),
        "filter": encode(value.filter).decode(),
        "note": value.note,
        "backfill": value.backfill,
        "digest": encode(value.digest).decode() if value.digest else None,
        "per_minute": value.per_minute,
    }


def _identity(value: Subscription) -> str:
    return digest_id("sub", value.owner, value.url, encode(_sorted(value.filter)).decode())


def _exists(conn: Connection, value: Subscription) -> Conflict:
    same = select(subscription.c.id).where(subscription.c.identity == _identity(value))
    existing = conn.execute(same).scalar() or value.id
    return Conflict(f"subscription {existing} sends the same to {value.url} already", existing)


def _sorted(value: Filter) -> Filter:
    words = Keywords(*(tuple(sorted(set(getattr(value.keywords, field.name)))) for field in fields(Keywords)))
    asked = {field.name: getattr(value, field.name) for field in fields(value)}
    lists: dict[str, Any] = {name: tuple(sorted(set(what))) for name, what in asked.items() if isinstance(what, tuple)}
    return replace(value, **lists, keywords=words)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        owner=row.owner,
        url=row.url,
        filter=decode(Filter, row.filter),
        created=row.created,
        status=row.status,
        note=row.note,
        backfill=row.backfill,
        digest=decode(Digest, row.digest) if row.digest else None,
        per_minute=row.per_minute,
    )
