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
    Index(None, "owner", "id"),
)

delivery = Table(  # deliveries.py; deleting a subscription takes its deliveries and attempts along
    "delivery",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("subscription_id", Text, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Text, ForeignKey("outbox.id"), nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("next_attempt", UtcTime),
    Column("lease_until", UtcTime),
    Column("token", Text),
    UniqueConstraint("subscription_id", "event_id"),
    Index(None, "subscription_id", "next_attempt"),
    Index(None, "subscription_id", "lease_until"),
    sqlite_autoincrement=True,
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
    UniqueConstraint("delivery_id", "number"),
    sqlite_autoincrement=True,
)
