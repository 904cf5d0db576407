"""What was seen and understood: bytes, documents with their versions, promises."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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

from services.storage.fulltext import TextIndex
from services.storage.tables.base import LABEL, metadata
from services.storage.types import PageText, Serial, UtcTime

body = Table(  # snapshots.py
    "body",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # compressed; empty where retention took it (retention.py)
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
    # lists go down by first_seen and id, whatever they are narrowed by
    Index(None, "first_seen", "id"),
    Index(None, "kind", "first_seen", "id"),
    Index(None, "source_id", "first_seen", "id"),
    Index(None, "agency", "first_seen", "id"),
    Index(None, "agency_short"),
    Index(None, "doc_number"),
    Index(None, "suggestion_number"),
    Index(None, "status"),
)

document_words = Table(  # words.py; what a document's current version says, as it is searched
    "document_words",
    metadata,
    #: The snapshot it was found with: its place in lists, which go down from the highest.
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("document_id", Text, ForeignKey("document.id"), nullable=False, unique=True),
    Column("searchable", LargeBinary, nullable=False),
)
DOCUMENT_TEXT = TextIndex("document_text", document_words)

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
    #: All there are, those of a document, and those of a number, first ones above all: the newest first.
    Index(None, "recorded", "document_id", "n"),
    Index(None, "document_id", "recorded", "n"),
    Index(None, "n", "recorded", "document_id"),
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
    #: Of its version: lists go down from the newest, and each of their conditions is read off an index in that order.
    Column("recorded", UtcTime, nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "recorded"),
    Index(None, "document_id", "recorded", "version_n", "ordinal"),
    Index(None, "type", "recorded"),
    Index(None, "severity", "recorded"),
    Index(None, "direction", "recorded"),
)

commitment = Table(  # standing.py; ids are carried, so one row is one promise over all versions
    "commitment",
    metadata,
    Column("document_id", Text, ForeignKey("document.id"), primary_key=True),
    Column("id", Text, primary_key=True),
    #: Its place in every list, which go down from the highest: the document found last first, within it as in the
    #: text. None where it was withdrawn.
    Column("place", BigInteger),
    #: The newest version it stands or stood in; `standing` says whether that is the document's current one.
    Column("version_n", Integer, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("stood", Text, nullable=False),
    # what is asked for; what is answered is in data
    Column("kind", Text, nullable=False),
    Column("agency", PageText(LABEL)),
    Column("type", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("modality", Integer, nullable=False),
    Column("topic", PageText(LABEL)),
    Column("deadline_end", Text),
    Column("has_target", Boolean, nullable=False),
    Column("searchable", PageText, nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("place"),
    Index(None, "kind", "place"),
    Index(None, "type", "place"),
    Index(None, "tier", "place"),
    Index(None, "modality", "place"),
    Index(None, "topic", "place"),
    Index(None, "has_target", "place"),
    Index(None, "deadline_end", "place"),
)
#: What stands, by its words: `commitment_text` (see fulltext.py).
COMMITMENT_TEXT = TextIndex("commitment_text", commitment)

commitment_body = Table(  # standing.py; who acts in what stands, and who signed it, by keys of reading/bodies.py
    "commitment_body",
    metadata,
    Column("place", BigInteger, ForeignKey("commitment.place", ondelete="CASCADE"), primary_key=True),
    #: actor or agency
    Column("role", Text, primary_key=True),
    Column("key", PageText(LABEL), primary_key=True),
    Index(None, "role", "key", "place"),
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

rereading = Table(  # rereadings.py; what a newer reader makes of a snapshot, beside the reading on record
    "rereading",
    metadata,
    Column("snapshot_id", Serial, ForeignKey("snapshot.id"), primary_key=True, autoincrement=False),
    Column("reader", Text, primary_key=True),
    Column("recorded", UtcTime, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    # None where the page holds no document
    Column("key_hash", Text),
    Column("fingerprint", Text),
    Column("structure", LargeBinary),
)

file_text = Table(  # files.py; what a reader of files finds in a body, once for all documents that link to it
    "file_text",
    metadata,
    Column("sha256", Text, ForeignKey("body.sha256"), primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("text", LargeBinary),
    Column("length", Integer),
    Column("unreadable", Text),
    Column("evidence", PageText),
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
