"""The tables. Each names its one writer module; migrations/ is how a database gets them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from services.storage.types import PageText, Serial, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
#: Long enough for every value that is looked up, short enough for an index row.
LABEL = 300

source = Table(  # sources.py
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("url", PageText, nullable=False),
    Column("name", PageText, nullable=False),
    Column("agency", PageText),
    Column("region", PageText),
    Column("kind", Text),
    Column("every_s", Float, nullable=False),
    Column("verified", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("status", Text, nullable=False),
    Column("last_event_sequence", Integer, nullable=False),
    # the visit: host is where the next request goes, next_visit the first moment it may be claimed
    Column("host", Text, ForeignKey("host.name"), nullable=False),
    Column("next_visit", UtcTime),
    Column("last_visit", UtcTime),
    Column("last_readable", UtcTime),
    Column("first_read_at", UtcTime),
    Column("etag", PageText),
    Column("last_modified", PageText),
    Column("sha256", Text),
    Column("visit_url", PageText),
    Column("hops", Integer, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("claimed_until", UtcTime),
    Column("claim_token", Text),
    UniqueConstraint("owner", "url"),
    Index(None, "host", "next_visit", "id"),
)

page = Table(  # pages.py; id is document_id(url), which is what keeps url unique
    "page",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("url", PageText, nullable=False),
    Column("list_title", PageText),
    Column("list_date", PageText),
    Column("backfill", Boolean, nullable=False),
    Column("discovered", UtcTime, nullable=False),
    Column("latest_snapshot", Serial),
    Column("host", Text, ForeignKey("host.name"), nullable=False),
    Column("next_visit", UtcTime),
    Column("last_visit", UtcTime),
    Column("etag", PageText),
    Column("last_modified", PageText),
    Column("visit_url", PageText),
    Column("hops", Integer, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("claimed_until", UtcTime),
    Column("claim_token", Text),
    Index(None, "source_id"),
    Index(None, "host", "next_visit", "id"),
)

host = Table(  # hosts.py
    "host",
    metadata,
    Column("name", Text, primary_key=True),
    Column("next_request", UtcTime, nullable=False),
    Column("claimed_until", UtcTime),
    Column("claim_token", Text),
    Column("robots", PageText),
    Column("robots_status", Integer),
    Column("robots_fetched", UtcTime),
    Column("robots_expires", UtcTime),
    Column("crawl_delay", Float),
)

body = Table(  # snapshots.py
    "body",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("length", Integer, nullable=False),
)

snapshot = Table(  # snapshots.py
    "snapshot",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("page_id", Text, ForeignKey("page.id"), nullable=False),
    Column("observed", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Column("previous_seen", UtcTime),
    Column("status", Integer, nullable=False),
    Column("url", PageText, nullable=False),
    Column("headers", Text, nullable=False),
    Column("sha256", Text, ForeignKey("body.sha256"), nullable=False),
    Column("moved", Boolean, nullable=False),
    Index(None, "page_id", "id"),
    sqlite_autoincrement=True,
)

sighting = Table(  # snapshots.py; a visit that found a snapshot's bytes again, only ever added to
    "sighting",
    metadata,
    Column("snapshot_id", Serial, ForeignKey("snapshot.id"), primary_key=True, autoincrement=False),
    Column("seen", UtcTime, primary_key=True, autoincrement=False),
    Column("recorded", UtcTime, nullable=False),
)

document = Table(  # documents.py
    "document",
    metadata,
    Column("id", Text, ForeignKey("page.id"), primary_key=True),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    Column("url", PageText, nullable=False),
    Column("title", PageText),
    Column("kind", Text, nullable=False),
    Column("agency", PageText(LABEL)),
    Column("agency_short", PageText(LABEL)),
    Column("doc_number", PageText(LABEL)),
    Column("suggestion_number", PageText(LABEL)),
    Column("published_at", PageText(LABEL)),
    Column("date", PageText(LABEL)),
    Column("backfill", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("current_n", Integer, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("absent_since", UtcTime),
    Column("absent_count", Integer, nullable=False),
    Column("absent_kind", Text),
    Column("last_event_sequence", Integer, nullable=False),
    Index(None, "first_seen", "id"),
    Index(None, "source_id"),
    Index(None, "agency"),
    Index(None, "agency_short"),
    Index(None, "doc_number"),
    Index(None, "suggestion_number"),
)

version = Table(  # versions.py
    "version",
    metadata,
    Column("document_id", Text, ForeignKey("document.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("snapshot_id", Serial, ForeignKey("snapshot.id"), nullable=False),
    Column("observed", UtcTime, nullable=False),
    Column("recorded", UtcTime, nullable=False),
    Column("reader", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("edit", Text, nullable=False),
    Column("structure", LargeBinary, nullable=False),
    #: The earlier version that said the same.
    Column("returns_to", Integer),
)

change = Table(  # versions.py
    "change",
    metadata,
    Column("document_id", Text, ForeignKey("document.id"), primary_key=True),
    Column("version_n", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("data", Text, nullable=False),
)

commitment = Table(  # commitments.py; ids are carried, so one row is one promise over all versions
    "commitment",
    metadata,
    Column("document_id", Text, ForeignKey("document.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    #: The newest version it stands or stood in; `standing` says whether that is the document's current one.
    Column("version_n", Integer, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("stood", Text, nullable=False),
    # lists are in this order: the document found last first, within it as in the text
    Column("first_seen", UtcTime, nullable=False),
    Column("ordinal", Integer, nullable=False),
    # what is asked for; what is answered is in data
    Column("kind", Text, nullable=False),
    Column("agency", PageText(LABEL)),
    Column("agency_short", PageText(LABEL)),
    Column("tier", Text, nullable=False),
    Column("deadline_end", Text),
    Column("has_target", Boolean, nullable=False),
    Column("searchable", PageText, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "standing", "first_seen", "document_id", "ordinal"),
    Index(None, "agency_short", "agency"),
    Index(None, "agency", "standing", "first_seen", "document_id", "ordinal"),
    Index(None, "deadline_end"),
)

commitment_actor = Table(  # commitments.py; only of what stands
    "commitment_actor",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("commitment_id", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("name", PageText(LABEL), nullable=False),
    Column("short", PageText(LABEL), nullable=False),
    ForeignKeyConstraint(["document_id", "commitment_id"], ["commitment.document_id", "commitment.id"]),
    Index(None, "short", "name"),
    Index(None, "name"),
)

reading = Table(  # readings.py; a page that cannot be read has readings and no document
    "reading",
    metadata,
    Column("snapshot_id", Serial, ForeignKey("snapshot.id"), primary_key=True, autoincrement=False),
    Column("document_id", Text, ForeignKey("page.id"), nullable=False),
    Column("recorded", UtcTime, nullable=False),
    Column("reader", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("version_n", Integer),
    Index(None, "document_id", "version_n"),
)

suppression = Table(  # readings.py; a snapshot with only suppressed differences makes no version
    "suppression",
    metadata,
    Column("snapshot_id", Serial, ForeignKey("reading.snapshot_id"), primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("document_id", Text, ForeignKey("page.id"), nullable=False),
    Column("type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "document_id"),
)

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
