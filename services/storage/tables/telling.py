"""Who is told what: events, their queues, subscriptions, deliveries."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from services.storage.tables.base import metadata
from services.storage.types import PageText, Serial, UtcTime

outbox = Table(  # outbox.py
    "outbox",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("time", UtcTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "key", "seq"),
    sqlite_autoincrement=True,
)

queue = Table(  # services.bus
    "queue",
    metadata,
    Column("group", Text, primary_key=True),
    Column("event_id", Text, ForeignKey("outbox.id"), primary_key=True),
    Column("seq", Serial, nullable=False),
    Column("key", Text, nullable=False),
    Column("available_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime),
    Column("token", Text),
    #: Times handed out; failures counts those that were reported back as failed.
    Column("tries", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("error", PageText),
    Column("dead", Boolean, nullable=False),
    Index(None, "group", "dead", "seq"),
    Index(None, "group", "key", "dead", "seq"),
)

inbox = Table(  # services.bus
    "inbox",
    metadata,
    Column("group", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

subscription = Table(  # subscriptions.py; identity is made of owner, url and filter
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("identity", Text, nullable=False, unique=True),
    Column("owner", Text, nullable=False),
    Column("url", PageText, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("filter", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("note", PageText, nullable=False),
    Column("backfill", Boolean, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", UtcTime),
    #: Highest of the warnings (per cent of the way to being disabled) given in this streak of failures.
    Column("warned", Integer, nullable=False),
    #: `host` or `host:port` of the address: what connections are counted by.
    Column("host", Text, nullable=False),
    #: What the receiver has yet to answer with; null once it did, or never had to.
    Column("challenge", Text),
    Column("digest", Text),
    #: When what is held for the digest goes out; null where nothing is held.
    Column("digest_due", UtcTime),
    Column("per_minute", Integer),
    #: The rate is used up to this moment.
    Column("paced_until", UtcTime),
    Index(None, "owner", "id"),
    Index(None, "digest_due"),
)

old_secret = Table(  # subscriptions.py; what signs beside the newest secret until it ends
    "old_secret",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("subscription_id", Text, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("ends", UtcTime, nullable=False),
    Index(None, "subscription_id", "ends"),
)

delivery = Table(  # deliveries.py; deleting a subscription takes its deliveries and attempts along
    "delivery",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("subscription_id", Text, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Text, ForeignKey("outbox.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    #: Attempts made before it was last resent: the schedule counts from there.
    Column("spent", Integer, nullable=False),
    #: Id of the digest's event that carried it.
    Column("bundle", Text),
    Column("created", UtcTime, nullable=False),
    Column("next_attempt", UtcTime),
    Column("lease_until", UtcTime),
    Column("token", Text),
    UniqueConstraint("subscription_id", "event_id"),
    Index(None, "subscription_id", "status", "id"),
    Index(None, "subscription_id", "id"),
    sqlite_autoincrement=True,
)
# Only what is owed or under way is looked for at every poll; what is settled is in neither of these.
Index(
    "ix_delivery_owed",
    delivery.c.subscription_id,
    delivery.c.next_attempt,
    delivery.c.id,
    sqlite_where=delivery.c.next_attempt.is_not(None),
    postgresql_where=delivery.c.next_attempt.is_not(None),
)
Index(
    "ix_delivery_under_way",
    delivery.c.lease_until,
    delivery.c.subscription_id,
    sqlite_where=delivery.c.lease_until.is_not(None),
    postgresql_where=delivery.c.lease_until.is_not(None),
)

attempt = Table(  # deliveries.py
    "attempt",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("delivery_id", Serial, ForeignKey("delivery.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("started", UtcTime, nullable=False),
    Column("finished", UtcTime),
    Column("status", Integer),
    Column("error", PageText),
    Column("answer", PageText),
    Column("headers", Text, nullable=False),
    #: The delivery's, so that a subscription's attempts are a list of their own.
    Column("subscription_id", Text, nullable=False),
    UniqueConstraint("delivery_id", "number"),
    Index(None, "subscription_id", "id"),
    sqlite_autoincrement=True,
)
