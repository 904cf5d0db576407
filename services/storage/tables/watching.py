"""Where pages come from: sources, pages, and the hosts they share."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from services.storage.tables.base import metadata
from services.storage.types import PageText, Serial, UtcTime

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
    #: The health that was told last; null: none yet.
    Column("told_health", Text),
    # visits that brought other bytes: how many since when (a day at most), and whether the day before had too many
    Column("raw_changes", Integer, nullable=False),
    Column("raw_since", UtcTime),
    Column("noisy", Boolean, nullable=False),
    UniqueConstraint("owner", "url"),
    Index(None, "host", "next_visit", "id"),
)

page = Table(  # pages.py; id is document_id(url), which is what keeps url unique
    "page",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source_id", Text, ForeignKey("source.id"), nullable=False),
    #: main: a document's own page; part, attachment: only a piece of others (see `piece`).
    Column("role", Text, nullable=False),
    Column("url", PageText, nullable=False),
    Column("list_title", PageText),
    Column("list_date", PageText),
    Column("backfill", Boolean, nullable=False),
    Column("discovered", UtcTime, nullable=False),
    Column("latest_snapshot", Serial),
    Column("host", Text, ForeignKey("host.name"), nullable=False),
    Column("next_visit", UtcTime),
    Column("last_visit", UtcTime),
    #: Why the last visit brought no answer about the page; None where it did.
    Column("trouble", Text),
    #: What it has said anew: how often (older times count less, see domain/recheck.py) and when last.
    Column("changes", Float, nullable=False),
    Column("changed", UtcTime),
    #: Found long after it was published and not visited yet: it comes after what is news.
    Column("backlog", Boolean, nullable=False),
    Column("etag", PageText),
    Column("last_modified", PageText),
    Column("visit_url", PageText),
    Column("hops", Integer, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("claimed_until", UtcTime),
    Column("claim_token", Text),
    Index(None, "source_id"),
    Index(None, "host", "backlog", "next_visit", "id"),
)

piece = Table(  # pieces.py; what the page of a document says belongs to it: further pages, linked files
    "piece",
    metadata,
    Column("main_id", Text, ForeignKey("page.id"), primary_key=True),
    Column("page_id", Text, ForeignKey("page.id"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("name", PageText, nullable=False),
    Index(None, "page_id"),
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
    #: Its budget is used up to this moment (domain/pacing.py).
    Column("paced_until", UtcTime),
)

backfill = Table(  # backfills.py; a walk through the whole column that somebody asked for
    "backfill",
    metadata,
    Column("source_id", Text, ForeignKey("source.id"), primary_key=True),
    Column("started", UtcTime, nullable=False),
    Column("finished", UtcTime),
    #: Why it ended before the column did; null where it did not.
    Column("stopped", Text),
)

backfill_page = Table(  # backfills.py; the list pages it has read
    "backfill_page",
    metadata,
    Column("source_id", Text, ForeignKey("backfill.source_id", ondelete="CASCADE"), primary_key=True),
    Column("url", PageText, primary_key=True),
    Column("read", UtcTime, nullable=False),
    Column("items", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    #: How many further pages it names.
    Column("following", Integer, nullable=False),
)
